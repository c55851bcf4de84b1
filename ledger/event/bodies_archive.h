// The customer's archive and its upkeep: opening, keeper, grade, contacts, reviews; and leads.
#pragma once

#include "ledger/event/body.h"

namespace custody {

struct ArchiveOpened {
  static constexpr std::string_view kType = "archive.opened";
  ActorId opener;
  std::optional<Code> channel;
  std::optional<OneOf<"customer", "supplier", "distributor", "special">> kind;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("opener", opener), field("channel", channel), field("kind", kind), field("values", values));
  }
};

struct ArchiveTransferred {
  static constexpr std::string_view kType = "archive.transferred";
  HolderId to;
  std::optional<Code> notice;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("to", to), field("notice", notice), field("values", values));
  }
};

struct ArchiveKeeperAssigned {
  static constexpr std::string_view kType = "archive.keeper_assigned";
  PersonId keeper;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("keeper", keeper), field("values", values));
  }
};

// The figures that the grade rests on stand in values.
struct ArchiveGraded {
  static constexpr std::string_view kType = "archive.graded";
  OneOf<"A", "B", "C"> grade;
  std::optional<OneOf<"contribution", "funds">> scheme;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("grade", grade), field("scheme", scheme), field("values", values));
  }
};

struct ArchiveStaged {
  static constexpr std::string_view kType = "archive.staged";
  Code stage;  // target_market, potential, target.<kind>
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("stage", stage), field("values", values));
  }
};

struct ContactMade {
  static constexpr std::string_view kType = "contact.made";
  Code contact;
  std::optional<DepartmentId> department;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("contact", contact), field("department", department), field("values", values));
  }
};

struct ContactReported {
  static constexpr std::string_view kType = "contact.reported";
  Code contact;
  std::optional<DepartmentId> department;
  std::optional<Digest> report;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("contact", contact), field("department", department), field("report", report), field("values", values));
  }
};

struct ContactExempted {
  static constexpr std::string_view kType = "contact.exempted";
  Code contact;
  PersonId approver;
  std::optional<Code> reason;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("contact", contact), field("approver", approver), field("reason", reason), field("values", values));
  }
};

struct ArchiveReviewed {
  static constexpr std::string_view kType = "archive.reviewed";
  PersonId reviewer;
  std::optional<OneOf<"verified", "corrected", "returned">> result;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("reviewer", reviewer), field("result", result), field("values", values));
  }
};

struct EntryReviewed {
  static constexpr std::string_view kType = "entry.reviewed";
  EventId event;
  std::optional<PersonId> reviewer;  // absent: the actor
  std::optional<OneOf<"verified", "corrected", "returned">> result;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("event", event), field("reviewer", reviewer), field("result", result), field("values", values));
  }
};

struct LeadSubmitted {
  static constexpr std::string_view kType = "lead.submitted";
  Code lead;
  ResolvedId prospect;  // the third party: same contact, same id
  HolderId reporter;
  std::optional<Count> quantity;
  std::optional<Day> expires;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("lead", lead), field("prospect", prospect), field("reporter", reporter), field("quantity", quantity),
       field("expires", expires), field("values", values));
  }
};

struct LeadJudged {
  static constexpr std::string_view kType = "lead.judged";
  Code lead;
  Code verdict;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("lead", lead), field("verdict", verdict), field("values", values));
  }
};

struct LeadConverted {
  static constexpr std::string_view kType = "lead.converted";
  Code lead;
  std::optional<Count> value;  // in the smallest unit of the currency
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("lead", lead), field("value", value), field("values", values));
  }
};

}  // namespace custody
