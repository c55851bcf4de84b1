// What one call of Gateway::submit holds while it goes through its steps. Private to ledger/gateway.
#pragma once

#include <boost/json.hpp>
#include <deque>
#include <unordered_set>

#include "ledger/event/validate.h"
#include "ledger/gateway/gateway.h"

namespace custody {

struct Gateway::Item {
  Outcome outcome;
  uint32_t shard = 0;
  Digest statement_hash{};
  std::string entry;                // of the intake, once made
  bool append = false;              // goes to the intake
  std::optional<uint64_t> earlier;  // seq of the record that has its id already
  std::optional<SubjectId> opens;   // the archive of this subject
  bool refused() const { return !outcome.faults.empty(); }
};

struct Gateway::Work {
  Work(KeyringBatch keys, const Principal& who, uint64_t registry, std::chrono::steady_clock::time_point until)
      : batch(std::move(keys)), principal(who), seen(registry), end(until) {}
  KeyringBatch batch;
  const Principal& principal;
  uint64_t seen;  // registry size the events are judged at
  std::chrono::steady_clock::time_point end;
  bool own = false;                      // stated by the ledger's own processes
  std::unordered_set<SubjectId> opened;  // by events of this call
  std::deque<std::string> kept;          // bytes that views of the item at hand point to
};

// The values of an event as they are committed to: JSON in RFC 8785 form, lists of customers as their subject ids
// (u32 count, 16 bytes each). Appends a fault for a customer whom `find` does not know.
using FindCustomer = std::function<std::optional<SubjectId>(std::string_view number)>;
std::vector<FieldValue> field_values(const ParsedEvent& event, const FindCustomer& find, std::deque<std::string>& kept,
                                     std::vector<Fault>& faults);

// Appends a fault when the blob of these fields would be too long, before anything is made for them. Of fields in
// several sections it is the least that it would have.
template <class Fields>
void check_blob_size(const Fields& fields, std::vector<Fault>& faults) {
  constexpr size_t kBlobHead = 4 + 4, kSectionHead = 16 + 32 + 4, kTag = 16;
  size_t plaintext = 4;
  for (const auto& field : fields) plaintext += 1 + field.name.size() + 32 + 1 + 4 + field.value.size();
  plaintext = (plaintext + kSectionPadding - 1) / kSectionPadding * kSectionPadding;
  if (kBlobHead + kSectionHead + plaintext + kTag > kMaxBlobBytes)
    faults.push_back(
        {"/data", "has values, notes and lists of more than 1 MiB together: state it as parts of one operation"});
}

}  // namespace custody
