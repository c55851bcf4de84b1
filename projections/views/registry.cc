#include "projections/views/registry.h"

#include "projections/views/fold.h"

namespace custody {

std::string registry_kind_prefix(std::string_view kind) {
  return std::string(kind).append(1, '\0');
}

std::string registry_entry_prefix(std::string_view kind, std::string_view id) {
  return registry_kind_prefix(kind).append(id).append(1, '\0');
}

std::string_view registry_id_of_key(std::string_view key, std::string_view kind) {
  if (key.size() < kind.size() + 1 + 1 + 8) throw Error(ErrorCode::kStore, "a malformed row in the view registry");
  return key.substr(kind.size() + 1, key.size() - kind.size() - 1 - 1 - 8);
}

void fold_registry(const FoldInput& in, RowBatch& out) {
  if (in.facts.registry_kind.empty()) return;
  std::string& key = out.begin(View::kRegistry);
  key.append(in.facts.registry_kind).append(1, '\0').append(in.facts.registry_id).append(1, '\0');
  append_be64(key, in.record.seal.seq);
  RegistryRow row{in.facts.effective.value_or(in.summary.time), in.summary_bytes, in.record.statement.body};
  CanonicalWriter writer(out.value());
  writer(row);
  out.done();
}

}  // namespace custody
