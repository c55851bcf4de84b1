#include <algorithm>

#include "ledger/event/validate.h"
#include "ledger/gateway/gateway.h"

namespace custody {
namespace {

class OpenAdmission : public Admission {
 public:
  std::vector<Fault> judge(const Principal&, const ParsedEvent&) const override { return {}; }
};

class GovernedAdmission : public Admission {
 public:
  std::vector<Fault> judge(const Principal& principal, const ParsedEvent& event) const override {
    if (principal.method == Method::kOpen) return {{"", "this ledger takes events from authenticated principals only"}};
    switch (event.type->authority) {
      case Authority::kSource:
        return stated_by_source(principal, event);
      case Authority::kSelf:
      case Authority::kTwo:
        return stated_by_person(principal, event);
      case Authority::kService:
        return {{"/type", "is stated by the ledger's own processes only"}};
    }
    return {};
  }

 private:
  static std::vector<Fault> stated_by_source(const Principal& principal, const ParsedEvent& event) {
    const auto& sources = principal.sources;
    if (std::find(sources.begin(), sources.end(), event.source) != sources.end()) return {};
    return {{"/source", principal.name + " may not state events of this source"}};
  }
  static std::vector<Fault> stated_by_person(const Principal& principal, const ParsedEvent& event) {
    if (event.actor == principal.name) return {};
    return {{"/actor", "must be the person authenticated, " + principal.name}};
  }
};

}  // namespace

std::unique_ptr<Admission> open_admission() {
  return std::make_unique<OpenAdmission>();
}
std::unique_ptr<Admission> governed_admission() {
  return std::make_unique<GovernedAdmission>();
}

}  // namespace custody
