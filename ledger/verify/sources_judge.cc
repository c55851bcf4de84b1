// Attestations against the statements of all shards.
#include <set>

#include "ledger/base/crypto.h"
#include "ledger/verify/sources.h"

namespace custody {
namespace {

// The rows of all shards in one order.
template <class Row>
class Merged {
 public:
  explicit Merged(std::vector<SortedRuns<Row>*> parts) : parts_(std::move(parts)) {
    for (size_t i = 0; i < parts_.size(); ++i) {
      parts_[i]->finish();
      push(i);
    }
    advance();
  }
  bool any() const { return any_; }
  const Row& row() const { return row_; }
  void advance() {
    any_ = !heads_.empty();
    if (!any_) return;
    const auto [row, from] = *heads_.begin();
    heads_.erase(heads_.begin());
    row_ = row;
    push(from);
  }

 private:
  void push(size_t from) {
    if (Row row{}; parts_[from]->next(row)) heads_.emplace(row, from);
  }
  std::vector<SortedRuns<Row>*> parts_;
  std::set<std::pair<Row, size_t>> heads_;
  Row row_{};
  bool any_ = false;
};

template <class Row>
Merged<Row> merged(const std::vector<SourceRows*>& shards, SortedRuns<Row> SourceRows::* rows) {
  std::vector<SortedRuns<Row>*> parts;
  parts.reserve(shards.size());
  for (SourceRows* shard : shards) parts.push_back(&(shard->*rows));
  return Merged<Row>(std::move(parts));
}

class Judge {
 public:
  Judge(const std::vector<SourceRows*>& shards, const SourceFacts& facts)
      : shards_(shards),
        facts_(facts),
        statements_(merged(shards, &SourceRows::statements)),
        attestations_(merged(shards, &SourceRows::attestations)) {
    for (const SourceKey& key : shards[0]->keys) keys_[key.source].push_back(&key);
  }

  SourceVerdict run() {
    while (attestations_.any()) source();
    return std::move(verdict_);
  }

 private:
  void fault(FaultKind kind, const AttestationRow& at, std::string expected, std::string found) {
    verdict_.faults.push_back({kind, at.shard, at.seq, std::move(expected), std::move(found)});
  }

  const std::string& name_of(const SourceHash& source) const {
    static const std::string unknown;
    for (const SourceRows* shard : shards_)
      if (const auto found = shard->names.find(source); found != shard->names.end()) return found->second;
    return unknown;
  }

  // All attestations of one source, in the order in which they were recorded.
  void source() {
    const SourceHash source = attestations_.row().source;
    AttestedSource out;
    out.source = name_of(source);
    claimed_ = 0;
    while (statements_.any() && statements_.row().source < source) statements_.advance();
    for (; attestations_.any() && attestations_.row().source == source; attestations_.advance())
      if (attestations_.row().seq < facts_.cuts[attestations_.row().shard]) attestation(attestations_.row(), out);
    for (; statements_.any() && statements_.row().source == source; statements_.advance()) ++out.unattested;
    verdict_.sources.push_back(std::move(out));
  }

  void attestation(const AttestationRow& at, AttestedSource& source) {
    if (!signature_holds(at, source.source)) return;
    if (at.from <= claimed_)
      return fault(FaultKind::kAttestedForm, at, "statements behind " + std::to_string(claimed_),
                   "from " + std::to_string(at.from));
    claimed_ = at.to;
    while (is_of(at, 0, at.from - 1)) {
      ++source.unattested;
      statements_.advance();
    }
    if (!statements_hold(at, source)) return;
    source.up_to = at.to;
    source.attested += at.to - at.from + 1;
    source.at = {at.shard, at.seq};
  }

  // Whether the statement at hand is one of the source's, from this number to that.
  bool is_of(const AttestationRow& at, uint64_t first, uint64_t last) const {
    if (!statements_.any() || statements_.row().source != at.source) return false;
    return statements_.row().sequence >= first && statements_.row().sequence <= last;
  }

  // By the key that was registered last before the attestation was sealed.
  bool signature_holds(const AttestationRow& at, const std::string& name) {
    if (at.reg > facts_.registry_size) return false;  // what was registered by then is not known
    const PublicKey* key = nullptr;
    for (const SourceKey* each : keys_[at.source])
      if (each->from <= at.reg) key = each->key ? &*each->key : nullptr;
    if (key == nullptr) {
      fault(FaultKind::kAttestedSignature, at, "a key registered for " + name, "none");
      return false;
    }
    std::string message = "CSA1" + std::string(facts_.ledger.view());
    message += static_cast<char>(name.size());
    message += name;
    append_le(message, at.from, 8);
    append_le(message, at.to, 8);
    message += view_of(at.digest);
    if (ed25519_verify(*key, message, at.signature)) return true;
    fault(FaultKind::kAttestedSignature, at, "a signature of " + name + " by its key " + to_base64(view_of(*key)),
          "one that does not hold");
    return false;
  }

  bool statements_hold(const AttestationRow& at, const AttestedSource& source) {
    Sha256 hashes;
    uint64_t next = at.from;
    std::optional<uint64_t> missing, twice;
    for (; is_of(at, at.from, at.to); statements_.advance()) {
      const StatementRow& row = statements_.row();
      if (row.sequence < next) twice = twice.value_or(row.sequence);
      if (row.sequence > next) missing = missing.value_or(next);
      hashes.update(view_of(row.statement));
      next = row.sequence + 1;
    }
    if (next <= at.to) missing = missing.value_or(next);
    const std::string range = std::to_string(at.from) + " to " + std::to_string(at.to) + " of " + source.source;
    if (missing && !facts_.all_read) return false;  // it may stand where reading was ended
    if (missing)
      fault(FaultKind::kAttestedMissing, at, "statements " + range, "no statement " + std::to_string(*missing));
    else if (twice)
      fault(FaultKind::kAttestedDigest, at, "statements " + range, "two with the number " + std::to_string(*twice));
    else if (const Digest digest = hashes.finish(); digest != at.digest)
      fault(FaultKind::kAttestedDigest, at, "statements " + range + " with the digest " + to_base64(view_of(at.digest)),
            "the digest " + to_base64(view_of(digest)));
    else
      return true;
    return false;
  }

  const std::vector<SourceRows*>& shards_;
  const SourceFacts& facts_;
  Merged<StatementRow> statements_;
  Merged<AttestationRow> attestations_;
  std::map<SourceHash, std::vector<const SourceKey*>> keys_;  // in the order of their registration
  uint64_t claimed_ = 0;  // the last number that the source at hand has signed for, whether it holds or not
  SourceVerdict verdict_;
};

}  // namespace

SourceVerdict judge_sources(std::vector<SourceRows*> shards, const SourceFacts& facts) {
  return Judge(shards, facts).run();
}

}  // namespace custody
