#include "ledger/proof/bundle_complete.h"

#include <algorithm>

#include "ledger/event/bodies_ledger.h"
#include "ledger/proof/judging.h"

namespace custody {
namespace {

using judging::fault;
using judging::read_or_end;

// The first record of shard 0 in the file that fits.
template <class Fits>
std::optional<Record> find_registry(const BundleVerdict& verdict, Fits fits) {
  for (const auto* records : {&verdict.supporting, &verdict.records})
    for (const std::string_view bytes : *records) {
      const Record record = decode_record(bytes);
      if (record.seal.shard == 0 && fits(record)) return record;
    }
  return std::nullopt;
}

// Sizes of every shard at a round that the file holds; of shard 0 the round's own seq.
struct RoundCut {
  Ref ref;
  int64_t closed_at_us = 0;
  std::vector<uint64_t> sizes;
};

RoundCut cut_of(const BundleVerdict& verdict, uint64_t number) {
  RoundCut cut;
  const auto round = find_registry(verdict, [&](const Record& record) {
    return judging::is_own(record, LedgerRound::kType) &&
           from_canonical<LedgerRound>(record.statement.body).round == number;
  });
  if (!round) throw fault("it lacks round " + std::to_string(number) + ", at which its view was attested");
  const auto body = from_canonical<LedgerRound>(round->statement.body);
  cut.ref = round->ref();
  cut.closed_at_us = body.closed_at.us;
  cut.sizes.assign(verdict.descriptor.shards, 0);
  cut.sizes.at(0) = round->seal.seq;
  for (const RoundShard& shard : body.shards)
    if (shard.shard < cut.sizes.size()) cut.sizes[shard.shard] = shard.size;
  return cut;
}

void compare(const std::set<Ref>& in_view, const std::set<Ref>& in_file, const std::string& round) {
  for (const Ref& ref : in_view)
    if (!in_file.contains(ref))
      throw fault("it leaves out record " + to_text(ref) + ", which the view attested at " + round + " has");
  for (const Ref& ref : in_file)
    if (!in_view.contains(ref))
      throw fault("record " + to_text(ref) + " is an answer that the view attested at " + round +
                  " lacks: the view is false");
}

BundleVerdict::Complete judge(std::string_view part, const BundleVerdict& verdict) {
  const Completeness section = decode_completeness(part);
  const auto subject = subject_asked(verdict.question);
  if (!subject || section.subject.about != subject->about || section.subject.name != subject->name)
    throw fault("its part 131 is about something else than what was asked");
  const auto attested =
      find_registry(verdict, [&](const Record& record) { return record.seal.seq == section.attested; });
  if (!attested) throw fault("it lacks record 0:" + std::to_string(section.attested) + ", which attests its view");
  const CompletenessVerdict view = judge_completeness(section, *attested, verdict.descriptor.shards);
  if (!view.fault.empty()) throw fault("its part 131 does not hold: " + view.fault);
  const RoundCut until = cut_of(verdict, view.round);
  if (until.ref.seq >= section.attested)
    throw fault("its view was attested before round " + std::to_string(view.round) + " was closed");
  const std::vector<uint64_t> from =
      verdict.from ? cut_of(verdict, verdict.from->number).sizes : std::vector<uint64_t>(until.sizes.size(), 0);
  std::set<Ref> in_file;
  for (const std::string_view bytes : verdict.records) {
    const Seal seal = decode_seal(bytes);
    in_file.insert({seal.shard, seal.seq});
  }
  compare(records_between(view.records, from, until.sizes), records_between(in_file, from, until.sizes),
          "round " + std::to_string(view.round));
  return {view.round, until.closed_at_us, attested->ref(), view.rules};
}

}  // namespace

std::optional<Subject> subject_asked(const BundleQuestion& question) {
  switch (question.by) {
    case BundleQuestion::By::kCustomer:
      return Subject{About::kCustomer, std::string(question.subject.view())};
    case BundleQuestion::By::kActor:
      return Subject{About::kActor, question.actor};
    case BundleQuestion::By::kOperation:
      return Subject{About::kOperation, std::string(question.operation.view())};
    case BundleQuestion::By::kRange:
      return std::nullopt;
  }
  return std::nullopt;
}

BundleVerdict::Complete judge_complete(std::string_view part, const BundleVerdict& verdict) {
  return read_or_end([&] { return judge(part, verdict); }, "its part 131 cannot be read");
}

}  // namespace custody
