// The keyring: the only place where a customer's number meets the random subject id, and where the keys of personal
// values are. Layout of its store and of the epoch key's file: docs/formats/keyring.md.
//
// Threads: a Keyring may be used by many at once; a batch belongs to the thread that began it.
// Durability: what a batch handed out (subject ids, commitments made with new keys) is durable once commit() returned,
// and lost if it never does. So nothing of it may leave the process, the log included, before commit(). Errors: kUsage
// (a wrong call or setting), kNotFound (no keyring, no epoch key), kDenied (wrong passphrase), kUnavailable (disk
// full), kStore (damaged, foreign or newer). No message holds a number, a value or a key, and after any of them the
// keyring is what it was.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/crypto.h"
#include "ledger/base/ids.h"
#include "ledger/event/record.h"
#include "ledger/event/values.h"

namespace custody {

struct KeyringOptions {
  std::string folder;       // DATA/keyring
  std::string keys_folder;  // KEYS/<ledger id in hex>: outside the data folder, and never in one backup with it
  LedgerId ledger;
  Secret passphrase;                // empty: the epoch key's file is the key itself (mode 0600)
  size_t cached_keys = 16'384;      // unwrapped data keys kept in locked memory, 64 bytes each
  uint64_t map_size_bytes = 0;      // address space of the store; 0 = the default of ledger/base/lmdb.h
  ScryptCost passphrase_cost = {};  // of a keyring that is made with a passphrase
};

// Numbers of different kinds never meet: a customer, and the contact of a third party somebody named as a prospect.
enum class DirectoryKind : uint8_t { kCustomer = 1, kContact = 2 };

// The category of a field, by the policy in force. Categories are erased apart from each other.
using CategoryOf = std::function<std::string_view(std::string_view field)>;
// Until a policy says otherwise. A leak sample has a key of its own, to be destroyed when its incident is closed.
inline std::string_view basic_category(std::string_view field) {
  return field == "sample" ? "sample" : "basic";
}

// Whom the values of an event are about: the subject, or (where there is none, or the values have a key of their own)
// what the event names: "person:anna", "dataset:crm", "request:r-17", "incident:i-3".
struct ValueOwner {
  SubjectId subject;      // as in the stamp; zeros = none
  std::string_view name;  // a code; when not empty its keys are used instead of the subject's
};

enum class SectionState {
  kOpen,        // decrypted, and bound to this record
  kErased,      // its key was destroyed
  kTakenOut,    // its key may be there, its bytes are not
  kUnknownKey,  // no such key in this keyring
  kAltered,     // the key is there, the bytes do not belong to it and this record
};

struct OpenedSection {
  SectionState state = SectionState::kUnknownKey;
  KeyId key_id;
  std::vector<SaltedField> fields;  // kOpen; views into `plaintext`
  Secret plaintext;
};

enum class CommitState {
  kMatches,     // values_commit follows from the opened fields
  kDiffers,     // every section opened, and it does not: whoever encrypted, encrypted something else
  kIncomplete,  // sections missing or not open; what did open is still bound to the record by its section
};

struct OpenedBlob {
  bool authentic = false;  // the blob is the one that the stamp names (no sections are opened otherwise)
  CommitState commit = CommitState::kIncomplete;
  std::vector<OpenedSection> sections;
};

class KeyringBatch;
namespace keys {
struct Store;
struct BatchState;
struct PreparedState;
}  // namespace keys

class Keyring {
 public:
  static bool exists(const std::string& folder);
  // Makes the epoch key's file and the keyring, in this order; started again after a crash it goes on with the file of
  // before. Error kConflict where there is a keyring already.
  static Keyring create(KeyringOptions options);
  static Keyring open(KeyringOptions options);
  Keyring(Keyring&&) noexcept;
  Keyring& operator=(Keyring&&) noexcept;
  ~Keyring();  // batches must have ended

  // Who has this number, if anybody. Spaces at either end are not part of a number; case and inner spaces are.
  std::optional<SubjectId> find(DirectoryKind kind, std::string_view number) const;
  // The number of a subject, to show to who may see it.
  std::optional<std::string> number_of(const SubjectId& subject) const;

  // What the keys still open of a record's blob. Never throws for what the bytes are.
  OpenedBlob open_blob(const Record& record, std::string_view blob) const;

  KeyringBatch begin();

  // The same for ever, and of this keyring alone (a copy of it has it too). Tells nothing of its keys.
  ByteArray<16> id() const;
  uint32_t epoch() const;
  const LedgerId& ledger() const;

 private:
  explicit Keyring(std::unique_ptr<keys::Store> store);
  std::unique_ptr<keys::Store> store_;
};

// The values of one event between the two steps of a batch; wiped when it goes.
class PreparedValues {
 public:
  PreparedValues(PreparedValues&&) noexcept;
  PreparedValues& operator=(PreparedValues&&) noexcept;
  ~PreparedValues();
  const Digest& values_commit() const;  // for the statement; zeros where there are no fields

 private:
  friend class KeyringBatch;
  explicit PreparedValues(std::unique_ptr<keys::PreparedState> state);
  std::unique_ptr<keys::PreparedState> state_;
};

// Work for many events with one durable commit. For each event: find or find_or_make its subject, prepare its values,
// write values_commit into the statement, seal. Then commit(), then append to the log.
//
//   KeyringBatch batch = keyring.begin();
//   const SubjectId subject = batch.find_or_make(DirectoryKind::kCustomer, number);
//   const PreparedValues values = batch.prepare(id, {subject, {}}, fields, basic_category);
//   statement.values_commit = values.values_commit();
//   std::string blob = batch.seal(values, sha256(to_canonical(statement)));
//   batch.commit();
//
// A batch that makes nothing reads a snapshot and never waits. The first thing it must make takes the keyring's only
// write lock until the batch ends, and every answer from then on is the newest: of racing batches the first wins, the
// others find its subject. Keep batches short, one at a time on a thread (a second one that has to make something is
// Error kUsage).
class KeyringBatch {
 public:
  KeyringBatch(KeyringBatch&&) noexcept;
  KeyringBatch& operator=(KeyringBatch&&) noexcept;
  ~KeyringBatch();  // nothing is kept of what was not committed

  std::optional<SubjectId> find(DirectoryKind kind, std::string_view number);
  SubjectId find_or_make(DirectoryKind kind, std::string_view number);

  // Step one. The salts follow from the keys, so that the same event gives the same commitment again. Fields in
  // ascending order of their names; Error kRefused (fault_of_fields) otherwise, and where the owner's keys were erased.
  PreparedValues prepare(const EventId& event, const ValueOwner& owner, std::span<const FieldValue> fields,
                         const CategoryOf& category_of = basic_category);
  // The same with salts of the client's own: who calls compares values_commit() with the client's statement.
  PreparedValues prepare_salted(const EventId& event, const ValueOwner& owner, std::span<const SaltedField> fields,
                                const CategoryOf& category_of = basic_category);
  // Step two: the blob's bytes ("" where there are no fields); fresh randomness each time. Also after commit().
  std::string seal(const PreparedValues& values, const Digest& statement_hash);

  void commit();  // afterwards only seal() may be called
  bool made_something() const;

 private:
  friend class Keyring;
  explicit KeyringBatch(std::unique_ptr<keys::BatchState> state);
  std::unique_ptr<keys::BatchState> state_;
};

}  // namespace custody
