// View `registry`: who and where, of shard 0. One row for each thing an event said of an entry, so that the entry at
// any position, and at any time as known at any position, is there to be read.
//
//   kind ‖ 0 ‖ id ‖ 0 ‖ seq (u64 big-endian)        -> RegistryRow
//
// kind: step department person training system device source partner agreement policy request grant. The policy has one
// entry, "policy".
#pragma once

#include <string>
#include <string_view>

#include "ledger/codec/canonical.h"

namespace custody {

struct RegistryRow {
  Instant effective;         // `effective` of the body, else the event's time
  std::string_view summary;  // canonical EventSummary
  std::string_view body;     // of type and version in the summary

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("effective", effective), field("summary", as_bytes32(summary)), field("body", as_bytes32(body)));
  }
};

std::string registry_kind_prefix(std::string_view kind);
std::string registry_entry_prefix(std::string_view kind, std::string_view id);
// The id in a key of the kind. kStore when the key is none.
std::string_view registry_id_of_key(std::string_view key, std::string_view kind);

}  // namespace custody
