// The tables of LmdbLog and their one way of being written. Private to ledger/log.
#pragma once

#include <array>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <vector>

#include "ledger/log/lmdb_log.h"

namespace custody {

class LmdbLog::Store {
 public:
  struct Tables {
    LmdbTable intake, sealed, blobs, notes;
  };
  using Operation = std::function<void(LmdbTxn&)>;
  // What an operation adds to: who waits for one kind is not woken by the others.
  enum Kind : size_t { kIntake, kSealed, kNotes, kKinds };

  Store(LmdbEnv env, const LmdbOptions& options) : env_(std::move(env)), read_only_(options.read_only) {}
  void create(const Descriptor& descriptor);
  void load();

  const Descriptor& descriptor() const { return descriptor_; }
  const ByteArray<16>& intake_id() const { return intake_id_; }
  const Tables& tables(uint32_t shard) const;
  LmdbTable state() const { return state_; }
  const LmdbEnv& env() const { return env_; }

  // Runs `operation` in a write transaction that may hold operations of other threads too, and returns when it is
  // durable. An Error of one operation does not reach the others.
  void write(Kind kind, const Operation& operation);
  // Joins the next transaction; lost when none follows. For what is only tidying up.
  void write_later(Operation operation);

  // Counts commits of this process that added to this kind. wait returns when it differs from `seen`, or after `wait`.
  uint64_t commits(Kind kind) const;
  void wait_for_commit(Kind kind, uint64_t seen, std::chrono::milliseconds wait) const;

  void take_writer(uint32_t shard);  // kConflict while taken
  void release_writer(uint32_t shard);

 private:
  struct Pending {
    Kind kind;
    const Operation* operation;
    std::exception_ptr error;
    bool done = false;
  };
  void open_tables();
  void commit(const std::vector<Pending*>& batch, const std::vector<Operation>& later);
  void commit_alone(Pending& pending);

  LmdbEnv env_;
  bool read_only_;
  Descriptor descriptor_;
  ByteArray<16> intake_id_{};
  LmdbTable state_;
  std::vector<Tables> tables_;

  mutable std::mutex mutex_;
  struct Signal {
    uint64_t commits = 0;
    std::condition_variable changed;
  };
  mutable std::array<Signal, kKinds> signals_;
  std::condition_variable committed_;  // for those whose operation it was, or who go next
  std::vector<Pending*> queue_;
  std::vector<Operation> later_;
  bool committing_ = false;
  std::set<uint32_t> writers_;
};

}  // namespace custody
