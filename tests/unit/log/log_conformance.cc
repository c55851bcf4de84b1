#include "tests/unit/log/log_conformance.h"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <thread>

namespace custody {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

constexpr milliseconds kLong{20000};  // until something that must come has come

std::vector<uint64_t> numbers(uint64_t from, uint64_t to) {
  std::vector<uint64_t> out;
  for (uint64_t i = from; i < to; ++i) out.push_back(i);
  return out;
}

}  // namespace

Descriptor test_descriptor(uint32_t shards) {
  Descriptor descriptor;
  descriptor.ledger_id.bytes.fill(7);
  descriptor.name = "test";
  descriptor.origin = "localhost/test/0";
  descriptor.shards = shards;
  return descriptor;
}

std::string test_record(uint32_t shard, uint64_t seq, size_t extra_bytes) {
  Seal seal;
  seal.shard = shard;
  seal.seq = seq;
  return encode_record(seal, std::string(extra_bytes, static_cast<char>('a' + seq % 26)));
}

bool memory_is_measurable() {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return false;
#endif
#endif
  return true;
}

uint64_t anonymous_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
  }
  ADD_FAILURE() << "no RssAnon in /proc/self/status";
  return 0;
}

void LogConformance::take(uint32_t shard, const std::vector<std::string>& entries) {
  std::vector<IntakeAppend> appends;
  for (const std::string& entry : entries) appends.push_back({shard, entry});
  log_->append_intake(appends);
}

std::vector<std::string> LogConformance::intake(uint32_t shard, uint64_t position, size_t count) {
  std::vector<std::string> out;
  const auto reader = log_->read_intake(shard, position);
  while (out.size() < count) {
    const auto item = reader->next(kLong);
    if (!item) break;
    out.emplace_back(item->entry);
  }
  return out;
}

void LogConformance::seal(SealedWriter& writer, uint32_t shard, uint64_t from, uint64_t to) {
  std::vector<std::string> records;
  for (uint64_t seq = from; seq < to; ++seq) records.push_back(test_record(shard, seq));
  std::vector<SealedWriter::Entry> entries;
  for (const std::string& record : records) entries.push_back({record, {}});
  writer.append(entries);
}

std::vector<uint64_t> LogConformance::sealed(uint32_t shard, uint64_t from) {
  std::vector<uint64_t> out;
  const auto reader = log_->read_sealed(shard, from);
  while (true) {
    const auto item = reader->next(milliseconds(20));
    if (item) out.push_back(decode_seal(item->record).seq);
    if (!item && reader->caught_up()) return out;
  }
}

TEST_P(LogConformance, IntakeComesBackInOrderByShard) {
  Log& log = create();
  std::vector<std::string> entries;
  for (int i = 0; i < 1000; ++i) entries.push_back("entry " + std::to_string(i));
  std::vector<IntakeAppend> appends;
  for (uint32_t i = 0; i < 1000; ++i) appends.push_back({i % 2, entries[i]});
  log.append_intake(appends);
  take(1, {"last"});
  std::vector<std::string> even, odd;
  for (size_t i = 0; i < 1000; ++i) (i % 2 == 0 ? even : odd).push_back(entries[i]);
  odd.emplace_back("last");
  EXPECT_EQ(intake(0, 0, even.size()), even);
  EXPECT_EQ(intake(1, 0, odd.size()), odd);
  EXPECT_EQ(log.intake_end(0), 500U);
  EXPECT_EQ(log.intake_end(1), 501U);
}

TEST_P(LogConformance, IntakeGoesOnFromAPosition) {
  Log& log = create();
  take(0, {"a", "b", "c", "d"});
  const auto reader = log.read_intake(0, 0);
  EXPECT_EQ(reader->next(kLong)->entry, "a");
  const uint64_t behind_b = reader->next(kLong)->end;
  EXPECT_EQ(intake(0, behind_b, 2), (std::vector<std::string>{"c", "d"}));
  const auto tail = log.read_intake(0, log.intake_end(0));
  EXPECT_EQ(tail->next(milliseconds(0)), std::nullopt);
  const CaughtError e = error_of([&] { log.read_intake(0, log.intake_end(0) + 1000); });
  EXPECT_EQ(e.code, ErrorCode::kStore) << "what was promised up to a later position is lost";
}

