#include "tests/reference/twin.h"

#include <algorithm>
#include <map>
#include <optional>

#include "tests/reference/parts.h"

namespace custody::twin {
namespace {

// docs/formats/log.md, in the order of its table.
const std::vector<std::string> kKinds = {"raw_form",
                                         "entry_form",
                                         "size",
                                         "magic",
                                         "form",
                                         "shard",
                                         "seq",
                                         "prev",
                                         "descriptor",
                                         "stale",
                                         "first",
                                         "own",
                                         "sealed_at",
                                         "reg",
                                         "seen",
                                         "reg_ahead",
                                         "intake",
                                         "term",
                                         "id",
                                         "id_repeated",
                                         "shard_of",
                                         "values",
                                         "blob_missing",
                                         "blob_altered",
                                         "round_form",
                                         "round_number",
                                         "round_time",
                                         "round_size",
                                         "round_cut",
                                         "round_root",
                                         "checkpoint_form",
                                         "checkpoint_signature",
                                         "checkpoint_size",
                                         "checkpoint_root",
                                         "extension",
                                         "attested_form",
                                         "attested_signature",
                                         "attested_missing",
                                         "attested_digest"};

struct ShardState {
  std::vector<Record> records;
  std::vector<std::string> leaves;
  std::string head;
  uint64_t term = 0;
  std::string intake_id;
  bool stopped = false;
};

class Judge {
 public:
  explicit Judge(Verdict& verdict) : verdict_(verdict) {}

  void raw(const std::string& bytes) {
    Cursor in(bytes);
    try {
      in.mark("CSX1");
      const std::string descriptor = in.bytes32();
      if (descriptor.size() > 1u << 20) throw Malformed();
      start(descriptor);
      if (!shards_.empty()) frames(in);
    } catch (const Malformed&) {
      fault("raw_form", 0, 0);
      for (ShardState& shard : shards_) shard.stopped = true;
    }
    finish();
  }

 private:
  void fault(const std::string& kind, uint64_t shard, uint64_t seq) {
    verdict_.faults.push_back({kind, static_cast<uint32_t>(shard), seq});
  }

  void start(const std::string& bytes) {
    try {
      descriptor_ = read_descriptor(bytes);
    } catch (const Malformed&) {
      fault("descriptor", 0, 0);
      return;
    }
    shards_.resize(static_cast<size_t>(descriptor_.shards));
    for (ShardState& shard : shards_) shard.head = sha(bytes);
  }

  void frames(Cursor& in) {
    bool entries = false;
    for (uint64_t count = 0;; ++count) {
      const uint64_t kind = in.number(1);
      if (kind == 3) {
        if (in.number(8) != count) throw Malformed();
        return in.end();
      }
      if (kind != 1 && (kind != 2 || entries || count == 4096)) throw Malformed();
      entries = kind == 1;
      const uint64_t shard = in.number(4);
      const uint64_t size = in.number(4);
      if (size > 4u << 20) throw Malformed();
      const std::string bytes = in.raw(size);
      if (shard >= shards_.size()) throw Malformed();
      kind == 1 ? entry(shard, bytes) : note(shard, bytes);
    }
  }

  std::string origin_of(uint64_t shard) const {
    return descriptor_.origin.substr(0, descriptor_.origin.size() - 1) + std::to_string(shard);
  }

  void note(uint64_t shard, const std::string& bytes) {
    const Note note = read_note(bytes, origin_of(shard));
    if (note.kind.empty())
      notes_.emplace_back(shard, note);
    else
      fault(note.kind, shard, note.size);
  }

  void entry(uint64_t at, const std::string& bytes) {
    ShardState& shard = shards_[static_cast<size_t>(at)];
    if (shard.stopped) return;
    const uint64_t next = shard.records.size();
    const auto stop = [&](const std::string& kind) {
      fault(kind, at, next);
      shard.stopped = true;
    };
    std::string record_bytes, blob;
    try {
      Cursor in(bytes);
      record_bytes = in.bytes32();
      blob = in.raw(bytes.size() - in.at());
    } catch (const Malformed&) {
      return stop("entry_form");
    }
    if (record_bytes.size() > 65535) return stop("size");
    if (record_bytes.substr(0, 4) != "CSR1") return stop("magic");
    Record record;
    try {
      record = read_record(record_bytes);
    } catch (const Malformed&) {
      return stop("form");
    }
    const std::string leaf = sha(std::string(1, '\0') + record_bytes);
    if (record.shard != at) return stop("shard");
    if (record.seq < next) {
      if (leaf != shard.leaves[static_cast<size_t>(record.seq)]) fault("stale", at, record.seq);
      return;
    }
    if (record.seq > next) return stop("seq");
    if (record.prev != shard.head) return stop("prev");
    rules(shard, record, blob);
    shard.head = leaf;
    shard.leaves.push_back(leaf);
    shard.records.push_back(record);
  }

