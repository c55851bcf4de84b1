#include "tools/api/disclosing.h"

#include <algorithm>
#include <map>

#include "ledger/proof/bundle.h"
#include "tools/api/reading.h"

namespace custody {
namespace {

constexpr size_t kMostCustomers = 256;  // each read is a record of its own, in the customer's timeline

std::vector<Ref> places_with_values(const RecordsAt& records, std::map<SubjectId, uint64_t>& subjects) {
  std::vector<Ref> places;
  for (size_t i = 0; i < records.size(); ++i) {
    const Record record = decode_record(records[i]);
    if (is_zero(record.statement.values_commit)) continue;
    places.push_back(records.places()[i]);
    ++subjects[record.stamp.subject];
  }
  return places;
}

void seal_reads(Node& node, const std::map<SubjectId, uint64_t>& subjects, ValuesRead read,
                const Principal& principal) {
  if (subjects.size() > kMostCustomers)
    throw Error(ErrorCode::kRefused, "these records are about " + std::to_string(subjects.size()) +
                                         " customers; values of at most " + std::to_string(kMostCustomers) +
                                         " can be disclosed at once: ask for less");
  uint64_t others = 0;
  for (const auto& [subject, rows] : subjects) {
    read.number = subject.empty() ? std::nullopt : node.keyring().number_of(subject);
    read.rows = rows;
    if (read.number)
      seal_read(node, read, principal);
    else
      others += rows;
  }
  read.number.reset();
  read.rows = others;
  if (others > 0) seal_read(node, read, principal);
}

// Of all fields, or of none: without the others' commitments nothing is proved.
std::optional<Disclosure> disclosure_of(const Ref& ref, const OpenedBlob& opened, const std::set<std::string>& wanted) {
  Disclosure disclosure{ref, {}};
  for (const OpenedSection& section : opened.sections)
    for (const SaltedField& field : section.fields) {
      DisclosedField& one = disclosure.fields.emplace_back();
      one.name = field.name;
      one.commitment = field_commitment(field.salt, field.type, field.value);
      if (wanted.contains(std::string(field.name)))
        one.opened = OpenedField{field.salt, static_cast<uint8_t>(field.type), field.value};
    }
  std::ranges::sort(disclosure.fields, {}, &DisclosedField::name);
  if (std::ranges::none_of(disclosure.fields, [](const DisclosedField& one) { return one.opened.has_value(); }))
    return std::nullopt;
  return disclosure;
}

}  // namespace

Disclosed disclose(Node& node, const RecordsAt& records, const std::set<std::string>& fields, const std::string& reason,
                   const Principal& principal) {
  std::map<SubjectId, uint64_t> subjects;
  const std::vector<Ref> places = places_with_values(records, subjects);
  seal_reads(node, subjects, {std::nullopt, fields, reason, std::nullopt}, principal);
  Disclosed disclosed;
  DisclosureWriter writer;
  for_each_at(node, places, [&](const Ref& ref, std::string_view bytes, std::string_view blob) {
    const OpenedBlob opened = node.keyring().open_blob(decode_record(bytes), blob);
    if (opened.commit != CommitState::kMatches)
      ++disclosed.withheld;
    else if (const auto one = disclosure_of(ref, opened, fields))
      writer.add(*one);
  });
  disclosed.bytes = std::move(writer).finish();
  return disclosed;
}

}  // namespace custody
