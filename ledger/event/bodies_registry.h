// Who and where: steps, departments, people, systems, partners, agreements, training and the policy in force.
#pragma once

#include "ledger/event/body.h"

namespace custody {

struct StepRegistered {
  static constexpr std::string_view kType = "step.registered";
  StepId step;
  PersonId owner;  // the one person responsible
  std::optional<Text> label;
  std::optional<SystemId> system;
  std::optional<DepartmentId> department;
  std::optional<Instant> effective;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("step", step), field("owner", owner), field("label", label), field("system", system),
       field("department", department), field("effective", effective), field("values", values));
  }
};
struct StepOwnerAssigned : StepRegistered {
  static constexpr std::string_view kType = "step.owner_assigned";
};

struct StepClosed {
  static constexpr std::string_view kType = "step.closed";
  StepId step;
  std::optional<PersonId> owner;
  std::optional<Instant> effective;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("step", step), field("owner", owner), field("effective", effective), field("values", values));
  }
};

struct DepartmentRegistered {
  static constexpr std::string_view kType = "department.registered";
  DepartmentId department;
  std::optional<Text> label;
  std::optional<PersonId> head;
  std::optional<DepartmentId> parent;
  std::optional<Code> kind;  // information, sales, leadership, ...
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("department", department), field("label", label), field("head", head), field("parent", parent),
       field("kind", kind), field("values", values));
  }
};

struct PersonJoined {
  static constexpr std::string_view kType = "person.joined";
  PersonId person;
  std::optional<DepartmentId> department;
  std::optional<Code> role;
  std::optional<Level> clearance;
  std::optional<PersonId> manager;
  std::optional<Instant> effective;
  ValueNames values;  // the person's name, among others

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("person", person), field("department", department), field("role", role), field("clearance", clearance),
       field("manager", manager), field("effective", effective), field("values", values));
  }
};
struct PersonAssigned : PersonJoined {
  static constexpr std::string_view kType = "person.assigned";
};

struct PersonLeft {
  static constexpr std::string_view kType = "person.left";
  PersonId person;
  std::optional<Day> last_day;
  std::optional<Code> kind;
  std::optional<Instant> effective;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("person", person), field("last_day", last_day), field("kind", kind), field("effective", effective),
       field("values", values));
  }
};

struct SystemRegistered {
  static constexpr std::string_view kType = "system.registered";
  SystemId id;
  std::optional<Text> label;
  std::optional<PersonId> owner;
  std::optional<Count> heartbeat_s;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("id", id), field("label", label), field("owner", owner), field("heartbeat_s", heartbeat_s),
       field("values", values));
  }
};

struct DeviceRegistered {
  static constexpr std::string_view kType = "device.registered";
  DeviceId id;
  std::optional<Text> label;
  std::optional<PersonId> owner;
  std::optional<Count> heartbeat_s;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("id", id), field("label", label), field("owner", owner), field("heartbeat_s", heartbeat_s),
       field("values", values));
  }
};

struct SourceRegistered {
  static constexpr std::string_view kType = "source.registered";
  Uri id;
  std::optional<Text> label;
  std::optional<PersonId> owner;
  std::optional<Count> heartbeat_s;       // at least one event in so many seconds, else a finding
  std::optional<ByteArray<32>> key;       // Ed25519: signs its statements and attestations
  std::optional<SetOf<StepId>> steps;     // it may speak for
  std::optional<SetOf<ActorId>> senders;  // principals that may send for it
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("id", id), field("label", label), field("owner", owner), field("heartbeat_s", heartbeat_s),
       field("key", key), field("steps", steps), field("senders", senders), field("values", values));
  }
};

struct PartnerRegistered {
  static constexpr std::string_view kType = "partner.registered";
  PartnerId partner;
  std::optional<Text> label;
  std::optional<Code> country;
  std::optional<Code> kind;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("partner", partner), field("label", label), field("country", country), field("kind", kind),
       field("values", values));
  }
};

struct AgreementSigned {
  static constexpr std::string_view kType = "agreement.signed";
  Code agreement;
  HolderId party;
  Codes scope;  // fields and categories it covers; "all"
  std::optional<Codes> purposes;
  std::optional<Day> from;
  std::optional<Day> until;
  std::optional<Digest> document;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("agreement", agreement), field("party", party), field("scope", scope), field("purposes", purposes),
       field("from", from), field("until", until), field("document", document), field("values", values));
  }
};

struct AgreementEnded {
  static constexpr std::string_view kType = "agreement.ended";
  Code agreement;
  std::optional<HolderId> party;
  std::optional<Codes> scope;
  std::optional<Day> until;
  std::optional<Digest> document;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("agreement", agreement), field("party", party), field("scope", scope), field("until", until),
       field("document", document), field("values", values));
  }
};

struct TrainingCompleted {
  static constexpr std::string_view kType = "training.completed";
  PersonId person;
  Code course;
  std::optional<Day> valid_until;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("person", person), field("course", course), field("valid_until", valid_until), field("values", values));
  }
};

}  // namespace custody
