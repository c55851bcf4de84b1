#include "ledger/event/catalogue.h"

#include <boost/json.hpp>
#include <unordered_map>

#include "ledger/event/catalogue_entry.h"

namespace custody {
namespace {

std::vector<TypeInfo> make_types() {
  std::vector<TypeInfo> types;
  types.reserve(128);
  for (const auto add :
       {add_motion, add_registry, add_permission, add_archive, add_storage, add_incident, add_audit, add_ledger})
    add(types);
  for (TypeInfo& info : types) {
    for (const Member& member : info.members) {
      if (member.kind == MemberKind::kAttached) info.attached.push_back(member.name);
      if (member.kind == MemberKind::kResolved) info.resolved = member.name;
    }
  }
  return types;
}

const std::vector<TypeInfo>& types() {
  static const std::vector<TypeInfo> all = make_types();
  return all;
}

}  // namespace

std::string_view authority_name(Authority authority) {
  switch (authority) {
    case Authority::kSource:
      return "source";
    case Authority::kSelf:
      return "self";
    case Authority::kTwo:
      return "two";
    case Authority::kService:
      return "service";
  }
  return "";
}

std::span<const TypeInfo> all_types() {
  return types();
}

const TypeInfo* find_type(std::string_view type) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, const TypeInfo*> map;
    for (const TypeInfo& info : types()) map.emplace(info.type, &info);
    return map;
  }();
  const auto at = by_name.find(type);
  return at == by_name.end() ? nullptr : at->second;
}

const TypeInfo* find_type(std::string_view type, uint16_t version) {
  const TypeInfo* info = find_type(type);
  return info != nullptr && info->version == version ? info : nullptr;
}

std::optional<std::string> body_to_json(std::string_view type, uint16_t version, std::string_view body) {
  const TypeInfo* info = find_type(type, version);
  if (info == nullptr) return std::nullopt;
  return info->to_json(body);
}

bool check_body(std::string_view type, uint16_t version, std::string_view body) {
  const TypeInfo* info = find_type(type, version);
  if (info == nullptr) return false;
  info->check(body);
  return true;
}

std::string body_from_json(const TypeInfo& info, const boost::json::object& data, std::vector<Fault>& faults) {
  std::string out;
  info.read_json(data, {}, out, faults);
  return out;
}

}  // namespace custody
