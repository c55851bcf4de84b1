#include "ledger/seal/signer.h"

#include <sstream>

#include "ledger/base/file.h"
#include "ledger/proof/checkpoint.h"

namespace custody {

Signer Signer::open(Ed25519PrivateKey key, const Descriptor& descriptor, std::string state_file) {
  if (key.public_key() != descriptor.signer)
    throw Error(ErrorCode::kStore, "the signing key is not the one this ledger was made with: wrong --keys folder?");
  Signer signer(std::move(key), descriptor, std::move(state_file));
  signer.load();
  return signer;
}

void Signer::load() {
  const auto text = read_file_if_present(state_file_, 64 * 1024);
  if (!text) return;
  std::istringstream lines(*text);
  std::string root;
  for (ShardRoot entry; lines >> entry.shard >> entry.size >> root;) {
    entry.root = array_of<32>(from_base64(root));
    signed_[entry.shard] = entry;
  }
  if (!lines.eof()) throw Error(ErrorCode::kStore, state_file_ + " is damaged: it says what this signer has signed");
}

void Signer::save() const {
  std::string text;
  for (const auto& [shard, entry] : signed_)
    text += std::to_string(shard) + " " + std::to_string(entry.size) + " " + to_base64(view_of(entry.root)) + "\n";
  write_file_durably(state_file_, text);
}

std::vector<SignedCheckpoint> Signer::sign(const std::vector<ShardRoot>& roots) {
  std::vector<ShardRoot> fresh;
  for (const ShardRoot& root : roots) {
    const auto before = signed_.find(root.shard);
    if (before != signed_.end() && root.size < before->second.size)
      throw Error(ErrorCode::kStore, "shard " + std::to_string(root.shard) + " has " + std::to_string(root.size) +
                                         " records, but its checkpoint of " + std::to_string(before->second.size) +
                                         " records was signed: records are missing at the end");
    if (before != signed_.end() && root.size == before->second.size && root.root != before->second.root)
      throw Error(ErrorCode::kStore, "shard " + std::to_string(root.shard) + " has another root at size " +
                                         std::to_string(root.size) + " than the one that was signed");
    if (root.size > 0) fresh.push_back(root);
  }
  for (const ShardRoot& root : fresh) signed_[root.shard] = root;
  save();
  std::vector<SignedCheckpoint> notes;
  for (const ShardRoot& root : fresh)
    notes.push_back(
        {root.shard, root.size, sign_checkpoint({shard_origin(descriptor_, root.shard), root.size, root.root}, key_)});
  return notes;
}

}  // namespace custody
