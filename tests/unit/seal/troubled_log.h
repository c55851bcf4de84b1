// A log that stands on another one and has trouble when a test says so: readers that see nothing, fail, or are slow.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "ledger/event/record.h"
#include "ledger/log/log.h"

namespace custody {

class TroubledLog : public Log {
 public:
  explicit TroubledLog(std::unique_ptr<Log> under) : under_(std::move(under)) {}

  // Readers of this shard's sealed sequence see nothing new while it is held.
  void hold(uint32_t shard) { held_ = shard; }
  void let_go() { held_ = kNone; }
  // The n-th read of a sealed entry from now fails, as when a broker is away.
  void fail_read(int n) { reads_to_failure_ = n; }
  // The next append of sealed records is done and yet fails: its outcome is unknown to who appends.
  void fail_after_append() { fail_after_append_ = true; }
  // Says from now on that nothing can be appended.
  void say_trouble() { in_trouble_ = true; }
  // Names another intake from now on.
  void change_intake_id() { intake_shift_ = 1; }
  uint64_t trimmed(uint32_t shard) const { return shard < kMaxShards ? trimmed_[shard].load() : 0; }
  Log& under() { return *under_; }

  const Descriptor& descriptor() const override { return under_->descriptor(); }
  void append_intake(std::span<const IntakeAppend> entries) override { under_->append_intake(entries); }
  std::unique_ptr<IntakeReader> read_intake(uint32_t shard, uint64_t position) override {
    return under_->read_intake(shard, position);
  }
  uint64_t intake_end(uint32_t shard) override { return under_->intake_end(shard); }
  void trim_intake(uint32_t shard, uint64_t position) override {
    trimmed_[shard] = position;
    under_->trim_intake(shard, position);
  }
  ByteArray<16> intake_id(uint32_t shard) override {
    ByteArray<16> id = under_->intake_id(shard);
    id[0] = static_cast<uint8_t>(id[0] + intake_shift_);
    return id;
  }
  std::unique_ptr<SealedReader> read_sealed(uint32_t shard, uint64_t seq, std::optional<uint64_t> position) override {
    return std::make_unique<Reader>(*this, shard, under_->read_sealed(shard, seq, position));
  }
  std::unique_ptr<SealedWriter> open_writer(uint32_t shard) override {
    return std::make_unique<Writer>(*this, under_->open_writer(shard));
  }
  void put_checkpoint(uint32_t shard, uint64_t size, std::string_view note) override {
    under_->put_checkpoint(shard, size, note);
  }
  std::optional<std::string> newest_checkpoint(uint32_t shard, uint64_t most = UINT64_MAX,
                                               const NoteFilter& wanted = any_note) override {
    return under_->newest_checkpoint(shard, most, wanted);
  }
  std::optional<KeyringClaim> keyring() override { return under_->keyring(); }
  KeyringClaim claim_keyring(const KeyringClaim& mine) override { return under_->claim_keyring(mine); }
  std::string trouble() const override { return in_trouble_ ? "the broker is away" : under_->trouble(); }
  std::string_view kind() const override { return under_->kind(); }
  bool replicated() const override { return under_->replicated(); }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  class Reader : public SealedReader {
   public:
    Reader(TroubledLog& log, uint32_t shard, std::unique_ptr<SealedReader> under)
        : log_(log), shard_(shard), under_(std::move(under)) {}
    std::optional<SealedItem> next(std::chrono::milliseconds wait) override {
      if (log_.held_ == shard_) {
        std::this_thread::yield();
        return std::nullopt;
      }
      if (log_.reads_to_failure_ > 0) {
        const int left = --log_.reads_to_failure_;  // of several readers one fails
        if (left == 0) throw Error(ErrorCode::kUnavailable, "the broker is away");
      }
      return under_->next(std::min(wait, std::chrono::milliseconds(5)));
    }
    bool caught_up() const override { return log_.held_ != shard_ && under_->caught_up(); }

   private:
    TroubledLog& log_;
    uint32_t shard_;
    std::unique_ptr<SealedReader> under_;
  };

  class Writer : public SealedWriter {
   public:
    Writer(TroubledLog& log, std::unique_ptr<SealedWriter> under) : log_(log), under_(std::move(under)) {}
    void append(std::span<const Entry> entries) override {
      under_->append(entries);
      if (log_.fail_after_append_.exchange(false)) throw Error(ErrorCode::kUnavailable, "no answer in time");
    }

   private:
    TroubledLog& log_;
    std::unique_ptr<SealedWriter> under_;
  };

  std::unique_ptr<Log> under_;
  std::atomic<uint32_t> held_{kNone};
  std::atomic<int> reads_to_failure_{0};
  std::atomic<bool> fail_after_append_{false};
  std::atomic<bool> in_trouble_{false};
  std::atomic<uint8_t> intake_shift_{0};
  std::array<std::atomic<uint64_t>, kMaxShards> trimmed_{};
};

}  // namespace custody
