// The replay that convicts: what view.attested records say of the views, against the views as they were folded anew.
#pragma once

#include <functional>
#include <vector>

#include "projections/query/digest_answers.h"
#include "projections/store/view_store.h"

namespace custody {

struct AttestedCheck {
  AttestedAnswer stated;
  bool holds = false;
  // As the records before that round say; absent where there is no such round before the attestation.
  std::optional<ViewDigest> replayed;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("stated", stated), field("holds", holds), field("replayed", replayed));
  }
};

struct AttestedChecks {
  std::vector<AttestedCheck> checked;
  uint64_t older = 0;        // of rounds before the newest attested one of their view: not checked unless all are
  uint64_t other_rules = 0;  // by rules that this program does not have: it cannot tell

  bool all_hold() const;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("checked", checked), field("older", older), field("other_rules", other_rules));
  }
};

// Reads each view once, and hashes each row once for each round that is checked. `read` as ViewTree::of has it.
AttestedChecks check_attested(const ViewSnapshot& snapshot, bool all,
                              const std::function<void(uint64_t rows)>& read = {});

}  // namespace custody
