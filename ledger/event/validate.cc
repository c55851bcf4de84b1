#include "ledger/event/validate.h"

#include <algorithm>
#include <boost/json.hpp>

#include "ledger/event/envelope.h"
#include "ledger/event/record.h"

namespace custody {
namespace {

namespace json = boost::json;
using Faults = std::vector<Fault>;

constexpr std::string_view kReserved[] = {"subject", "notes", "attachment", "customers", "roster", "sample"};

std::string value_pointer(std::string_view name) {
  std::string out = "/data/values/";
  for (char c : name) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

void check_size(const json::value& value, const std::string& pointer, Faults& faults) {
  const auto* text = value.if_string();
  if (text != nullptr && text->size() > kMaxValueBytes)
    faults.push_back({pointer, "must be at most " + std::to_string(kMaxValueBytes) + " bytes"});
}

void take_values(const json::value& values, std::vector<EventValue>& out, Faults& faults) {
  const auto* object = values.if_object();
  if (object == nullptr) return faults.push_back({"/data/values", "must be an object of names and values"});
  for (const auto& member : *object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (!is_code(name)) {
      faults.push_back({value_pointer(name), "the name of a value must be " + CodeRule::expected()});
    } else if (std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved)) {
      faults.push_back({value_pointer(name), "is a reserved name"});
    } else {
      check_size(member.value(), value_pointer(name), faults);
      out.push_back({name, member.value().is_string() ? ValueType::kText : ValueType::kJson, false, &member.value()});
    }
  }
}

void take_attached(const json::value& list, std::string_view name, std::vector<EventValue>& out, Faults& faults) {
  const std::string pointer = "/data/" + std::string(name);
  const auto* array = list.if_array();
  if (array == nullptr) return faults.push_back({pointer, "must be an array: it becomes an attachment"});
  if (array->empty()) faults.push_back({pointer, "must not be empty"});
  const bool customers = name != "sample";
  for (size_t i = 0; customers && i < array->size(); ++i) {
    const auto* number = (*array)[i].if_string();
    if (number == nullptr || !is_plain_text({number->data(), number->size()}, 255))
      faults.push_back({pointer + "/" + std::to_string(i), "must be a customer's number, " + TextRule::expected()});
  }
  out.push_back({name, ValueType::kAttachment, customers, &list});
}

// Everything of `data` that is encrypted instead of standing in the body, ascending by name.
std::vector<EventValue> take_all_values(const json::object& data, const TypeInfo& info, const json::value* subject,
                                        Faults& faults) {
  std::vector<EventValue> out;
  if (!info.holds_values) return out;  // the body knows none of these members and says so
  if (subject != nullptr) out.push_back({"subject", ValueType::kText, false, subject});
  if (const auto* values = data.if_contains("values")) take_values(*values, out, faults);
  if (const auto* notes = data.if_contains("notes")) {
    if (!notes->is_string()) faults.push_back({"/data/notes", "must be a string"});
    check_size(*notes, "/data/notes", faults);
    out.push_back({"notes", ValueType::kText, false, notes});
  }
  for (std::string_view name : info.attached)
    if (const auto* list = data.if_contains(name)) take_attached(*list, name, out, faults);
  if (out.size() > kMaxFieldsOfEvent)
    faults.push_back(
        {"/data/values", "must be at most " + std::to_string(kMaxFieldsOfEvent) + " with notes and lists"});
  std::sort(out.begin(), out.end(), [](const EventValue& a, const EventValue& b) { return a.name < b.name; });
  return out;
}

void check_subject(const TypeInfo& info, bool has_subject, const json::object& data, Faults& faults) {
  const auto states = [&](const char* member) { return data.contains(member); };
  switch (info.subject) {
    case SubjectNeed::kNone:
      if (has_subject) faults.push_back({"/subject", "must not be stated with " + std::string(info.type)});
      break;
    case SubjectNeed::kRequired:
      if (!has_subject) faults.push_back({"/subject", "is required: the customer's number"});
      break;
    case SubjectNeed::kOrDataset:
      if (!has_subject && !states("dataset")) faults.push_back({"/subject", "is required, or data.dataset"});
      break;
    case SubjectNeed::kOrCustomers:
      if (!has_subject && !states("customers") && !states("set"))
        faults.push_back({"/subject", "is required, or data.customers, or data.set"});
      break;
  }
}

// The value that takes the place of an id, turned into that id.
void resolve(const TypeInfo& info, const json::object& data, const ParsedEvent& event, const ReadOptions& options,
             BodyContext& context, Faults& faults) {
  const auto named = [&](const EventValue& value) { return value.name == info.resolved; };
  const auto value = std::find_if(event.values.begin(), event.values.end(), named);
  if (value == event.values.end()) {
    if (!data.contains(info.resolved))
      faults.push_back({value_pointer(info.resolved), "is required, or data." + std::string(info.resolved)});
    return;
  }
  if (data.contains(info.resolved))
    return faults.push_back(
        {"/data/" + std::string(info.resolved), "must not be stated twice: it is among the values"});
  const auto* contact = value->json->if_string();
  if (contact == nullptr || !is_plain_text({contact->data(), contact->size()}, 255))
    return faults.push_back({value_pointer(info.resolved), "must be " + TextRule::expected()});
  if (faults.empty())
    context.resolved = options.resolve ? options.resolve({contact->data(), contact->size()}) : ByteArray<16>{};
}

void read_data(const json::value& value, const json::value* subject, const ReadOptions& options, ParsedEvent& event,
               Faults& faults) {
  const auto* data = value.if_object();
  if (data == nullptr) return faults.push_back({"/data", "must be an object"});
  const TypeInfo& info = *event.type;
  check_subject(info, subject != nullptr, *data, faults);
  BodyContext context;
  const size_t before = faults.size();
  event.values = take_all_values(*data, info, subject, faults);
  context.sound = faults.size() == before;
  context.value_names.reserve(event.values.size());
  for (const EventValue& v : event.values) context.value_names.emplace_back(v.name);
  if (!info.resolved.empty()) resolve(info, *data, event, options, context, faults);
  info.read_json(*data, context, event.body, faults);
  if (event.body.size() > kMaxBodyBytes)
    faults.push_back({"/data", "must be at most " + std::to_string(kMaxBodyBytes) + " bytes, values and lists apart"});
  if (faults.empty() && subject == nullptr && !event.values.empty()) event.key_owner = info.key_owner(event.body);
}

}  // namespace

std::optional<ParsedEvent> read_event(const json::object& event, const ReadOptions& options, Faults& faults) {
  const size_t before = faults.size();
  Faults found;
  ParsedEvent parsed;
  const Envelope envelope = read_envelope(event, options.allow_service, parsed, found);
  if (parsed.type != nullptr && envelope.data != nullptr)
    read_data(*envelope.data, envelope.subject, options, parsed, found);
  faults.insert(faults.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  if (faults.size() != before) return std::nullopt;
  return parsed;
}

Statement statement_of(const ParsedEvent& event, const EventId& id, const Digest& values_commit) {
  Statement statement;
  statement.type = event.type->type;
  statement.version = event.type->version;
  statement.id = id;
  statement.source = event.source;
  statement.source_id = event.id;
  statement.sequence = event.sequence;
  statement.time = event.time;
  statement.actor = event.actor;
  statement.step = event.step;
  statement.grant = event.grant;
  statement.purpose = event.purpose;
  statement.operation = make_operation_id(event.source, event.operation);
  statement.device = event.device;
  statement.place = event.place;
  statement.traceparent = event.traceparent;
  statement.values_commit = values_commit;
  statement.body = event.body;
  return statement;
}

std::vector<Fault> validate_event(const json::object& event, const ReadOptions& options) {
  Faults faults;
  read_event(event, options, faults);
  return faults;
}

}  // namespace custody
