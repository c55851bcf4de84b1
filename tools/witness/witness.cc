#include "tools/witness/witness.h"

#include <algorithm>

#include "ledger/base/ids.h"
#include "ledger/proof/merkle.h"
#include "ledger/proof/submission.h"

namespace custody {
namespace {

ApiResponse refuse(int status, const std::string& reason) {
  return {status, "text/plain; charset=utf-8", reason + "\n", {}};
}

ApiResponse conflict(uint64_t size) {
  return {409, std::string(kSizeContent), std::to_string(size) + "\n", {}};
}

void check_name(const std::string& name) {
  if (name.empty() || name.find_first_of("+ \t\r\n") != std::string::npos || !is_utf8(name))
    throw Error(ErrorCode::kUsage,
                "a new witness needs a --name without spaces and +, best an address that is yours: witness.example/w1");
}

// Of a folder that is new, the key comes last: where it is, the rest is.
void make_state(const std::string& folder, const std::string& name) {
  const auto key = Ed25519PrivateKey::generate();
  const VerifierKey vkey{name, VerifierKey::kCosignature, key.public_key()};
  write_file_durably(folder + "/witness.vkey", vkey.text() + "\n");
  write_file_durably(folder + "/witness.key", key.seed().view());
}

VerifierKey read_vkey(const std::string& path, const Ed25519PublicKey& key) {
  const auto damaged = [&] { return Error(ErrorCode::kStore, path + " is not the verifier key of the key beside it"); };
  std::string text = read_file(path, 4096);
  if (text.ends_with('\n')) text.pop_back();
  try {
    const VerifierKey vkey = parse_vkey(text);
    if (vkey.type == VerifierKey::kCosignature && vkey.key == key) return vkey;
  } catch (const Error&) {
  }
  throw damaged();
}

}  // namespace

Witness::Witness(std::string folder, ProcessLock lock, Ed25519PrivateKey key, VerifierKey vkey,
                 std::vector<VerifierKey> logs, const Clock& clock)
    : folder_(std::move(folder)),
      lock_(std::move(lock)),
      key_(std::move(key)),
      vkey_(std::move(vkey)),
      logs_(std::move(logs)),
      clock_(&clock) {}

Witness Witness::open(const std::string& folder, const std::string& name, std::vector<VerifierKey> logs,
                      const Clock& clock) {
  for (const VerifierKey& key : logs)
    if (key.type != VerifierKey::kEd25519) throw Error(ErrorCode::kUsage, key.text() + " is not the key of a log");
  const std::string key_file = folder + "/witness.key";
  if (!read_file_if_present(key_file, 4096)) check_name(name);
  make_folders(folder + "/logs");
  ProcessLock lock = ProcessLock::take(folder + "/lock");
  auto seed = read_file_if_present(key_file, 4096);
  if (!seed) {
    make_state(folder, name);
    seed = read_file(key_file, 4096);
  }
  if (seed->size() != 32) throw Error(ErrorCode::kStore, key_file + " is no key");
  auto key = Ed25519PrivateKey::from_seed(*seed);
  VerifierKey vkey = read_vkey(folder + "/witness.vkey", key.public_key());
  if (!name.empty() && name != vkey.name)
    throw Error(ErrorCode::kUsage, "this witness is " + vkey.name + ", and a name is for ever");
  Witness witness(folder, std::move(lock), std::move(key), std::move(vkey), std::move(logs), clock);
  witness.load();
  return witness;
}

std::string Witness::file_of(const std::string& origin) const {
  return folder_ + "/logs/" + to_hex(view_of(sha256(origin)));
}

// What cannot be read stops it: a witness that has forgotten what it saw would cosign another history.
void Witness::load() {
  for (const VerifierKey& log : logs_) {
    const std::string path = file_of(log.name);
    const auto body = read_file_if_present(path, kMaxNoteBytes);
    if (!body) continue;
    try {
      seen_[log.name] = checkpoint_of({*body, {}});
    } catch (const Error&) {
      throw Error(ErrorCode::kStore, path + " is damaged");
    }
    if (seen_[log.name].origin != log.name) throw Error(ErrorCode::kStore, path + " is of another log");
  }
}

ApiResponse Witness::add_checkpoint(std::string_view request) {
  Submission submission;
  SignedNote note;
  Checkpoint checkpoint;
  try {
    submission = parse_submission(request);
    note = parse_note(submission.note);
    checkpoint = checkpoint_of(note);
  } catch (const Error& error) {
    return refuse(400, error.what());
  }
  const auto is_of_log = [&](const VerifierKey& key) { return key.name == checkpoint.origin; };
  if (std::ranges::none_of(logs_, is_of_log)) return refuse(404, "this log is not witnessed here");
  if (std::ranges::none_of(
          logs_, [&](const VerifierKey& key) { return is_of_log(key) && note_state(note, key) == NoteState::kSigned; }))
    return refuse(403, "no key that is known of this log has signed the checkpoint");
  if (submission.old_size > checkpoint.size) return refuse(400, "the old size is beyond the checkpoint's");
  const auto found = seen_.find(checkpoint.origin);
  const Checkpoint last =
      found != seen_.end() ? found->second : Checkpoint{checkpoint.origin, 0, CompactRange().root()};
  if (submission.old_size != last.size) return conflict(last.size);
  if (checkpoint.size == last.size && checkpoint.root != last.root) return conflict(last.size);
  if (!proves_consistency(last.size, checkpoint.size, last.root, checkpoint.root, submission.path))
    return refuse(422, "the proof does not lead from the tree that was seen to this one");
  if (found == seen_.end() || checkpoint.size != last.size) {
    write_file_durably(file_of(checkpoint.origin), note.body);
    seen_[checkpoint.origin] = checkpoint;
  }
  const auto now_s = static_cast<uint64_t>(std::max<int64_t>(0, clock_->now_us()) / 1'000'000);
  return {200, "text/plain; charset=utf-8", cosign(note, vkey_.name, key_, now_s), {}};
}

}  // namespace custody
