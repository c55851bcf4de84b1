// What the views keep of an event: the value of its timeline row and of its activity row. Everything in it is readable
// in the record itself; values are there by their names only.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ledger/event/record.h"

namespace custody {

// Views into the row, or into record and facts. Empty strings and zeros mean "not stated".
struct EventSummary {
  uint8_t shard = 0;  // first, so that who knows nothing else of a row can tell its record
  EventId id;
  std::string_view type;
  uint16_t version = 0;
  bool understood = true;  // false: folded by its envelope alone
  Instant time;
  int64_t received_at_us = 0;
  int64_t sealed_at_us = 0;
  SubjectId subject;
  OperationId operation;
  std::string_view source, actor, principal, step, grant, purpose, device, place;
  std::string_view dataset, to, mode;
  std::optional<uint64_t> rows;
  std::vector<std::string_view> values, fields;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("shard", shard), field("id", id), field("type", type), field("version", version),
       field("understood", understood), field("time", time), field("received_at", received_at_us),
       field("sealed_at", sealed_at_us), field("subject", subject), field("operation", operation),
       field("source", source), field("actor", actor), field("principal", principal), field("step", step),
       field("grant", grant), field("purpose", purpose), field("device", device), field("place", place),
       field("dataset", dataset), field("to", to), field("mode", mode), field("rows", rows), field("values", values),
       field("fields", fields));
  }
};

}  // namespace custody
