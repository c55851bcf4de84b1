// The conformance suite on LmdbLog, and what only an embedded log can do wrong.
#include "ledger/log/lmdb_log.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger/base/file.h"
#include "tests/unit/base/temp_folder.h"
#include "tests/unit/log/log_conformance.h"

namespace custody {
namespace {

using testing::HasSubstr;

class LmdbStage : public LogStage {
 public:
  std::unique_ptr<Log> create(const Descriptor& descriptor) override { return LmdbLog::create(path(), descriptor); }
  std::unique_ptr<Log> open() override { return LmdbLog::open(path()); }
  void make_newer() override {
    LmdbEnv env = LmdbEnv::open(path());
    const LmdbTable state = env.open_table("state");
    LmdbTxn txn = env.begin_write();
    txn.put(state, "format", "custody-log/999");
    txn.commit();
  }
  void make_foreign() override {
    make_folders(path());
    write_file_durably(path() + "/data.mdb", std::string(8192, 'x'));
  }
  bool second_writer_takes_over() const override { return false; }
  std::string path() const { return folder_ / "log"; }

 private:
  TempFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Lmdb, LogConformance,
                         testing::Values(LogKind{"Lmdb", [] { return std::make_unique<LmdbStage>(); }}),
                         [](const auto& kind) { return kind.param.name; });

TEST(LmdbLog, AFullStoreTakesNothingAndStaysGood) {
  const TempFolder folder;
  const auto log = LmdbLog::create(folder / "log", test_descriptor(1), {.map_size_bytes = 4 << 20});
  const std::string entry(50'000, 'x');
  uint64_t acknowledged = 0;
  const CaughtError e = error_of([&] {
    for (;; ++acknowledged) log->append_intake(std::vector<IntakeAppend>{{0, entry}});
  });
  EXPECT_EQ(e.code, ErrorCode::kUnavailable);
  EXPECT_THAT(e.text, HasSubstr("disk full"));
  EXPECT_GT(acknowledged, 10U);
  EXPECT_EQ(log->intake_end(0), acknowledged);
  log->append_intake(std::vector<IntakeAppend>{{0, "small"}});
  const auto reader = log->read_intake(0, acknowledged);
  EXPECT_EQ(reader->next(std::chrono::milliseconds(0))->entry, "small");
}

// In a child: file size limits stand for a full disk, and end when there is room again.
TEST(LmdbLog, AFullDiskIsWaitedFor) {
  const TempFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const auto log = LmdbLog::create(folder / "log", test_descriptor(1));
    rlimit limit{1 << 20, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
    const std::string entry(50'000, 'x');
    uint64_t acknowledged = 0;
    try {
      for (; acknowledged < 1000; ++acknowledged) log->append_intake(std::vector<IntakeAppend>{{0, entry}});
      _exit(1);
    } catch (const Error& e) {
      if (e.code() != ErrorCode::kUnavailable || !std::string(e.what()).starts_with("disk full")) _exit(2);
    }
    limit.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &limit);
    log->append_intake(std::vector<IntakeAppend>{{0, "room"}});
    const auto reader = log->read_intake(0, 0);
    uint64_t found = 0;
    std::string last;
    while (auto item = reader->next(std::chrono::milliseconds(0))) {
      last = item->entry;
      ++found;
    }
    _exit(acknowledged > 0 && found == acknowledged + 1 && last == "room" ? 0 : 3);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "exit status " << WEXITSTATUS(status);
}

TEST(LmdbLog, AWriterNeverForks) {
  const TempFolder folder;
  const auto log = LmdbLog::create(folder / "log", test_descriptor(1));
  auto writer = log->open_writer(0);
  const std::string r0 = test_record(0, 0), r1 = test_record(0, 1), r2 = test_record(0, 2);
  writer->append(std::vector<SealedWriter::Entry>{{r0, {}}});
  EXPECT_EQ(error_of([&] { writer->append(std::vector<SealedWriter::Entry>{{r1, {}}, {r1, {}}}); }).code,
            ErrorCode::kConflict);
  EXPECT_EQ(error_of([&] { writer->append(std::vector<SealedWriter::Entry>{{r1, {}}}); }).code, ErrorCode::kConflict)
      << "any error ends it";
  writer.reset();
  writer = log->open_writer(0);
  EXPECT_EQ(error_of([&] { writer->append(std::vector<SealedWriter::Entry>{{r2, {}}}); }).code, ErrorCode::kConflict);
  writer.reset();
  log->open_writer(0)->append(std::vector<SealedWriter::Entry>{{r1, {}}});
  const auto reader = log->read_sealed(0, 0);
  EXPECT_EQ(reader->next({})->record, r0);
  EXPECT_EQ(reader->next({})->record, r1) << "all of a batch or none";
  EXPECT_FALSE(reader->next({}));
}

}  // namespace
}  // namespace custody
