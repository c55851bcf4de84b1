#include "projections/views/archives.h"

#include "projections/views/fold.h"

namespace custody {
namespace {

constexpr char kTimeline = 1;
constexpr char kFieldChange = 2;
constexpr size_t kPrefixBytes = 17;

void append_field_change_key(std::string& out, const SubjectId& subject, std::string_view field, int64_t time_us,
                             uint64_t seq) {
  out.push_back(kFieldChange);
  out.append(subject.view());
  out.push_back(static_cast<char>(field.size()));
  out.append(field);
  append_be64(out, static_cast<uint64_t>(time_us));
  append_be64(out, seq);
}

void add_change(const FoldInput& in, std::string_view field, FieldChange change, RowBatch& out) {
  append_field_change_key(out.begin(View::kArchives), in.summary.subject, field, in.summary.time.us,
                          in.record.seal.seq);
  out.value().push_back(static_cast<char>(change));
  out.done();
}

// Notes are about an event. A customer's number goes along with most events; it is part of the archive that it opened.
bool is_archive_field(std::string_view field, std::string_view type) {
  return field != "notes" && (field != "subject" || type == "archive.opened");
}

}  // namespace

std::string timeline_prefix(const SubjectId& subject) {
  return std::string(1, kTimeline).append(subject.view());
}

std::string timeline_key(const SubjectId& subject, uint64_t seq) {
  std::string key = timeline_prefix(subject);
  append_be64(key, seq);
  return key;
}

std::string field_changes_prefix(const SubjectId& subject) {
  return std::string(1, kFieldChange).append(subject.view());
}

std::string field_change_key(const SubjectId& subject, std::string_view field, int64_t time_us, uint64_t seq) {
  std::string key;
  append_field_change_key(key, subject, field, time_us, seq);
  return key;
}

FieldChangeKey parse_field_change_key(std::string_view key) {
  const size_t field_size = key.size() > kPrefixBytes ? static_cast<uint8_t>(key[kPrefixBytes]) : 0;
  if (key.size() != kPrefixBytes + 1 + field_size + 16 || key[0] != kFieldChange)
    throw Error(ErrorCode::kStore, "a malformed row in the view archives");
  return {key.substr(kPrefixBytes + 1, field_size),
          static_cast<int64_t>(read_be64(key.substr(kPrefixBytes + 1 + field_size))), seq_of_key(key)};
}

void fold_archives(const FoldInput& in, RowBatch& out) {
  const SubjectId& subject = in.summary.subject;
  if (subject.empty()) return;
  std::string& key = out.begin(View::kArchives);
  key.push_back(kTimeline);
  key.append(subject.view());
  append_be64(key, in.record.seal.seq);
  out.value().append(in.summary_bytes);
  out.done();
  if (in.facts.brings_values)
    for (const std::string& field : in.facts.values)
      if (is_archive_field(field, in.summary.type)) add_change(in, field, FieldChange::kBrought, out);
  if (!in.facts.erases_everywhere) return;
  if (in.facts.fields.empty()) add_change(in, "", FieldChange::kErased, out);
  for (const std::string& field : in.facts.fields) add_change(in, field, FieldChange::kErased, out);
}

}  // namespace custody
