// Makes the catalogue's entry of a body struct. Included by the catalogue's own sources only.
#pragma once

#include "ledger/event/catalogue.h"

namespace custody {

inline std::string_view owner_text(const std::optional<DatasetId>& id) {
  return id ? std::string_view(id->text) : "";
}
template <class Rule>
std::string_view owner_text(const Checked<Rule>& id) {
  return id.text;
}

template <class Body>
std::string key_owner_of(const Body& body) {
  std::string_view id;
  if constexpr (requires { body.person; }) id = owner_text(body.person);
  if constexpr (requires { body.dataset; })
    if (id.empty()) id = owner_text(body.dataset);
  if (!id.empty()) return std::string(id);
  if constexpr (requires { body.request; }) return "request:" + body.request.text;
  if constexpr (requires { body.prospect; }) return "subject:" + uuid_text(body.prospect.bytes);
  if constexpr (requires { body.incident.text; }) return "incident:" + body.incident.text;
  return std::string(Body::kType);
}

template <class Body>
void read_body_json(const boost::json::object& data, const BodyContext& context, std::string& out,
                    std::vector<Fault>& faults) {
  const size_t before = faults.size();
  Body body = from_json<Body>(data, "/data", faults);
  if constexpr (requires { body.values; })
    if (!context.value_names.empty()) body.values.items = context.value_names;
  if constexpr (requires { body.prospect; })
    if (context.resolved) body.prospect.bytes = *context.resolved;
  if (faults.size() != before) return;
  if (context.sound) check_members(body, faults);
  for (size_t i = before; i < faults.size(); ++i) faults[i].pointer.insert(0, "/data");
  if (faults.size() != before) return;
  CanonicalWriter writer(out);
  writer(body);
}

struct EntryText {
  SubjectNeed subject;
  Authority authority;
  std::string_view rules;
  std::string_view meaning;
};

template <class Body>
TypeInfo entry(std::string_view section, const EntryText& text) {
  TypeInfo info{};
  info.type = Body::kType;
  info.version = version_of<Body>();
  info.section = section;
  info.subject = text.subject;
  info.authority = text.authority;
  info.rules = text.rules;
  info.meaning = text.meaning;
  info.members = members_of<Body>();
  info.holds_values = requires(Body body) { body.values; };
  info.read_json = read_body_json<Body>;
  info.to_json = [](std::string_view body) { return to_json_text(decode_body<Body>(body)); };
  info.check = [](std::string_view body) { decode_body<Body>(body); };
  info.key_owner = [](std::string_view body) { return key_owner_of(decode_body<Body>(body)); };
  return info;
}

// One function a section; together they are the catalogue.
void add_motion(std::vector<TypeInfo>& types);
void add_registry(std::vector<TypeInfo>& types);
void add_permission(std::vector<TypeInfo>& types);
void add_archive(std::vector<TypeInfo>& types);
void add_storage(std::vector<TypeInfo>& types);
void add_incident(std::vector<TypeInfo>& types);
void add_audit(std::vector<TypeInfo>& types);
void add_ledger(std::vector<TypeInfo>& types);

}  // namespace custody
