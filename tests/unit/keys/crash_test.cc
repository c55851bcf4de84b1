// A process that dies at any moment leaves the keyring as it was before or after: everything that a committed batch
// handed out is there, nothing is half there, and the next process goes on.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "tests/unit/keys/fixture.h"

namespace custody {
namespace {

constexpr int kRuns = 12;
constexpr int kBatch = 5;

struct Receipt {
  uint64_t number = 0;
  SubjectId subject;
  ByteArray<8> commit{};
};

std::string customer(uint64_t n) {
  return "C-" + std::to_string(n);
}

// The child: batch after batch of new customers; a receipt goes to the pipe once its batch is committed.
[[noreturn]] void work(KeyringOptions options, uint64_t from, int pipe) {
  try {
    Keyring keyring =
        Keyring::exists(options.folder) ? Keyring::open(std::move(options)) : Keyring::create(std::move(options));
    for (uint64_t n = from;; n += kBatch) {
      KeyringBatch batch = keyring.begin();
      std::vector<Receipt> receipts;
      for (uint64_t k = n; k < n + kBatch; ++k) {
        const SubjectId subject = batch.find_or_make(DirectoryKind::kCustomer, customer(k));
        const FieldValue field{"phone", ValueType::kText, "1"};
        const PreparedValues values = batch.prepare(event_id(k), {subject, {}}, {&field, 1});
        receipts.push_back({k, subject, array_of<8>(view_of(values.values_commit()).substr(0, 8))});
      }
      batch.commit();
      if (write(pipe, receipts.data(), receipts.size() * sizeof(Receipt)) < 0) _exit(3);
    }
  } catch (...) {
    _exit(2);
  }
}

// Runs a child for a while, counted from its first acknowledgement if so wished, kills it, returns what it had
// acknowledged.
std::vector<Receipt> run_and_kill(KeyringOptions options, uint64_t from, std::chrono::microseconds life,
                                  bool from_first) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    work(std::move(options), from, ends[1]);
  }
  close(ends[1]);
  pollfd answers{ends[0], POLLIN, 0};
  if (from_first) EXPECT_EQ(poll(&answers, 1, 120'000), 1) << "nothing was acknowledged in two minutes";
  usleep(static_cast<useconds_t>(life.count()));  // the moment of death is the input of this test
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  std::vector<Receipt> receipts;
  Receipt receipt;
  while (read(ends[0], &receipt, sizeof receipt) == static_cast<ssize_t>(sizeof receipt)) receipts.push_back(receipt);
  close(ends[0]);
  return receipts;
}

TEST_F(KeyringTest, KilledAnywhereItIsAsBeforeOrAfter) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<Receipt> known;
  uint64_t next = 0;
  for (int run = 0; run < kRuns; ++run) {
    // The first lives end within create(), later ones within batches; on a slow machine all may, but for the last.
    const std::chrono::microseconds life(random() % (run < 4 ? 60'000 : 400'000));
    const std::vector<Receipt> receipts = run_and_kill(options(), next, life, run == kRuns - 1);
    known.insert(known.end(), receipts.begin(), receipts.end());
    if (!Keyring::exists(options().folder)) {
      EXPECT_TRUE(known.empty());
      continue;
    }
    Keyring keyring = Keyring::open(options());
    KeyringBatch batch = keyring.begin();
    for (const Receipt& receipt : known) {
      ASSERT_EQ(batch.find(DirectoryKind::kCustomer, customer(receipt.number)), receipt.subject);
      const FieldValue field{"phone", ValueType::kText, "1"};
      const PreparedValues values = batch.prepare(event_id(receipt.number), {receipt.subject, {}}, {&field, 1});
      ASSERT_EQ(array_of<8>(view_of(values.values_commit()).substr(0, 8)), receipt.commit);
    }
    EXPECT_FALSE(batch.made_something());  // all keys were there
    // A batch that was committed but not acknowledged is there as a whole, and then the numbers go on behind it.
    next = known.empty() ? 0 : known.back().number + 1;
    const bool more = batch.find(DirectoryKind::kCustomer, customer(next)).has_value();
    for (uint64_t k = next; k < next + kBatch; ++k) {
      EXPECT_EQ(batch.find(DirectoryKind::kCustomer, customer(k)).has_value(), more);
    }
    EXPECT_FALSE(batch.find(DirectoryKind::kCustomer, customer(next + kBatch)));
  }
  EXPECT_FALSE(known.empty());
}

}  // namespace
}  // namespace custody
