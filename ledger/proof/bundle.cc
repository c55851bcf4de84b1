#include "ledger/proof/bundle.h"

#include "ledger/event/record.h"

namespace custody {
namespace {

constexpr size_t kHeadBytes = 4 + 2 + 8;
constexpr size_t kSealBytes = 72;  // no record is shorter; so the list of them is smaller than the file
constexpr uint8_t kFirstOptional = 128;

Error refused(const std::string& what) {
  return Error(ErrorCode::kRefused, what);
}

struct QuestionBytes {
  std::string by, what;
  uint64_t from = 0, to = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("by", by), field("what", what), field("from", from), field("to", to));
  }
};

// One section being written: its length is known in the end.
class SectionWriter {
 public:
  SectionWriter(std::string& out, BundlePart kind) : out_(out), writer_(out) {
    append_le(out_, static_cast<uint8_t>(kind), 1);
    begin_ = out_.size();
    append_le(out_, 0, 4);
  }
  CanonicalWriter& body() { return writer_; }
  void end() {
    if (out_.size() > kMaxBundleBytes)
      throw refused("the bundle would have more than the " + std::to_string(kMaxBundleBytes >> 20) +
                    " MiB that one may have; ask for less at a time with --from and --to");
    std::string length;
    append_le(length, out_.size() - begin_ - 4, 4);
    out_.replace(begin_, 4, length);
  }

 private:
  std::string& out_;
  CanonicalWriter writer_;
  size_t begin_ = 0;
};

void write_bytes(std::string& out, BundlePart kind, std::string_view bytes) {
  SectionWriter section(out, kind);
  section.body().raw(bytes);
  section.end();
}

template <class T>
void write_value(std::string& out, BundlePart kind, const T& value) {
  SectionWriter section(out, kind);
  section.body()(value);
  section.end();
}

void write_records(std::string& out, BundlePart kind, const std::vector<std::string_view>& records) {
  SectionWriter section(out, kind);
  section.body().integer(records.size(), 4);
  for (const std::string_view record : records) section.body().sized(record, 4, false);
  section.end();
}

std::vector<std::string_view> read_records(std::string_view bytes) {
  CanonicalReader reader(bytes);
  const size_t count = reader.count();
  std::vector<std::string_view> records;
  for (size_t i = 0; i < count; ++i) {
    records.push_back(reader.sized(4, false));
    if (records.back().size() < kSealBytes || records.back().size() > kMaxRecordBytes)
      reader.fail("a record of a length that none has");
  }
  reader.expect_end();
  return records;
}

std::vector<ShardNodes> read_trees(std::string_view bytes) {
  CanonicalReader reader(bytes);
  const size_t count = reader.count();
  if (count > kMaxShards) reader.fail("more trees than a ledger has");
  std::vector<ShardNodes> trees;
  for (size_t i = 0; i < count; ++i) {
    reader(trees.emplace_back());
    if (i > 0 && trees[i - 1].shard >= trees[i].shard) reader.fail("trees that do not ascend");
  }
  reader.expect_end();
  return trees;
}

BundleQuestion read_question(std::string_view bytes) {
  const auto read = from_canonical<QuestionBytes>(bytes);
  auto question = parse_question(read.by, read.what);
  if (!question) throw refused("a question that nobody asks");
  question->from = read.from;
  question->to = read.to;
  return *question;
}

void read_section(uint8_t kind, std::string_view body, Bundle& bundle) {
  switch (static_cast<BundlePart>(kind)) {
    case BundlePart::kCheckpoint:
      bundle.note = body;
      return;
    case BundlePart::kQuestion:
      bundle.question = read_question(body);
      return;
    case BundlePart::kSupporting:
      bundle.supporting = read_records(body);
      return;
    case BundlePart::kRecords:
      bundle.records = read_records(body);
      return;
    case BundlePart::kTrees:
      bundle.trees = read_trees(body);
      return;
    case BundlePart::kDisclosed:
      bundle.disclosed = body;
      return;
    case BundlePart::kPolicy:
      bundle.policy = body;
      return;
    case BundlePart::kTimes:
      bundle.times = body;
      return;
    case BundlePart::kComplete:
      bundle.complete = body;
      return;
  }
  if (kind < kFirstOptional)
    throw refused("it is of a newer version: its part " + std::to_string(kind) + " is unknown");
  bundle.unknown.push_back(kind);
}

