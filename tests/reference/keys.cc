// Which keys sign for a ledger (docs/formats/keys.md), by going through its registry from the beginning.
#include <limits>
#include <optional>

#include "tests/reference/parts.h"

namespace custody::twin {
namespace {

constexpr uint64_t kOpen = std::numeric_limits<uint64_t>::max();

void read_values(Cursor& in) {
  std::string last;
  for (uint64_t names = in.number(4); names > 0; --names) {
    const std::string name = in.str8();
    if (!last.empty() && name <= last) throw Malformed();
    last = name;
  }
  in.end();
}

// The key that the record adds or retires, if that is what it does.
std::optional<std::string> key_in(const Record& r) {
  if (r.version != 1 || (r.type != "key.added" && r.type != "key.retired")) return std::nullopt;
  try {
    Cursor in(r.body);
    const std::string key = in.raw(32);
    if (r.type == "key.added" && in.str8() != "checkpoint") return std::nullopt;
    if (in.flag()) in.str8();
    read_values(in);
    return key;
  } catch (const Malformed&) {
    return std::nullopt;
  }
}

bool in_person(const Record& r) {
  const bool authenticated = r.method == 1 || r.method == 2 || r.method == 4;
  return authenticated && r.actor == r.principal && r.actor.rfind("person:", 0) == 0;
}

// Whether `yes` is another person's confirmation of `act`.
bool confirms(const Record& yes, const Record& act) {
  if (yes.type != "act.confirmed" || yes.version != 1) return false;
  try {
    Cursor in(yes.body);
    if (in.number(4) != act.shard || in.number(8) != act.seq || in.raw(32) != act.leaf) return false;
    read_values(in);
  } catch (const Malformed&) {
    return false;
  }
  return yes.seq > act.seq && in_person(act) && in_person(yes) && act.actor != yes.actor;
}

// Where the act of a record takes effect.
std::optional<uint64_t> effect(const Descriptor& descriptor, const std::vector<Record>& registry, const Record& act) {
  if (!descriptor.governed) return act.seq;
  for (const Record& r : registry)
    if (confirms(r, act)) return r.seq;
  return std::nullopt;
}

}  // namespace

std::vector<Key> keys_of(const Descriptor& descriptor, const std::vector<Record>& registry) {
  std::vector<Key> keys = {{descriptor.signer, 0, kOpen}};
  for (uint64_t at = 0; at < registry.size(); ++at) {
    for (const Record& r : registry) {
      const auto key = key_in(r);
      if (!key || effect(descriptor, registry, r) != at) continue;
      Key* known = nullptr;
      size_t others = 0;
      for (Key& each : keys) {
        if (each.key == *key) known = &each;
        if (each.key != *key && each.until == kOpen) ++others;
      }
      if (r.type == "key.added" && known == nullptr && keys.size() < 64) keys.push_back({*key, at + 1, kOpen});
      if (r.type == "key.retired" && known != nullptr && known->until == kOpen && others > 0) known->until = at + 1;
    }
  }
  return keys;
}

}  // namespace custody::twin
