#include "ledger/seal/signer.h"

#include <sstream>

#include "ledger/base/file.h"
#include "ledger/proof/checkpoint.h"

namespace custody {
namespace {

// One shard may not take back what was signed of it.
void check_growth(uint32_t shard, const CompactRange& before, const CompactRange& now) {
  if (now.size() < before.size())
    throw Error(ErrorCode::kStore, "shard " + std::to_string(shard) + " has " + std::to_string(now.size()) +
                                       " records, but its checkpoint of " + std::to_string(before.size()) +
                                       " records was signed: records are missing at the end");
  if (now.size() == before.size() && now.root() != before.root())
    throw Error(ErrorCode::kStore, "shard " + std::to_string(shard) + " has another root at size " +
                                       std::to_string(now.size()) + " than the one that was signed");
}

}  // namespace

Signer Signer::open(Ed25519PrivateKey key, const Descriptor& descriptor, std::string state_file) {
  if (key.public_key() != descriptor.signer)
    throw Error(ErrorCode::kStore, "the signing key is not the one this ledger was made with: wrong --keys folder?");
  Signer signer(std::move(key), descriptor, std::move(state_file));
  signer.load();
  return signer;
}

// A line a shard: number, size, tree in base64.
void Signer::load() {
  const auto text = read_file_if_present(state_file_, 256 * 1024);
  if (!text) return;
  const auto damaged = [&] {
    return Error(ErrorCode::kStore, state_file_ + " is damaged: it says what this signer has signed");
  };
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    uint32_t shard = 0;
    uint64_t size = 0;
    std::string tree;
    if (!(words >> shard >> size >> tree)) throw damaged();
    try {
      signed_[shard] = CompactRange::decode(from_base64(tree));
    } catch (const Error&) {
      throw damaged();
    }
    if (signed_[shard].size() != size) throw damaged();
  }
}

void Signer::save() const {
  std::string text;
  for (const auto& [shard, tree] : signed_)
    text += std::to_string(shard) + " " + std::to_string(tree.size()) + " " + to_base64(tree.encode()) + "\n";
  write_file_durably(state_file_, text);
}

std::optional<CompactRange> Signer::signed_tree(uint32_t shard) const {
  const auto at = signed_.find(shard);
  if (at == signed_.end()) return std::nullopt;
  return at->second;
}

std::vector<SignedCheckpoint> Signer::sign(const std::vector<ShardTree>& trees) {
  std::vector<ShardTree> fresh;
  for (const ShardTree& shard : trees) {
    if (const auto before = signed_.find(shard.shard); before != signed_.end())
      check_growth(shard.shard, before->second, shard.tree);
    if (shard.tree.size() > 0) fresh.push_back(shard);
  }
  for (const ShardTree& shard : fresh) signed_[shard.shard] = shard.tree;
  save();
  std::vector<SignedCheckpoint> notes;
  for (const ShardTree& shard : fresh)
    notes.push_back(
        {shard.shard, shard.tree.size(),
         sign_checkpoint({shard_origin(descriptor_, shard.shard), shard.tree.size(), shard.tree.root()}, key_)});
  return notes;
}

}  // namespace custody
