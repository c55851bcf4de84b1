// What a bundle was asked for, and which records answer it.
//
//   by        what                                  records
//   customer  subject id, as a UUID                 whose stamp names the subject
//   actor     person:..., system:...                whose statement names the actor
//   operation operation id, as a UUID               whose statement names the operation
//   range     shard:first-last, both included       which have these places
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/event/record.h"

namespace custody {

struct BundleQuestion {
  enum class By : uint8_t { kCustomer, kActor, kOperation, kRange };
  By by = By::kRange;
  SubjectId subject;
  std::string actor;
  OperationId operation;
  uint32_t shard = 0;  // of a range
  uint64_t first = 0;
  uint64_t last = 0;
  // Of those that answer: behind round `from` (0 = from the first record on) and up to round `to`.
  uint64_t from = 0;
  uint64_t to = 0;

  bool asks_for(const Record& record) const;
  std::string by_text() const;
  std::string what_text() const;
  bool operator==(const BundleQuestion&) const = default;
};

// nullopt where they are no question as its texts above would write one.
std::optional<BundleQuestion> parse_question(std::string_view by, std::string_view what);

}  // namespace custody
