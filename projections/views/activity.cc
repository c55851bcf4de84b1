#include "projections/views/activity.h"

#include "projections/views/fold.h"

namespace custody {
namespace {

void append_prefix(std::string& out, ActivityBy by, std::string_view name) {
  out.push_back(static_cast<char>(by));
  out.push_back(static_cast<char>(name.size()));
  out.append(name);
}

void add(const FoldInput& in, ActivityBy by, std::string_view name, RowBatch& out) {
  if (name.empty()) return;
  std::string& key = out.begin(View::kActivity);
  append_prefix(key, by, name);
  append_be64(key, static_cast<uint64_t>(in.summary.time.us));
  key.append(in.summary.id.view().substr(8));
  append_be64(key, in.record.seal.seq);
  out.value().push_back(static_cast<char>(in.record.seal.shard));
  out.done();
}

}  // namespace

std::string activity_event_key(uint64_t seq) {
  std::string key(1, '\0');
  append_be64(key, seq);
  return key;
}

std::string activity_prefix(ActivityBy by, std::string_view name) {
  std::string prefix;
  append_prefix(prefix, by, name);
  return prefix;
}

void fold_activity(const FoldInput& in, RowBatch& out) {
  if (in.summary.type == "ledger.round") return;
  std::string& key = out.begin(View::kActivity);
  key.push_back('\0');
  append_be64(key, in.record.seal.seq);
  out.value().append(in.summary_bytes);
  out.done();
  add(in, ActivityBy::kActor, in.summary.actor, out);
  add(in, ActivityBy::kStep, in.summary.step, out);
  add(in, ActivityBy::kSource, in.summary.source, out);
  add(in, ActivityBy::kDataset, in.summary.dataset, out);
  if (!in.summary.operation.empty()) add(in, ActivityBy::kOperation, in.summary.operation.view(), out);
}

}  // namespace custody
