// What becomes of an intake entry: pure decisions, so that every entry ends as sealed, repeat, conflicted or refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/event/record.h"
#include "ledger/seal/id_index.h"

namespace custody {

// Why an entry cannot be sealed, as the reason code of event.refused; empty when it can.
//   malformed, too-long, own-type, wrong-id, wrong-shard, own-source, values-mismatch, blob-mismatch
// and, of the batch it would be in, ahead-of-registry. What passes breaks no rule of the verifier.
struct IntakeJudgement {
  std::string refusal;
  std::optional<IntakeEntry> entry;  // when it could be read
  Digest statement{};                // of the statement, or of the whole entry where none could be read
};

IntakeJudgement judge_intake(std::string_view bytes, uint32_t shard, uint32_t shards);

enum class Repetition { kNew, kRepeat, kConflict };
Repetition judge_repetition(const std::optional<IdIndex::Entry>& known, const Digest& statement);

ByteArray<16> half_digest(const Digest& digest);

}  // namespace custody
