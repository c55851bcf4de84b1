#include "tools/api/api.h"
#include "tools/api/parameters.h"

namespace custody {
namespace {

constexpr auto kFirst = std::chrono::milliseconds(2000);
constexpr size_t kMostBytes = size_t{4} << 20;  // of one answer; what is left is the next page's

Ref ref_of(const std::string& text) {
  const auto ref = parse_ref(text);
  if (!ref) throw Error(ErrorCode::kUsage, "a record is named shard:seq, such as 0:12");
  return *ref;
}

}  // namespace

ApiResponse Api::get_record(const ApiRequest&, const std::vector<std::string>& parts) {
  const Ref ref = ref_of(parts[0] + ":" + parts[1]);
  if (ref.shard >= node_.tails().size() || ref.seq >= node_.tails()[ref.shard]->size())
    throw Error(ErrorCode::kNotFound, "there is no record " + to_text(ref) + " yet");
  const auto reader = node_.log().read_sealed(ref.shard, ref.seq);
  while (const auto item = reader->next(kFirst)) {
    const Record record = decode_record(item->record);
    if (record.ref() == ref) return {200, "application/json", record_json(record, item->blob) + "\n", {}};
  }
  throw Error(ErrorCode::kUnavailable, "record " + to_text(ref) + " cannot be read now");
}

// From `from` on within its shard, up to `limit` records or a few megabytes; `next` is absent at the end. form=full
// gives whole records, form=hex their bytes.
ApiResponse Api::get_records(const ApiRequest& request, const std::vector<std::string>&) {
  Ref at = ref_of(parameter(request, "from").value_or("0:0"));
  const uint64_t limit = number_parameter(request, "limit", 100, 1, 10'000);
  const std::string form = parameter(request, "form").value_or("line");
  if (at.shard >= node_.tails().size())
    throw Error(ErrorCode::kNotFound, "there is no shard " + std::to_string(at.shard));
  const uint64_t size = node_.tails()[at.shard]->size();
  std::string out = "{\"records\":[";
  const auto reader = at.seq < size ? node_.log().read_sealed(at.shard, at.seq) : nullptr;
  for (uint64_t n = 0; reader && n < limit && at.seq < size && out.size() < kMostBytes;) {
    const auto item = reader->next(kFirst);
    if (!item) throw Error(ErrorCode::kUnavailable, "record " + to_text(at) + " cannot be read now");
    if (decode_seal(item->record).seq != at.seq) continue;  // left by a sealer that was overtaken
    if (n++ > 0) out += ',';
    const Record record = decode_record(item->record);
    if (form == "full")
      out += record_json(record, item->blob);
    else if (form == "hex")
      out += "{\"ref\":\"" + to_text(at) + "\",\"record\":\"" + to_hex(item->record) + "\"}";
    else
      out += record_line(record);
    ++at.seq;
  }
  out += "]";
  if (at.seq < size) out += ",\"next\":\"" + to_text(at) + "\"";
  return {200, "application/json", out + ",\"size\":" + std::to_string(size) + "}\n", {}};
}

}  // namespace custody
