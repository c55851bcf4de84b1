#include "ledger/codec/json.h"
#include "tools/api/api.h"
#include "tools/api/evidence.h"
#include "tools/api/parameters.h"

namespace custody {
namespace {

// What a tile or a bundle holds never changes. Nothing is said of shared caches: where a token is needed they keep
// nothing.
constexpr std::string_view kForEver = "max-age=31536000, immutable";
constexpr std::string_view kForASecond = "max-age=1";

struct CheckpointLine {
  uint32_t shard = 0;
  std::string origin;
  std::string vkey;  // the ledger's key under the shard's name
  uint64_t size = 0;
  std::string root;
  std::optional<uint64_t> round;  // of which this is the shard's state
  std::vector<std::string> cosigners;
  std::string note;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("shard", shard), field("origin", origin), field("vkey", vkey), field("size", size), field("root", root),
       field("round", round), field("cosigners", cosigners), field("note", note));
  }
};

struct WitnessWord {
  std::string name, owner;
  Instant at;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("name", name), field("owner", owner), field("at", at));
  }
};

// What the witnesses of the ledger's own policy say of shard 0's checkpoint. A reader judges by a policy of his own.
struct WitnessedLine {
  bool quorum = false;
  std::string quorum_name;
  std::vector<WitnessWord> witnesses;
  uint64_t newest_size = 0;  // of shard 0, as it was signed last
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("quorum", quorum), field("quorum_name", quorum_name), field("witnesses", witnesses),
       field("newest_size", newest_size));
  }
};

// The newest checkpoint of shard 0 that an authority for time has stamped; judged by who trusts that one.
struct StampedLine {
  uint64_t size = 0;
  std::string note;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("size", size), field("note", note));
  }
};

struct CheckpointsAnswer {
  std::string vkey;
  uint64_t round = 0;
  Instant closed_at;
  std::vector<CheckpointLine> shards;
  std::optional<WitnessedLine> witnessed;  // where a policy is in force
  std::optional<StampedLine> stamped;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("vkey", vkey), field("round", round), field("closed_at", closed_at), field("shards", shards),
       field("witnessed", witnessed), field("stamped", stamped));
  }
};

// Signs for sizes of shard 0 in [from, until).
struct KeyLine {
  std::string key;
  std::string vkey;  // under the name of shard 0
  bool in_force = false;
  uint64_t from = 0;
  std::optional<uint64_t> until;
  std::string added;
  std::optional<std::string> retired;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("key", key), field("vkey", vkey), field("in_force", in_force), field("from", from), field("until", until),
       field("added", added), field("retired", retired));
  }
};

struct KeysAnswer {
  std::string mode;
  uint64_t size = 0;  // of shard 0, at which this is so
  std::vector<KeyLine> keys;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("mode", mode), field("size", size), field("keys", keys));
  }
};

CheckpointLine line_of(uint32_t shard, const SignedTree& tree) {
  CheckpointLine line{shard,
                      tree.checkpoint.origin,
                      tree.key.text(),
                      tree.checkpoint.size,
                      to_base64(view_of(tree.checkpoint.root)),
                      std::nullopt,
                      {},
                      tree.note};
  for (const NoteSignature& signature : parse_note(tree.note).signatures)
    if (signature.name != tree.checkpoint.origin) line.cosigners.push_back(signature.name);
  return line;
}

WitnessedLine witnessed_line(Node& node, const Policy& policy, const SignedTree& registry) {
  const PolicyVerdict verdict = judge_policy(policy, parse_note(registry.note));
  WitnessedLine line;
  line.quorum = verdict.satisfied(policy);
  line.quorum_name = policy.quorum ? policy.nodes[*policy.quorum].name : "none";
  for (const PolicyVerdict::Vouching& one : verdict.vouching) {
    const Policy::Witness& witness = policy.witnesses[one.witness];
    line.witnesses.push_back(
        {witness.key.name, witness.owner, {static_cast<int64_t>(std::min(one.time_s, kLastSecond)) * 1'000'000, 0}});
  }
  line.newest_size = signed_tree(node, 0).checkpoint.size;
  return line;
}

uint32_t shard_of_path(const std::string& text) {
  const auto shard = parse_u64(text);
  if (!shard || *shard >= kMaxShards) throw Error(ErrorCode::kNotFound, "there is no such shard");
  return static_cast<uint32_t>(*shard);
}

}  // namespace

