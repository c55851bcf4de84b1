#include "tests/reference/log_maker.h"

#include <sstream>

#include "ledger/verify/raw.h"

namespace custody::maker {
namespace {

constexpr int64_t kBegin = 1'750'000'000'000'000;  // µs: 2025-06-15

std::string sha_seed(std::string_view name) {
  return std::string(view_of(sha256(name)));
}

struct RoundRow {
  uint32_t shard;
  uint64_t size;
  Digest root;
};

class Maker {
 public:
  explicit Maker(const Plan& plan) : plan_(plan), random_(plan.seed), trees_(plan.shards), last_(plan.shards) {
    Descriptor descriptor;
    fill(descriptor.ledger_id.bytes);
    descriptor.name = "vectors";
    descriptor.origin = "vectors.example/0";
    descriptor.created_at_us = kBegin;
    descriptor.shards = plan.shards;
    descriptor.signer = signer().public_key();
    if (plan.governed)
      for (const char* founder : {"person:ada", "person:bob"})
        descriptor.founders.push_back({founder, Ed25519PrivateKey::from_seed(sha_seed(founder)).public_key()});
    log_.descriptor = encode_descriptor(descriptor);
    heads_.assign(plan.shards, sha256(log_.descriptor));
  }

  Log make() {
    own(0, "ledger.created", log_.descriptor);
    for (uint32_t shard = 0; shard < plan_.shards; ++shard) own(shard, "sealer.started", started_body(1, kIntake, 0));
    for (int i = 0; i < plan_.events; ++i) {
      event(i);
      if (i == plan_.step_after) step();
      if ((i + 1) % plan_.round_every == 0) round();
    }
    if (plan_.checkpoint_at_end) checkpoints();
    return std::move(log_);
  }

 private:
  template <size_t N>
  void fill(ByteArray<N>& bytes) {
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random_());
  }

  void own(uint32_t shard, const std::string& type, const std::string& body) {
    Draft draft;
    draft.type = type;
    draft.source = "custody:sealer";
    draft.source_id = type + ":" + to_text(Ref{shard, trees_[shard].size()});
    draft.actor = "system:custody";
    draft.principal = "system:custody";
    draft.stamp.method = static_cast<uint8_t>(Method::kInProcess);
    draft.body = body;
    seal(shard, draft, false);
  }

  void event(int number) {
    Draft draft;
    draft.type = "data.accessed";
    draft.source = "urn:example:crm";
    draft.source_id = "e-" + std::to_string(number);
    if (number % 3 != 2) fill(draft.stamp.subject.bytes);
    draft.stamp.method = static_cast<uint8_t>(Method::kToken);
    fill(draft.stamp.credential);
    draft.statement.sequence = static_cast<uint64_t>(number) + 1;
    if (number % 2 == 0) {
      Blob blob;
      BlobSection section;
      fill(section.key_id.bytes);
      fill(section.salt);
      ByteArray<24> ciphertext;
      fill(ciphertext);
      section.ciphertext = view_of(ciphertext);
      blob.sections.push_back(section);
      draft.blob = encode_blob(blob);
      draft.stamp.blob = blob_hash(draft.blob);
      fill(draft.statement.values_commit);
    }
    draft.body = "event " + std::to_string(number);
    const uint32_t shard = shard_of(draft.type, draft.stamp.subject, draft.source, plan_.shards);
    seal(shard, draft, true);
  }

  void step() {
    Draft draft;
    draft.type = "clock.stepped";
    draft.source = "urn:example:admin";
    draft.source_id = "step-1";
    draft.stamp.method = static_cast<uint8_t>(Method::kToken);
    fill(draft.stamp.credential);
    draft.body = "step";
    seal(0, draft, true);
  }

  void round() {
    std::string body;
    append_le(body, ++rounds_, 8);
    append_le(body, 0, 8);  // when it is sealed
    append_le(body, plan_.shards - 1, 4);
    for (uint32_t shard = 1; shard < plan_.shards; ++shard) {
      append_le(body, shard, 4);
      append_le(body, trees_[shard].size(), 8);
      body += view_of(trees_[shard].root());
    }
    body += '\0';  // no anchor
    own(0, "ledger.round", body);
    if (!plan_.checkpoint_at_end) checkpoints();
  }

