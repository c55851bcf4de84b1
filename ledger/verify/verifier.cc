#include "ledger/verify/verifier.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "ledger/verify/parallel.h"
#include "ledger/verify/shard.h"

namespace custody {

struct LedgerVerifier::State {
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  VerifyOptions options;
  LedgerFacts facts;
  std::vector<std::unique_ptr<ShardVerifier>> shards;
  FaultList faults;  // of the ledger as a whole, and of checkpoints
  uint64_t saved_claims = 0;
  bool saved_foreign = false;

  void expect_saved_head();
  SourceVerdict judge_sources();
  VerifyReport report();
};

LedgerVerifier::LedgerVerifier(std::string_view descriptor_bytes, const VerifyOptions& options)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.options = options;
  s.facts.descriptor_bytes = descriptor_bytes;
  s.facts.descriptor_hash = sha256(descriptor_bytes);
  s.facts.temp_folder = options.temp_folder;
  s.facts.progress = options.progress;
  if (options.descriptor && *options.descriptor != s.facts.descriptor_hash)
    s.faults.add({FaultKind::kDescriptor, 0, 0, to_base64(view_of(*options.descriptor)),
                  to_base64(view_of(s.facts.descriptor_hash))});
  try {
    s.facts.descriptor = decode_descriptor(descriptor_bytes);
  } catch (const Error& error) {
    s.faults.add({FaultKind::kDescriptor, 0, 0, "a descriptor in canonical form", error.what()});
    return;
  }
  s.facts.keys = KeyHistory(s.facts.descriptor);
  s.facts.named_last.assign(s.facts.descriptor.shards, 0);
  s.facts.named_before = s.facts.named_last;
  s.facts.ids_memory_bytes = options.ids_memory_bytes / s.facts.descriptor.shards;
  for (uint32_t shard = 0; shard < s.facts.descriptor.shards; ++shard)
    s.shards.push_back(std::make_unique<ShardVerifier>(s.facts, shard));
  s.expect_saved_head();
}

LedgerVerifier::~LedgerVerifier() = default;

void LedgerVerifier::State::expect_saved_head() {
  if (!options.saved) return;
  if (options.saved->descriptor != facts.descriptor_hash) {
    saved_foreign = true;
    faults.add({FaultKind::kExtension, 0, 0,
                "the ledger with descriptor " + to_base64(view_of(options.saved->descriptor)),
                to_base64(view_of(facts.descriptor_hash))});
    return;
  }
  for (const SavedHead::Shard& saved : options.saved->shards) {
    if (saved.shard >= shards.size()) continue;  // cannot be of this descriptor
    ++saved_claims;
    shards[saved.shard]->roots().expect({saved.size, 0, saved.root, saved.head, RootClaim::kSaved});
  }
}

uint32_t LedgerVerifier::shards() const {
  return static_cast<uint32_t>(state_->shards.size());
}

void LedgerVerifier::checkpoint(const CheckpointNote& note) {
  state_->shards[note.shard]->checkpoint(note.note);
}

void LedgerVerifier::feed(uint32_t shard, std::string_view record, std::string_view blob) {
  ShardVerifier& verifier = *state_->shards[shard];
  verifier.feed(record, blob);
  if (verifier.round_claims.empty()) return;
  for (const auto& [about, claim] : verifier.round_claims) state_->shards[about]->roots().claim(claim);
  verifier.round_claims.clear();
}

void LedgerVerifier::malformed(FaultKind kind, uint32_t shard, std::string_view expected, std::string_view found) {
  if (kind == FaultKind::kRawForm || shard >= shards()) {
    state_->faults.add({kind, 0, 0, std::string(expected), std::string(found)});
    for (const auto& each : state_->shards) each->cut_off();
    return;
  }
  if (!stopped(shard)) state_->shards[shard]->stop(kind, std::string(expected), std::string(found));
}

uint64_t LedgerVerifier::size(uint32_t shard) const {
  return state_->shards[shard]->size();
}

uint64_t LedgerVerifier::referred_size(uint32_t shard) const {
  if (shard != 0) return state_->shards[shard]->roots().claimed_size();
  uint64_t highest = 0;
  for (const auto& each : state_->shards) highest = std::max(highest, each->highest_reg());
  return highest;
}

bool LedgerVerifier::stopped(uint32_t shard) const {
  return state_->shards[shard]->stopped();
}

VerifyReport LedgerVerifier::finish() {
  State& s = *state_;
  run_parallel(s.shards.size(), s.options.threads, [&](size_t shard) { s.shards[shard]->finish(*s.shards[0]); });
  for (const auto& shard : s.shards) shard->join(*s.shards[0]);
  return s.report();
}

// With several shards only what a round before the last one covers: a statement and its attestation lie on different
// ones, and these are read one before the other.
SourceVerdict LedgerVerifier::State::judge_sources() {
  if (shards.empty()) return {};
  SourceFacts about{facts.descriptor.ledger_id, facts.registry_size, true, facts.named_before};
  if (shards.size() == 1) about.cuts = {shards[0]->size()};
  std::vector<SourceRows*> rows;
  for (const auto& shard : shards) {
    about.all_read = about.all_read && !shard->stopped();
    rows.push_back(&shard->sources());
  }
  return custody::judge_sources(rows, about);
}

VerifyReport LedgerVerifier::State::report() {
  VerifyReport report;
  SourceVerdict attested = judge_sources();
  for (VerifyFault& fault : attested.faults) faults.add(std::move(fault));
  report.sources = std::move(attested.sources);
  report.ledger = facts.descriptor.ledger_id;
  report.name = facts.descriptor.name;
  report.descriptor = facts.descriptor_hash;
  report.predecessor = facts.descriptor.predecessor;
  report.keys = facts.keys.keys();
  report.faults = faults.take();
  report.faults_left_out = faults.left_out();
  bool extended = !saved_foreign;
  for (const auto& shard : shards) {
    const ShardVerifier::Counts& counts = shard->counts;
    report.records += shard->size();
    report.bytes += counts.bytes;
    report.rounds += counts.rounds;
    report.last_round += counts.last_round;  // of shard 0, the others have none
    report.blobs_present += counts.blobs_present;
    report.blobs_missing += counts.blobs_missing;
    report.blobs_altered += counts.blobs_altered;
    report.attestations += counts.attestations;
    report.checkpoints += shard->roots().checkpoints();
    saved_claims -= shard->roots().extends_saved() ? 1U : 0U;
    report.shards.push_back(shard->result);
    report.faults_left_out += shard->faults.left_out();
    for (VerifyFault& fault : shard->faults.take()) report.faults.push_back(std::move(fault));
  }
  extended = extended && saved_claims == 0 && !shards.empty();
  if (options.saved) report.extends = extended;
  std::sort(report.faults.begin(), report.faults.end(), before);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return report;
}

std::string encode_saved_head(const SavedHead& head) {
  return to_canonical(head);
}

SavedHead decode_saved_head(std::string_view bytes) {
  try {
    return from_canonical<SavedHead>(bytes);
  } catch (const Error& error) {
    throw Error(ErrorCode::kStore, std::string("the saved head of the last verification: ") + error.what());
  }
}

std::optional<SavedHead> saved_head(const VerifyReport& report) {
  if (!report.ok()) return std::nullopt;
  SavedHead saved;
  saved.descriptor = report.descriptor;
  for (const VerifiedShard& shard : report.shards)
    saved.shards.push_back({shard.shard, shard.size, shard.head, shard.root});
  return saved;
}

}  // namespace custody
