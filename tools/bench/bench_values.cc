// How fast values are encrypted: one core, events of four fields, customers known, batches as the gateway makes them.
#include <cstring>
#include <random>

#include "ledger/keys/keyring.h"
#include "tools/bench/benches.h"
#include "tools/bench/scratch.h"

namespace custody {
namespace {

constexpr FieldValue kFields[] = {{"address", ValueType::kText, "Rua do Franco 12, 15705 Santiago de Compostela"},
                                  {"email", ValueType::kText, "jose.nunez@example.com"},
                                  {"phone", ValueType::kText, "+34 600 123 456"},
                                  {"subject", ValueType::kText, "C-0010017"}};
constexpr size_t kStatementBytes = 300;
constexpr size_t kBatch = 512;

EventId event_id(uint64_t n) {
  EventId id;
  std::memcpy(id.bytes.data(), &n, sizeof n);
  return id;
}

// What no implementation of the format can do without: salts, commitments, a section's key and its encryption, two
// hashes.
void bare(uint64_t n, const std::string& statement, const Digest& salts, std::string_view data_key) {
  const EventId id = event_id(n);
  std::vector<CommittedField> committed;
  std::vector<SaltedField> salted;
  for (const FieldValue& field : kFields) {
    salted.push_back({field.name, field_salt(salts, id, field.name), field.type, field.value});
    committed.push_back({field.name, field_commitment(salted.back().salt, field.type, field.value)});
  }
  values_commitment(committed);
  const auto salt = random_array<32>();
  const Digest key = section_key(data_key, salt);
  const Digest hash = sha256(statement);
  aead_seal(view_of(key), std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0", 12), section_associated({}, id, {}, 0, hash),
            encode_section(salted));
}

void encrypt(KeyringBatch& batch, uint64_t n, const std::string& number, const std::string& statement) {
  const SubjectId subject = batch.find_or_make(DirectoryKind::kCustomer, number);
  const PreparedValues values = batch.prepare(event_id(n), {subject, {}}, kFields);
  if (batch.seal(values, sha256(statement)).empty()) throw Error(ErrorCode::kStore, "nothing was encrypted");
}

Sample per_core(Sample sample) {
  sample.value = sample.work / sample.cpu_seconds;
  return sample;
}

template <class Customer>
Sample in_batches(Keyring& keyring, uint64_t events, const std::string& statement, const Customer& customer) {
  return per_core(timed([&] {
    for (uint64_t begin = 0; begin < events; begin += kBatch) {
      KeyringBatch batch = keyring.begin();
      for (uint64_t n = begin; n < std::min(events, begin + kBatch); ++n)
        encrypt(batch, n, "C-" + std::to_string(customer(n)), statement);
      batch.commit();
    }
    return static_cast<double>(events);
  }));
}

}  // namespace

std::vector<Figure> bench_values(const BenchOptions& options) {
  const Scratch scratch(options.folder);
  const uint64_t events = options.count(200'000, 2'000);
  const uint64_t customers = events / 10;
  KeyringOptions open;
  open.folder = scratch / "keyring";
  open.keys_folder = scratch / "keys";
  Keyring keyring = Keyring::create(std::move(open));
  const std::string statement(kStatementBytes, 's');
  const Secret key = Secret::random(32);
  const Digest salts = salt_secret(key.view());
  Figure figure;
  figure.name = "values";
  figure.work =
      "salts, commitments and encryption of four values, customers known and at random; rates are of a second of "
      "processor time";
  figure.unit = "events/s";
  figure.baseline = "the hashes and the cipher that the format demands, alone";
  const Sample made = in_batches(keyring, customers, statement, [](uint64_t n) { return n; });
  std::mt19937_64 random(1);
  const auto ours = [&] {
    return in_batches(keyring, events, statement, [&](uint64_t) { return random() % customers; });
  };
  const auto base = [&] {
    return per_core(timed([&] {
      for (uint64_t n = 0; n < events; ++n) bare(n, statement, salts, key.view());
      return static_cast<double>(events);
    }));
  };
  in_turns(options.turns(3), figure, ours, base);
  figure.facts = {{"new customers/s", made.value}, {"customers", static_cast<double>(customers)}};
  return {figure};
}

}  // namespace custody
