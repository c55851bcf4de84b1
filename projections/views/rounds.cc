#include "projections/views/rounds.h"

#include "ledger/event/bodies_ledger.h"
#include "projections/views/fold.h"

namespace custody {
namespace {

constexpr char kRound = 1;
constexpr char kTime = 2;
constexpr char kAttested = 3;
constexpr size_t kRoundKeyBytes = 1 + 8 + 8;
constexpr size_t kTimeKeyBytes = 1 + 8 + 8 + 8;

}  // namespace

std::string round_prefix(uint64_t round) {
  std::string key(1, kRound);
  append_be64(key, round);
  return key;
}

std::string round_table_end() {
  return std::string(1, kRound + 1);
}

bool is_round_key(std::string_view key) {
  return key.size() == kRoundKeyBytes && key[0] == kRound;
}

bool is_round_time_key(std::string_view key) {
  return key.size() == kTimeKeyBytes && key[0] == kTime;
}

uint64_t round_of_key(std::string_view key) {
  if (!is_round_key(key)) throw Error(ErrorCode::kStore, "a malformed row in the view rounds");
  return read_be64(key.substr(1));
}

std::string round_time_bound(int64_t time_us) {
  std::string key(1, kTime);
  append_be64(key, static_cast<uint64_t>(time_us) + 1);
  return key;
}

uint64_t round_of_time_key(std::string_view key) {
  if (!is_round_time_key(key)) throw Error(ErrorCode::kStore, "a malformed row in the view rounds");
  return read_be64(key.substr(9));
}

std::string attested_prefix(std::string_view view) {
  std::string key(1, kAttested);
  key.push_back(static_cast<char>(view.size()));
  return key.append(view);
}

uint64_t attested_round_of_key(std::string_view key) {
  if (key.size() < 16) throw Error(ErrorCode::kStore, "a malformed row in the view rounds");
  return read_be64(key.substr(key.size() - 16));
}

namespace {

void fold_attested(const FoldInput& in, RowBatch& out) {
  if (!in.summary.source.starts_with("custody:")) return;
  const auto body = decode_body<ViewAttested>(in.record.statement.body);
  std::string& key = out.begin(View::kRounds);
  key.append(attested_prefix(body.view.text));
  append_be64(key, body.round);
  append_be64(key, in.record.seal.seq);
  CanonicalWriter writer(out.value());
  writer(AttestedRow{in.summary.id, body.rules.text, body.rows, body.root});
  out.done();
}

}  // namespace

void fold_rounds(const FoldInput& in, RowBatch& out) {
  if (in.summary.type == ViewAttested::kType && in.summary.understood) return fold_attested(in, out);
  if (in.summary.type != LedgerRound::kType || !in.summary.understood) return;
  const auto body = decode_body<LedgerRound>(in.record.statement.body);
  RoundRow row{in.summary.id, body.closed_at.us, {in.record.seal.seq}};
  for (const RoundShard& shard : body.shards) {
    if (shard.shard != row.sizes.size()) return;  // no cut over all shards: nothing can be told as of it
    row.sizes.push_back(shard.size);
  }
  std::string& key = out.begin(View::kRounds);
  key.append(round_prefix(body.round));
  append_be64(key, in.record.seal.seq);
  CanonicalWriter writer(out.value());
  writer(row);
  out.done();
  std::string& time_key = out.begin(View::kRounds);
  time_key.push_back(kTime);
  append_be64(time_key, static_cast<uint64_t>(body.closed_at.us));
  append_be64(time_key, body.round);
  append_be64(time_key, in.record.seal.seq);
  out.value();
  out.done();
}

}  // namespace custody