  void checkpoints() {
    log_.notes.clear();
    for (uint32_t shard = 0; shard < plan_.shards; ++shard)
      log_.notes.push_back({shard, sign_note(signer(), "vectors.example/" + std::to_string(shard), trees_[shard].size(),
                                             trees_[shard].root())});
  }

  void seal(uint32_t shard, Draft& draft, bool from_intake) {
    now_ += 1000 + static_cast<int64_t>(random_() % 1000);
    Seal& last = last_[shard];
    draft.seal = last;
    draft.seal.shard = shard;
    draft.seal.seq = trees_[shard].size();
    draft.seal.sealed_at_us = now_;
    draft.seal.reg = shard == 0 ? draft.seal.seq : trees_[0].size();
    draft.seal.intake = last.intake + (from_intake ? 1 : 0);
    draft.seal.prev = heads_[shard];
    draft.stamp.received_at_us = now_ - 500;
    draft.stamp.seen = draft.seal.reg;
    draft.statement.time = {now_ - 700, 120};
    draft.statement.id = make_event_id(draft.source, draft.source_id, draft.statement.time.us);
    if (draft.type == "ledger.round") close_when_sealed(draft);
    if (plan_.before_seal) plan_.before_seal(draft);
    last = draft.seal;
    const std::string record = draft.bytes();
    heads_[shard] = leaf_hash(record);
    trees_[shard].append(heads_[shard]);
    log_.entries.push_back({shard, record, draft.blob});
  }

  const Plan& plan_;
  std::mt19937_64 random_;
  std::vector<VerifierTree> trees_;
  std::vector<Seal> last_;
  std::vector<Digest> heads_;
  int64_t now_ = kBegin;
  uint64_t rounds_ = 0;
  Log log_;
};

}  // namespace

std::string Draft::bytes() {
  stamp.gateway = "gateway-1";
  stamp.principal = principal;
  statement.type = type;
  statement.source = source;
  statement.source_id = source_id;
  statement.actor = actor;
  statement.step = "step:support";
  statement.body = body;
  return to_canonical(seal) + to_canonical(stamp) + to_canonical(statement);
}

std::string started_body(uint64_t term, char intake, uint64_t from) {
  std::string body;
  append_le(body, term, 8);
  body += std::string(16, intake);
  append_le(body, from, 8);
  return body + std::string(
                    "\x05"
                    "tests",
                    6);
}

void close_when_sealed(Draft& draft) {
  std::string time;
  append_le(time, static_cast<uint64_t>(draft.seal.sealed_at_us), 8);
  draft.body.replace(8, 8, time);
}

size_t Log::at(uint32_t shard, uint64_t seq) const {
  for (size_t i = 0; i < entries.size(); ++i)
    if (entries[i].shard == shard && seq-- == 0) return i;
  throw Error(ErrorCode::kNotFound, "the log that was made has no such record");
}

std::string Log::raw() const {
  std::ostringstream out;
  RawWriter writer(out, descriptor);
  for (const CheckpointNote& note : notes) writer.checkpoint(note);
  for (const Entry& entry : entries) writer.entry(entry.shard, entry.record, entry.blob);
  writer.finish();
  return out.str();
}

Ed25519PrivateKey signer() {
  return Ed25519PrivateKey::from_seed(std::string(32, 's'));
}

std::string sign_note(const Ed25519PrivateKey& key, const std::string& origin, uint64_t size, const Digest& root) {
  const std::string body = origin + "\n" + std::to_string(size) + "\n" + to_base64(view_of(root)) + "\n";
  const Digest key_hash = sha256({origin, "\n\x01", view_of(key.public_key())});
  const std::string signature = std::string(view_of(key_hash).substr(0, 4)) + std::string(view_of(key.sign(body)));
  return body + "\n\xe2\x80\x94 " + origin + " " + to_base64(signature) + "\n";
}

Log make(const Plan& plan) {
  return Maker(plan).make();
}

}  // namespace custody::maker
