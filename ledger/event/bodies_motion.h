// Data in motion: what was done with customers' data. Field order is the canonical order and never changes within a
// version. `undeclared` is for sources that do not say; the rules treat it as missing.
#pragma once

#include "ledger/event/body.h"

namespace custody {

struct DataCollected {
  static constexpr std::string_view kType = "data.collected";
  Code channel;
  OneOf<"consent", "contract", "law", "public", "interest", "undeclared"> basis;
  ValueNames values;
  std::optional<Code> method;
  std::optional<Code> notice;
  std::optional<Code> consent;
  std::optional<Code> lead;
  std::optional<PersonId> reviewer;
  std::optional<Code> accuracy;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("channel", channel), field("basis", basis), field("values", values), field("method", method),
       field("notice", notice), field("consent", consent), field("lead", lead), field("reviewer", reviewer),
       field("accuracy", accuracy));
  }
  void check(std::vector<Fault>& faults) const;
};

struct DataAccessed {
  static constexpr std::string_view kType = "data.accessed";
  OneOf<"read", "query", "export", "print", "copy", "screenshot", "borrow", "meeting", "undeclared"> mode;
  FieldNames fields;
  std::optional<DatasetId> dataset;
  std::optional<Count> rows;
  std::optional<HolderId> to;  // who now has a copy
  std::optional<AsOf> as_of;
  std::optional<HolderId> via;               // the holding it came from
  std::optional<Day> due;                    // of a borrowed paper
  std::optional<SetOf<PersonId>> attendees;  // of a meeting: each an exposure
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("mode", mode), field("fields", fields), field("dataset", dataset), field("rows", rows), field("to", to),
       field("as_of", as_of), field("via", via), field("due", due), field("attendees", attendees),
       field("values", values));
  }
};

struct DataShared {
  static constexpr std::string_view kType = "data.shared";
  HolderId to;
  FieldNames fields;
  Code share;  // the id of its request
  std::optional<DatasetId> dataset;
  std::optional<Code> means;
  std::optional<Day> until;
  std::optional<AsOf> as_of;
  std::optional<HolderId> via;
  std::optional<Code> variant;  // what the variant changed stands in values
  std::optional<Code> canary;
  std::optional<Count> rows;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("to", to), field("fields", fields), field("share", share), field("dataset", dataset),
       field("means", means), field("until", until), field("as_of", as_of), field("via", via),
       field("variant", variant), field("canary", canary), field("rows", rows), field("values", values));
  }
};

struct DataErased {
  static constexpr std::string_view kType = "data.erased";
  OneOf<"expiry", "request", "leaving", "return", "end_of_share", "order", "undeclared"> cause;
  std::optional<SetOf<HolderId>> holders;  // either these copies
  std::optional<bool> all;                 // or every one
  std::optional<DatasetId> dataset;
  std::optional<FieldNames> fields;
  std::optional<PersonId> ordered_by;
  std::optional<Code> method;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("cause", cause), field("holders", holders), field("all", all), field("dataset", dataset),
       field("fields", fields), field("ordered_by", ordered_by), field("method", method), field("values", values));
  }
  void check(std::vector<Fault>& faults) const;
};

struct DataReceived {
  static constexpr std::string_view kType = "data.received";
  std::optional<Code> share;     // either of a share
  std::optional<Code> handover;  // or of a hand-over
  HolderId by;                   // who received; the actor is who records it
  std::optional<DatasetId> dataset;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("share", share), field("handover", handover), field("by", by), field("dataset", dataset),
       field("values", values));
  }
  void check(std::vector<Fault>& faults) const;
};

struct DataReturned {
  static constexpr std::string_view kType = "data.returned";
  std::optional<Code> share;
  std::optional<HolderId> holder;
  std::optional<DatasetId> dataset;
  std::optional<OneOf<"returned", "destroyed">> way;
  std::optional<PersonId> witness;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("share", share), field("holder", holder), field("dataset", dataset), field("way", way),
       field("witness", witness), field("values", values));
  }
  void check(std::vector<Fault>& faults) const;
};

struct DataHandedOver {
  static constexpr std::string_view kType = "data.handed_over";
  HolderId from;
  SetOf<DepartmentId> to;  // the department and the information department; counts when both have received
  std::optional<Code> handover;
  std::optional<DatasetId> dataset;
  std::optional<FieldNames> fields;
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("from", from), field("to", to), field("handover", handover), field("dataset", dataset),
       field("fields", fields), field("values", values));
  }
};

struct DatasetFilled {
  static constexpr std::string_view kType = "dataset.filled";
  DatasetId dataset;
  FieldNames fields;
  DeclaredCount count;                 // of the customers in it
  std::optional<AttachedList> roster;  // who they are, as far as known
  std::optional<Code> selection;       // or how they were chosen
  std::optional<AsOf> as_of;
  std::optional<DatasetId> from;  // what it was made of
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("dataset", dataset), field("fields", fields), field("count", count), field("roster", roster),
       field("selection", selection), field("as_of", as_of), field("from", from), field("values", values));
  }
  void check(std::vector<Fault>& faults) const;
};

struct DatasetDropped : DatasetFilled {
  static constexpr std::string_view kType = "dataset.dropped";
};

struct OperationClosed {
  static constexpr std::string_view kType = "operation.closed";
  Code operation;
  Count count;  // of the events that carry the operation, itself not
  ValueNames values;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("operation", operation), field("count", count), field("values", values));
  }
};

// The signature (Ed25519) is over "CSA1" ‖ ledger id ‖ these bytes without the signature.
struct SourceAttested {
  static constexpr std::string_view kType = "source.attested";
  Uri source;
  Count from_sequence;
  Count to_sequence;  // included
  Digest digest{};    // SHA-256 over SHA-256(statement) of each, in order
  ByteArray<64> signature{};

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("source", source), field("from_sequence", from_sequence), field("to_sequence", to_sequence),
       field("digest", digest), field("signature", signature));
  }
  void check(std::vector<Fault>& faults) const;
};

}  // namespace custody
