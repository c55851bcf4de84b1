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

FindKey only_key(Ed25519PrivateKey key) {
  auto kept = std::make_shared<const Ed25519PrivateKey>(std::move(key));
  return [kept](const PublicKey& wanted) -> std::shared_ptr<const SigningKey> {
    if (kept->public_key() == wanted) return kept;
    return nullptr;
  };
}

Signer Signer::open(FindKey find, const Descriptor& descriptor, std::string state_file) {
  Signer signer(std::move(find), descriptor, std::move(state_file));
  signer.load();
  return signer;
}

// Looked for anew each time as long as it is missing: a key may be brought here while the ledger runs.
std::vector<const SigningKey*> Signer::keys_at_hand(const std::vector<PublicKey>& in_force) {
  std::vector<const SigningKey*> keys;
  for (const PublicKey& each : in_force) {
    std::shared_ptr<const SigningKey>& key = found_[each];
    if (!key) key = find_(each);
    if (key) keys.push_back(key.get());
  }
  if (keys.empty())
    throw Error(ErrorCode::kStore,
                "none of the " + std::to_string(in_force.size()) +
                    " keys that sign for this ledger now is in its keys folder: wrong --keys folder?");
  return keys;
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

std::vector<SignedCheckpoint> Signer::sign(const std::vector<ShardTree>& trees,
                                           const std::vector<PublicKey>& in_force) {
  const std::vector<const SigningKey*> keys = keys_at_hand(in_force);
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
         sign_checkpoint({shard_origin(descriptor_, shard.shard), shard.tree.size(), shard.tree.root()}, keys)});
  return notes;
}

}  // namespace custody
