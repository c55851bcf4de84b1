// A small ledger for tests of the views: events in words of the domain, sealed into a real log by hand, so that a test
// decides what stands in which shard, in which order, and what is wrong with it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/event/body.h"
#include "ledger/event/record.h"
#include "ledger/log/lmdb_log.h"
#include "projections/projector.h"
#include "tests/unit/base/temp_folder.h"

namespace custody {

SubjectId subject_of(uint32_t number);
inline constexpr int64_t kSecond = 1'000'000;
inline constexpr int64_t kBegin = 1'700'000'000 * kSecond;

// What a source says. `lane` keeps the order of what must stay in order: one customer's events, the registry's.
struct Told {
  std::string type;
  uint16_t version = 1;
  std::string body;
  std::optional<uint32_t> subject;
  int64_t time_us = kBegin;
  std::string source = "urn:crm";
  std::string actor = "person:anna";
  std::string step = "step:intake";
  std::string source_id;  // empty: made from a count
};

template <class Body>
Told told(const Body& body, std::optional<uint32_t> subject = std::nullopt, int64_t time_us = kBegin) {
  Told event;
  event.type = Body::kType;
  event.version = version_of<Body>();
  event.body = encode_body(body);
  event.subject = subject;
  event.time_us = time_us;
  return event;
}

// The events that most tests tell.
Told collected(uint32_t subject, std::vector<std::string> values, int64_t time_us = kBegin);
Told read_by(std::string actor, uint32_t subject, int64_t time_us = kBegin);
Told joined(std::string person);
Told owned(std::string step, std::string owner, std::optional<int64_t> effective_us = std::nullopt,
           int64_t time_us = kBegin);

Moment at_round(uint64_t round);
Moment at_time(int64_t time_us);
Moment at_frontier();
ProjectorOptions batches_of(size_t records);

// What a world's records are sealed into.
struct WorldLog {
  std::function<std::unique_ptr<Log>(const std::string& folder, const Descriptor&)> create;
  std::function<std::unique_ptr<Log>(const std::string& folder)> open;
};
WorldLog embedded_log();

class World {
 public:
  explicit World(uint32_t shards, WorldLog kind = embedded_log());

  // Seals into the shard the event belongs to. Visible to readers after flush().
  Ref seal(const Told& event);
  // As seal, with the seal changed by hand.
  Ref seal_with(const Told& event, const std::function<void(Seal&)>& change);
  // Bytes as they are: the next record of the shard by its seq alone.
  void seal_bytes(uint32_t shard, const std::string& record);
  // The record seal() would add now, without adding it.
  std::string next_record(const Told& event) const;
  // Closes a round over everything sealed so far, and flushes.
  uint64_t round(int64_t closed_at_us);
  void flush();
  void close_log();
  Log& log();

  std::vector<uint64_t> sizes() const;
  // The sealed records of a shard, from the beginning.
  const std::vector<std::string>& records(uint32_t shard) const { return all_[shard]; }
  const Descriptor& descriptor() const { return descriptor_; }
  std::string views_folder() const { return folder_ / "views"; }
  std::string log_folder() const { return folder_ / "log"; }

  // Opened on the views of this world; the log must be open.
  std::unique_ptr<Projector> projector(const ProjectorOptions& options = {});

 private:
  struct Chain {
    uint64_t next_seq = 0;
    Digest head{};
    std::vector<std::string> waiting;
    std::unique_ptr<SealedWriter> writer;
  };
  std::string record_of(const Told& event, uint32_t shard, const std::string& source_id,
                        const std::function<void(Seal&)>& change) const;
  void append(uint32_t shard, std::string record);

  TempFolder folder_;
  WorldLog kind_;
  Descriptor descriptor_;
  std::unique_ptr<Log> log_;
  std::vector<Chain> chains_;
  std::vector<std::vector<std::string>> all_;
  uint64_t count_ = 0;
  uint64_t rounds_ = 0;
};

// Starts, folds everything there is, stops.
void fold_all(Projector& projector, const World& world);

// Everything the views answer at a moment about the people and things of a story, as text; references written as event
// ids and what depends on the sealing left out, so that answers of differently sharded ledgers can be compared.
std::string all_answers(const Views& views, const Moment& moment);
std::vector<Told> random_story(uint64_t seed, size_t events);
// The lane of an event: events of one lane keep their order.
std::string lane_of(const Told& event);
// A random order of the events that keeps every lane's.
std::vector<Told> interleaved(const std::vector<Told>& events, uint64_t seed);
// The story in segments, each in an order of its own, a round behind each.
inline constexpr size_t kSegments = 4;
void tell(World& world, const std::vector<Told>& story, uint64_t order_seed);

}  // namespace custody
