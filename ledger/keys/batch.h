// What a batch holds between begin and end.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/keys/store.h"

namespace custody::keys {

// One data key in use by a batch, in locked memory of the batch.
struct BatchKey {
  KeyId id;
  uint8_t* slot = nullptr;
  bool made = false;
};

struct BatchState {
  explicit BatchState(Store& of);
  BatchState(const BatchState&) = delete;
  BatchState& operator=(const BatchState&) = delete;
  ~BatchState();

  Store& store;
  std::optional<LmdbTxn> txn;
  bool writing = false;
  bool made = false;
  std::unordered_map<std::string, SubjectId> subjects;  // by t, which says nothing without the index key
  std::unordered_map<std::string, BatchKey> keys;       // by owner and category
  std::vector<Secret> slabs;
  size_t slots_used = 0;

  // Takes the write lock unless it has it; from then on the transaction sees the newest state.
  void become_writer();
  LmdbTxn& transaction();
  uint8_t* new_slot();
  const BatchKey& key_of(const ValueOwner& owner, std::string_view category);
  void end() noexcept;
};

struct SectionDraft {
  BatchKey key;
  std::string plaintext;
};

struct PreparedState {
  PreparedState() = default;
  PreparedState(const PreparedState&) = delete;
  PreparedState& operator=(const PreparedState&) = delete;
  ~PreparedState() {
    for (SectionDraft& section : sections) wipe(section.plaintext);
  }

  EventId event;
  SubjectId subject;
  Digest commit{};
  std::vector<SectionDraft> sections;
};

}  // namespace custody::keys