  void rules(ShardState& shard, const Record& r, const std::string& blob) {
    const auto wrong = [&](const std::string& kind) { fault(kind, r.shard, r.seq); };
    const bool created = r.shard == 0 && r.seq == 0;
    if (created && r.type == "ledger.created" && r.body != descriptor_.bytes) wrong("descriptor");
    if (created != (r.type == "ledger.created")) wrong("first");
    if (r.seq == (r.shard == 0 ? 1u : 0u) && r.type != "sealer.started") wrong("first");
    const std::string id = r.type + ":" + std::to_string(r.shard) + ":" + std::to_string(r.seq);
    const bool sealers = r.type == "ledger.created" || r.type == "ledger.round" || r.type == "sealer.started" ||
                         r.type == "event.conflicted" || r.type == "event.refused";
    const bool custody = r.source.rfind("custody:", 0) == 0;
    if (sealers || custody)
      if (!custody || r.method != 3 || r.actor != "system:custody" || (sealers && r.source_id != id)) wrong("own");
    const Record* last = shard.records.empty() ? nullptr : &shard.records.back();
    if (last && r.shard == 0 && r.sealed_at < last->sealed_at && last->type != "clock.stepped") wrong("sealed_at");
    if (r.shard == 0 ? r.reg != r.seq : last && r.reg < last->reg) wrong("reg");
    if (r.seen > r.reg) wrong("seen");
    const std::string intake_before = shard.intake_id;
    if (r.type == "sealer.started") term(shard, r);
    if (last && r.intake < last->intake && shard.intake_id == intake_before) wrong("intake");
    if (event_id(r.source, r.source_id, r.time) != r.id) wrong("id");
    for (const Record& other : shard.records)
      if (other.id == r.id) {
        wrong("id_repeated");
        break;
      }
    if (home_shard(r, descriptor_.shards) != r.shard) wrong("shard_of");
    if (r.type == "source.attested") {
      try {
        read_attestation(r);
      } catch (const Malformed&) {
        wrong("attested_form");
      }
    }
    const std::string none(32, '\0');
    if ((r.values_commit == none) != (r.blob == none)) wrong("values");
    if (r.blob != none && blob.empty())
      wrong("blob_missing");
    else if (bool taken_out = false; r.blob == none ? !blob.empty() : blob_hash(blob, &taken_out) != r.blob)
      wrong("blob_altered");
    else if (taken_out)
      wrong("blob_missing");
  }

  // Leaves the intake's id in the shard where the record can be read.
  void term(ShardState& shard, const Record& r) {
    try {
      const Term term = read_term(r);
      if (term.term != shard.term + 1 || term.from != r.intake) fault("term", r.shard, r.seq);
      shard.term = term.term;
      shard.intake_id = term.intake_id;
    } catch (const Malformed&) {
      fault("term", r.shard, r.seq);
    }
  }

  void finish() {
    rounds();
    for (size_t at = 1; at < shards_.size(); ++at) against_registry(at);
    sources();
    const std::vector<Key> keys = shards_.empty() ? std::vector<Key>() : keys_of(descriptor_, shards_[0].records);
    for (const auto& [shard, note] : notes_) {
      if (!is_signed(keys, shard, note)) continue;
      const ShardState& state = shards_[static_cast<size_t>(shard)];
      const std::optional<std::string> root = root_of(state, note.size);
      if (root ? *root != note.root : !state.stopped)
        fault(root ? "checkpoint_root" : "checkpoint_size", shard, note.size);
    }
    for (const ShardState& shard : shards_)
      verdict_.shards.push_back({shard.records.size(), shard.head, *root_of(shard, shard.leaves.size())});
    const auto rank = [](const std::string& kind) { return std::find(kKinds.begin(), kKinds.end(), kind); };
    std::sort(verdict_.faults.begin(), verdict_.faults.end(), [&](const Fault& a, const Fault& b) {
      return std::make_tuple(a.shard, a.seq, rank(a.kind)) < std::make_tuple(b.shard, b.seq, rank(b.kind));
    });
  }

