#include "ledger/verify/note_check.h"

namespace custody {

std::optional<uint32_t> NoteCheck::keep(ReadNote note, size_t& kept_bytes) {
  Kept kept{note.size, word_of(first_key_, note, origin_), {}};
  if (kept.first_word == KeyWord::kNone || note.signatures.size() > 1) {
    size_t bytes = note.body.size();
    for (const ReadNote::Signature& signature : note.signatures) bytes += 64 + signature.bytes.size();
    if (kept_bytes + bytes > kMaxNotesKeptBytes) return std::nullopt;
    kept_bytes += bytes;
    kept.note = std::move(note);
  }
  kept_.push_back(std::move(kept));
  return static_cast<uint32_t>(kept_.size() - 1);
}

// Of another shard than 0 a checkpoint was made at some size of shard 0 that its last record knew at least.
bool NoteCheck::in_force(const LedgerKey& key, uint64_t size, uint64_t reg) const {
  return shard_ == 0 ? key.in_force(size) : key.in_force_after(reg);
}

std::optional<NoteCheck::Wrong> NoteCheck::judge(uint32_t number, uint64_t reg, const KeyHistory& keys) const {
  const Kept& kept = kept_[number];
  bool any = false;
  for (const LedgerKey& key : keys.keys()) {
    const KeyWord word = key.key == first_key_ ? kept.first_word : word_of(key.key, kept.note, origin_);
    if (word == KeyWord::kNone) continue;
    const std::string name = "the key " + to_base64(view_of(key.key));
    if (word == KeyWord::kWrong) return Wrong{"a signature of " + name + " that does not hold"};
    if (!in_force(key, kept.size, reg))
      return Wrong{"a signature of " + name + ", which signs for sizes of shard 0 from " + std::to_string(key.from) +
                   (key.until == kStillInForce ? "" : " and below " + std::to_string(key.until))};
    any = true;
  }
  if (any) return std::nullopt;
  return Wrong{"none that is valid", true};
}

}  // namespace custody
