// When things go wrong, and when they are checked: incidents, leaks, canaries, audits, findings.
#pragma once

#include "ledger/event/body.h"

namespace custody {

struct IncidentOpened {
  static constexpr std::string_view kType = "incident.opened";
  Code incident;
  std::optional<Code> severity;
  std::optional<bool> personal_data;
  std::optional<Code> authority;          // that was told
  std::optional<AttachedList> customers;  // affected
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("incident", incident), field("severity", severity), field("personal_data", personal_data),
       field("authority", authority), field("customers", customers), field("values", values));
  }
};
struct IncidentIsolated : IncidentOpened {
  static constexpr std::string_view kType = "incident.isolated";
};
struct IncidentInvestigated : IncidentOpened {
  static constexpr std::string_view kType = "incident.investigated";
};
struct IncidentRecovered : IncidentOpened {
  static constexpr std::string_view kType = "incident.recovered";
};
struct IncidentReported : IncidentOpened {
  static constexpr std::string_view kType = "incident.reported";
};
struct IncidentNotified : IncidentOpened {
  static constexpr std::string_view kType = "incident.notified";
};
struct IncidentClosed : IncidentOpened {
  static constexpr std::string_view kType = "incident.closed";
};

struct LeakSampled {
  static constexpr std::string_view kType = "leak.sampled";
  Code incident;
  std::optional<AttachedList> sample;  // rows as found: identifiers, fields, values
  std::optional<Instant> seen_at;
  std::optional<Instant> not_before;
  std::optional<Code> place;
  std::optional<bool> drill;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("incident", incident), field("sample", sample), field("seen_at", seen_at), field("not_before", not_before),
       field("place", place), field("drill", drill), field("values", values));
  }
};

struct Suspect {
  HolderId holder;
  std::optional<StepId> step;
  std::optional<Count> weight;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("holder", holder), field("step", step), field("weight", weight));
  }
};

struct TraceParameter {
  Code name;
  Count value;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("name", name), field("value", value));
  }
};

struct LeakTraced {
  static constexpr std::string_view kType = "leak.traced";
  Code incident;
  std::vector<Suspect> suspects;                          // the likeliest first; none where nobody fits
  std::optional<Count> position;                          // the round it was traced at
  std::optional<std::vector<TraceParameter>> parameters;  // ascending by name
  std::optional<Digest> digest;                           // of the whole result

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("incident", incident), field("suspects", suspects), field("position", position),
       field("parameters", parameters), field("digest", digest));
  }
  void check(std::vector<Fault>& faults) const;
};

struct CanaryPlanted {
  static constexpr std::string_view kType = "canary.planted";
  Code canary;
  HolderId recipient;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("canary", canary), field("recipient", recipient), field("values", values));
  }
};

struct CanarySeen {
  static constexpr std::string_view kType = "canary.seen";
  Code canary;
  std::optional<Code> where;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("canary", canary), field("where", where), field("values", values));
  }
};

struct ShareChecked {
  static constexpr std::string_view kType = "share.checked";
  Code share;
  std::optional<DatasetId> dataset;
  std::optional<Code> result;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("share", share), field("dataset", dataset), field("result", result), field("values", values));
  }
};

struct OnwardReported {
  static constexpr std::string_view kType = "onward.reported";
  Code share;
  HolderId to;
  std::optional<DatasetId> dataset;
  std::optional<Code> how_known;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("share", share), field("to", to), field("dataset", dataset), field("how_known", how_known),
       field("values", values));
  }
};

struct DisclosureMade {
  static constexpr std::string_view kType = "disclosure.made";
  Code authority;
  Text legal_reference;
  std::optional<DatasetId> dataset;
  std::optional<FieldNames> fields;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("authority", authority), field("legal_reference", legal_reference), field("dataset", dataset),
       field("fields", fields), field("values", values));
  }
};

struct SanctionApplied {
  static constexpr std::string_view kType = "sanction.applied";
  PersonId person;
  Code kind;
  std::optional<Code> finding;
  std::optional<Code> incident;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("person", person), field("kind", kind), field("finding", finding), field("incident", incident),
       field("values", values));
  }
};
struct MarkGiven : SanctionApplied {
  static constexpr std::string_view kType = "mark.given";
};
struct MarkCleared : SanctionApplied {
  static constexpr std::string_view kType = "mark.cleared";
};

}  // namespace custody
