// Revealing a customer's values: the read is sealed as ledger.read before any value leaves (R-E5).
#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "ledger/codec/json.h"
#include "tools/api/api.h"
#include "tools/api/parameters.h"
#include "tools/api/reading.h"

namespace custody {
namespace {

struct RevealRequest {
  SubjectId subject;
  std::optional<StringSet> fields;  // absent = all
  std::string reason;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("subject", subject), field("fields", fields), field("reason", reason));
  }
};

RevealRequest reveal_request(const ApiRequest& request) {
  const boost::json::value document = parse_json(request.body);
  std::vector<Fault> faults;
  if (!document.is_object()) throw Error(ErrorCode::kUsage, "send {\"subject\", \"fields\", \"reason\"}");
  auto wanted = from_json<RevealRequest>(document.get_object(), "", faults);
  if (!faults.empty()) throw Error(ErrorCode::kUsage, faults[0].pointer + " " + faults[0].message);
  return wanted;
}

// Every event of the customer that carries values, and the names of these.
std::pair<std::vector<Ref>, std::set<std::string>> places_of_values(const Views& views, const SubjectId& subject,
                                                                    const Moment& moment) {
  std::pair<std::vector<Ref>, std::set<std::string>> found;
  Page page{"", 1000};
  do {
    const TimelineAnswer answer = views.timeline(subject, moment, page);
    for (const EventAnswer& event : answer.events) {
      if (event.values.empty()) continue;
      found.first.push_back(*parse_ref(event.ref));
      found.second.insert(event.values.begin(), event.values.end());
    }
    page.from = answer.next.value_or("");
  } while (!page.from.empty());
  return found;
}

std::string_view state_name(SectionState state) {
  switch (state) {
    case SectionState::kOpen:
      return "open";
    case SectionState::kErased:
      return "erased";
    case SectionState::kTakenOut:
      return "taken-out";
    case SectionState::kUnknownKey:
      return "unknown-key";
    case SectionState::kAltered:
      return "altered";
  }
  return "";
}

void append_values(std::string& out, const Ref& ref, const OpenedBlob& opened, const std::set<std::string>& fields) {
  const auto begin = [&] {
    if (out.back() == '}') out += ',';
    out += "{\"ref\":\"" + to_text(ref) + "\"";
  };
  for (const OpenedSection& section : opened.sections) {
    if (section.state != SectionState::kOpen) {
      begin();
      out += ",\"state\":\"" + std::string(state_name(section.state)) + "\"}";
      continue;
    }
    for (const SaltedField& field : section.fields) {
      if (!fields.contains(std::string(field.name))) continue;
      begin();
      out += ",\"field\":";
      append_json_string(out, field.name);
      out += ",\"value\":";
      if (field.type == ValueType::kJson)
        out += field.value;
      else if (field.type == ValueType::kText)
        append_json_string(out, field.value);
      else
        append_json_string(out, to_base64(field.value));
      out += '}';
    }
  }
}

}  // namespace

ApiResponse Api::post_reveal(const ApiRequest& request, const std::vector<std::string>&) {
  const RevealRequest wanted = reveal_request(request);
  const auto number = node_.keyring().number_of(wanted.subject);
  if (!number) throw Error(ErrorCode::kNotFound, "no customer with an archive has this subject id");
  auto [places, names] = places_of_values(node_.projector().views(), wanted.subject, moment_parameter(request));
  if (wanted.fields) names = {wanted.fields->items.begin(), wanted.fields->items.end()};
  if (names.empty()) return {200, "application/json", "{\"values\":[]}\n", {}};

  const Ref read = seal_read(node_, {number, names, wanted.reason, std::nullopt}, request.principal);
  std::string out = "{\"read\":\"" + to_text(read) + "\",\"values\":[";
  for (const Ref& ref : places) {
    const auto reader = node_.log().read_sealed(ref.shard, ref.seq);
    while (const auto item = reader->next(std::chrono::milliseconds(2000))) {
      const Record record = decode_record(item->record);
      if (record.ref() != ref) continue;
      append_values(out, ref, node_.keyring().open_blob(record, item->blob), names);
      break;
    }
  }
  return {200, "application/json", out + "]}\n", {}};
}

}  // namespace custody
