#include "ledger/event/descriptor.h"

#include "ledger/event/record.h"

namespace custody {

std::string encode_descriptor(const Descriptor& descriptor) {
  return to_canonical(descriptor);
}

Descriptor decode_descriptor(std::string_view bytes) {
  auto descriptor = from_canonical<Descriptor>(bytes);
  if (descriptor.shards < 1 || descriptor.shards > kMaxShards)
    throw Error(ErrorCode::kRefused, "a descriptor with " + std::to_string(descriptor.shards) + " shards");
  if (!is_time(descriptor.created_at_us))
    throw Error(ErrorCode::kRefused, "a descriptor made at no time of 1970 to 9999");
  if (descriptor.hash != 1) throw Error(ErrorCode::kRefused, "a descriptor with an unknown hash function");
  if (!descriptor.origin.ends_with("/0"))
    throw Error(ErrorCode::kRefused, "a descriptor whose origin is not shard 0's");
  return descriptor;
}

std::string shard_origin(const Descriptor& descriptor, uint32_t shard) {
  return descriptor.origin.substr(0, descriptor.origin.size() - 1) + std::to_string(shard);
}

}  // namespace custody
