// The projector: one worker thread a shard folds sealed records into the views of that shard, and asks nothing of the
// log but its bytes.
//
// Guaranteed: a worker verifies every link before it folds (the acceptance rule, ledger/seal/acceptance.h); rows,
// cursor and chain head change in one transaction, so a crash at any moment loses and repeats nothing; what the views
// hold after n records of each shard is a function of these records alone, whatever the speed of the workers, however
// often they were stopped, live or rebuilt. A worker that meets a broken link stops its shard, says where, and what it
// had proved stays readable; the other shards go on. A shard's worker folds a record only after shard 0's views have
// reached the registry size that the record was sealed at (Seal::reg).
//
// Folder: <folder>/CURRENT names the generation in use, <folder>/gen-<n>/shard-<k>/ is one LMDB environment per worker.
// Shard 0's holds the registry and the rounds too: no environment ever has two writers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/hash.h"
#include "ledger/log/log.h"
#include "projections/attested_check.h"
#include "projections/query/views.h"
#include "projections/store/view_store.h"

namespace custody {

// Why a worker ended by itself. Such a shard stays stopped until the projector is started anew.
struct ShardStop {
  uint64_t seq = 0;          // of the first record that was not folded
  std::string expected;      // broken link: "prev <hex>", "seq <n>"; else empty
  std::string found;         // broken link: what stands there
  std::string message;       // one sentence with all of it
  bool broken_link = false;  // false: the log or the store could not be read or written

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("seq", seq), field("expected", as_str16(expected)), field("found", as_str16(found)),
       field("message", as_str16(message)), field("broken_link", broken_link));
  }
};

struct ShardProgress {
  uint32_t shard = 0;
  uint64_t next_seq = 0;               // records folded
  Digest head{};                       // leaf of the last of them; of none: SHA-256(descriptor)
  std::optional<Instant> sealed_at;    // of the last of them
  uint64_t stale = 0;                  // entries skipped since the start: left by a sealer that was overtaken
  bool waits_for_registry = false;     // holds a record sealed at a registry size that shard 0's views have not reached
  std::optional<std::string> trouble;  // why it is trying again: broker away, disk full
  std::optional<ShardStop> stopped;

  // Records still to fold when the shard's log holds `size`.
  uint64_t lag(uint64_t size) const { return size > next_seq ? size - next_seq : 0; }

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("shard", shard), field("next_seq", next_seq), field("head", head), field("sealed_at", sealed_at),
       field("stale", stale), field("waits_for_registry", waits_for_registry), field("trouble", trouble),
       field("stopped", stopped));
  }
};

struct ProjectorProgress {
  uint64_t generation = 0;
  bool running = false;
  uint64_t round = 0;                 // the newest that every shard has reached; 0 = none
  std::vector<ShardProgress> shards;  // ascending, every shard

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("generation", generation), field("running", running), field("round", round), field("shards", shards));
  }
};

struct RebuildProgress {
  std::string_view phase;  // "fold", "load", "catch up", "digest", "attested", "swap"
  uint64_t done = 0;       // fold: records; load, digest: rows
  uint64_t total = 0;
  uint64_t per_second = 0;
  uint64_t seconds_left = 0;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("phase", phase), field("done", done), field("total", total), field("per_second", per_second),
       field("seconds_left", seconds_left));
  }
};

struct RebuiltView {
  std::string view;
  uint64_t rows = 0;  // of the live view
  uint64_t rebuilt_rows = 0;
  Digest live{};
  Digest rebuilt{};

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("view", view), field("rows", rows), field("rebuilt_rows", rebuilt_rows), field("live", live),
       field("rebuilt", rebuilt));
  }
};

struct RebuildReport {
  bool swapped = false;     // false: the digests differ, the old generation stays in use and the new one is gone
  uint64_t generation = 0;  // in use now
  uint64_t records = 0;
  uint64_t milliseconds = 0;
  Position position;  // where the digests were taken
  std::vector<RebuiltView> views;
  AttestedChecks attested;  // what the ledger says of the views, against what was folded now

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("swapped", swapped), field("generation", generation), field("records", records),
       field("milliseconds", milliseconds), field("position", position), field("views", views),
       field("attested", attested));
  }
};

struct ProjectorOptions {
  size_t batch_records = 4096;               // at most as many in one transaction (one sync each)
  uint64_t rebuild_memory_bytes = 64 << 20;  // for sorting, all shards together
  uint64_t first_fold_records = 100'000;     // from a shard of as many on, empty views are made as by rebuild()
};

class Projector {
 public:
  // Opens or makes the views of `log`'s ledger. The log must outlive the projector.
  // kStore: of another ledger, of a newer format, damaged. kConflict: another process or object has them open.
  static std::unique_ptr<Projector> open(const std::string& folder, Log& log, const ProjectorOptions& options = {});
  ~Projector();  // stops

  // Workers are started and stopped as often as one likes; both are idempotent. stop() returns when the batch in hand
  // is durable, within about a tenth of a second. Empty views of a long log are first made as rebuild() makes them,
  // during which they stay empty; stopped meanwhile, that is begun anew at the next start.
  void start();
  void stop();

  ProjectorProgress progress() const;

  // True once every shard k has folded at least sizes[k] records (of round `round`: as many as it names, shard 0 the
  // round itself); false when `wait` has passed or a shard that is needed has stopped.
  bool wait_until(const std::vector<uint64_t>& sizes, std::chrono::milliseconds wait);
  bool wait_until_round(uint64_t round, std::chrono::milliseconds wait);
  // Calls back, from a worker's thread, after each batch that became durable: what a live page is fed by. Must not
  // throw or call the projector.
  void on_progress(std::function<void()> callback);

  // A snapshot of the generation in use.
  ViewSnapshot snapshot() const;

  // The questions. Always asks the generation in use; may be kept, and used from any thread, as long as the projector.
  const Views& views() const;

  // Folds the whole log anew beside the live views (which go on), compares the digests of every view at the newest
  // complete round (without rounds: at what is folded), and changes over when they are equal.
  // Errors leave the old generation in use, and so does whatever `report` throws: that is how to call it off. It must
  // have returned before the projector goes. kUnavailable: a shard's link is broken before that round; kConflict: a
  // rebuild is under way.
  // What view.attested records say is compared with what was folded: of each view the newest, or all of them.
  RebuildReport rebuild(const std::function<void(const RebuildProgress&)>& report = {}, bool all_attested = false);

 private:
  struct Core;
  explicit Projector(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace custody
