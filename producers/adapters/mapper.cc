#include "producers/adapters/mapper.h"

#include <boost/json.hpp>

#include "ledger/base/hash.h"
#include "ledger/event/catalogue.h"
#include "producers/adapters/code_name.h"
#include "producers/adapters/value_spec.h"

namespace custody {
namespace {

namespace json = boost::json;

constexpr size_t kMaxLabelled = size_t{1} << 16;

std::string text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

// The registry type that keeps the label of an id of this kind, and the member that holds the id.
std::pair<std::string_view, std::string_view> registry_of(std::string_view code) {
  if (code.starts_with("system:")) return {"system.registered", "id"};
  if (code.starts_with("device:")) return {"device.registered", "id"};
  if (code.starts_with("partner:")) return {"partner.registered", "partner"};
  return {"", ""};
}

// Text as a label may hold it: at most 255 bytes, no control characters.
std::string as_label(std::string_view full) {
  constexpr size_t kMost = 255;
  std::string label(full.substr(0, kMost));
  while (!is_utf8(label)) label.pop_back();
  for (char& c : label)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return is_plain_text(label, kMost) ? label : "";
}

std::string numbered(const std::string& id, size_t n) {
  return id + "/" + std::to_string(n);
}

}  // namespace

struct Mapper::Draft {
  std::string id;
  json::object envelope;
  json::object data;
  std::string type;
  std::vector<LongName> long_names;
  bool of_list = false;  // one of several that one rule made of a list
};

json::object Mapper::members(const Members& specs, const Scope& scope, std::vector<LongName>* long_names) const {
  json::object out;
  for (const auto& [name, spec] : specs) {
    std::optional<std::string> full;
    auto value = make_value(spec, scope, &full);
    if (!value) continue;
    if (full && long_names != nullptr) long_names->push_back({name, std::string(value->get_string()), *full});
    out.emplace(name, std::move(*value));
  }
  return out;
}

Mapper::Draft Mapper::draft(const Rule& rule, const Scope& scope) {
  Draft draft;
  draft.type = rule.type;
  const auto& spec = rule.id ? rule.id : mapping_.id;
  const auto id = spec ? make_value(*spec, scope) : std::nullopt;
  if (id) draft.id = id->is_string() ? std::string(id->get_string()) : json::serialize(*id);
  draft.envelope = members(rule.envelope, scope, &draft.long_names);
  draft.data = members(rule.data, scope, &draft.long_names);
  json::object values = members(rule.values, scope, nullptr);
  if (!values.empty()) draft.data.emplace("values", std::move(values));
  if (rule.notes)
    if (auto notes = make_value(*rule.notes, scope)) draft.data.emplace("notes", std::move(*notes));
  return draft;
}

void Mapper::apply(const Rule& rule, Scope scope, std::vector<Draft>& drafts) {
  if (rule.each.empty()) return drafts.push_back(draft(rule, scope));
  const json::array& items = value_at(scope, rule.each)->get_array();
  for (const json::value& item : items) {
    scope.each = &item;
    drafts.push_back(draft(rule, scope));
    drafts.back().of_list = items.size() > 1;
  }
}

Mapped Mapper::map(const SourceRecord& record, std::string_view file_name) {
  Scope scope{&mapping_, &record.fields, nullptr, file_name, record.place.line};
  Mapped out;
  out.name = mapping_.name.render(scope).value_or("");
  if (out.name.empty()) out.name = file_name;
  if (const auto reason = reason_to_leave(scope, true)) {
    out.reason = *reason;
    return out;
  }
  std::vector<Draft> drafts;
  for (const Rule& rule : mapping_.rules) {
    if (!is_for(rule.files, file_name) || !holds(rule.when, scope)) continue;
    const json::value* list = rule.each.empty() ? nullptr : value_at(scope, rule.each);
    if (!rule.each.empty() && (list == nullptr || !list->is_array() || list->get_array().empty())) continue;
    apply(rule, scope, drafts);
    if (!rule.goes_on) break;
  }
  name_nameless(drafts, scope);
  out.events = finish(drafts);
  if (out.events.empty()) out.reason = reason_to_leave(scope, false).value_or("no rule");
  return out;
}

std::optional<std::string> Mapper::reason_to_leave(const Scope& scope, bool first) const {
  for (const Leave& leave : mapping_.leaves)
    if (leave.first == first && is_for(leave.files, scope.file) && holds(leave.when, scope)) return leave.reason;
  return std::nullopt;
}

namespace {

MappedEvent compose(const std::string& id, const std::string& type, const json::object& envelope, json::object data) {
  json::object event;
  event.reserve(envelope.size() + 4);
  event["specversion"] = "1.0";
  event["id"] = id;
  event["type"] = type;
  for (const auto& [name, value] : envelope) event[name] = value;
  event["data"] = std::move(data);
  return {type, text(event, "source"), text(event, "time"), json::serialize(event), false};
}

// The members that an event about the action or its names shares with the event itself.
json::object frame_of(const json::object& envelope) {
  json::object frame;
  for (const char* name : {"source", "time", "actor"})
    if (const auto* value = envelope.if_contains(name)) frame[name] = *value;
  return frame;
}

}  // namespace

// The id of a record that has none of its own: where it stands, and what of its first event is readable anyway. Nothing
// that the ledger keeps encrypted goes in, for a digest of a phone number is as good as the number.
void Mapper::name_nameless(std::vector<Draft>& drafts, const Scope& scope) {
  std::string id;
  for (Draft& draft : drafts) {
    if (!draft.id.empty()) continue;
    if (id.empty()) {
      json::object readable = draft.data;
      for (const char* name : {"values", "notes"}) readable.erase(name);
      for (std::string_view name : find_type(draft.type)->attached) readable.erase(name);
      json::object envelope = draft.envelope;
      envelope.erase("subject");
      id = to_hex(view_of(sha256({scope.file, std::string_view("\0", 1), std::to_string(scope.line), draft.type,
                                  json::serialize(envelope), json::serialize(readable)})))
               .substr(0, 32);
    }
    draft.id = id;
  }
}

// Ids stay apart: several events of one id are numbered in their order. Several of one list are one operation, and its
// end is stated with their number.
std::vector<MappedEvent> Mapper::finish(std::vector<Draft>& drafts) {
  std::vector<MappedEvent> events;
  std::map<std::string, size_t> uses, seen, operations;
  size_t labels = 0;
  for (const Draft& draft : drafts) ++uses[draft.id];
  for (Draft& draft : drafts) {
    add_labels(draft, labels, events);
    add_notes(draft);
    const size_t n = ++seen[draft.id];
    if (draft.of_list && !draft.envelope.contains("operation")) {
      draft.envelope["operation"] = code_of(draft.id);
      ++operations[draft.id];
    }
    const std::string id = uses[draft.id] > 1 ? numbered(draft.id, n) : draft.id;
    events.push_back(compose(id, draft.type, draft.envelope, std::move(draft.data)));
    const auto open = operations.find(draft.id);
    if (n < uses[draft.id] || open == operations.end()) continue;
    json::object closed{{"operation", code_of(draft.id)}, {"count", open->second}};
    events.push_back(compose(draft.id + "/closed", "operation.closed", frame_of(draft.envelope), std::move(closed)));
  }
  return events;
}

void Mapper::add_labels(const Draft& draft, size_t& number, std::vector<MappedEvent>& events) {
  if (!mapping_.labels) return;
  for (const LongName& name : draft.long_names) {
    const auto [type, member] = registry_of(name.code);
    const std::string label = as_label(name.full.substr(name.full.find(':') + 1));
    if (type.empty() || label.empty()) continue;
    if (labelled_.size() >= kMaxLabelled) labelled_.clear();
    if (!labelled_.insert(name.code).second) continue;
    json::object data{{member, name.code}, {"label", label}};
    events.push_back(
        compose(numbered(draft.id + "/label", ++number), std::string(type), frame_of(draft.envelope), std::move(data)));
    events.back().label = true;
  }
}

// Names of other kinds may be personal (a person, an object called after a customer): they go where values go.
void Mapper::add_notes(Draft& draft) const {
  std::string notes = text(draft.data, "notes");
  for (const LongName& name : draft.long_names)
    if (registry_of(name.code).first.empty() || !mapping_.labels)
      notes += (notes.empty() ? "" : "\n") + name.member + " = " + name.full;
  if (!notes.empty()) draft.data["notes"] = notes;
}

}  // namespace custody
