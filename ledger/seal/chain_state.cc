#include "ledger/seal/chain_state.h"

#include "ledger/event/bodies_ledger.h"
#include "ledger/seal/own_records.h"

namespace custody {
namespace {

struct Encoded {
  Magic magic{"CSI5"};
  ChainState& state;
  std::string tree;

  template <class Archive>
  void serialize(Archive& ar) {
    Head& head = state.head;
    ar(magic, head.shard, head.next_seq, head.prev, head.sealed_at_us, head.reg, head.intake, head.clock_stepped);
    ar(state.position, state.term, state.intake_id, state.grown, state.growth, state.round, state.round_size,
       state.named, state.stepped, as_bytes32(tree));
  }
};

}  // namespace

ChainState ChainState::start(uint32_t shard, const Digest& descriptor_hash) {
  ChainState state;
  state.head.shard = shard;
  state.head.prev = descriptor_hash;
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
  tree.append(leaf);
  if (head.clock_stepped) stepped = head.next_seq;
}

std::string ChainState::encode() const {
  ChainState copy = *this;
  return to_canonical(Encoded{{"CSI5"}, copy, tree.encode()});
}

ChainState ChainState::decode(std::string_view bytes) {
  ChainState state;
  Encoded encoded{{"CSI5"}, state, {}};
  CanonicalReader reader(bytes);
  reader(encoded);
  reader.expect_end();
  state.tree = CompactRange::decode(encoded.tree);
  return state;
}

}  // namespace custody
