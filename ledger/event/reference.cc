// What people read of the catalogue: examples, JSON Schemas, and docs/events/README.md.
#include <boost/json.hpp>

#include "ledger/event/catalogue.h"
#include "ledger/event/envelope.h"

namespace custody {
namespace {

namespace json = boost::json;

bool needs_step(const TypeInfo& info) {
  return info.type.starts_with("data.");
}

// Members that an example leaves out because they exclude, or only repeat, another one.
bool left_out(const TypeInfo& info, const Member& member) {
  const std::string_view name = member.name;
  if (name == "all") return true;
  if (info.type == "data.accessed" && (name == "due" || name == "attendees")) return true;
  if (member.kind == MemberKind::kResolved) return true;
  if (name == "handover") return info.type == "data.received";
  if (name == "set" || name == "count") return !member.required;
  return false;
}

std::string example_body(const TypeInfo& info) {
  std::string out = "{";
  const auto add = [&](std::string_view name, std::string_view value) {
    out.append(out.size() > 1 ? "," : "").append("\"").append(name).append("\":").append(value);
  };
  for (const Member& member : info.members) {
    if (member.name.empty() || left_out(info, member)) continue;
    if (member.kind != MemberKind::kValues) {
      add(member.name, member.shape.example);
    } else if (info.type == "data.collected") {
      add("values", R"({"name":"Maria Ejemplo","phone":"+34 600 000 000"})");
      add("notes", R"("asked for a call in the afternoon")");
    } else if (!info.resolved.empty()) {
      add("values", R"({")" + std::string(info.resolved) + R"(":"+34 600 000 001"})");
    }
  }
  return out + "}";
}

std::string body_schema(const TypeInfo& info) {
  return object_schema(info.members);
}

// Subject or something in its place, as JSON Schema.
std::string subject_schema(const TypeInfo& info) {
  const std::string in_data = R"({"properties":{"data":{"required":[")";
  const std::string subject = R"({"required":["subject"]})";
  switch (info.subject) {
    case SubjectNeed::kOrDataset:
      return R"(,"anyOf":[)" + subject + "," + in_data + R"(dataset"]}}}])";
    case SubjectNeed::kOrCustomers:
      return R"(,"anyOf":[)" + subject + "," + in_data + R"(customers"]}}},)" + in_data + R"(set"]}}}])";
    default:
      return "";
  }
}

std::string subject_text(SubjectNeed need) {
  switch (need) {
    case SubjectNeed::kNone:
      return "-";
    case SubjectNeed::kRequired:
      return "S";
    case SubjectNeed::kOrDataset:
      return "S?";
    case SubjectNeed::kOrCustomers:
      return "S or customers";
  }
  return "";
}

void print(std::string& out, const json::value& value, size_t depth) {
  const std::string indent(2 * (depth + 1), ' ');
  const std::string last(2 * depth, ' ');
  bool first = true;
  const auto next = [&] {
    out += first ? "\n" : ",\n";
    first = false;
    out += indent;
  };
  if (const auto* object = value.if_object(); object && !object->empty()) {
    out += '{';
    for (const auto& member : *object) {
      next();
      append_json_string(out, {member.key().data(), member.key().size()});
      out += ": ";
      print(out, member.value(), depth + 1);
    }
    out += '\n' + last + '}';
  } else if (const auto* array = value.if_array(); array && !array->empty() && !array->front().is_primitive()) {
    out += '[';
    for (const auto& item : *array) {
      next();
      print(out, item, depth + 1);
    }
    out += '\n' + last + ']';
  } else {
    out += json::serialize(value);
  }
}

void add_type(std::string& out, const TypeInfo& info) {
  std::string meaning(info.meaning);
  meaning.front() = static_cast<char>(meaning.front() - 'a' + 'A');
  out.append("### `").append(info.type).append("`\n\n").append(meaning).append(". Version ");
  out += std::to_string(info.version) + ". Subject: " + subject_text(info.subject);
  out.append(". Authority: ")
      .append(authority_name(info.authority))
      .append(". Serves ")
      .append(info.rules)
      .append(".\n\n");
  out += "| member | | type | bytes | meaning |\n|---|---|---|---|---|\n";
  for (const Member& member : info.members) {
    const bool elsewhere = member.kind == MemberKind::kValues || member.kind == MemberKind::kResolved;
    const bool required = member.required && !elsewhere && !member.name.empty();
    out.append("| ")
        .append(member.name.empty() ? "" : "`" + member.name + "`")
        .append(required ? " | required | " : " | | ");
    out.append(member.shape.name).append(" | ").append("`" + member.shape.bytes + "` | ");
    out.append(meaning_of_member(info.type, member.name)).append(" |\n");
  }
  out += "\n```json\n" + example_body(info) + "\n```\n\n";
}

constexpr const char* kIntroduction = R"(# The events

