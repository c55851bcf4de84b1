// The log on Kafka, for many machines: what it promises is Kafka's promise with three replicas, two of which must have
// each message.
//
// Positions are offsets: of an intake entry the one behind it, of a sealed entry its own. A sealed entry is a message
// that holds encode_log_entry(); an intake entry one that holds encode_intake(). No keys; headers are never read. The
// checkpoints topic begins, in partition 0, with what the ledger is:
//
//   "CKL1" format:u16 sealed_topic_id[16] descriptor        format 1; a higher one is refused (kStore)
//   "CKK1" id[16] place                                     in partition 0: the keyring; the first one stands
//   "CKN1" size:u64 note                                    each signed checkpoint, in the partition of its shard
//
// A writer is fenced by the transactional id `<ledger>-sealer-<shard>`: opening one ends the others, and the sequence
// is to be read after that. Memory is bounded per reader and for all sends together. When brokers go, calls wait up to
// `patience` and then throw kUnavailable; when they come back, readers go on by themselves and writers are opened anew
// by their owner.
#pragma once

#include <memory>

#include "ledger/log/kafka_topics.h"
#include "ledger/log/log.h"

namespace custody {

class KafkaLog : public Log {
 public:
  // Makes the missing topics and writes the descriptor. kConflict where a ledger is there already; kRefused, with every
  // unsafe setting and its cure, where a topic could lose or rewrite history.
  static std::unique_ptr<KafkaLog> create(const KafkaLogConfig& config, const Descriptor& descriptor);
  // kNotFound where there is no ledger, kRefused as above, kStore where a topic is missing, was made anew, or has a
  // newer format.
  static std::unique_ptr<KafkaLog> open(const KafkaLogConfig& config);
  ~KafkaLog() override;

  const Descriptor& descriptor() const override;
  void append_intake(std::span<const IntakeAppend> entries) override;
  std::unique_ptr<IntakeReader> read_intake(uint32_t shard, uint64_t position) override;
  uint64_t intake_end(uint32_t shard) override;
  void trim_intake(uint32_t shard, uint64_t position) override;
  ByteArray<16> intake_id(uint32_t shard) override;
  std::unique_ptr<SealedReader> read_sealed(uint32_t shard, uint64_t seq,
                                            std::optional<uint64_t> position = std::nullopt) override;
  std::unique_ptr<SealedWriter> open_writer(uint32_t shard) override;
  void put_checkpoint(uint32_t shard, uint64_t size, std::string_view note) override;
  std::optional<std::string> newest_checkpoint(uint32_t shard, uint64_t most, const NoteFilter& wanted) override;
  std::optional<KeyringClaim> keyring() override;
  KeyringClaim claim_keyring(const KeyringClaim& mine) override;
  std::string trouble() const override;
  std::string_view kind() const override { return "kafka"; }
  bool replicated() const override;

 private:
  struct State;
  explicit KafkaLog(std::unique_ptr<State> state);
  int32_t partition(uint32_t shard) const;
  std::unique_ptr<State> state_;
};

}  // namespace custody
