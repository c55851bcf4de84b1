// policy.adopted: the whole policy in one event, so that a replay uses the thresholds and terms that were in force.
// Every list is ascending by its first member and names nothing twice.
#pragma once

#include "ledger/event/body.h"

namespace custody {

struct PolicyField {
  FieldName field_name;
  Code category;
  Level sensitivity;         // 0 ... 9; readers with a lower clearance get it masked
  std::optional<Code> mask;  // how
  std::optional<Count> minimum_days;
  std::optional<Count> maximum_days;
  std::optional<Code> normalise;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("field", field_name), field("category", category), field("sensitivity", sensitivity), field("mask", mask),
       field("minimum_days", minimum_days), field("maximum_days", maximum_days), field("normalise", normalise));
  }
};

// Retention that differs for customers of a grade. Ascending by (category, grade).
struct PolicyRetention {
  Code category;
  OneOf<"A", "B", "C"> grade;
  std::optional<Count> minimum_days;
  std::optional<Count> maximum_days;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("category", category), field("grade", grade), field("minimum_days", minimum_days),
       field("maximum_days", maximum_days));
  }
};

struct PolicyPurpose {
  Code purpose;
  FieldNames fields;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("purpose", purpose), field("fields", fields));
  }
};

// When a request needs the level: any of the stated conditions. With none of them, always.
struct PolicyLevel {
  OneOf<"department", "leadership"> level;
  std::optional<SetOf<OneOf<"use", "share", "erasure", "onward">>> kinds;  // of request; absent = all
  std::optional<SetOf<OneOf<"A", "B", "C">>> grades;                       // a customer of such a grade
  std::optional<Level> sensitivity_from;                                   // a field so sensitive or more
  std::optional<Count> customers_from;                                     // so many customers or more
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("level", level), field("kinds", kinds), field("grades", grades),
       field("sensitivity_from", sensitivity_from), field("customers_from", customers_from));
  }
};

// A system that may speak for the person named as doing it.
struct PolicyDelegate {
  SystemId system;
  Codes types;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("system", system), field("types", types));
  }
};

struct PolicyThreshold {
  Code name;
  Count value;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("name", name), field("value", value));
  }
};

struct PolicyDeadline {
  Code name;
  Count amount;
  OneOf<"hours", "days", "working_days"> unit;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("name", name), field("amount", amount), field("unit", unit));
  }
};

struct PolicyCalendar {
  Text time_zone;  // IANA name
  SetOf<OneOf<"mon", "tue", "wed", "thu", "fri", "sat", "sun">> working_days;
  std::vector<Day> holidays;
  std::optional<Count> opens_min;  // working hours, in minutes since midnight
  std::optional<Count> closes_min;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("time_zone", time_zone), field("working_days", working_days), field("holidays", holidays),
       field("opens_min", opens_min), field("closes_min", closes_min));
  }
};

struct PolicyLeadTarget {
  HolderId reporter;
  Count monthly;  // effective leads
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("reporter", reporter), field("monthly", monthly));
  }
};

struct PolicyAdopted {
  static constexpr std::string_view kType = "policy.adopted";
  Code version;
  std::optional<Code> rules;  // the rule set
  std::optional<std::vector<PolicyField>> fields;
  std::optional<std::vector<PolicyRetention>> retention;
  std::optional<std::vector<PolicyPurpose>> purposes;
  std::optional<std::vector<PolicyLevel>> levels;
  std::optional<std::vector<PolicyDelegate>> delegates;
  std::optional<std::vector<PolicyThreshold>> thresholds;
  std::optional<std::vector<PolicyDeadline>> deadlines;
  std::optional<PolicyCalendar> calendar;
  std::optional<std::vector<PolicyLeadTarget>> lead_targets;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("version", version), field("rules", rules), field("fields", fields), field("retention", retention),
       field("purposes", purposes), field("levels", levels), field("delegates", delegates),
       field("thresholds", thresholds), field("deadlines", deadlines), field("calendar", calendar),
       field("lead_targets", lead_targets), field("values", values));
  }
  void check(std::vector<Fault>& faults) const;
};

}  // namespace custody
