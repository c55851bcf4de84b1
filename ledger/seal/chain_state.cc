#include "ledger/seal/chain_state.h"

#include "ledger/event/bodies_ledger.h"
#include "ledger/event/bodies_registry.h"
#include "ledger/seal/own_records.h"

namespace custody {
namespace {

constexpr size_t kMaxSourceKeys = 16'384;

struct SourceKeyRow {
  std::string source;
  PublicKey key{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("source", source), field("key", key));
  }
};

struct Encoded {
  Magic magic{"CSI6"};
  ChainState& state;
  std::vector<SourceKeyRow> source_keys;
  std::string tree;

  template <class Archive>
  void serialize(Archive& ar) {
    Head& head = state.head;
    ar(magic, head.shard, head.next_seq, head.prev, head.sealed_at_us, head.reg, head.intake, head.clock_stepped);
    ar(state.position, state.term, state.intake_id, state.grown, state.growth, state.round, state.round_size,
       state.named, state.stepped, state.keys, source_keys, as_bytes32(tree));
  }
};

}  // namespace

ChainState ChainState::start(uint32_t shard, const Descriptor& descriptor) {
  ChainState state;
  state.head.shard = shard;
  state.head.prev = sha256(encode_descriptor(descriptor));
  state.keys = KeyHistory(descriptor);
  return state;
}

void ChainState::apply(const Record& record, const Digest& leaf, uint64_t at_position) {
  const Seal& seal = record.seal;
  const std::string_view type = record.statement.type;
  if (!is_own(record.statement)) ++grown;
  // What a projector or a gateway says in the ledger's name is to be covered by a round as an event is.
  if (!is_own(record.statement) || !made_by_sealer(type)) {
    growth = seal.seq + 1;
  } else if (type == SealerStarted::kType) {
    const auto body = decode_body<SealerStarted>(record.statement.body);
    term = body.term;
    intake_id = body.intake.bytes;
  } else if (type == LedgerRound::kType) {
    const auto body = decode_body<LedgerRound>(record.statement.body);
    round = body.round;
    round_size = seal.seq + 1;
    named.clear();
    for (const RoundShard& shard : body.shards) named.push_back(shard.size);
  }
  head = {seal.shard, seal.seq + 1, leaf, seal.sealed_at_us, seal.reg, seal.intake, type == ClockStepped::kType};
  position = at_position;
  if (seal.shard == 0) keys.take(record, leaf);
  if (seal.shard == 0 && type == SourceRegistered::kType) register_source(record);
  tree.append(leaf);
  if (head.clock_stepped) stepped = head.next_seq;
}

// A body that cannot be read registers nothing, as for the verifier; the last registration counts.
void ChainState::register_source(const Record& record) {
  if (record.statement.version != version_of<SourceRegistered>()) return;
  try {
    const auto body = decode_body<SourceRegistered>(record.statement.body);
    SourceKeys now = source_keys ? *source_keys : SourceKeys();
    now.erase(body.id.text);
    if (body.key && now.size() < kMaxSourceKeys) now.emplace(body.id.text, *body.key);
    source_keys = std::make_shared<const SourceKeys>(std::move(now));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kRefused) throw;
  }
}

std::string ChainState::encode() const {
  ChainState copy = *this;
  Encoded encoded{{"CSI6"}, copy, {}, tree.encode()};
  if (source_keys)
    for (const auto& [source, key] : *source_keys) encoded.source_keys.push_back({source, key});
  return to_canonical(encoded);
}

ChainState ChainState::decode(std::string_view bytes) {
  ChainState state;
  Encoded encoded{{"CSI6"}, state, {}, {}};
  CanonicalReader reader(bytes);
  reader(encoded);
  reader.expect_end();
  SourceKeys keys;
  for (SourceKeyRow& row : encoded.source_keys) keys.emplace(std::move(row.source), row.key);
  state.source_keys = std::make_shared<const SourceKeys>(std::move(keys));
  state.tree = CompactRange::decode(encoded.tree);
  return state;
}

}  // namespace custody