// What is behind the head, once the head has been found to be this version's and to have the file's length.
std::string_view body_of(std::string_view bytes) {
  const std::string_view mark = bytes.substr(0, kBundleMark.size());
  if (mark.empty() || mark != kBundleMark.substr(0, mark.size())) throw refused("its first bytes are not CEB1");
  if (bytes.size() < kHeadBytes) throw refused("it is cut off");
  const uint64_t version = read_le(bytes, 4, 2);
  if (version > kBundleVersion)
    throw refused("it is of version " + std::to_string(version) + "; this program knows version " +
                  std::to_string(kBundleVersion));
  if (version == 0) throw refused("it is of version 0, which there is not");
  const uint64_t length = read_le(bytes, 6, 8);
  if (length > kMaxBundleBytes) throw refused("it is larger than any bundle");
  if (bytes.size() < length)
    throw refused("it is cut off: " + std::to_string(length) + " bytes are said, " + std::to_string(bytes.size()) +
                  " are there");
  if (bytes.size() > length) throw refused("there is something behind its end");
  return bytes.substr(kHeadBytes);
}

}  // namespace

bool is_bundle(std::string_view bytes) {
  return bytes.starts_with(kBundleMark);
}

std::string encode_bundle(const Bundle& bundle) {
  std::string out(kBundleMark);
  append_le(out, kBundleVersion, 2);
  append_le(out, 0, 8);
  write_bytes(out, BundlePart::kCheckpoint, bundle.note);
  const BundleQuestion& question = bundle.question;
  write_value(out, BundlePart::kQuestion,
              QuestionBytes{question.by_text(), question.what_text(), question.from, question.to});
  write_records(out, BundlePart::kSupporting, bundle.supporting);
  write_records(out, BundlePart::kRecords, bundle.records);
  write_value(out, BundlePart::kTrees, bundle.trees);
  if (bundle.disclosed) write_bytes(out, BundlePart::kDisclosed, *bundle.disclosed);
  if (bundle.policy) write_bytes(out, BundlePart::kPolicy, *bundle.policy);
  if (bundle.times) write_bytes(out, BundlePart::kTimes, *bundle.times);
  if (bundle.complete) write_bytes(out, BundlePart::kComplete, *bundle.complete);
  std::string length;
  append_le(length, out.size(), 8);
  return out.replace(6, 8, length);
}

void DisclosureWriter::add(const Disclosure& disclosure) {
  CanonicalWriter writer(bytes_);
  writer(disclosure);
  ++count_;
}

std::string DisclosureWriter::finish() && {
  std::string count;
  append_le(count, count_, 4);
  bytes_.replace(0, 4, count);
  return std::move(bytes_);
}

Bundle decode_bundle(std::string_view bytes) {
  Bundle bundle;
  CanonicalReader reader(body_of(bytes));
  uint8_t before = 0;
  uint8_t needed = static_cast<uint8_t>(BundlePart::kCheckpoint);
  while (reader.left() > 0) {
    const auto kind = static_cast<uint8_t>(reader.integer(1));
    if (kind <= before) reader.fail("parts that do not ascend");
    before = kind;
    if (kind == needed) ++needed;
    read_section(kind, reader.sized(4, false), bundle);
  }
  if (needed <= static_cast<uint8_t>(BundlePart::kTrees))
    throw refused("its part " + std::to_string(needed) + " is missing");
  return bundle;
}

void for_each_disclosure(std::string_view disclosed, const std::function<void(const Disclosure&)>& each) {
  CanonicalReader reader(disclosed);
  const size_t count = reader.count();
  for (size_t i = 0; i < count; ++i) {
    Disclosure disclosure;
    reader(disclosure);
    each(disclosure);
  }
  reader.expect_end();
}

}  // namespace custody
