// Distinct types for the ids that must not be mixed up, and where a record stands.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/bytes.h"

namespace custody {

// Sixteen bytes with a meaning. `Tag` makes a SubjectId no EventId.
template <class Tag>
struct Id16 {
  ByteArray<16> bytes{};
  auto operator<=>(const Id16&) const = default;
  bool empty() const { return is_zero(bytes); }
  std::string_view view() const { return view_of(bytes); }
};

using LedgerId = Id16<struct LedgerIdTag>;
using EventId = Id16<struct EventIdTag>;      // UUIDv8 made from source and source id (ledger/event/event_id.h)
using SubjectId = Id16<struct SubjectIdTag>;  // random; zeros = no subject
using OperationId = Id16<struct OperationIdTag>;
using KeyId = Id16<struct KeyIdTag>;  // of a data key

// RFC 9562 text form, lower case. parse_uuid accepts both cases; nullopt for anything else.
std::string uuid_text(const ByteArray<16>& bytes);
std::optional<ByteArray<16>> parse_uuid(std::string_view text);

template <class Tag>
std::string to_text(const Id16<Tag>& id) {
  return uuid_text(id.bytes);
}

// Where a record stands: written `shard:seq`.
struct Ref {
  uint32_t shard = 0;
  uint64_t seq = 0;
  auto operator<=>(const Ref&) const = default;
};
std::string to_text(const Ref& ref);
std::optional<Ref> parse_ref(std::string_view text);

// The whole of `text` as an unsigned decimal without sign or leading zeros (except "0"); nullopt when it is none or too
// large.
std::optional<uint64_t> parse_u64(std::string_view text);

}  // namespace custody

template <class Tag>
struct std::hash<custody::Id16<Tag>> {
  size_t operator()(const custody::Id16<Tag>& id) const noexcept {
    size_t value;
    std::memcpy(&value, id.bytes.data() + 8,
                sizeof value);  // the last bytes are hash or random bits in every id of ours
    return value;
  }
};
