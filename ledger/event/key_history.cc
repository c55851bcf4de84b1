#include "ledger/event/key_history.h"

#include <algorithm>

#include "ledger/event/bodies_audit.h"
#include "ledger/event/bodies_ledger.h"

namespace custody {
namespace {

constexpr size_t kMaxKeys = 64;
constexpr size_t kMaxActs = 64;  // of more the oldest can no longer be confirmed
constexpr std::string_view kUse = "checkpoint";

// Authenticated, from outside, as the person who is named as doing it.
bool is_person_in_person(const Stamp& stamp, const Statement& statement) {
  const auto method = static_cast<Method>(stamp.method);
  const bool known = method == Method::kToken || method == Method::kCertificate || method == Method::kSigned;
  return known && stamp.principal == statement.actor && statement.actor.starts_with("person:");
}

template <class Body>
std::optional<Body> body_of(const Statement& statement) {
  if (statement.version != version_of<Body>()) return std::nullopt;
  try {
    return decode_body<Body>(statement.body);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

KeyHistory::KeyHistory(const Descriptor& descriptor)
    : governed_(!descriptor.open_mode()), keys_{{descriptor.signer, 0, kStillInForce, {}, {}}} {}

const LedgerKey* KeyHistory::find(const PublicKey& key) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const LedgerKey& each) { return each.key == key; });
  return found == keys_.end() ? nullptr : &*found;
}

std::vector<PublicKey> KeyHistory::in_force(uint64_t size) const {
  std::vector<PublicKey> keys;
  for (const LedgerKey& each : keys_)
    if (each.in_force(size)) keys.push_back(each.key);
  return keys;
}

void KeyHistory::take(const Record& record, const Digest& leaf) {
  const std::string_view type = record.statement.type;
  if (type == KeyAdded::kType) return state(record, leaf, true);
  if (type == KeyRetired::kType) return state(record, leaf, false);
  if (type == ActConfirmed::kType && governed_) confirm(record);
}

void KeyHistory::state(const Record& record, const Digest& leaf, bool adds) {
  Act act{record.ref(), leaf, std::string(record.statement.actor), adds, {}};
  if (adds) {
    const auto body = body_of<KeyAdded>(record.statement);
    if (!body || body->use.text != kUse) return;
    act.key = body->key;
  } else {
    const auto body = body_of<KeyRetired>(record.statement);
    if (!body) return;
    act.key = body->key;
  }
  if (!governed_) return apply(act, record.seal.seq + 1);
  if (!is_person_in_person(record.stamp, record.statement)) return;
  if (acts_.size() == kMaxActs) acts_.erase(acts_.begin());
  acts_.push_back(std::move(act));
}

void KeyHistory::confirm(const Record& record) {
  const auto body = body_of<ActConfirmed>(record.statement);
  if (!body || !is_person_in_person(record.stamp, record.statement)) return;
  const auto act = std::find_if(acts_.begin(), acts_.end(), [&](const Act& each) {
    return each.at == body->record && each.leaf == body->leaf && each.actor != record.statement.actor;
  });
  if (act == acts_.end()) return;
  apply(*act, record.seal.seq + 1);
  acts_.erase(act);
}

// A key comes once and goes once.
void KeyHistory::apply(const Act& act, uint64_t effective_size) {
  const auto known =
      std::find_if(keys_.begin(), keys_.end(), [&](const LedgerKey& each) { return each.key == act.key; });
  if (act.adds) {
    if (known == keys_.end() && keys_.size() < kMaxKeys)
      keys_.push_back({act.key, effective_size, kStillInForce, act.at, {}});
    return;
  }
  if (known == keys_.end() || known->until != kStillInForce || in_force(effective_size).size() < 2) return;
  known->until = effective_size;
  known->retired = act.at;
}

}  // namespace custody
