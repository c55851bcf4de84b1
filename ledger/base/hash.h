// SHA-256 (FIPS 180-4), the ledger's only hash, and the two domain-separated forms of RFC 6962 §2.1.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "ledger/base/bytes.h"

namespace custody {

using Digest = ByteArray<32>;

Digest sha256(std::string_view bytes);
// Of the concatenation of the parts, without building it.
Digest sha256(std::initializer_list<std::string_view> parts);

Digest leaf_hash(std::string_view leaf);                    // SHA-256(0x00 ‖ leaf)
Digest node_hash(const Digest& left, const Digest& right);  // SHA-256(0x01 ‖ left ‖ right)

// Incremental form for what does not fit in memory at once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  Digest finish();  // the object starts anew afterwards

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace custody
