// Makes evidence bundles (ledger/proof/bundle.h) of what the node has.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "ledger/proof/bundle_question.h"
#include "tools/node/node.h"

namespace custody {

struct BundleOrder {
  BundleQuestion question;         // without its rounds
  std::string from, to;            // a round, a time or a day; empty = from the first record, up to now
  std::set<std::string> disclose;  // names of fields whose values go along
  std::string reason;              // for that, a code
  std::string policy;              // text of a tlog-policy; empty = none goes along
};

struct MadeBundle {
  std::string bytes;
  // Records whose values cannot be shown with proof, as some of them were erased: they are there without any.
  size_t withheld = 0;
};

// At the newest signed round up to `to`; waits a moment until one covers what is sealed now, if nothing else is asked
// for. The same question at the same round, and so many cosignatures, gives the same bytes. Where values go along, the
// reads are sealed first. kNotFound for a round or a range that there is not, kRefused for more than one bundle holds,
// kUsage for what cannot be asked, kUnavailable where the answer is not there yet.
MadeBundle make_bundle(Node& node, const BundleOrder& order, const Principal& principal);

}  // namespace custody
