// How fast values are encrypted: one core, events of four fields, customers known, batches as the gateway makes them.
//
//   keyring_bench [events] [customers] [batch]
//
// Prints events a second of one core for: the ciphers alone on the same bytes (the baseline: hashes and AES-GCM that the format
// demands), the read-mostly path with customers at random, and the making of new customers.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <random>

#include "ledger/keys/keyring.h"

namespace custody {
namespace {

constexpr FieldValue kFields[] = {{"address", ValueType::kText, "Rua do Franco 12, 15705 Santiago de Compostela"},
                                  {"email", ValueType::kText, "jose.nunez@example.com"},
                                  {"phone", ValueType::kText, "+34 600 123 456"},
                                  {"subject", ValueType::kText, "C-0010017"}};
constexpr size_t kStatementBytes = 300;

// Of the processor, so that a busy machine does not count; waiting for the disk does not either.
double seconds(const std::function<void()>& work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

void print(const char* what, size_t events, double took) {
  std::printf("%-44s %9.0f events/s  %6.2f us\n", what, static_cast<double>(events) / took,
              took * 1e6 / static_cast<double>(events));
}

EventId event_id(uint64_t n) {
  EventId id;
  std::memcpy(id.bytes.data(), &n, sizeof n);
  return id;
}

std::string number_of(uint64_t n) {
  return "C-" + std::to_string(n);
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

void event(KeyringBatch& batch, uint64_t n, const std::string& number, const std::string& statement) {
  const SubjectId subject = batch.find_or_make(DirectoryKind::kCustomer, number);
  const PreparedValues values = batch.prepare(event_id(n), {subject, {}}, kFields);
  if (batch.seal(values, sha256(statement)).empty()) std::abort();
}

void run(size_t events, size_t customers, size_t batch_size) {
  std::string folder = (std::filesystem::temp_directory_path() / "keyring-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) throw Error(ErrorCode::kStore, "no temporary folder");
  {
    KeyringOptions options;
    options.folder = folder + "/keyring";
    options.keys_folder = folder + "/keys";
    Keyring keyring = Keyring::create(std::move(options));
    const std::string statement(kStatementBytes, 's');
    const auto in_batches = [&](size_t count, const std::function<uint64_t(size_t)>& customer) {
      for (size_t i = 0; i < count; i += batch_size) {
        KeyringBatch batch = keyring.begin();
        for (size_t k = i; k < std::min(count, i + batch_size); ++k) event(batch, k, number_of(customer(k)), statement);
        batch.commit();
      }
    };
    const Secret key = Secret::random(32);
    const Digest salts = salt_secret(key.view());
    const double baseline = seconds([&] {
      for (size_t i = 0; i < events; ++i) bare(i, statement, salts, key.view());
    });
    print("ciphers alone (baseline)", events, baseline);
    print("new customers", customers, seconds([&] { in_batches(customers, [](size_t k) { return k; }); }));
    std::mt19937_64 random(1);
    const double known = seconds([&] { in_batches(events, [&](size_t) { return random() % customers; }); });
    print("known customers, at random", events, known);
    const double few =
        seconds([&] { in_batches(events, [&](size_t) { return random() % std::min<size_t>(customers, 100); }); });
    print("known customers, a hundred busy ones", events, few);
    std::printf("ratio known / baseline %.2f, busy / baseline %.2f\n", baseline / known, baseline / few);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace custody

int main(int argc, char** argv) {
  const auto number = [&](int at, size_t otherwise) {
    return argc > at ? static_cast<size_t>(std::strtoull(argv[at], nullptr, 10)) : otherwise;
  };
  try {
    custody::run(number(1, 200'000), number(2, 20'000), number(3, 512));
    return 0;
  } catch (const custody::Error& error) {
    std::fprintf(stderr, "keyring_bench: %s\n", error.what());
    return custody::exit_status(error.code());
  }
}
