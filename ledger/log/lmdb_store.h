// The tables of LmdbLog and their one way of being written. Private to ledger/log.
#pragma once

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
  void write(const Operation& operation);
  // Joins the next transaction; lost when none follows. For what is only tidying up.
  void write_later(Operation operation);

  // Counts commits of this process. wait returns when it differs from `seen`, or after `wait`.
  uint64_t commits() const;
  void wait_for_commit(uint64_t seen, std::chrono::milliseconds wait) const;

  void take_writer(uint32_t shard);  // kConflict while taken
  void release_writer(uint32_t shard);

 private:
  struct Pending {
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
  mutable std::condition_variable changed_;
  std::vector<Pending*> queue_;
  std::vector<Operation> later_;
  bool committing_ = false;
  uint64_t commits_ = 0;
  std::set<uint32_t> writers_;
};

}  // namespace custody
