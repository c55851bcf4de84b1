// What the views want to know of an event's body, the same for every type: read through the catalogue's structs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/time.h"

namespace custody {

struct BodyFacts {
  std::vector<std::string> values;  // names of the values that go with it
  std::vector<std::string> fields;  // names of the fields it speaks of
  std::string dataset;
  std::string to;    // who has a copy now
  std::string mode;  // mode of access, channel of collection, cause of erasure
  std::optional<uint64_t> rows;
  bool brings_values = false;      // its values become part of the customer's archive
  bool erases_everywhere = false;  // its fields, or without any all of them, are gone from the archive
  std::string_view registry_kind;  // "step", "person", ...; empty: no registry entry
  std::string registry_id;
  std::optional<Instant> effective;

  void clear();
};

// False when type or version is unknown, or the bytes are no body of it; `facts` is then empty.
bool read_body_facts(std::string_view type, uint16_t version, std::string_view body, BodyFacts& facts);
// Whether the catalogue's type is known here; every one must be (a test compares).
bool has_body_facts(std::string_view type, uint16_t version);

}  // namespace custody
