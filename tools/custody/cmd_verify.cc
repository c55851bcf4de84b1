// custody verify: re-reads every byte of the log, and never asks the projections.
#include <unistd.h>

#include <iostream>
#include <thread>

#include "ledger/base/file.h"
#include "ledger/verify/report.h"
#include "ledger/verify/verifier.h"
#include "tools/api/status.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/log_source.h"
#include "tools/custody/progress.h"

namespace custody {
namespace {

// Draws the verifier's progress until it goes.
class ProgressWatch {
 public:
  explicit ProgressWatch(VerifyProgress& progress)
      : line_("records"), thread_([this, &progress](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            line_.show(progress.records, std::nullopt);
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
          }
        }) {}
  ~ProgressWatch() {
    thread_.request_stop();
    thread_.join();
    line_.clear();
  }

 private:
  ProgressLine line_;
  std::jthread thread_;
};

VerificationStatus verification_of(const VerifyReport& report) {
  VerificationStatus verification;
  verification.at = {system_clock().now_us(), 0};
  verification.records = report.records;
  verification.faults = report.faults.size() + report.faults_left_out;
  verification.position.round = report.last_round;
  return verification;
}

int run(const Invocation& call) {
  if (call.has("--url"))
    throw Error(ErrorCode::kUsage,
                "verify reads the log itself: name its --data folder or --kafka brokers, or give the output of "
                "`custody log --raw` to custody-verify");
  const Home home = call.home();
  const auto log = open_log_for_reading(call);
  LogEntrySource source(*log);
  VerifyOptions options;
  VerifyProgress progress;
  options.progress = &progress;
  const std::string saved = home.path("verified");
  if (const auto bytes = read_file_if_present(saved, 1 << 20)) options.saved = decode_saved_head(*bytes);
  if (const auto trusted = call.value("--descriptor"))
    options.descriptor = array_of<32>(trusted->size() == 64 ? from_hex(*trusted) : from_base64(*trusted));
  VerifyReport report;
  {
    const ProgressWatch watch(progress);
    report = verify(source, options);
  }
  make_folders(home.data);
  if (const auto head = saved_head(report)) write_file_durably(saved, encode_saved_head(*head));
  save_verification(home, verification_of(report));
  std::cout << (call.json() ? report_json(report) + "\n" : report_text(report, isatty(STDOUT_FILENO) == 1));
  if (!log->replicated() && log->kind() == "kafka")
    std::cerr << "custody: NOT REPLICATED: one broker holds all of it\n";
  return report.ok() ? 0 : 1;
}

}  // namespace

Command verify_command() {
  return {
      "verify",
      "",
      "re-read every byte, re-compute every hash, say what it proves",
      "Keeps the verified head in the data folder, and proves next time that the log extends it.\n"
      "Exit status 1 when a fault was found.\n",
      {{"--descriptor", "HASH", "SHA-256 (base64 or hex) of the descriptor you trust, as `custody init` printed it"}},
      run};
}

}  // namespace custody
