// Permission: what the customer was told and allowed, and the applications of those who want to use the data.
#pragma once

#include "ledger/event/body.h"

namespace custody {

struct NoticeGiven {
  static constexpr std::string_view kType = "notice.given";
  Code notice;
  std::optional<Codes> purposes;
  std::optional<FieldNames> fields;
  std::optional<Code> way;
  std::optional<Digest> text;  // of the wording
  std::optional<Day> until;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("notice", notice), field("purposes", purposes), field("fields", fields), field("way", way),
       field("text", text), field("until", until), field("values", values));
  }
};

struct ConsentGiven {
  static constexpr std::string_view kType = "consent.given";
  Code consent;
  std::optional<Code> notice;  // it rests on
  std::optional<Codes> purposes;
  std::optional<FieldNames> fields;
  std::optional<Code> way;
  std::optional<Digest> text;
  std::optional<Day> until;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("consent", consent), field("notice", notice), field("purposes", purposes), field("fields", fields),
       field("way", way), field("text", text), field("until", until), field("values", values));
  }
};
// Without purposes and fields the whole consent ends, else that part of it.
struct ConsentWithdrawn : ConsentGiven {
  static constexpr std::string_view kType = "consent.withdrawn";
};

struct AuthorisationGiven {
  static constexpr std::string_view kType = "authorisation.given";
  Code authorisation;
  std::optional<PartnerId> partner;
  std::optional<Codes> purposes;
  std::optional<Digest> document;
  std::optional<Day> until;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("authorisation", authorisation), field("partner", partner), field("purposes", purposes),
       field("document", document), field("until", until), field("values", values));
  }
};

struct RequestSubmitted {
  static constexpr std::string_view kType = "request.submitted";
  Code request;
  OneOf<"use", "share", "erasure", "onward"> kind;
  PersonId applicant;
  Code purpose;
  FieldNames fields;
  std::optional<AttachedList> customers;  // either named
  std::optional<Code> set;                // or described, with their count
  std::optional<Count> count;
  Day until;  // the last day of use
  std::optional<HolderId> recipient;
  std::optional<Count> quantity;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("request", request), field("kind", kind), field("applicant", applicant), field("purpose", purpose),
       field("fields", fields), field("customers", customers), field("set", set), field("count", count),
       field("until", until), field("recipient", recipient), field("quantity", quantity), field("values", values));
  }
  void check(std::vector<Fault>& faults) const;
};

struct RequestApproved {
  static constexpr std::string_view kType = "request.approved";
  Code request;
  PersonId approver;
  OneOf<"department", "leadership"> level;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("request", request), field("approver", approver), field("level", level), field("values", values));
  }
};
struct RequestRejected : RequestApproved {
  static constexpr std::string_view kType = "request.rejected";
};

struct GrantFiled {
  static constexpr std::string_view kType = "grant.filed";
  Code grant;
  Code request;
  PersonId by;  // of the information department
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("grant", grant), field("request", request), field("by", by), field("values", values));
  }
};
struct GrantRevoked : GrantFiled {
  static constexpr std::string_view kType = "grant.revoked";
};

}  // namespace custody