Every type of event that this ledger knows, made from the catalogue in `ledger/event/` (`custody events --markdown`); a
test compares the two. `custody events TYPE` prints a type's JSON Schema and a whole example.

An event is a CloudEvents 1.0 document in JSON. Personal values stand under `data.values` (name and value), prose under
`data.notes`, lists of customers in the members marked *attached*: these are encrypted, and what stays readable is the
names, and the length of a list. `notes` may go with every type that has `values`. All other strings are codes
(`[a-z0-9._:/-]{1,64}`) unless the table says otherwise; ids begin with their kind (`person:`, `dept:`, `system:`,
`device:`, `partner:`, `dataset:`, `step:`).

**Subject.** S = `subject` is required; S? = `subject` or `data.dataset`; S or customers = `subject`, `data.customers`, or
`data.set`; - = none may be stated.

**Authority.** source = a registered source, for its steps; self = the person named as doing it; two = two different
persons, the second by `act.confirmed`; service = the ledger itself, never taken from outside.

**Bytes.** The members in the order of the table, as `docs/formats` writes them: integers little-endian; str8 = length and
UTF-8; opt = 0, or 1 and the value; vec = u32 count and items; a set is a vec in ascending order; `[n]` = n bytes; a time =
i64 microseconds UTC and i16 minutes of offset; a day = i32 days since 1970-01-01. `values` are the ascending names of all
values of the record, with `subject`, `notes` and attached lists among them. `undeclared` is what a source says that does
not know; rules treat it as missing.

## Attributes of every event

)";

}  // namespace

std::string example_event(const TypeInfo& info) {
  const bool service = info.authority == Authority::kService;
  std::string out = R"({"specversion":"1.0","id":"019aa5b2-7c00-7000-8000-00000000001f","type":")";
  out.append(info.type).append(R"(","source":")").append(service ? "custody:sealer" : "urn:crm");
  out.append(R"(","time":"2026-03-02T09:30:00+01:00",)");
  if (info.subject == SubjectNeed::kRequired || info.subject == SubjectNeed::kOrDataset)
    out += R"("subject":"C-10017",)";
  out.append(R"("actor":")").append(service ? "system:custody" : "person:ana").append("\",");
  if (needs_step(info)) out += R"("step":"step:registration","purpose":"offer",)";
  return pretty_json(out + R"("data":)" + example_body(info) + "}");
}

std::string schema_json(const TypeInfo& info) {
  std::string properties;
  std::string required;
  for (const Attribute& attribute : attributes()) {
    const std::string_view name = attribute.name;
    if (name == "subject" && info.subject == SubjectNeed::kNone) continue;
    std::string schema = attribute.schema;
    if (name == "type") schema = R"({"const":")" + std::string(info.type) + R"("})";
    if (name == "data") schema = body_schema(info);
    properties.append(properties.empty() ? "" : ",").append("\"").append(name).append("\":").append(schema);
    const bool by_type =
        (name == "subject" && info.subject == SubjectNeed::kRequired) || (name == "step" && needs_step(info));
    if (attribute.required || by_type)
      required.append(required.empty() ? "" : ",").append("\"").append(name).append("\"");
  }
  const std::string title = R"("title":")" + std::string(info.type) + R"( v)" + std::to_string(info.version) + '"';
  const std::string description = R"(,"description":")" + std::string(info.meaning) + '"';
  return pretty_json(R"({"$schema":"https://json-schema.org/draft/2020-12/schema",)" + title + description +
                     R"(,"type":"object","properties":{)" + properties + R"(},"required":[)" + required +
                     R"(],"additionalProperties":false)" + subject_schema(info) + "}");
}

std::string reference_markdown() {
  std::string out = kIntroduction;
  out += "| attribute | | meaning |\n|---|---|---|\n";
  for (const Attribute& a : attributes())
    out.append("| `").append(a.name).append(a.required ? "` | required | " : "` | | ").append(a.meaning).append(" |\n");
  std::string_view section;
  out += "\n## All types\n\n| type | subject | authority | rules | meaning |\n|---|---|---|---|---|\n";
  for (const TypeInfo& info : all_types()) {
    std::string anchor;
    for (char c : info.type)
      if (c != '.') anchor += c;
    out.append("| [`").append(info.type).append("`](#").append(anchor).append(") | ").append(
        subject_text(info.subject));
    out.append(" | ").append(authority_name(info.authority)).append(" | ").append(info.rules).append(" | ");
    out.append(info.meaning).append(" |\n");
  }
  for (const TypeInfo& info : all_types()) {
    if (info.section != section)
      out.append(section.empty() ? "\n## " : "## ").append(section = info.section).append("\n\n");
    add_type(out, info);
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

std::string pretty_json(std::string_view json_text) {
  std::string out;
  print(out, parse_json(json_text), 0);
  return out;
}

}  // namespace custody
