// custody verify: re-reads every byte of the log, and never asks the projections.
#include <unistd.h>

#include <boost/json.hpp>
#include <iostream>
#include <thread>

#include "ledger/base/file.h"
#include "ledger/codec/json.h"
#include "ledger/log/lmdb_log.h"
#include "ledger/proof/checkpoint.h"
#include "ledger/proof/tile_check.h"
#include "ledger/verify/report.h"
#include "ledger/verify/verifier.h"
#include "tools/api/status.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/log_source.h"
#include "tools/custody/open_tiles.h"
#include "tools/custody/progress.h"
#include "tools/custody/succession.h"
#include "tools/custody/trusted_keys.h"

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

// The log with a checkpoint that somebody kept: the verifier holds it against the records as it does the log's own.
class AgainstSource : public LogEntrySource {
 public:
  AgainstSource(Log& log, const std::vector<std::string>& files) : LogEntrySource(log) {
    for (const std::string& file : files) add(log.descriptor(), file);
  }
  std::vector<CheckpointNote> checkpoints() override {
    std::vector<CheckpointNote> notes = LogEntrySource::checkpoints();
    notes.insert(notes.end(), kept_.begin(), kept_.end());
    return notes;
  }

  // The newest checkpoint of shard 0 that counts under the policy, to be judged as well; its size.
  std::optional<uint64_t> add_witnessed(Log& log, const Policy& policy) {
    const auto note = log.newest_checkpoint(
        0, UINT64_MAX, [&](std::string_view text) { return policy.quorum && counts(policy, text); });
    if (!note) return std::nullopt;
    add_note(log.descriptor(), "the newest witnessed checkpoint", *note);
    return checkpoint_of(parse_note(*note)).size;
  }