// The newest of each shard, or those of the round that a moment names.
ApiResponse Api::get_checkpoints(const ApiRequest& request, const std::vector<std::string>&) {
  std::vector<uint64_t> most(node_.tails().size(), UINT64_MAX);
  if (parameter(request, "as_of")) {
    const Position position = node_.projector().views().resolve(moment_parameter(request));
    if (position.round == 0) throw Error(ErrorCode::kNotFound, "no round was closed by then, and nothing signed");
    for (size_t shard = 0; shard < most.size(); ++shard) most[shard] = position.sizes.at(shard);
    most[0] += 1;  // a round is the last record of what is signed with it
  }
  const SignedTree registry = registry_tree(node_, most[0]);
  const LedgerRound round = round_of(node_, registry);
  CheckpointsAnswer answer;
  answer.vkey = registry.key.text();
  answer.round = round.round;
  answer.closed_at = {round.closed_at.us, 0};
  for (uint32_t shard = 0; shard < most.size(); ++shard) {
    try {
      const SignedTree tree =
          shard == 0 ? registry : signed_tree(node_, shard, std::min(most[shard], round.shards.at(shard - 1).size));
      CheckpointLine line = line_of(shard, tree);
      if (shard == 0 || round.shards.at(shard - 1).size == line.size) line.round = round.round;
      answer.shards.push_back(std::move(line));
    } catch (const Error& error) {  // a shard of which nothing has been signed has no line
      if (error.code() != ErrorCode::kNotFound) throw;
    }
  }
  if (const auto stamped = stamped_tree(node_, registry.checkpoint.size))
    answer.stamped = {stamped->checkpoint.size, stamped->note};
  if (const auto& policy = node_.config().witnesses.policy) answer.witnessed = witnessed_line(node_, *policy, registry);
  return {200, "application/json", to_json_text(answer) + "\n", {}};
}

ApiResponse Api::get_checkpoint(const ApiRequest&, const std::vector<std::string>& parts) {
  const uint32_t shard = shard_of_path(parts[0]);
  return {200,
          "text/plain; charset=utf-8",
          (shard == 0 ? registry_tree(node_) : signed_tree(node_, shard)).note,
          {{"Cache-Control", std::string(kForASecond)}}};
}

// Which keys sign for the ledger, and which have.
ApiResponse Api::get_keys(const ApiRequest&, const std::vector<std::string>&) {
  const ChainState registry = node_.tails()[0]->state();
  KeysAnswer answer{node_.descriptor().open_mode() ? "open" : "governed", registry.head.next_seq, {}};
  for (const LedgerKey& key : registry.keys.keys()) {
    KeyLine line{to_base64(view_of(key.key)),
                 VerifierKey{node_.descriptor().origin, VerifierKey::kEd25519, key.key}.text(),
                 key.in_force(registry.head.next_seq),
                 key.from,
                 std::nullopt,
                 to_text(key.added),
                 std::nullopt};
    if (key.until != kStillInForce) {
      line.until = key.until;
      line.retired = to_text(key.retired);
    }
    answer.keys.push_back(std::move(line));
  }
  return {200, "application/json", to_json_text(answer) + "\n", {}};
}

ApiResponse Api::get_tile(const ApiRequest&, const std::vector<std::string>& parts) {
  return {200,
          "application/octet-stream",
          tile_bytes(node_, shard_of_path(parts[0]), "tile/" + parts[1]),
          {{"Cache-Control", std::string(kForEver)}}};
}

ApiResponse Api::get_proof(const ApiRequest& request, const std::vector<std::string>& parts) {
  const auto ref = parse_ref(parts[0] + ":" + parts[1]);
  if (!ref) throw Error(ErrorCode::kUsage, "a record is named shard:seq, such as 0:12");
  const auto checkpoint = parameter(request, "checkpoint");
  if (checkpoint && *checkpoint != "earliest") throw Error(ErrorCode::kUsage, "checkpoint is: earliest");
  ProvedBy by{checkpoint.has_value(), UINT64_MAX};
  if (const auto size = parameter(request, "size")) {
    const auto number = parse_u64(*size);
    if (!number || *number == 0) throw Error(ErrorCode::kUsage, "size is a number of records from 1");
    by.most = *number;
  }
  return {200, "text/plain; charset=utf-8", prove_record(node_, *ref, by), {}};
}

}  // namespace custody
