// What every Log must keep, whatever it stands on. A stage says how one kind of log comes to be; log_conformance.cc
// plays the tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/event/record.h"
#include "ledger/log/log.h"

#include "tests/unit/base/caught_error.h"

namespace custody {

// One store for one test.
class LogStage {
 public:
  virtual ~LogStage() = default;
  virtual std::unique_ptr<Log> create(const Descriptor& descriptor) = 0;
  virtual std::unique_ptr<Log> open() = 0;
  // Marks the store, closed at this moment, as one of a newer format.
  virtual void make_newer() = 0;
  // Puts something in the store's place that is none.
  virtual void make_foreign() = 0;
  // A second writer ends the first one (instead of being refused).
  virtual bool second_writer_takes_over() const = 0;
};

struct LogKind {
  std::string name;
  std::function<std::unique_ptr<LogStage>()> make;
};

Descriptor test_descriptor(uint32_t shards);
std::string test_record(uint32_t shard, uint64_t seq, size_t extra_bytes = 100);
// Anonymous memory of this process in use; mapped files do not count.
uint64_t anonymous_bytes();
// False under sanitizers, which keep freed memory for a while.
bool memory_is_measurable();

class LogConformance : public testing::TestWithParam<LogKind> {
 protected:
  void SetUp() override { stage_ = GetParam().make(); }

  Log& create(uint32_t shards = 2) {
    log_ = stage_->create(test_descriptor(shards));
    return *log_;
  }
  Log& reopen() {
    log_.reset();
    log_ = stage_->open();
    return *log_;
  }
  void close() { log_.reset(); }

  void take(uint32_t shard, const std::vector<std::string>& entries);
  std::vector<std::string> intake(uint32_t shard, uint64_t position, size_t count);
  void seal(SealedWriter& writer, uint32_t shard, uint64_t from, uint64_t to);
  // The numbers of the records that are there.
  std::vector<uint64_t> sealed(uint32_t shard, uint64_t from);

  std::unique_ptr<LogStage> stage_;
  std::unique_ptr<Log> log_;
};

}  // namespace custody
