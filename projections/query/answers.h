// What the views answer: plain structs that print as JSON through JsonWriter. Every answer names the position it is
// true at; an event is named by `ref` ("shard:seq", from which its proof can be had) and by `id`, which stays the same
// however the ledger is sharded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/hash.h"
#include "ledger/base/ids.h"
#include "ledger/base/time.h"
#include "ledger/codec/json.h"

namespace custody {

// Which state is asked for. Nothing set: at the newest round that every shard's views have reached.
struct Moment {
  std::optional<uint64_t> round;
  std::optional<int64_t> time_us;  // at the last round closed at or before this time
  bool frontier = false;           // everything folded, also what no round covers yet
};

// A record of shard k lies before the position when its seq < sizes[k]. Of a round these are the sizes it states, and
// for shard 0 the round's own seq.
struct Position {
  uint64_t round = 0;  // 0 = before the first round
  std::optional<Instant> closed_at;
  bool frontier = false;  // sizes reach beyond the round
  std::vector<uint64_t> sizes;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("round", round), field("closed_at", closed_at), field("frontier", frontier), field("sizes", sizes));
  }
};

// One event as the views keep it: names and codes, never values.
struct EventAnswer {
  std::string ref;
  EventId id;
  std::string type;
  uint16_t version = 1;
  Instant time;  // as the source states it
  Instant received_at;
  Instant sealed_at;
  std::string source;
  std::optional<std::string> actor, principal, step, grant, purpose, device, place, dataset;
  std::optional<OperationId> operation;
  std::optional<SubjectId> subject;
  std::vector<std::string> values;  // names of the fields whose values the event carries, encrypted
  std::vector<std::string> fields;  // names of the fields it read, shared, erased, ...
  std::optional<std::string> to;    // who has a copy now
  std::optional<std::string> mode;  // of access, channel of collection, cause of erasure
  std::optional<uint64_t> rows;
  bool understood = true;  // false: of a type or version newer than this program; folded by its envelope

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("ref", ref), field("id", id), field("type", type), field("version", version), field("time", time),
       field("received_at", received_at), field("sealed_at", sealed_at), field("source", source), field("actor", actor),
       field("principal", principal), field("step", step), field("grant", grant), field("purpose", purpose),
       field("device", device), field("place", place), field("dataset", dataset), field("operation", operation),
       field("subject", subject), field("values", values), field("fields", fields), field("to", to),
       field("mode", mode), field("rows", rows), field("understood", understood));
  }
};

// Events of one customer in the order they were sealed, oldest first.
struct TimelineAnswer {
  Position position;
  SubjectId subject;
  std::vector<EventAnswer> events;
  std::optional<std::string> next;  // `from` of the next page

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("position", position), field("subject", subject), field("events", events), field("next", next));
  }
};

// One value that a field of an archive had: the event that brought it, and from when to when it stood (times of the
// events, as their sources state them). The value itself is in that event's blob.
struct FieldVersion {
  std::string field;
  Instant from;
  std::optional<Instant> until;  // absent: stands
  std::string ref, type, source;
  EventId id;
  std::optional<std::string> actor, step;
  std::optional<std::string> ended_by;  // ref of what replaced or erased it
  std::optional<EventId> ended_by_id;
  std::optional<std::string> ended_how;  // "replaced" or "erased"

  template <class Archive>
  void serialize(Archive& ar) {
    ar(custody::field("field", field), custody::field("from", from), custody::field("until", until),
       custody::field("ref", ref), custody::field("id", id), custody::field("type", type),
       custody::field("source", source), custody::field("actor", actor), custody::field("step", step),
       custody::field("ended_by", ended_by), custody::field("ended_by_id", ended_by_id),
       custody::field("ended_how", ended_how));
  }
};

struct FieldsAnswer {
  Position position;
  SubjectId subject;
  std::vector<FieldVersion> versions;  // by field, then by `from`

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("position", position), field("subject", subject), field("versions", versions));
  }
};

// Events by actor, step, source, dataset or type, in the order of the times that their sources state.
struct ActivityAnswer {
  Position position;
  std::string by, name;
  std::vector<EventAnswer> events;
  std::optional<std::string> next;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("position", position), field("by", by), field("name", name), field("events", events), field("next", next));
  }
};

// JSON text that is written as it is.
struct RawJson {
  std::string text;
};
inline void save(JsonWriter& ar, const RawJson& raw) {
  ar.literal(raw.text);
}

// What one registry event said of an entry.
struct RegistryVersion {
  std::string ref;
  EventId id;
  std::string type;
  Instant time;
  Instant effective;  // from when it counts: `effective` of the body, else `time`
  std::string source;
  std::optional<std::string> actor;
  RawJson body;  // the event's body

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("ref", ref), field("id", id), field("type", type), field("time", time), field("effective", effective),
       field("source", source), field("actor", actor), field("body", body));
  }
};

struct RegistryEntry {
  std::string kind;  // "step", "person", "department", ...
  std::string id;
  std::optional<std::string> last;        // type of the last version that counts: "step.closed"
  std::vector<RegistryVersion> versions;  // oldest first
  RawJson state;                          // the members of all versions that count, later ones over earlier ones

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("kind", kind), field("id", id), field("last", last), field("state", state), field("versions", versions));
  }
};

struct RegistryAnswer {
  Position position;
  std::vector<RegistryEntry> entries;
  std::optional<std::string> next;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("position", position), field("entries", entries), field("next", next));
  }
};

struct OwnerAnswer {
  Position position;
  std::string step;
  Instant at;
  std::optional<std::string> owner;  // absent: none at that time
  std::optional<std::string> ref;    // of the event that made them so
  std::optional<EventId> id;
  std::optional<Instant> since;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("position", position), field("step", step), field("at", at), field("owner", owner), field("ref", ref),
       field("id", id), field("since", since));
  }
};

struct RoundAnswer {
  uint64_t round = 0;
  std::string ref;
  EventId id;
  Instant closed_at;
  std::vector<uint64_t> sizes;  // of every shard; of shard 0 the round's own seq

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("round", round), field("ref", ref), field("id", id), field("closed_at", closed_at), field("sizes", sizes));
  }
};

// A type, or a version of one, that this program does not know: such events are folded by their envelope.
struct UnknownType {
  std::string type;
  uint16_t version = 0;
  uint64_t count = 0;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("type", type), field("version", version), field("count", count));
  }
};

}  // namespace custody
