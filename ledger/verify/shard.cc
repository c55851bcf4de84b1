#include "ledger/verify/shard.h"

#include <algorithm>

namespace custody {
namespace {

constexpr size_t kRecentLeaves = 4096;
constexpr size_t kNoteBytes = 16 * 1024;
constexpr uint64_t kProgressEvery = 1024;

}  // namespace

ShardVerifier::ShardVerifier(LedgerFacts& facts, uint32_t shard)
    : facts_(facts),
      shard_(shard),
      head_(facts.descriptor_hash),
      notes_(shard, shard_origin(facts.descriptor, shard), facts.descriptor.signer),
      roots_(shard, shard != 0, facts.descriptor_hash, facts.temp_folder, faults),
      ids_(facts.temp_folder, facts.ids_memory_bytes),
      sources_(facts.temp_folder),
      falls_(facts.temp_folder, kNoteBytes),
      reaches_(facts.temp_folder, kNoteBytes),
      steps_(facts.temp_folder, kNoteBytes),
      round_sizes_(facts.descriptor.shards) {
  result.shard = shard;
}

void ShardVerifier::checkpoint(std::string_view note) {
  ReadNote read = read_note(note, notes_.origin());
  const uint64_t size = read.size;
  const Digest root = read.root;
  if (read.status != ReadNote::kRead) {
    const bool foreign = read.status == ReadNote::kForeignOrigin;
    return faults.add({FaultKind::kCheckpointForm, shard_, size,
                       foreign ? "the origin " + notes_.origin() : "a signed note with a checkpoint",
                       foreign ? "another" : "other bytes"});
  }
  const auto number = notes_.keep(std::move(read), facts_.notes_kept_bytes);
  if (!number)
    return faults.add({FaultKind::kCheckpointSignature, shard_, size, "few checkpoints by other keys, or short ones",
                       "more than can be kept until their keys are known"});
  roots_.expect({size, 0, root, {}, RootClaim::kCheckpoint, *number});
}

void ShardVerifier::feed(std::string_view record, std::string_view blob) {
  if (stopped_.load(std::memory_order_relaxed)) {
    ++result.unread;
    return;
  }
  if (record.size() > kMaxRecordBytes)
    return stop(FaultKind::kSize, "at most " + std::to_string(kMaxRecordBytes) + " bytes",
                std::to_string(record.size()) + " bytes");
  if (!record.starts_with("CSR1"))
    return stop(FaultKind::kMagic, "the mark CSR1", to_hex(record.substr(0, 4)) + " (hex)");
  Record decoded;
  try {
    decoded = decode_record(record);
  } catch (const Error& error) {
    return stop(FaultKind::kForm, "one record in canonical form", error.what());
  }
  if (!accept(decoded)) return;
  check_first(decoded);
  check_own(decoded);
  check_seal(decoded);
  check_statement(decoded);
  check_blob(decoded, blob);
  check_round(decoded);
  link(decoded, leaf_hash(record), record.size() + blob.size());
}

bool ShardVerifier::accept(const Record& record) {
  const uint64_t next = size_.load(std::memory_order_relaxed);
  const Seal& seal = record.seal;
  if (seal.shard != shard_) {
    stop(FaultKind::kShard, std::to_string(shard_), std::to_string(seal.shard));
  } else if (seal.seq < next) {
    check_stale(record);
  } else if (seal.seq > next) {
    stop(FaultKind::kSeq, std::to_string(next), std::to_string(seal.seq));
  } else if (seal.prev != head_) {
    doubtful_head_ = true;
    stop(FaultKind::kPrev, to_base64(view_of(head_)), to_base64(view_of(seal.prev)));
  } else {
    return true;
  }
  return false;
}

void ShardVerifier::check_stale(const Record& record) {
  ++result.stale;
  const uint64_t seq = record.seal.seq;
  if (size_ - seq > recent_.size()) {
    ++result.stale_old;
    return;
  }
  const Digest leaf = leaf_hash(record.bytes);
  const Digest& accepted = recent_[seq % kRecentLeaves];
  if (leaf != accepted)
    faults.add(
        {FaultKind::kStale, shard_, seq, "leaf " + to_base64(view_of(accepted)), "leaf " + to_base64(view_of(leaf))});
}

void ShardVerifier::link(const Record& record, const Digest& leaf, size_t bytes) {
  const uint64_t seq = record.seal.seq;
  head_ = leaf;
  last_ = record.seal;
  clock_stepped_ = record.statement.type == "clock.stepped";
  if (clock_stepped_ && shard_ == 0) steps_.push(seq);
  if (recent_.size() < kRecentLeaves)
    recent_.push_back(leaf);
  else
    recent_[seq % kRecentLeaves] = leaf;
  ids_.add(record.statement.id, seq);
  roots_.append(leaf, record.seal.reg);
  size_.store(seq + 1, std::memory_order_relaxed);
  if (shard_ == 0) {
    facts_.keys.take(record, leaf);
    facts_.registry_size.store(seq + 1, std::memory_order_relaxed);
  }
  counts.bytes += bytes;
  new_bytes_ += bytes;
  if (++new_records_ == kProgressEvery) count_progress();
}

void ShardVerifier::count_progress() {
  if (facts_.progress != nullptr) {
    facts_.progress->records += new_records_;
    facts_.progress->bytes += new_bytes_;
  }
  new_records_ = new_bytes_ = 0;
}

void ShardVerifier::stop(FaultKind kind, std::string expected, std::string found) {
  faults.add({kind, shard_, size_, std::move(expected), std::move(found)});
  stopped_ = true;
}

void ShardVerifier::fault(FaultKind kind, std::string expected, std::string found) {
  late_fault(kind, size_, std::move(expected), std::move(found));
}

void ShardVerifier::late_fault(FaultKind kind, uint64_t seq, std::string expected, std::string found) {
  faults.add({kind, shard_, seq, std::move(expected), std::move(found)});
  const bool of_the_record = kind < FaultKind::kBlobMissing;
  if (of_the_record) obeyed_ = std::min(obeyed_, seq);
}

void ShardVerifier::finish(const ShardVerifier& registry) {
  roots_.finish(stopped_,
                [&](const RootClaim& checkpoint, uint64_t reg) { return signature_holds(checkpoint, reg, registry); });
  ids_.finish([this](uint64_t seq, uint64_t first, const EventId& id) {
    late_fault(FaultKind::kIdRepeated, seq, "an id that occurs once",
               to_text(id) + ", also of " + to_text(Ref{shard_, first}));
  });
  count_progress();
}

// Where the reading of shard 0 was ended, a key that nobody knows may have been added further on.
bool ShardVerifier::signature_holds(const RootClaim& checkpoint, uint64_t reg, const ShardVerifier& registry) {
  const auto wrong = notes_.judge(checkpoint.note, reg, facts_.keys);
  if (!wrong) return true;
  const bool all_keys_known = !registry.stopped() || (shard_ == 0 && checkpoint.size <= size_);
  if (all_keys_known || !wrong->no_known_key)
    faults.add({FaultKind::kCheckpointSignature, shard_, checkpoint.size,
                "signatures under " + notes_.origin() + " of keys in force", wrong->what});
  return false;
}

void ShardVerifier::join(ShardVerifier& registry) {
  if (shard_ != 0) {
    judge_falls(registry);
    judge_reaches(registry);
  }
  result.size = size_;
  result.head = head_;
  result.root = roots_.root();
  result.signed_size = roots_.signed_size();
  // A record whose successor names another head is proved only where a root covers it.
  uint64_t proved = doubtful_head_ && result.size > 0 ? std::max(result.size - 1, roots_.good_size()) : result.size;
  if (roots_.refuted()) proved = std::min(proved, roots_.good_size());
  result.proved = std::min(proved, obeyed_);
}

void ShardVerifier::judge_falls(ShardVerifier& registry) {
  uint64_t from = 0;  // steps before were there at the last fall
  uint64_t step = 0;
  for (uint64_t i = 0; i < falls_.size(); ++i) {
    const Fall fall = falls_.get(i);
    if (registry.stopped() && fall.reg > registry.size()) continue;  // the steps are not known
    while (step < registry.steps_.size() && registry.steps_.get(step) < from) ++step;
    if (step < registry.steps_.size() && registry.steps_.get(step) < fall.reg)
      from = fall.reg;
    else
      late_fault(FaultKind::kSealedAt, fall.seq, "not before " + to_rfc3339(fall.before), to_rfc3339(fall.after));
  }
}

void ShardVerifier::judge_reaches(const ShardVerifier& registry) {
  if (registry.stopped()) return;
  for (uint64_t i = 0; i < reaches_.size(); ++i) {
    const Reach reach = reaches_.get(i);
    if (reach.reg <= registry.size()) continue;
    late_fault(FaultKind::kRegAhead, reach.seq, "at most " + std::to_string(registry.size()),
               std::to_string(reach.reg));
    return;  // what follows reaches as far
  }
}

}  // namespace custody
