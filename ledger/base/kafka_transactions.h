// Appends batches to one partition, each in a transaction, as the only live owner of a transactional id (KIP-98).
//
// Starting one fences out every earlier owner of the id: what that one had open is aborted before start() returns, and
// nothing it does afterwards becomes visible to read-committed readers. So: start first, then read the last record,
// then append.
#pragma once

#include <memory>
#include <span>

#include "ledger/base/kafka.h"

namespace custody {

struct KafkaTransactionOptions {
  std::string transactional_id;
  // A transaction open for longer is aborted by the cluster, and its owner fenced. Well above the longest pause of a
  // healthy process.
  std::chrono::milliseconds transaction_timeout{60000};
  // How long start() and append() go on trying while the cluster answers "not now".
  std::chrono::milliseconds patience{60000};
};

class KafkaTransactions {
 public:
  // kUnavailable where the cluster does not answer in time, kNotFound where the topic is missing.
  static KafkaTransactions start(const KafkaConnection& connection, const KafkaTransactionOptions& options,
                                 const KafkaPlace& place);
  KafkaTransactions(KafkaTransactions&&) noexcept;
  KafkaTransactions& operator=(KafkaTransactions&&) noexcept;
  ~KafkaTransactions();

  // All of the values in order, or none; committed on return, in that no failure can undo it. Readers see them within
  // milliseconds. Any Error ends this object. kConflict: another owner started (or this one was silent for longer than
  // its transaction may last). kUnavailable: either taken back or of unknown outcome; read the partition, from a newly
  // started object, to know.
  void append(std::span<const std::string> values);

 private:
  struct State;
  explicit KafkaTransactions(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace custody
