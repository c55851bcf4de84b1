// Storage: backups, legal holds, clean-ups, and the erasure of a customer's values.
#pragma once

#include "ledger/event/body.h"

namespace custody {

struct BackupMade {
  static constexpr std::string_view kType = "backup.made";
  Code backup;
  std::optional<Code> medium;
  std::optional<Code> site;
  std::optional<Count> round;  // up to which the ledger is in it
  std::optional<Digest> digest;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("backup", backup), field("medium", medium), field("site", site), field("round", round),
       field("digest", digest), field("values", values));
  }
};
struct BackupVerified : BackupMade {
  static constexpr std::string_view kType = "backup.verified";
};

// On the subject of the event, or on the customers listed or described.
struct HoldPlaced {
  static constexpr std::string_view kType = "hold.placed";
  Code hold;
  Code authority;
  std::optional<AttachedList> customers;
  std::optional<Code> set;
  std::optional<Count> count;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("hold", hold), field("authority", authority), field("customers", customers), field("set", set),
       field("count", count), field("values", values));
  }
};
struct HoldReleased : HoldPlaced {
  static constexpr std::string_view kType = "hold.released";
};

// How many of what: ascending by `what`.
struct NamedCount {
  Code what;
  Count count;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("what", what), field("count", count));
  }
};

struct CleanupRun {
  static constexpr std::string_view kType = "cleanup.run";
  Day through;
  std::optional<std::vector<NamedCount>> counts;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("through", through), field("counts", counts), field("values", values));
  }
  void check(std::vector<Fault>& faults) const;
};

struct ErasureRequested {
  static constexpr std::string_view kType = "erasure.requested";
  Code request;
  std::optional<ActorId> by;
  std::optional<Codes> categories;  // absent: everything of the customer
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("request", request), field("by", by), field("categories", categories), field("values", values));
  }
};

struct ErasureApproved {
  static constexpr std::string_view kType = "erasure.approved";
  Code request;
  std::optional<PersonId> approver;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("request", request), field("approver", approver), field("values", values));
  }
};

struct ErasureRefused {
  static constexpr std::string_view kType = "erasure.refused";
  Code request;
  Code hold;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("request", request), field("hold", hold));
  }
};

struct ErasurePlanned {
  static constexpr std::string_view kType = "erasure.planned";
  Code request;
  std::optional<Count> epoch;  // whose end makes it final

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("request", request), field("epoch", epoch));
  }
};

struct ErasureFinal {
  static constexpr std::string_view kType = "erasure.final";
  Code request;
  Digest certificate{};
  std::optional<Count> epoch;              // destroyed
  std::optional<std::vector<KeyId>> keys;  // data keys that no longer exist, ascending: sections under them are erased

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("request", request), field("certificate", certificate), field("epoch", epoch), field("keys", keys));
  }
  void check(std::vector<Fault>& faults) const;
};

}  // namespace custody
