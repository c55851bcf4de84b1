#include "tests/unit/attack/small_ledger.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>

#include "ledger/event/attestation.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/event/bodies_motion.h"
#include "ledger/event/bodies_registry.h"
#include "ledger/event/body.h"
#include "ledger/proof/merkle.h"
#include "tests/reference/log_maker.h"

namespace custody {
namespace {

// What a verifier is given of a log: its entries, and of each shard the newest checkpoint.
class CopySource : public EntrySource {
 public:
  CopySource(const LogCopy& log, const LogCopy* kept) : log_(log), kept_(kept), at_(log.shards.size()) {}
  std::string descriptor_bytes() override { return encode_descriptor(log_.descriptor); }
  std::vector<CheckpointNote> checkpoints() override {
    std::vector<CheckpointNote> notes;
    for (uint32_t shard = 0; shard < log_.shards.size(); ++shard) {
      if (!log_.shards[shard].notes.empty()) notes.push_back({shard, log_.shards[shard].notes.rbegin()->second});
      if (kept_ == nullptr) continue;
      for (const auto& [size, note] : kept_->shards[shard].notes) notes.push_back({shard, note});
    }
    return notes;
  }
  std::optional<Entry> next(uint32_t shard) override {
    if (at_[shard] == log_.shards[shard].entries.size()) return std::nullopt;
    const CopiedEntry& entry = log_.shards[shard].entries[at_[shard]++];
    return Entry{entry.record, entry.blob};
  }

 private:
  const LogCopy& log_;
  const LogCopy* kept_;
  std::vector<size_t> at_;
};

void sign(LogCopy& log, uint32_t shard, uint64_t size) {
  CompactRange tree;
  for (uint64_t seq = 0; seq < size; ++seq) tree.append(leaf_hash(log.shards[shard].entries[seq].record));
  log.shards[shard].notes[size] =
      maker::sign_note(maker::signer(), shard_origin(log.descriptor, shard), size, tree.root());
}

// With a checkpoint of each shard for every round, as the signer makes them.
LogCopy signed_ledger(const maker::Plan& plan) {
  const maker::Log made = maker::make(plan);
  LogCopy log{decode_descriptor(made.descriptor), std::vector<CopiedShard>(plan.shards)};
  for (const maker::Entry& entry : made.entries) log.shards[entry.shard].entries.push_back({entry.record, entry.blob});
  for (uint64_t seq = 0; seq < log.shards[0].entries.size(); ++seq) {
    const Record record = decode_record(log.shards[0].entries[seq].record);
    if (record.statement.type != LedgerRound::kType) continue;
    sign(log, 0, seq + 1);
    for (const RoundShard& named : decode_body<LedgerRound>(record.statement.body).shards)
      sign(log, named.shard, named.size);
  }
  return log;
}

Ed25519PrivateKey source_key() {
  return Ed25519PrivateKey::from_seed(std::string(32, 'u'));
}

std::string registration(const std::string& source) {
  SourceRegistered body;
  body.id.text = source;
  body.key = source_key().public_key();
  return encode_body(body);
}

std::string attestation(const std::string& source, const LedgerId& ledger, uint64_t from, uint64_t to,
                        const std::string& hashes) {
  SourceAttested body;
  body.source.text = source;
  body.from_sequence.value = from;
  body.to_sequence.value = to;
  body.digest = sha256(hashes);
  body.signature = source_key().sign(attested_bytes(ledger, body));
  return encode_body(body);
}

uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : parse_u64(text).value();
}

}  // namespace

LogCopy small_ledger(uint64_t seed, uint32_t shards, int events) {
  maker::Plan plan;
  plan.seed = seed;
  plan.shards = shards;
  plan.events = events;
  plan.round_every = events / 8;
  return signed_ledger(plan);
}

LogCopy attested_ledger(uint64_t seed) {
  std::mt19937_64 random(seed);
  const uint64_t from = 2 + random() % 6;
  const uint64_t at = from + 1 + random() % 12;
  auto hashes = std::make_shared<std::string>();
  auto ledger = std::make_shared<LedgerId>();
  maker::Plan plan;
  plan.seed = seed;
  plan.events = 24;
  plan.before_seal = [=](maker::Draft& draft) {
    if (draft.type == "ledger.created") *ledger = decode_descriptor(draft.body).ledger_id;
    const uint64_t number = draft.statement.sequence;
    draft.bytes();  // points the statement at its strings
    if (number >= from && number < at) *hashes += view_of(sha256(to_canonical(draft.statement)));
    if (number != 1 && number != at) return;
    draft.statement.sequence = 0;
    draft.type = number == 1 ? "source.registered" : "source.attested";
    draft.body = number == 1 ? registration(draft.source) : attestation(draft.source, *ledger, from, at - 1, *hashes);
  };
  return signed_ledger(plan);
}

VerifyReport judge(const LogCopy& log, const LogCopy* kept) {
  VerifyOptions options;
  options.threads = 1;
  options.ids_memory_bytes = 1 << 20;
  CopySource source(log, kept);
  return verify(source, options);
}

void for_each_seed(std::string_view name, const std::function<void(uint64_t)>& attempt) {
  const uint64_t first = number_from("CUSTODY_SEED", 1);
  const uint64_t trials = number_from("CUSTODY_LONG", 0) == 1 ? kLongTrials : kTrials;
  testing::Test::RecordProperty("first_seed", std::to_string(first));
  std::cout << name << ": " << trials << " trials from CUSTODY_SEED=" << first << "\n";
  for (uint64_t seed = first; seed < first + trials && !testing::Test::HasFailure(); ++seed) attempt(seed);
}

}  // namespace custody
