#include "ledger/proof/bundle_question.h"

#include <array>

namespace custody {
namespace {

constexpr std::array<std::string_view, 4> kWords = {"customer", "actor", "operation", "range"};
constexpr size_t kMaxActorBytes = 255;

bool parse_range(std::string_view what, BundleQuestion& question) {
  const size_t dash = what.find('-');
  if (dash == std::string_view::npos) return false;
  const auto begin = parse_ref(what.substr(0, dash));
  const auto last = parse_u64(what.substr(dash + 1));
  if (!begin || !last || *last < begin->seq) return false;
  question.shard = begin->shard;
  question.first = begin->seq;
  question.last = *last;
  return true;
}

template <class Id>
bool parse_id(std::string_view what, Id& id) {
  const auto uuid = parse_uuid(what);
  if (!uuid) return false;
  id = Id{*uuid};
  return !id.empty();
}

bool parse_what(std::string_view what, BundleQuestion& question) {
  switch (question.by) {
    case BundleQuestion::By::kCustomer:
      return parse_id(what, question.subject);
    case BundleQuestion::By::kActor:
      question.actor = what;
      return !what.empty() && what.size() <= kMaxActorBytes && is_utf8(what);
    case BundleQuestion::By::kOperation:
      return parse_id(what, question.operation);
    case BundleQuestion::By::kRange:
      return parse_range(what, question);
  }
  return false;
}

}  // namespace

bool BundleQuestion::asks_for(const Record& record) const {
  switch (by) {
    case By::kCustomer:
      return record.stamp.subject == subject;
    case By::kActor:
      return record.statement.actor == actor;
    case By::kOperation:
      return record.statement.operation == operation;
    case By::kRange:
      return record.seal.shard == shard && record.seal.seq >= first && record.seal.seq <= last;
  }
  return false;
}

std::string BundleQuestion::by_text() const {
  return std::string(kWords.at(static_cast<size_t>(by)));
}

std::string BundleQuestion::what_text() const {
  switch (by) {
    case By::kCustomer:
      return to_text(subject);
    case By::kActor:
      return actor;
    case By::kOperation:
      return to_text(operation);
    case By::kRange:
      return to_text(Ref{shard, first}) + "-" + std::to_string(last);
  }
  return "";
}

std::optional<BundleQuestion> parse_question(std::string_view by, std::string_view what) {
  for (size_t i = 0; i < kWords.size(); ++i) {
    if (by != kWords[i]) continue;
    BundleQuestion question;
    question.by = static_cast<BundleQuestion::By>(i);
    if (!parse_what(what, question) || question.what_text() != what) return std::nullopt;
    return question;
  }
  return std::nullopt;
}

}  // namespace custody
