// States the digests of the views in the ledger itself (view.attested), so that whoever keeps them is bound to them,
// and proves from the attested trees what the views hold and what they do not.
//
// When: at the first round of each `every` of the rounds' own time (days of UTC by default), after a rebuild, and when
// asked. What it states of a round is a function of the records before it: all projectors state the same event, which
// is sealed once. Trees are derived: FOLDER/<view> holds that of the newest attestation, and is made again where it is
// missing or another's.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "ledger/base/time.h"
#include "ledger/proof/completeness.h"
#include "projections/projector.h"
#include "projections/store/view_tree.h"

namespace custody {

struct AttesterOptions {
  std::chrono::seconds every{24 * 60 * 60};
  std::chrono::milliseconds look{1000};  // how often to look for a round that is due
};

// One section, and what it rests on.
struct CompletenessProof {
  AttestedAnswer attested;
  Completeness section;
  CompletenessVerdict verdict;  // as a reader will come to; without fault
};

class Attester {
 public:
  // All outlive it.
  Attester(Log& log, Projector& projector, std::string folder, const Clock& clock, const AttesterOptions& options);
  ~Attester();
  void start();
  void stop();
  // Why the views are not attested, or that what was attested is not what is folded here; empty = well.
  std::string fault() const;

  // The views as they are at the newest complete round, which is attested on return. kUnavailable where it could not be
  // sealed within `patience`; kNotFound before the first round; kConflict where another root stands in the ledger.
  std::vector<AttestedAnswer> attest(std::chrono::milliseconds patience);

  // From the newest attestation of the view that answers. kNotFound where there is none; kConflict where its root is
  // not that of the views as folded here; kUsage where the proof would hold more than `most` rows.
  // Of attestations the newest with a seq below `before`; of an older one the tree may have to be made again.
  CompletenessProof prove(const Subject& subject, size_t most, uint64_t before = UINT64_MAX);

 private:
  struct Stored {
    uint64_t round = 0;
    ViewTree tree;
  };
  void run();
  std::optional<RoundAnswer> due() const;
  std::vector<AttestedAnswer> attest_round(const RoundAnswer& round, std::chrono::steady_clock::time_point until);
  std::shared_ptr<const Stored> tree_at(View view, const RoundAnswer& round);
  std::shared_ptr<const Stored> load(View view);
  std::shared_ptr<const Stored> make(View view, const RoundAnswer& round);
  std::optional<AttestedAnswer> stated(View view, uint64_t round) const;
  void state(View view, const RoundAnswer& round, const ViewTree& tree);
  AttestedAnswer wait_for(View view, const RoundAnswer& round, const ViewTree& tree,
                          std::chrono::steady_clock::time_point until);
  void note(std::string fault);

  Log& log_;
  Projector& projector_;
  std::string folder_;
  const Clock& clock_;
  AttesterOptions options_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};

  std::mutex making_;  // one tree at a time: each reads a whole view
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::string fault_;
  std::map<View, std::shared_ptr<const Stored>> trees_;
};

}  // namespace custody
