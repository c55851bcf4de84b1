#include "ledger/event/attestation.h"

#include "ledger/event/body.h"

namespace custody {

std::string attested_bytes(const LedgerId& ledger, const SourceAttested& body) {
  std::string bytes = "CSA1" + std::string(ledger.view()) + to_canonical(body);
  bytes.resize(bytes.size() - body.signature.size());
  return bytes;
}

}  // namespace custody
