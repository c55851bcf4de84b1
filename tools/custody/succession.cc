#include "tools/custody/succession.h"

#include "ledger/base/file.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/event/record.h"
#include "ledger/proof/checkpoint.h"
#include "ledger/proof/merkle.h"

namespace custody {
namespace {

constexpr std::chrono::milliseconds kReadPatience{2000};

bool is_trusted(const SignedNote& note, const Checkpoint& checkpoint, const std::vector<VerifierKey>& trusted) {
  for (const VerifierKey& key : trusted)
    if (key.name == checkpoint.origin && note_state(note, key) == NoteState::kSigned) return true;
  return trusted.empty();
}

bool names(const Record& record, const Descriptor& successor) {
  if (record.statement.type != LedgerSucceeded::kType) return false;
  try {
    const auto body = decode_body<LedgerSucceeded>(record.statement.body);
    return body.successor == successor.ledger_id && body.descriptor == sha256(encode_descriptor(successor));
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::vector<std::string> notes_in(const std::string& text) {
  constexpr std::string_view kSignature = "\n\n\u2014 ";
  std::vector<std::string> notes;
  for (size_t at = text.find(kSignature); at != std::string::npos; at = text.find(kSignature, at + 1)) {
    const size_t before = at == 0 ? std::string::npos : text.rfind("\n\n", at - 1);
    const size_t begin = before == std::string::npos ? 0 : before + 2;
    const size_t end = text.find("\n\n", at + 2);
    notes.push_back(text.substr(begin, end == std::string::npos ? end : end + 1 - begin));
  }
  if (notes.empty()) notes.push_back(text);
  return notes;
}

Predecessor predecessor_in(const std::string& file, const std::vector<VerifierKey>& trusted) {
  for (const std::string& text : notes_in(read_file(file, kMaxKeptBytes))) {
    const SignedNote note = parse_note(text);
    const Checkpoint checkpoint = checkpoint_of(note);
    if (!checkpoint.origin.ends_with("/0")) continue;
    if (!is_trusted(note, checkpoint, trusted))
      throw Error(ErrorCode::kRefused, file + " is signed by no key that is trusted here");
    return {checkpoint.origin, checkpoint.size, checkpoint.root};
  }
  throw Error(ErrorCode::kRefused, file + " holds no checkpoint of a ledger's shard 0");
}

SuccessionVerdict judge_succession(Log& old, const Descriptor& descriptor) {
  SuccessionVerdict verdict;
  if (!descriptor.predecessor) {
    verdict.fault = "this ledger succeeds none";
    return verdict;
  }
  const Predecessor& before = *descriptor.predecessor;
  if (old.descriptor().origin != before.origin) {
    verdict.fault = "this ledger succeeds " + before.origin + ", and the other is " + old.descriptor().origin;
    return verdict;
  }
  CompactRange tree;
  bool met = before.size == 0 && before.root == tree.root();
  const auto reader = old.read_sealed(0, 0);
  while (const auto item = reader->next(kReadPatience)) {
    const Record record = decode_record(item->record);
    if (record.seal.seq != tree.size()) continue;  // left by a sealer that was overtaken
    tree.append(leaf_hash(item->record));
    if (tree.size() == before.size) met = tree.root() == before.root;
    if (names(record, descriptor)) verdict.succeeded = record.ref();
    if (reader->caught_up()) break;
  }
  if (!met)
    verdict.fault = "the first " + std::to_string(before.size) + " records of " + before.origin +
                    " are not those that this ledger succeeds (" + std::to_string(tree.size()) + " are there)";
  return verdict;
}

}  // namespace custody
