// When things are checked: audits, findings, the second person's yes, and what to do with an event that stops a fold.
#pragma once

#include "ledger/event/body.h"

namespace custody {

// Days, the last one included.
struct Period {
  Day from;
  Day until;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("from", from), field("until", until));
  }
};

struct AuditOpened {
  static constexpr std::string_view kType = "audit.opened";
  Code audit;
  std::optional<Codes> scope;
  std::optional<Period> period;
  std::optional<Code> finding;
  std::optional<Day> due;
  std::optional<PersonId> by;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("audit", audit), field("scope", scope), field("period", period), field("finding", finding),
       field("due", due), field("by", by), field("values", values));
  }
  void check(std::vector<Fault>& faults) const;
};
struct AuditFound : AuditOpened {
  static constexpr std::string_view kType = "audit.found";
};
struct AuditRecommended : AuditOpened {
  static constexpr std::string_view kType = "audit.recommended";
};
struct AuditRectified : AuditOpened {
  static constexpr std::string_view kType = "audit.rectified";
};
struct AuditClosed : AuditOpened {
  static constexpr std::string_view kType = "audit.closed";
};

struct FindingRaised {
  static constexpr std::string_view kType = "finding.raised";
  Code finding;  // stable: the same breach has the same id
  std::optional<RuleId> rule;
  std::optional<Code> severity;
  std::optional<std::vector<Ref>> evidence;  // ascending

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("finding", finding), field("rule", rule), field("severity", severity), field("evidence", evidence));
  }
  void check(std::vector<Fault>& faults) const;
};

struct FindingAcknowledged {
  static constexpr std::string_view kType = "finding.acknowledged";
  Code finding;
  std::optional<PersonId> by;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("finding", finding), field("by", by), field("values", values));
  }
};
struct FindingDismissed : FindingAcknowledged {
  static constexpr std::string_view kType = "finding.dismissed";
};

struct ActConfirmed {
  static constexpr std::string_view kType = "act.confirmed";
  Ref record;
  Digest leaf{};
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("record", record), field("leaf", leaf), field("values", values));
  }
};

struct EventDismissed {
  static constexpr std::string_view kType = "event.dismissed";
  EventId event;
  OneOf<"skip", "retry"> decision;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("event", event), field("decision", decision), field("values", values));
  }
};

}  // namespace custody