 private:
  void add(const Descriptor& descriptor, const std::string& file) {
    for (const std::string& note : notes_in(read_file(file, kMaxKeptBytes))) add_note(descriptor, file, note);
  }
  // What names this ledger is held against it, whoever signed it: if it was not the ledger's key, the verifier says so,
  // and either the checkpoint is forged or the ledger is not the one that it was kept of.
  void add_note(const Descriptor& descriptor, const std::string& file, const std::string& note) {
    const auto origin = origin_in(note);
    for (uint32_t shard = 0; origin && shard < descriptor.shards; ++shard)
      if (*origin == shard_origin(descriptor, shard)) {
        kept_.push_back({shard, note});
        return;
      }
    throw Error(ErrorCode::kRefused, file + " is no checkpoint of this ledger");
  }
  static std::optional<std::string> origin_in(const std::string& note) {
    try {
      return checkpoint_of(parse_note(note)).origin;
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  std::vector<CheckpointNote> kept_;
};

// The trusted key of a log by this name. One key signs all shards of a ledger under their names, so whoever trusts that
// of shard 0 trusts the others.
std::optional<VerifierKey> key_of(const std::string& origin, const std::vector<VerifierKey>& trusted) {
  const std::string ledger = origin.substr(0, origin.rfind('/'));
  std::optional<VerifierKey> found;
  for (const VerifierKey& key : trusted) {
    if (key.type != VerifierKey::kEd25519) continue;
    if (key.name == origin) return key;
    if (key.name == ledger + "/0") found = VerifierKey{origin, key.type, key.key};
  }
  return found;
}

std::string tiles_json(const TileVerdict& verdict, const std::vector<ProofVerdict::Witness>& witnesses) {
  boost::json::array faults;
  for (const std::string& fault : verdict.faults) faults.emplace_back(fault);
  return boost::json::serialize(boost::json::object{{"origin", verdict.checkpoint.origin},
                                                    {"size", verdict.checkpoint.size},
                                                    {"root", to_base64(view_of(verdict.checkpoint.root))},
                                                    {"records", verdict.records},
                                                    {"witnesses", witnesses_json(witnesses)},
                                                    {"faults", std::move(faults)}});
}

int no_evidence(const Invocation& call, const std::string& reason) {
  std::cout << (call.json() ? boost::json::serialize(boost::json::object{{"no_evidence", reason}})
                            : "NO EVIDENCE: " + reason)
            << "\n";
  return kNoEvidence;
}

// A published log, ours or another's.
int verify_tiles(const Invocation& call) {
  const std::vector<VerifierKey> trusted = trusted_keys(call);
  const auto source = open_tiles(*call.value("--tiles"));
  SignedNote note;
  Checkpoint checkpoint;
  try {
    note = parse_note(source->checkpoint());
    checkpoint = checkpoint_of(note);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kRefused) throw;
    return no_evidence(call, std::string("its checkpoint cannot be read: ") + error.what());
  }
  const auto key = key_of(checkpoint.origin, trusted);
  if (!key) return no_evidence(call, "it is the log " + checkpoint.origin + ", for which no key is trusted here");
  const NoteState state = note_state(note, *key);
  if (state == NoteState::kNotSigned)
    return no_evidence(call, "it is signed by a key of " + checkpoint.origin + " that is not trusted here");
  std::vector<ProofVerdict::Witness> witnesses;
  if (const auto policy = policy_of(call); policy && state == NoteState::kSigned) {
    const PolicyVerdict judged = judge_policy(*policy, note);
    if (const auto reason = against(*policy, judged)) return no_evidence(call, *reason);
    witnesses = vouching(*policy, judged);
  }
  TileVerdict verdict;
  if (state == NoteState::kWrong) {
    verdict.checkpoint = checkpoint;
    verdict.faults.push_back("the signature of its checkpoint does not hold");
  } else {
    ProgressLine line("records");
    verdict = check_tiles(*source, checkpoint, [&](uint64_t records) { line.show(records, checkpoint.size); });
    line.clear();
  }
  if (call.json()) {
    std::cout << tiles_json(verdict, witnesses) << "\n";
  } else {
    for (const std::string& fault : verdict.faults) std::cout << "FAULT  " << fault << "\n";
    if (verdict.faults.empty())
      std::cout << "PROVED      " << key->name << " has signed a tree of " << checkpoint.size
                << " records, and these are its records\n"
                << witnesses_text(witnesses);
    if (verdict.faults.empty() && witnesses.empty())
      std::cout
          << "NOT PROVED  UNWITNESSED: nothing shows that others are shown the same tree (--policy names who must have "
             "seen it)\n";
  }
  return verdict.faults.empty() ? 0 : 1;
}

// Of a ledger that succeeds another: whether the other's log, where it is at hand, is the one that is meant.
bool predecessor_holds(const Invocation& call, const Descriptor& descriptor) {
  const auto folder = call.value("--predecessor");
  if (!folder) return true;
  LmdbOptions options;
  options.read_only = true;
  const auto old = LmdbLog::open(Home{*folder, ""}.path("log"), options);
  const SuccessionVerdict verdict = judge_succession(*old, descriptor);
  if (!verdict.fault.empty()) {
    std::cerr << "custody: FAULT " << verdict.fault << "\n";
    return false;
  }
  std::cerr << "custody: " << descriptor.predecessor->origin << " is the ledger that this one succeeds; it "
            << (verdict.succeeded ? "says so itself at " + to_text(*verdict.succeeded)
                                  : "does not say so itself: its last records may have been lost")
            << "\n";
  return true;
}

int run(const Invocation& call) {
  if (call.has("--tiles")) return verify_tiles(call);
  if (call.has("--url"))
    throw Error(ErrorCode::kUsage,
                "verify reads the log itself: name its --data folder or --kafka brokers, or give the output of "
                "`custody log --raw` to custody-verify");
  const Home home = call.home();
  const auto policy = policy_of(call);
  const auto log = open_log_for_reading(call);
  AgainstSource source(*log, call.values("--against"));
  const auto witnessed = policy ? source.add_witnessed(*log, *policy) : std::nullopt;
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
  // What was witnessed is only worth something where the records still lead to it.
  if (witnessed && report.proves(FaultKind::kCheckpointForm, FaultKind::kCheckpointRoot)) report.witnessed = witnessed;
  make_folders(home.data);
  if (const auto head = saved_head(report)) write_file_durably(saved, encode_saved_head(*head));
  save_verification(home, verification_of(report));
  std::cout << (call.json() ? report_json(report) + "\n" : report_text(report, isatty(STDOUT_FILENO) == 1));
  if (!call.json() && report.ok())
    for (const std::string& file : call.values("--against")) std::cout << "the log extends " << file << "\n";
  if (!log->replicated() && log->kind() == "kafka")
    std::cerr << "custody: NOT REPLICATED: one broker holds all of it\n";
  const bool succeeds = predecessor_holds(call, log->descriptor());
  if (!report.ok() || !succeeds) return 1;
  return policy && !report.witnessed ? kNoEvidence : 0;
}

}  // namespace

Command verify_command() {
  return {
      "verify",
      "",
      "re-read every byte, re-compute every hash, say what it proves",
      "Keeps the verified head in the data folder, and proves next time that the log extends it.\n"
      "Exit status 1 when a fault was found, 5 where --policy is given and its quorum has seen no checkpoint.\n",
      {{"--descriptor", "HASH", "SHA-256 (base64 or hex) of the descriptor you trust, as `custody init` printed it"},
       {"--against", "CHECKPOINT",
        "a file with checkpoints saved earlier (what `custody checkpoint` printed), which the log must extend", true},
       {"--predecessor", "DATA", "the data folder of the ledger that this one succeeds: is it the one that is meant?"},
       {"--tiles", "DIR|URL", "a published log (C2SP tlog-tiles) instead: the folder or address of its checkpoint"},
       {"--trust", "VKEYFILE,...", "with --tiles: files of verifier keys, the log's among them", true},
       {"--policy", "FILE",
        "which witnesses must have seen a checkpoint (C2SP tlog-policy); exit status 5 where they have seen none"}},
      run};
}

}  // namespace custody