  bool is_signed(const std::vector<Key>& keys, uint64_t shard, const Note& note) {
    const std::vector<Record>& records = shards_[static_cast<size_t>(shard)].records;
    const size_t covered = std::min(records.size(), static_cast<size_t>(std::min<uint64_t>(note.size, SIZE_MAX)));
    const uint64_t reg = covered == 0 ? 0 : records[covered - 1].reg;
    size_t good = 0, bad = 0;
    for (const Key& key : keys) {
      const Word word = word_of(key.key, note, origin_of(shard));
      const bool in_force = shard == 0 ? key.from <= note.size && note.size < key.until : reg < key.until;
      bad += word.invalid + (in_force ? 0 : word.valid);
      good += in_force ? word.valid : 0;
    }
    const bool more_keys = shards_[0].stopped && (shard != 0 || note.size > records.size());
    if (good > 0 && bad == 0) return true;
    if (bad > 0 || !more_keys) fault("checkpoint_signature", shard, note.size);
    return false;
  }

  void sources() {
    if (shards_.empty()) return;
    std::vector<std::vector<Record>> records;
    bool all_read = true;
    for (const ShardState& shard : shards_) {
      records.push_back(shard.records);
      all_read = all_read && !shard.stopped;
    }
    if (shards_.size() == 1) named_before_ = {shards_[0].records.size()};
    for (const SourceFault& each : judge_sources(descriptor_, records, named_before_, all_read))
      fault(each.kind, each.shard, each.seq);
  }

  void rounds() {
    named_last_.assign(shards_.size(), 0);
    named_before_ = named_last_;
    if (shards_.empty()) return;
    uint64_t number = 0;
    std::vector<uint64_t> sizes(shards_.size(), 0);
    for (const Record& r : shards_[0].records) {
      if (r.type != "ledger.round") continue;
      Round round;
      try {
        round = read_round(r, shards_.size());
      } catch (const Malformed&) {
        fault("round_form", 0, r.seq);
        continue;
      }
      if (round.number != number + 1) fault("round_number", 0, r.seq);
      number = round.number;
      if (round.closed_at != r.sealed_at) fault("round_time", 0, r.seq);
      ++verdict_.rounds;
      named_before_ = named_last_;
      for (size_t i = 0; i < round.shards.size(); ++i)
        if (judge_round(r.seq, shards_[i + 1], round.shards[i], sizes[i + 1]))
          named_last_[i + 1] = round.shards[i].size;
    }
  }

  // False where the size has fallen.
  bool judge_round(uint64_t seq, const ShardState& shard, const Round::Entry& entry, uint64_t& last_size) {
    if (entry.size < last_size) {
      fault("round_size", 0, seq);
      return false;
    }
    last_size = entry.size;
    const std::optional<std::string> root = root_of(shard, entry.size);
    if (root && entry.size > 0 && shard.records[static_cast<size_t>(entry.size) - 1].reg > seq)
      fault("round_cut", 0, seq);
    if (root ? *root != entry.root : !shard.stopped) fault(root ? "round_root" : "round_size", 0, seq);
    return true;
  }

  // nullopt: the shard is shorter.
  static std::optional<std::string> root_of(const ShardState& shard, uint64_t size) {
    if (size > shard.leaves.size()) return std::nullopt;
    return merkle_root(shard.leaves, 0, static_cast<size_t>(size));
  }

  void against_registry(size_t at) {
    const ShardState& registry = shards_[0];
    const std::vector<Record>& records = shards_[at].records;
    uint64_t from = 0;
    for (size_t i = 1; i < records.size(); ++i) {
      if (records[i].sealed_at >= records[i - 1].sealed_at) continue;
      const uint64_t reg = records[i].reg;
      if (registry.stopped && reg > registry.records.size()) continue;
      bool stepped = false;
      for (uint64_t p = from; p < reg && p < registry.records.size(); ++p)
        stepped = stepped || registry.records[static_cast<size_t>(p)].type == "clock.stepped";
      if (stepped)
        from = reg;
      else
        fault("sealed_at", at, i);
    }
    for (size_t i = 0; !registry.stopped && i < records.size(); ++i)
      if (records[i].reg > registry.records.size()) return fault("reg_ahead", at, i);
  }

  Verdict& verdict_;
  Descriptor descriptor_;
  std::vector<ShardState> shards_;
  std::vector<std::pair<uint64_t, Note>> notes_;
  std::vector<uint64_t> named_last_, named_before_;  // sizes, by the last round and the one before
};

}  // namespace

Verdict judge(const std::string& raw) {
  Verdict verdict;
  Judge(verdict).raw(raw);
  return verdict;
}

}  // namespace custody::twin