TEST_P(LogConformance, ATailHearsOfWhatComes) {
  Log& log = create();
  std::thread later([&] {
    for (int i = 0; i < 20; ++i) take(0, {std::to_string(i)});
  });
  const auto reader = log.read_intake(0, 0);
  for (int i = 0; i < 20; ++i) {
    const auto item = reader->next(kLong);
    ASSERT_TRUE(item);
    EXPECT_EQ(item->entry, std::to_string(i));
  }
  later.join();
  const auto sealed_reader = log.read_sealed(1, 3);
  EXPECT_TRUE(sealed_reader->caught_up() || !sealed_reader->next(milliseconds(0)));
  std::thread sealer([&] {
    const auto writer = log.open_writer(1);
    for (uint64_t seq = 0; seq < 6; ++seq) seal(*writer, 1, seq, seq + 1);
  });
  for (uint64_t seq = 3; seq < 6; ++seq) {
    const auto item = sealed_reader->next(kLong);
    ASSERT_TRUE(item);
    EXPECT_EQ(decode_seal(item->record).seq, seq);
  }
  sealer.join();
}

TEST_P(LogConformance, ManyCallersEachInOrder) {
  create();
  constexpr int kCallers = 4, kEach = 50;
  std::vector<std::thread> callers;
  for (int c = 0; c < kCallers; ++c) {
    callers.emplace_back([&, c] {
      for (int i = 0; i < kEach; ++i)
        take(0, {std::to_string(c) + ":" + std::to_string(i), std::to_string(c) + ":" + std::to_string(i) + "+"});
    });
  }
  for (std::thread& caller : callers) caller.join();
  std::vector<int> next(kCallers, 0);
  std::vector<std::string> all = intake(0, 0, size_t{2} * kCallers * kEach);
  ASSERT_EQ(all.size(), size_t{2} * kCallers * kEach);
  for (const std::string& entry : all) {
    const auto c = static_cast<size_t>(entry[0] - '0');
    const int n = next[c]++;
    EXPECT_EQ(entry, std::to_string(c) + ":" + std::to_string(n / 2) + (n % 2 == 0 ? "" : "+"));
  }
}

TEST_P(LogConformance, SealedComesBackWithItsBlobs) {
  Log& log = create();
  const auto writer = log.open_writer(1);
  const std::string r0 = test_record(1, 0), r1 = test_record(1, 1, 60000), r2 = test_record(1, 2, 0), blob(900000, 'b');
  writer->append(std::vector<SealedWriter::Entry>{{r0, {}}, {r1, blob}});
  writer->append(std::vector<SealedWriter::Entry>{{r2, "small"}});
  const auto reader = log.read_sealed(1, 0);
  const std::vector<std::pair<std::string, std::string>> wanted{{r0, ""}, {r1, blob}, {r2, "small"}};
  for (const auto& [record, b] : wanted) {
    const auto item = reader->next(kLong);
    ASSERT_TRUE(item);
    EXPECT_EQ(item->record, record);
    EXPECT_EQ(item->blob, b);
  }
  EXPECT_THAT(sealed(0, 0), IsEmpty()) << "the other shard has nothing of it";
}

TEST_P(LogConformance, SealedIsReadFromAnyNumber) {
  Log& log = create();
  const auto writer = log.open_writer(0);
  uint64_t next = 0;
  for (uint64_t size : {1U, 7U, 1U, 30U, 2U, 59U}) {
    seal(*writer, 0, next, next + size);
    next += size;
  }
  ASSERT_EQ(next, 100U);
  for (uint64_t from : {0U, 1U, 2U, 8U, 9U, 38U, 39U, 41U, 98U, 99U})
    EXPECT_EQ(sealed(0, from), numbers(from, 100)) << from;
  EXPECT_THAT(sealed(0, 100), IsEmpty());
  EXPECT_THAT(sealed(0, 5000), IsEmpty());
  const auto reader = log.read_sealed(0, 41);
  const uint64_t position = reader->next(kLong)->position;
  EXPECT_EQ(decode_seal(log.read_sealed(0, 41, position)->next(kLong)->record).seq, 41U);
  EXPECT_FALSE(reader->caught_up());
}

