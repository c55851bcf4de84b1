// A whole small ledger for tests of the sealer: embedded log, tails, sealers, rounds. Its verbs read as a script.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "ledger/log/lmdb_log.h"
#include "ledger/seal/rounds.h"
#include "tests/unit/base/temp_folder.h"
#include "tests/unit/seal/troubled_log.h"

namespace custody {

// A clock that tests set; monotonic time goes on with real time, so that only a jump is a jump.
class JumpingClock : public Clock {
 public:
  int64_t now_us() const override { return system_clock().now_us() + shift_us_; }
  int64_t monotonic_us() const override { return system_clock().monotonic_us(); }
  void jump(int64_t us) { shift_us_ += us; }

 private:
  std::atomic<int64_t> shift_us_{0};
};

struct TestEvent {
  std::string id;
  std::string type = "data.accessed";
  std::string source = "urn:crm";
  SubjectId subject{};
  std::string actor = "person:anna";
  std::string body = "body";
  int64_t time_us = 1'700'000'000'000'000;
  uint64_t seen = 0;
};

inline std::string intake_entry(const TestEvent& event) {
  Stamp stamp;
  stamp.received_at_us = event.time_us + 1000;
  stamp.gateway = "test";
  stamp.principal = "crm";
  stamp.subject = event.subject;
  stamp.seen = event.seen;
  Statement statement;
  statement.type = event.type;
  statement.source = event.source;
  statement.source_id = event.id;
  statement.id = make_event_id(event.source, event.id, event.time_us);
  statement.time = {event.time_us, 0};
  statement.actor = event.actor;
  statement.step = "step:use";
  statement.body = event.body;
  return encode_intake(to_canonical(stamp), to_canonical(statement), {});
}

class LedgerFixture : public testing::Test {
 protected:
  void SetUp() override { create(1); }
  void TearDown() override { close(); }

  void create(uint32_t shards) {
    key_seed_ = std::string(32, 's');
    Descriptor descriptor;
    descriptor.ledger_id.bytes.fill(7);
    descriptor.name = "test";
    descriptor.origin = "localhost/test/0";
    descriptor.shards = shards;
    descriptor.signer = Ed25519PrivateKey::from_seed(key_seed_).public_key();
    folder_ = std::make_unique<TempFolder>();
    log_ = std::make_unique<TroubledLog>(LmdbLog::create(*folder_ / "log", descriptor));
    open();
  }

  void open() {
    if (!log_) log_ = std::make_unique<TroubledLog>(LmdbLog::open(*folder_ / "log"));
    const uint32_t shards = log_->descriptor().shards;
    std::vector<Tail*> tails;
    for (uint32_t shard = 0; shard < shards; ++shard) {
      tails_.push_back(std::make_unique<Tail>(*log_, shard, *folder_ / ("tail" + std::to_string(shard))));
      for (TailListener* listener : listeners_) tails_.back()->add(*listener);
      add_parts(*tails_.back());
      tails.push_back(tails_.back().get());
    }
    for (uint32_t shard = 0; shard < shards; ++shard)
      sealers_.push_back(std::make_unique<ShardSealer>(*log_, tails, shard, clock_, sealer_options_));
    rounds_ = std::make_unique<RoundKeeper>(
        *log_, tails, *sealers_[0],
        Signer::open(only_key(Ed25519PrivateKey::from_seed(key_seed_)), log_->descriptor(), *folder_ / "signed"),
        round_options_);
    tails_[0]->add(*rounds_);
    for (const auto& tail : tails_) tail->start();
    for (const auto& sealer : sealers_) sealer->start();
    rounds_->start();
  }

  void close() {
    if (rounds_) rounds_->stop();
    for (const auto& sealer : sealers_) sealer->stop();
    for (const auto& tail : tails_) tail->stop();  // listeners go after the tails that call them have stopped
    stop_parts();
    rounds_.reset();
    sealers_.clear();
    tails_.clear();
    log_.reset();
  }
  void reopen() {
    close();
    open();
  }
  // What a test has beside each tail: made before the tail starts, stopped once it has stopped.
  virtual void add_parts(Tail&) {}
  virtual void stop_parts() {}

  void take(const TestEvent& event) { take_bytes(intake_entry(event), shard_of_event(event)); }
  void take_bytes(const std::string& entry, uint32_t shard) {
    const IntakeAppend append{shard, entry};
    log_->append_intake({&append, 1});
  }
  uint32_t shard_of_event(const TestEvent& event) const {
    return shard_of(event.type, event.subject, event.source, log_->descriptor().shards);
  }

  // Waits until the tail shows `count` records of this type; fails after ten seconds.
  void wait_for(const std::string& type, size_t count, uint32_t shard = 0) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (count_of(type, shard) < count) {
      ASSERT_LT(std::chrono::steady_clock::now(), until) << type << ": " << sealers_[shard]->status().reason;
      tails_[shard]->wait_for(tails_[shard]->size() + 1, std::chrono::milliseconds(50));
    }
  }
  // Waits until the sealer of a shard says that it is not ready, for this reason.
  void wait_not_ready(const std::string& reason, uint32_t shard = 0) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    for (SealerStatus status = sealers_[shard]->status();
         status.ready || status.reason.find(reason) == std::string::npos; status = sealers_[shard]->status()) {
      ASSERT_LT(std::chrono::steady_clock::now(), until) << status.reason;
      std::this_thread::yield();
    }
  }
  // Yields until it holds; fails after ten seconds.
  void until(const std::function<bool()>& holds, const std::string& what) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!holds()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << what;
      std::this_thread::yield();
    }
  }
  size_t count_of(const std::string& type, uint32_t shard = 0) {
    size_t n = 0;
    for (const std::string& record : records(shard))
      if (decode_record(record).statement.type == type) ++n;
    return n;
  }
  std::vector<std::string> records(uint32_t shard = 0) {
    std::vector<std::string> all;
    const auto reader = log_->under().read_sealed(shard, 0);
    while (const auto item = reader->next(std::chrono::milliseconds(0))) all.emplace_back(item->record);
    return all;
  }

  JumpingClock clock_;
  SealerOptions sealer_options_;
  RoundOptions round_options_{std::chrono::milliseconds(20), std::chrono::milliseconds(60'000)};
  std::vector<TailListener*> listeners_;  // of every tail, from the next open()
  std::string key_seed_;
  std::unique_ptr<TempFolder> folder_;
  std::unique_ptr<TroubledLog> log_;
  std::vector<std::unique_ptr<Tail>> tails_;
  std::vector<std::unique_ptr<ShardSealer>> sealers_;
  std::unique_ptr<RoundKeeper> rounds_;
};

}  // namespace custody
