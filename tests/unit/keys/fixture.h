// A keyring in a folder of its own, and events to encrypt for.
#pragma once

#include <gtest/gtest.h>

#include <random>

#include "ledger/base/file.h"
#include "ledger/base/lmdb.h"
#include "ledger/keys/keyring.h"
#include "tests/unit/base/caught_error.h"
#include "tests/unit/base/temp_folder.h"

namespace custody {

inline constexpr uint64_t kTestMapBytes = uint64_t{1} << 28;

inline LedgerId test_ledger(uint8_t first = 0x4c) {
  LedgerId id;
  id.bytes.fill(0x11);
  id.bytes[0] = first;
  return id;
}

inline EventId event_id(uint64_t n) {
  EventId id;
  for (size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<uint8_t>(n >> (8 * i));
  return id;
}

// A record as the gateway and the sealer would make it, with its bytes.
struct SealedEvent {
  std::string bytes;
  std::string blob;
  Record record() const { return decode_record(bytes); }
};

inline std::string record_bytes(const EventId& id, const SubjectId& subject, const Digest& values_commit,
                                const Digest& blob, std::string* statement_out = nullptr) {
  Statement statement;
  statement.type = "data.collected";
  statement.id = id;
  statement.source = "urn:test";
  statement.values_commit = values_commit;
  Stamp stamp;
  stamp.subject = subject;
  stamp.blob = blob;
  const std::string statement_bytes = to_canonical(statement);
  if (statement_out != nullptr) *statement_out = statement_bytes;
  return encode_record(Seal{}, to_canonical(stamp) + statement_bytes);
}

inline SealedEvent seal_event(KeyringBatch& batch, const EventId& id, const ValueOwner& owner,
                              std::span<const FieldValue> fields, const CategoryOf& category_of = basic_category) {
  const PreparedValues values = batch.prepare(id, owner, fields, category_of);
  std::string statement;
  record_bytes(id, owner.subject, values.values_commit(), {}, &statement);
  SealedEvent out;
  out.blob = batch.seal(values, sha256(statement));
  out.bytes = record_bytes(id, owner.subject, values.values_commit(), blob_hash(out.blob));
  return out;
}

class KeyringTest : public testing::Test {
 protected:
  KeyringOptions options(const std::string& passphrase = "") const {
    KeyringOptions out;
    out.folder = folder_ / "data/keyring";
    out.keys_folder = folder_ / "keys";
    out.ledger = test_ledger();
    out.passphrase = Secret(std::string_view(passphrase));
    out.map_size_bytes = kTestMapBytes;
    out.passphrase_cost = {.n = 1 << 10, .r = 8, .p = 1};
    return out;
  }
  std::string epoch_file() const { return folder_ / "keys/epoch-1"; }

  // Makes the subject of a number durable.
  static SubjectId admit(Keyring& keyring, const std::string& number) {
    KeyringBatch batch = keyring.begin();
    const SubjectId subject = batch.find_or_make(DirectoryKind::kCustomer, number);
    batch.commit();
    return subject;
  }

  static SealedEvent emit(Keyring& keyring, uint64_t n, const ValueOwner& owner, std::span<const FieldValue> fields,
                          const CategoryOf& category_of = basic_category) {
    KeyringBatch batch = keyring.begin();
    SealedEvent event = seal_event(batch, event_id(n), owner, fields, category_of);
    batch.commit();
    return event;
  }

  TempFolder folder_;
};

}  // namespace custody