TEST_P(LogConformance, DurableOnReturn) {
  create();
  close();
  const pid_t child = fork();
  if (child == 0) {  // ends without a word as soon as it was told that all is safe
    try {
      log_ = stage_->open();
      take(0, {"safe", "sound"});
      const auto writer = log_->open_writer(1);
      seal(*writer, 1, 0, 3);
      log_->put_checkpoint(1, 3, "note");
    } catch (const std::exception& e) {
      static_cast<void>(write(STDERR_FILENO, e.what(), std::char_traits<char>::length(e.what())));
      _exit(1);
    }
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  reopen();
  EXPECT_THAT(intake(0, 0, 2), ElementsAre("safe", "sound"));
  EXPECT_EQ(sealed(1, 0), numbers(0, 3));
  EXPECT_EQ(log_->newest_checkpoint(1), "note");
}

TEST_P(LogConformance, OneWriterAShard) {
  Log& log = create();
  auto first = log.open_writer(0);
  seal(*first, 0, 0, 2);
  const auto other = log.open_writer(1);  // another shard is another matter
  if (stage_->second_writer_takes_over()) {
    const auto second = log.open_writer(0);
    EXPECT_EQ(error_of([&] { seal(*first, 0, 2, 3); }).code, ErrorCode::kConflict);
    error_of([&] { seal(*first, 0, 2, 3); });  // ended for good
    seal(*second, 0, 2, 4);
  } else {
    EXPECT_EQ(error_of([&] { log.open_writer(0); }).code, ErrorCode::kConflict);
    first.reset();
    seal(*log.open_writer(0), 0, 2, 4);
  }
  seal(*other, 1, 0, 1);
  EXPECT_EQ(sealed(0, 0), numbers(0, 4)) << "a record twice or missing";
  EXPECT_EQ(sealed(1, 0), numbers(0, 1));
}

TEST_P(LogConformance, ASlowReaderCostsLittleMemory) {
  Log& log = create();
  constexpr size_t kEntryBytes = 100'000, kEntries = 1000, kAllowed = 40'000'000;  // of 100 MB
  std::mt19937_64 random(7);  // bytes that no compression makes smaller
  const auto filled = [&](size_t i) {
    std::string entry = std::to_string(i) + ":";
    while (entry.size() < kEntryBytes) append_le(entry, random(), 8);
    return entry;
  };
  for (size_t i = 0; i < kEntries; i += 20) {
    std::vector<std::string> some;
    for (size_t k = i; k < i + 20; ++k) some.push_back(filled(k));
    take(0, some);
  }
  const uint64_t before = anonymous_bytes();
  const auto reader = log.read_intake(0, 0);
  ASSERT_TRUE(reader->next(kLong));
  // The reader now has every chance to run ahead while nobody asks it: others are served for as long as that would
  // take.
  EXPECT_EQ(intake(0, 0, kEntries).size(), kEntries);
  const uint64_t after = anonymous_bytes();
  if (memory_is_measurable()) EXPECT_LT(after, before + kAllowed);
  for (size_t i = 1; i < kEntries; ++i) {
    const auto item = reader->next(kLong);
    ASSERT_TRUE(item);
    ASSERT_TRUE(item->entry.starts_with(std::to_string(i) + ":"))
        << "an entry is missing before " << item->entry.substr(0, 10);
  }
}

TEST_P(LogConformance, TheNewestCheckpointCounts) {
  Log& log = create();
  EXPECT_EQ(log.newest_checkpoint(0), std::nullopt);
  log.put_checkpoint(0, 5, "five");
  log.put_checkpoint(1, 50, "fifty");
  log.put_checkpoint(0, 6, "six");
  log.put_checkpoint(0, 4, "four, late");
  EXPECT_EQ(log.newest_checkpoint(0), "six");
  EXPECT_EQ(log.newest_checkpoint(1), "fifty");
  EXPECT_EQ(log.newest_checkpoint(0, 6), "six");
  EXPECT_EQ(log.newest_checkpoint(0, 5), "five");
  EXPECT_EQ(log.newest_checkpoint(0, 3), std::nullopt);
  EXPECT_EQ(log.newest_checkpoint(1, 1000), "fifty");
  const auto odd = [](std::string_view note) { return note == "five" || note == "six, seen"; };
  EXPECT_EQ(log.newest_checkpoint(0, UINT64_MAX, odd), "five");
  EXPECT_EQ(log.newest_checkpoint(0, 4, odd), std::nullopt);
  for (uint64_t size = 7; size < 40; ++size) log.put_checkpoint(0, size, "later");
  EXPECT_EQ(log.newest_checkpoint(0, UINT64_MAX, odd), "five");
  log.put_checkpoint(0, 6, "six, seen");
  EXPECT_EQ(log.newest_checkpoint(0, UINT64_MAX, odd), "six, seen");
  EXPECT_EQ(log.newest_checkpoint(0, 6), "six, seen");
  EXPECT_EQ(log.newest_checkpoint(0), "later");
  EXPECT_EQ(reopen().newest_checkpoint(0, 6), "six, seen");
}

TEST_P(LogConformance, WhatWasTrimmedIsSaidToBeGone) {
  Log& log = create();
  take(0, {"a", "b", "c", "d"});
  log.trim_intake(0, 2);
  take(0, {"e"});
  EXPECT_THAT(intake(0, 2, 3), ElementsAre("c", "d", "e"));
  for (uint64_t gone : {0U, 1U}) EXPECT_EQ(error_of([&] { log.read_intake(0, gone); }).code, ErrorCode::kStore) << gone;
  EXPECT_EQ(log.intake_end(0), 5U);
}

TEST_P(LogConformance, ItsDescriptorAndIncarnationStay) {
  Log& log = create(4);
  const std::string bytes = encode_descriptor(log.descriptor());
  EXPECT_EQ(bytes, encode_descriptor(test_descriptor(4)));
  const ByteArray<16> id = log.intake_id(0);
  EXPECT_FALSE(is_zero(id));
  EXPECT_EQ(encode_descriptor(reopen().descriptor()), bytes);
  EXPECT_EQ(log_->intake_id(0), id);
  Descriptor other = test_descriptor(4);
  other.name = "other";
  close();
  EXPECT_EQ(error_of([&] { stage_->create(other); }).code, ErrorCode::kConflict);
}

TEST_P(LogConformance, TheFirstKeyringStands) {
  Log& log = create();
  EXPECT_EQ(log.trouble(), "");
  EXPECT_FALSE(log.keyring());
  const KeyringClaim mine{array_of<16>("keyring number 1"), "host:/data/keyring"};
  const KeyringClaim other{array_of<16>("keyring number 2"), "elsewhere:/data/keyring"};
  log.put_checkpoint(0, 1, "note");
  EXPECT_EQ(log.claim_keyring(mine).id, mine.id);
  EXPECT_EQ(log.claim_keyring(other).id, mine.id);
  const auto kept = reopen().keyring();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->id, mine.id);
  EXPECT_EQ(kept->place, mine.place);
}

TEST_P(LogConformance, AMissingStoreIsNotMade) {
  EXPECT_EQ(error_of([&] { stage_->open(); }).code, ErrorCode::kNotFound);
  EXPECT_EQ(error_of([&] { stage_->open(); }).code, ErrorCode::kNotFound) << "asking made one";
}

TEST_P(LogConformance, ANewerFormatIsRefused) {
  create();
  close();
  stage_->make_newer();
  const CaughtError e = error_of([&] { stage_->open(); });
  EXPECT_EQ(e.code, ErrorCode::kStore);
  EXPECT_THAT(e.text, HasSubstr("format"));
}

TEST_P(LogConformance, AForeignStoreIsRefused) {
  stage_->make_foreign();
  EXPECT_EQ(error_of([&] { stage_->open(); }).code, ErrorCode::kStore);
}

}  // namespace custody
