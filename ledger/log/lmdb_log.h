// The embedded log: one LMDB environment in the folder, for one machine.
//
//   intake.<shard>   position (u64, big-endian) -> intake entry
//   sealed.<shard>   seq -> record            blobs.<shard>   seq -> blob, where there is one
//   notes.<shard>    size -> checkpoint       state           format, descriptor, keyring, next intake positions
//
// All writes go through one committing thread, which puts whatever waits at that moment into one transaction: gateways
// and sealers share its sync. Positions of sealed items are their seq.
#pragma once

#include <memory>
#include <string>

#include "ledger/base/lmdb.h"
#include "ledger/log/log.h"

namespace custody {

class LmdbLog : public Log {
 public:
  // Makes the folder and the log in it. kConflict where there is one already.
  static std::unique_ptr<LmdbLog> create(const std::string& folder, const Descriptor& descriptor,
                                         const LmdbOptions& options = {});
  // kNotFound where there is none, kStore for another format. The caller holds the data folder's lock: two processes
  // never write one log. With options.read_only nothing but reading works, beside a process that writes.
  static std::unique_ptr<LmdbLog> open(const std::string& folder, const LmdbOptions& options = {});
  ~LmdbLog() override;

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
  std::string trouble() const override { return ""; }
  std::string_view kind() const override { return "lmdb"; }
  bool replicated() const override { return false; }

  class Store;  // tables, committing thread, wake-up of readers

 private:
  explicit LmdbLog(std::shared_ptr<Store> store);
  std::shared_ptr<Store> store_;
};

}  // namespace custody
