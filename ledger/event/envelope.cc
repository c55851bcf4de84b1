#include "ledger/event/envelope.h"

#include <algorithm>
#include <boost/json.hpp>

#include "ledger/event/record.h"

namespace custody {
namespace {

namespace json = boost::json;
using Faults = std::vector<Fault>;

constexpr const char* kCodeSchema = R"({"type":"string","pattern":"^[a-z0-9._:/-]{1,64}$"})";

constexpr Attribute kAttributes[] = {
    {"specversion", true, R"({"const":"1.0"})", "of CloudEvents: `1.0`"},
    {"id", true, R"({"type":"string","minLength":1,"maxLength":64})",
     "what the source calls this event: up to 64 bytes without control characters, best a UUIDv7"},
    {"type", true, R"({"type":"string"})", "one of the types below"},
    {"source", true, R"({"type":"string","format":"uri","maxLength":255})", "the registered source, a URI"},
    {"time", true, R"({"type":"string","format":"date-time"})", "RFC 3339, when it happened, with the source's offset"},
    {"subject", false, R"({"type":"string","minLength":1,"maxLength":255})",
     "the customer's number as the operator knows it; a personal value, kept encrypted"},
    {"actor", true, R"({"type":"string","maxLength":64,"pattern":"^(person|system):[a-z0-9._:/-]+$"})",
     "who did it: `person:...` or `system:...`"},
    {"step", false, R"({"type":"string","maxLength":64,"pattern":"^step:[a-z0-9._:/-]+$"})",
     "the step of the data's flow; required for `data.*`"},
    {"grant", false, kCodeSchema, "the grant claimed"},
    {"purpose", false, kCodeSchema, "the purpose claimed"},
    {"operation", false, kCodeSchema, "one id for all events of one action"},
    {"device", false, R"({"type":"string","maxLength":64,"pattern":"^device:[a-z0-9._:/-]+$"})",
     "where from: a device"},
    {"place", false, kCodeSchema, "where from: network address or site"},
    {"sequence", false, R"({"type":"string","pattern":"^[1-9][0-9]{0,15}$"})",
     "the source's own count without gaps, a decimal string from 1"},
    {"after", false, R"({"type":"string","pattern":"^[0-9]{1,2}:[0-9]+$"})",
     "`shard:seq` of a receipt that this event comes after"},
    {"traceparent", false, R"({"type":"string","pattern":"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"})",
     "W3C trace context, kept as it came"},
    {"datacontenttype", false, R"({"const":"application/json"})", "of CloudEvents; not kept"},
    {"data", true, R"({"type":"object"})", "the body"},
};

std::string pointer_of(std::string_view name) {
  std::string out = "/";
  for (char c : name) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

bool is_hex_part(std::string_view text, bool zeros_allowed) {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return std::all_of(text.begin(), text.end(), hex) &&
         (zeros_allowed || text.find_first_not_of('0') != std::string_view::npos);
}

// Reads one attribute after the other.
class EnvelopeReader {
 public:
  EnvelopeReader(bool allow_service, ParsedEvent& parsed, Faults& faults)
      : allow_service_(allow_service), parsed_(parsed), faults_(faults) {}

  void attribute(std::string_view name, const json::value& value) {
    if (name == "data") return void(envelope.data = &value);
    if (name == "subject") envelope.subject = &value;
    if (name == "received_at" || name == "principal") return fault(name, "is set by the gateway");
    const bool known =
        std::any_of(std::begin(kAttributes), std::end(kAttributes), [&](const Attribute& a) { return name == a.name; });
    if (!known) return fault(name, "is not known here");
    const auto* string = value.if_string();
    if (string == nullptr) return fault(name, "must be a string");
    text(name, {string->data(), string->size()});
  }

  Envelope envelope;

 private:
  void fault(std::string_view name, std::string message) { faults_.push_back({pointer_of(name), std::move(message)}); }

  template <class Rule>
  void take(std::string_view name, std::string_view value, std::string_view& to) {
    if (Rule::ok(value))
      to = value;
    else
      fault(name, "must be " + Rule::expected());
  }

  void text(std::string_view name, std::string_view value) {
    if (name == "id") return take<SourceIdRule>(name, value, parsed_.id);
    if (name == "source") return source(value);
    if (name == "type") return type(value);
    if (name == "time") return time(value);
    if (name == "actor") return take<KindRule<"person", "system">>(name, value, parsed_.actor);
    if (name == "step") return take<KindRule<"step">>(name, value, parsed_.step);
    if (name == "grant") return take<CodeRule>(name, value, parsed_.grant);
    if (name == "purpose") return take<CodeRule>(name, value, parsed_.purpose);
    if (name == "operation") return take<CodeRule>(name, value, parsed_.operation);
    if (name == "device") return take<KindRule<"device">>(name, value, parsed_.device);
    if (name == "place") return take<CodeRule>(name, value, parsed_.place);
    if (name == "subject") return take<TextRule>(name, value, parsed_.subject);
    other(name, value);
  }

  void other(std::string_view name, std::string_view value) {
    if (name == "specversion" && value != "1.0") fault(name, "must be \"1.0\"");
    if (name == "datacontenttype" && value != "application/json") fault(name, "must be \"application/json\"");
    if (name == "sequence") {
      const auto number = parse_u64(value);
      if (!number || *number == 0 || *number > Count::kMax)
        fault(name, "must be a whole number from 1 to 9007199254740992 as a decimal string");
      else
        parsed_.sequence = *number;
    }
    if (name == "after") {
      parsed_.after = parse_ref(value);
      if (!parsed_.after || parsed_.after->shard >= kMaxShards) fault(name, "must be the place of a record, shard:seq");
    }
    if (name == "traceparent") {
      parsed_.traceparent = value;
      if (!is_traceparent(value)) fault(name, "must be a W3C traceparent: 00-<32 hex>-<16 hex>-<2 hex>");
    }
  }

  void source(std::string_view value) {
    take<UriRule>("source", value, parsed_.source);
    if (value.starts_with("custody:") && !allow_service_) fault("source", "is a name of the ledger itself");
  }

  void type(std::string_view value) {
    const TypeInfo* info = find_type(value);
    if (info == nullptr)
      fault("type", "is not known: '" + std::string(is_code(value) ? value : "?") + "'");
    else if (info->authority == Authority::kService && !allow_service_)
      fault("type", "is stated by the ledger itself only");
    else
      parsed_.type = info;
  }

  void time(std::string_view value) {
    if (const auto at = parse_rfc3339(value))
      parsed_.time = *at;
    else
      fault("time", "must be an RFC 3339 time with an offset, from 1970 to 9999");
  }

  const bool allow_service_;
  ParsedEvent& parsed_;
  Faults& faults_;
};

}  // namespace

std::span<const Attribute> attributes() {
  return kAttributes;
}

bool is_traceparent(std::string_view text) {
  if (text.size() != 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  return is_hex_part(text.substr(0, 2), true) && text.substr(0, 2) != "ff" && is_hex_part(text.substr(3, 32), false) &&
         is_hex_part(text.substr(36, 16), false) && is_hex_part(text.substr(53), true);
}

Envelope read_envelope(const json::object& event, bool allow_service, ParsedEvent& parsed, Faults& faults) {
  EnvelopeReader reader(allow_service, parsed, faults);
  for (const auto& member : event) reader.attribute({member.key().data(), member.key().size()}, member.value());
  for (const Attribute& attribute : kAttributes)
    if (attribute.required && !event.contains(attribute.name))
      faults.push_back({pointer_of(attribute.name), "is required"});
  const bool needs_step = parsed.type != nullptr && parsed.type->type.starts_with("data.");
  if (needs_step && !event.contains("step"))
    faults.push_back({"/step", "is required for " + std::string(parsed.type->type)});
  return reader.envelope;
}

}  // namespace custody
