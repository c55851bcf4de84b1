// What the ledger says of itself: its beginning, its rounds, its keys, its views, and what was revealed through it.
#pragma once

#include "ledger/event/bodies_storage.h"
#include "ledger/event/body.h"
#include "ledger/event/descriptor.h"

namespace custody {

// The body of shard 0's first record: the descriptor's own bytes.
struct LedgerCreated : Descriptor {
  static constexpr std::string_view kType = "ledger.created";
  void check(std::vector<Fault>& faults) const;
};

struct RoundShard {
  uint32_t shard = 0;
  uint64_t size = 0;
  Digest root{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("shard", shard), field("size", size), field("root", root));
  }
};

// The newest witnessed checkpoint known when the round was closed.
struct RoundAnchor {
  uint64_t round = 0;
  Digest note_sha256{};
  UtcTime witnessed_at;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("round", round), field("note_sha256", note_sha256), field("witnessed_at", witnessed_at));
  }
};

struct LedgerRound {
  static constexpr std::string_view kType = "ledger.round";
  uint64_t round = 0;  // from 1, without gaps
  UtcTime closed_at;
  std::vector<RoundShard> shards;  // 1 ... N-1, ascending
  std::optional<RoundAnchor> anchor;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("round", round), field("closed_at", closed_at), field("shards", shards), field("anchor", anchor));
  }
  void check(std::vector<Fault>& faults) const;
};

using IntakeId = Id16<struct IntakeIdTag>;

// Opens a sealer's term on its shard; `intake` positions of the term count in the intake of this id.
struct SealerStarted {
  static constexpr std::string_view kType = "sealer.started";
  Count term;  // from 1
  IntakeId intake;
  Count from;  // position the term begins to read at
  Text build;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("term", term), field("intake", intake), field("from", from), field("build", build));
  }
};

// The same id came again with another statement.
struct EventConflicted {
  static constexpr std::string_view kType = "event.conflicted";
  Uri source;
  SourceId id;
  Digest statement{};        // SHA-256 of the one that was not sealed
  std::optional<Ref> first;  // the one that was

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("source", source), field("id", id), field("statement", statement), field("first", first));
  }
};

// An intake entry that cannot be sealed. Source and id are absent where the entry is too damaged to tell them.
struct EventRefused {
  static constexpr std::string_view kType = "event.refused";
  Code reason;
  Digest statement{};  // SHA-256 of the statement, or of the whole entry where none can be read
  std::optional<Uri> source;
  std::optional<SourceId> id;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("reason", reason), field("statement", statement), field("source", source), field("id", id));
  }
};

// After it `sealed_at` may fall, once.
struct ClockStepped {
  static constexpr std::string_view kType = "clock.stepped";
  UtcTime from;
  UtcTime to;
  std::optional<Code> reason;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("from", from), field("to", to), field("reason", reason), field("values", values));
  }
};

struct KeyAdded {
  static constexpr std::string_view kType = "key.added";
  ByteArray<32> key{};  // Ed25519
  Code use;             // checkpoint, witness, ...
  std::optional<Text> label;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("key", key), field("use", use), field("label", label), field("values", values));
  }
};

struct KeyRetired {
  static constexpr std::string_view kType = "key.retired";
  ByteArray<32> key{};
  std::optional<Code> reason;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("key", key), field("reason", reason), field("values", values));
  }
};

struct ViewAttested {
  static constexpr std::string_view kType = "view.attested";
  Code view;
  Code rules;  // version of the rules it was folded with
  Count round;
  Count rows;
  Digest root{};

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("view", view), field("rules", rules), field("round", round), field("rows", rows), field("root", root));
  }
};

// Sealed before the values leave.
struct LedgerRead {
  static constexpr std::string_view kType = "ledger.read";
  FieldNames fields;
  Text to;  // principal
  Code reason;
  std::optional<DatasetId> dataset;
  std::optional<Count> rows;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("fields", fields), field("to", to), field("reason", reason), field("dataset", dataset),
       field("rows", rows));
  }
};

struct ImportBegun {
  static constexpr std::string_view kType = "import.begun";
  Uri source;
  Digest file{};
  std::optional<std::vector<NamedCount>> counts;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("source", source), field("file", file), field("counts", counts));
  }
  void check(std::vector<Fault>& faults) const;
};
struct ImportEnded : ImportBegun {
  static constexpr std::string_view kType = "import.ended";
};

// The ledger goes on in another one, whose descriptor names this one's last witnessed checkpoint.
struct LedgerSucceeded {
  static constexpr std::string_view kType = "ledger.succeeded";
  LedgerId successor;
  Digest descriptor{};
  std::optional<Text> origin;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("successor", successor), field("descriptor", descriptor), field("origin", origin),
       field("values", values));
  }
};

}  // namespace custody
