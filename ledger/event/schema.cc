#include "ledger/event/schema.h"

namespace custody {
namespace {

std::string quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

}  // namespace

Shape number_shape(size_t size_bytes, bool is_signed, uint64_t max) {
  const std::string low = is_signed ? "-" + std::to_string(max) : "0";
  return {(is_signed ? "i" : "u") + std::to_string(size_bytes * 8), max <= 9 ? "0 ... 9" : "count",
          R"({"type":"integer","minimum":)" + low + R"(,"maximum":)" + std::to_string(max) + "}", "3"};
}

Shape digits_shape(size_t size_bytes) {
  const std::string digits = std::to_string(size_bytes * 2);
  return {"[" + std::to_string(size_bytes) + "]", digits + " hexadecimal digits",
          R"({"type":"string","pattern":"^[0-9a-fA-F]{)" + digits + R"(}$"})",
          quoted(std::string(size_bytes * 2, 'c'))};
}

std::string id_example(const std::vector<std::string_view>& kinds) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"person", "ana"},   {"dept", "sales"},           {"system", "crm"},       {"device", "laptop-4"},
      {"partner", "acme"}, {"dataset", "crm-export-3"}, {"step", "registration"}};
  const std::string_view kind = kinds.size() > 2 ? kinds[1] : kinds[0];
  for (const auto& [known, name] : kNames)
    if (known == kind) return std::string(kind) + ":" + std::string(name);
  return std::string(kind) + ":a1";
}

Shape uuid_shape() {
  return {"[16]", "UUID", R"({"type":"string","format":"uuid"})", quoted("019aa5b2-7c00-8123-8456-789abcdef012")};
}

Shape scalar_shape(const Instant*) {
  return {"i64 i16", "time", R"({"type":"string","format":"date-time"})", quoted("2026-03-02T09:30:00+01:00")};
}

Shape scalar_shape(const Day*) {
  return {"i32", "day", R"({"type":"string","format":"date"})", quoted("2026-12-31")};
}

Shape scalar_shape(const UtcTime*) {
  return {"i64", "time", R"({"type":"string","format":"date-time"})", quoted("2026-03-02T08:30:00Z")};
}

Shape scalar_shape(const AsOf*) {
  return {
      "(u8=1 i64 i16, or u8=2 u64)", "time or round",
      R"({"oneOf":[{"type":"string","format":"date-time"},{"type":"integer","minimum":0,"maximum":9007199254740992}]})",
      quoted("2026-03-01T00:00:00Z")};
}

Shape scalar_shape(const Ref*) {
  return {"u32 u64", "record", R"({"type":"string","pattern":"^[0-9]+:[0-9]+$"})", quoted("0:17")};
}

Shape scalar_shape(const DeclaredCount*) {
  return {"opt<u64>", "count or \"undeclared\"",
          R"({"oneOf":[{"type":"integer","minimum":0,"maximum":9007199254740992},{"const":"undeclared"}]})", "200"};
}

Shape scalar_shape(const ValueNames*) {
  return {"vec<str8>", "object of values; in a record their names",
          R"({"type":"object","propertyNames":{"pattern":"^[a-z0-9._:/-]{1,64}$"}})", R"({"name":"Maria Ejemplo"})"};
}

Shape scalar_shape(const AttachedList*) {
  return {"u64", "attached list; in a record its size", R"({"type":"array"})", R"(["C-10017","C-10018"])"};
}

Shape scalar_shape(const ResolvedId*) {
  return {"[16]", "subject id; or the contact itself, as a value of this name", R"({"type":"string","format":"uuid"})",
          quoted("019aa5b2-7c00-8123-8456-789abcdef012")};
}

std::string object_schema(const std::vector<Member>& members) {
  std::string properties;
  std::string required;
  const auto property = [&](std::string_view name, std::string_view schema) {
    if (!properties.empty()) properties += ',';
    properties.append(quoted(name)).append(":").append(schema);
  };
  for (const Member& member : members) {
    if (member.name.empty()) continue;  // a mark
    property(member.name, member.shape.schema);
    if (member.kind == MemberKind::kValues) property("notes", R"({"type":"string"})");
    const bool may_be_elsewhere = member.kind == MemberKind::kValues || member.kind == MemberKind::kResolved;
    if (!member.required || may_be_elsewhere) continue;
    if (!required.empty()) required += ',';
    required += quoted(member.name);
  }
  return R"({"type":"object","properties":{)" + properties + R"(},"required":[)" + required +
         R"(],"additionalProperties":false})";
}

std::string object_example(const std::vector<Member>& members) {
  std::string out;
  for (const Member& member : members) {
    if (member.name.empty()) continue;
    out += (out.empty() ? "{" : ",") + quoted(member.name) + ":" + member.shape.example;
  }
  return out + "}";
}

std::string object_bytes(const std::vector<Member>& members) {
  std::string out;
  for (const Member& member : members)
    out += (out.empty() ? "(" : " ") + (member.name.empty() ? "" : member.name + ":") + member.shape.bytes;
  return out + ")";
}

}  // namespace custody
