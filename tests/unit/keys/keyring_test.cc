// Making, opening and refusing keyrings; the directory; who wins.
#include "ledger/keys/keyring.h"
#include "ledger/base/wrapping.h"

#include <sys/stat.h>

#include <fstream>
#include <set>
#include <thread>

#include "tests/unit/keys/fixture.h"

namespace custody {
namespace {

constexpr auto kCustomer = DirectoryKind::kCustomer;

TEST_F(KeyringTest, KeepsNumbersAndKeysOverARestart) {
  SubjectId subject;
  SealedEvent event;
  const FieldValue phone{"phone", ValueType::kText, "+34 600 123 456"};
  {
    Keyring keyring = Keyring::create(options());
    subject = admit(keyring, "C-10017");
    event = emit(keyring, 1, {subject, {}}, {{phone}});
  }
  const Keyring keyring = Keyring::open(options());
  EXPECT_EQ(keyring.find(kCustomer, "C-10017"), subject);
  EXPECT_EQ(keyring.number_of(subject), "C-10017");
  const OpenedBlob opened = keyring.open_blob(event.record(), event.blob);
  ASSERT_EQ(opened.sections.size(), 1U);
  ASSERT_EQ(opened.sections[0].state, SectionState::kOpen);
  EXPECT_EQ(opened.sections[0].fields[0].value, phone.value);
  EXPECT_EQ(opened.commit, CommitState::kMatches);
  EXPECT_EQ(keyring.epoch(), 1U);
}

TEST_F(KeyringTest, TheEpochKeyIsAFileOfItsOwnerAlone) {
  const Keyring keyring = Keyring::create(options());
  struct stat file{};
  ASSERT_EQ(stat(epoch_file().c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600U);
}

TEST_F(KeyringTest, NeedsThePassphraseItWasMadeWith) {
  {
    Keyring::create(options("correct horse"));
  }
  EXPECT_EQ(error_of([&] { Keyring::open(options("wrong horse")); }).code, ErrorCode::kDenied);
  EXPECT_EQ(error_of([&] { Keyring::open(options()); }).code, ErrorCode::kDenied);
  const std::string file = read_file(epoch_file(), 4096);
  Keyring keyring = Keyring::open(options("correct horse"));
  admit(keyring, "C-1");
  EXPECT_EQ(read_file(epoch_file(), 4096), file);
}

TEST_F(KeyringTest, APassphraseDoesNotStandInItsError) {
  {
    Keyring::create(options("correct horse"));
  }
  const std::string text = error_of([&] { Keyring::open(options("sesame-open")); }).text;
  EXPECT_EQ(text.find("sesame"), std::string::npos);
}

TEST_F(KeyringTest, WithoutItsEpochKeyItIsShutAndUntouched) {
  {
    Keyring::create(options());
  }
  const std::string before = read_file(options().folder + "/data.mdb", 1 << 26);
  const std::string key = read_file(epoch_file(), 4096);
  remove_file_durably(epoch_file());
  EXPECT_EQ(error_of([&] { Keyring::open(options()); }).code, ErrorCode::kNotFound);
  write_file_durably(epoch_file(), key.substr(0, key.size() - 1));
  EXPECT_EQ(error_of([&] { Keyring::open(options()); }).code, ErrorCode::kStore);
  for (size_t at = 0; at < key.size(); ++at) {
    std::string altered = key;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    write_file_durably(epoch_file(), altered);
    EXPECT_EQ(error_of([&] { Keyring::open(options()); }).code, ErrorCode::kStore) << "byte " << at;
  }
  write_file_durably(epoch_file(), key);
  ASSERT_EQ(chmod(epoch_file().c_str(), 0644), 0);
  EXPECT_EQ(error_of([&] { Keyring::open(options()); }).code, ErrorCode::kStore);
  ASSERT_EQ(chmod(epoch_file().c_str(), 0600), 0);
  EXPECT_EQ(read_file(options().folder + "/data.mdb", 1 << 26), before);
  Keyring::open(options());
}

TEST_F(KeyringTest, AWrappedKeyAlteredAnywhereIsAnErrorAndNeverAFlood) {
  {
    Keyring::create(options("correct horse"));
  }
  const std::string key = read_file(epoch_file(), 4096);
  // From the kind on; the rounds and memory of scrypt among them.
  for (size_t at = 24; at < key.size(); ++at) {
    std::string altered = key;
    altered[at] = static_cast<char>(altered[at] ^ 0x40);
    write_file_durably(epoch_file(), altered);
    const ErrorCode code = error_of([&] { Keyring::open(options("correct horse")); }).code;
    EXPECT_TRUE(code == ErrorCode::kStore || code == ErrorCode::kDenied) << "byte " << at;
  }
}

TEST_F(KeyringTest, TellsAForeignKeyAndAForeignLedger) {
  {
    Keyring::create(options());
  }
  KeyringOptions foreign = options();
  foreign.ledger = test_ledger(0x4d);
  EXPECT_EQ(error_of([&] { Keyring::open(std::move(foreign)); }).code, ErrorCode::kStore);

  KeyringOptions other = options();  // same ledger, another keyring, another key
  other.folder = folder_ / "other/keyring";
  other.keys_folder = folder_ / "other-keys";
  {
    Keyring::create(std::move(other));
  }
  write_file_durably(epoch_file(), read_file(folder_ / "other-keys/epoch-1", 4096));
  const CaughtError error = error_of([&] { Keyring::open(options()); });
  EXPECT_EQ(error.code, ErrorCode::kStore);
  EXPECT_NE(error.text.find("another one"), std::string::npos) << error.text;
}

TEST_F(KeyringTest, RefusesANewerFormat) {
  {
    Keyring::create(options());
  }
  {
    LmdbEnv env = LmdbEnv::open(options().folder, {.map_size_bytes = kTestMapBytes});
    const LmdbTable meta = env.open_table("meta");
    LmdbTxn txn = env.begin_write();
    std::string row(*txn.get(meta, "keyring"));
    row[4] = 2;
    txn.put(meta, "keyring", row + "something new");
    txn.commit();
  }
  const CaughtError error = error_of([&] { Keyring::open(options()); });
  EXPECT_EQ(error.code, ErrorCode::kStore);
  EXPECT_NE(error.text.find("format 2"), std::string::npos) << error.text;
}

TEST_F(KeyringTest, CreatesOnceAndGoesOnAfterACrashBetweenKeyAndKeyring) {
  EXPECT_FALSE(Keyring::exists(options().folder));
  EXPECT_EQ(error_of([&] { Keyring::open(options()); }).code, ErrorCode::kNotFound);
  {
    Keyring::create(options());
  }
  EXPECT_TRUE(Keyring::exists(options().folder));
  EXPECT_EQ(error_of([&] { Keyring::create(options()); }).code, ErrorCode::kConflict);

  const std::string key = read_file(epoch_file(), 4096);
  std::filesystem::remove_all(options().folder);
  {
    Keyring::create(options());
  }
  EXPECT_EQ(read_file(epoch_file(), 4096), key);
  std::filesystem::remove_all(options().folder);
  EXPECT_EQ(error_of([&] { Keyring::create(options("correct horse")); }).code, ErrorCode::kConflict);
  EXPECT_EQ(read_file(epoch_file(), 4096), key);
}

TEST_F(KeyringTest, EpochKeysDoNotLieInTheKeyring) {
  KeyringOptions inside = options();
  inside.keys_folder = inside.folder + "/keys";
  EXPECT_EQ(error_of([&] { Keyring::create(std::move(inside)); }).code, ErrorCode::kUsage);
}

TEST_F(KeyringTest, ANumberHasOneSubject) {
  Keyring keyring = Keyring::create(options());
  const SubjectId subject = admit(keyring, "C-1");
  EXPECT_FALSE(subject.empty());
  EXPECT_EQ(admit(keyring, "  C-1\n"), subject);
  EXPECT_NE(admit(keyring, "c-1"), subject);
  EXPECT_NE(admit(keyring, "C- 1"), subject);
  EXPECT_EQ(keyring.find(kCustomer, "C-2"), std::nullopt);
  EXPECT_EQ(keyring.find(DirectoryKind::kContact, "C-1"), std::nullopt);
  for (const char* none : {"", "  ", "C\x01", "\xff"}) {
    EXPECT_EQ(keyring.find(kCustomer, none), std::nullopt);
    EXPECT_EQ(error_of([&] { admit(keyring, none); }).code, ErrorCode::kRefused);
  }
  EXPECT_EQ(keyring.number_of(SubjectId{random_array<16>()}), std::nullopt);
}

TEST_F(KeyringTest, NothingOfABatchIsKeptBeforeItsCommit) {
  Keyring keyring = Keyring::create(options());
  {
    KeyringBatch batch = keyring.begin();
    const SubjectId subject = batch.find_or_make(kCustomer, "C-1");
    EXPECT_EQ(batch.find(kCustomer, "C-1"), subject);
    EXPECT_TRUE(batch.made_something());
    EXPECT_EQ(keyring.find(kCustomer, "C-1"), std::nullopt);
  }
  EXPECT_EQ(keyring.find(kCustomer, "C-1"), std::nullopt);
  KeyringBatch batch = keyring.begin();
  EXPECT_EQ(batch.find(kCustomer, "C-1"), std::nullopt);
  batch.commit();
  EXPECT_EQ(error_of([&] { batch.find(kCustomer, "C-2"); }).code, ErrorCode::kUsage);
}

TEST_F(KeyringTest, AReadingBatchNeverWaits) {
  Keyring keyring = Keyring::create(options());
  const SubjectId subject = admit(keyring, "C-1");
  emit(keyring, 1, {subject, {}}, {{{"phone", ValueType::kText, "1"}}});
  KeyringBatch writer = keyring.begin();
  writer.find_or_make(kCustomer, "C-2");
  KeyringBatch reader = keyring.begin();  // on the same thread: would hang if it took the lock
  EXPECT_EQ(reader.find_or_make(kCustomer, "C-1"), subject);
  seal_event(reader, event_id(2), {subject, {}}, {{{"phone", ValueType::kText, "2"}}});
  reader.commit();
  EXPECT_FALSE(reader.made_something());
  KeyringBatch second = keyring.begin();
  EXPECT_EQ(error_of([&] { second.find_or_make(kCustomer, "C-3"); }).code, ErrorCode::kUsage);
}

TEST_F(KeyringTest, OfRacingBatchesTheFirstWins) {
  Keyring keyring = Keyring::create(options());
  constexpr size_t kThreads = 4;
  constexpr int kNumbers = 60;
  std::vector<std::vector<SubjectId>> seen(kThreads);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kNumbers; i += 3) {
        KeyringBatch batch = keyring.begin();
        for (int k = 0; k < 3; ++k) {
          const SubjectId subject = batch.find_or_make(kCustomer, "C-" + std::to_string(i + k));
          seal_event(batch, event_id(1), {subject, {}}, {{{"phone", ValueType::kText, "1"}}});
          seen[t].push_back(subject);
        }
        batch.commit();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t t = 1; t < kThreads; ++t) EXPECT_EQ(seen[t], seen[0]);
  EXPECT_EQ(std::set<SubjectId>(seen[0].begin(), seen[0].end()).size(), size_t{kNumbers});
}

TEST_F(KeyringTest, AFullDiskIsNotNowAndLeavesTheKeyringGood) {
  KeyringOptions tight = options();
  tight.map_size_bytes = 3 << 20;
  Keyring keyring = Keyring::create(std::move(tight));
  const SubjectId first = admit(keyring, "C-first");
  const auto fill = [&] {
    KeyringBatch batch = keyring.begin();
    for (int i = 0; i < 100'000; ++i) batch.find_or_make(kCustomer, "C-" + std::to_string(i));
    batch.commit();
  };
  EXPECT_EQ(error_of(fill).code, ErrorCode::kUnavailable);
  EXPECT_EQ(keyring.find(kCustomer, "C-first"), first);
  EXPECT_EQ(keyring.find(kCustomer, "C-1"), std::nullopt);
  EXPECT_FALSE(admit(keyring, "C-1").empty());
}

// Whatever byte of the store is wrong: an answer that is right, or an error, and never another subject.
TEST_F(KeyringTest, AlteredRowsAreErrorsAndNeverOtherSubjects) {
  const FieldValue phone{"phone", ValueType::kText, "1"};
  SubjectId subject;
  SealedEvent event;
  {
    Keyring keyring = Keyring::create(options());
    subject = admit(keyring, "C-1");
    event = emit(keyring, 1, {subject, {}}, {{phone}});
  }
  for (const char* table_name : {"directory", "owners", "data_keys"}) {
    std::string key;
    std::string value;
    const auto write = [&](const std::string& bytes) {
      LmdbEnv env = LmdbEnv::open(options().folder, {.map_size_bytes = kTestMapBytes});
      const LmdbTable table = env.open_table(table_name);
      LmdbTxn txn = env.begin_write();
      if (key.empty()) {
        LmdbCursor cursor = txn.cursor(table);
        ASSERT_TRUE(cursor.first());
        key = cursor.key();
        value = cursor.value();
      }
      txn.put(table, key, bytes.empty() ? value : bytes);
      txn.commit();
    };
    write("");
    for (size_t at = 0; at <= value.size(); ++at) {
      std::string altered = value;
      if (at < value.size()) altered[at] = static_cast<char>(altered[at] ^ 4);
      if (at == value.size()) altered.pop_back();
      write(altered);
      const Keyring keyring = Keyring::open(options());
      try {
        EXPECT_EQ(keyring.find(kCustomer, "C-1"), subject);
        const std::optional<std::string> number = keyring.number_of(subject);
        EXPECT_TRUE(!number || *number == "C-1");
        const OpenedBlob opened = keyring.open_blob(event.record(), event.blob);
        for (const OpenedSection& section : opened.sections) {
          EXPECT_TRUE(section.fields.empty() || section.fields[0].value == phone.value);
        }
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kStore) << error.what();
        EXPECT_EQ(std::string(error.what()).find("C-1"), std::string::npos);
      }
    }
    write("");
  }
}

TEST_F(KeyringTest, NoNumberStandsInItsFiles) {
  const std::string number = "C-very-recognisable-10017";
  {
    Keyring keyring = Keyring::create(options());
    const SubjectId subject = admit(keyring, number);
    emit(keyring, 1, {subject, {}}, {{{"phone", ValueType::kText, "recognisable-value"}}});
  }
  const std::string store = read_file(options().folder + "/data.mdb", 1 << 26);
  EXPECT_EQ(store.find("recognisable"), std::string::npos);
  const std::string key = read_file(epoch_file(), 4096);
  EXPECT_EQ(store.find(key.substr(25, 32)), std::string::npos);
}

TEST(Passphrase, ComesFromTheEnvironmentOrAFile) {
  const TempFolder folder;
  unsetenv("CUSTODY_PASSPHRASE");
  unsetenv("CUSTODY_PASSPHRASE_FILE");
  EXPECT_TRUE(passphrase_from_environment().empty());
  write_file_durably(folder / "p", "from file\nsecond line\n");
  setenv("CUSTODY_PASSPHRASE_FILE", (folder / "p").c_str(), 1);
  EXPECT_EQ(passphrase_from_environment().view(), "from file");
  setenv("CUSTODY_PASSPHRASE", "from environment", 1);
  EXPECT_EQ(passphrase_from_environment().view(), "from environment");
  unsetenv("CUSTODY_PASSPHRASE");
  write_file_durably(folder / "p", "\n");
  EXPECT_EQ(error_of([] { passphrase_from_environment(); }).code, ErrorCode::kUsage);
  unsetenv("CUSTODY_PASSPHRASE_FILE");
}

}  // namespace
}  // namespace custody
