#include "ledger/proof/completeness.h"

#include <algorithm>

#include "ledger/codec/canonical.h"
#include "ledger/event/bodies_ledger.h"

namespace custody {
namespace {

// Prefixes of keys in the views archives and activity (docs/views.md).
constexpr char kTimeline = 1;
constexpr char kByActor = 1;
constexpr char kByOperation = 5;

struct RowBytes {
  std::string key;
  std::string value;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("key", as_bytes32(key)), field("value", as_bytes32(value)));
  }
};

struct SectionBytes {
  Magic magic{"CSC1"};
  uint8_t about = 0;
  std::string name;
  uint64_t attested = 0;
  uint64_t first = 0;
  std::vector<RowBytes> rows;
  std::vector<Digest> before, behind;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, field("about", about), field("name", as_bytes32(name)), field("attested", attested),
       field("first", first), field("rows", rows), field("before", before), field("behind", behind));
  }
};

uint64_t be64(std::string_view bytes) {
  uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

std::optional<Ref> record_of(const ViewRow& row, uint32_t shards) {
  if (row.key.size() < 8 || row.value.empty() || static_cast<uint8_t>(row.value[0]) >= shards) return std::nullopt;
  return Ref{static_cast<uint8_t>(row.value[0]), be64(std::string_view(row.key).substr(row.key.size() - 8))};
}

CompletenessVerdict fault(const std::string& what) {
  CompletenessVerdict verdict;
  verdict.fault = what;
  return verdict;
}

}  // namespace

std::string_view view_about(About about) {
  return about == About::kCustomer ? "archives" : "activity";
}

KeyRange keys_about(const Subject& subject) {
  const std::string& name = subject.name;
  if (subject.about == About::kActor) {
    if (name.empty() || name.size() > 255) throw Error(ErrorCode::kUsage, "the name of an actor has 1 to 255 bytes");
    return keys_with_prefix(std::string{kByActor, static_cast<char>(name.size())} + name);
  }
  if (name.size() != 16) throw Error(ErrorCode::kUsage, "subjects and operations have ids of 16 bytes");
  if (subject.about == About::kCustomer) return keys_with_prefix(std::string(1, kTimeline) + name);
  return keys_with_prefix(std::string{kByOperation, 16} + name);
}

std::string encode_completeness(const Completeness& section) {
  SectionBytes bytes;
  bytes.about = static_cast<uint8_t>(section.subject.about);
  bytes.name = section.subject.name;
  bytes.attested = section.attested;
  bytes.first = section.range.first;
  for (const ViewRow& row : section.range.rows) bytes.rows.push_back({row.key, row.value});
  bytes.before = section.range.nodes.before;
  bytes.behind = section.range.nodes.behind;
  return to_canonical(bytes);
}

Completeness decode_completeness(std::string_view encoded) {
  auto bytes = from_canonical<SectionBytes>(encoded);
  if (bytes.about < 1 || bytes.about > 3)
    throw Error(ErrorCode::kRefused,
                "it is about " + std::to_string(bytes.about) + ", which this program does not know");
  Completeness section;
  section.subject = {static_cast<About>(bytes.about), std::move(bytes.name)};
  section.attested = bytes.attested;
  section.range.first = bytes.first;
  section.range.rows.reserve(bytes.rows.size());
  for (RowBytes& row : bytes.rows) section.range.rows.push_back({std::move(row.key), std::move(row.value)});
  section.range.nodes = {std::move(bytes.before), std::move(bytes.behind)};
  return section;
}

CompletenessVerdict judge_rows(const Completeness& section, uint64_t rows, const Digest& root, uint32_t shards) {
  CompletenessVerdict verdict;
  RangeVerdict range;
  try {
    range = judge_range(section.range, keys_about(section.subject), rows, root);
  } catch (const Error& error) {
    return fault(error.what());
  }
  if (!range.fault.empty()) return fault(range.fault);
  for (size_t i = range.begin; i < range.end; ++i) {
    const auto record = record_of(section.range.rows[i], shards);
    if (!record) return fault("a row of the view names no record");
    verdict.records.insert(*record);
  }
  return verdict;
}

CompletenessVerdict judge_completeness(const Completeness& section, const Record& attested, uint32_t shards) {
  const Statement& statement = attested.statement;
  if (attested.ref() != Ref{0, section.attested} || statement.type != ViewAttested::kType ||
      !statement.source.starts_with("custody:"))
    return fault("record " + to_text(Ref{0, section.attested}) + " is no attestation of the ledger's own");
  CompletenessVerdict verdict;
  try {
    const auto body = from_canonical<ViewAttested>(statement.body);
    if (std::string_view(body.view) != view_about(section.subject.about))
      return fault("record " + to_text(attested.ref()) + " attests another view: " + body.view.text);
    verdict = judge_rows(section, body.rows, body.root, shards);
    if (!verdict.fault.empty()) return verdict;
    verdict.round = body.round;
    verdict.rules = body.rules.text;
  } catch (const Error& error) {
    return fault(std::string("it cannot be read: ") + error.what());
  }
  return verdict;
}

std::set<Ref> records_between(const std::set<Ref>& records, std::span<const uint64_t> from,
                              std::span<const uint64_t> until) {
  std::set<Ref> between;
  for (const Ref& ref : records)
    if (ref.shard < from.size() && ref.shard < until.size() && ref.seq >= from[ref.shard] && ref.seq < until[ref.shard])
      between.insert(ref);
  return between;
}

}  // namespace custody
