#include "producers/adapters/cloudtrail.h"

#include <algorithm>
#include <boost/json.hpp>

#include "ledger/base/error.h"
#include "ledger/codec/json.h"

namespace custody {
namespace {

namespace json = boost::json;

std::string_view view(const json::string& text) {
  return {text.data(), text.size()};
}

const json::value* member(const json::value* value, std::string_view name) {
  const auto* object = value == nullptr ? nullptr : value->if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

// Empty where the value is no text.
std::string_view text(const json::value* value) {
  const auto* string = value == nullptr ? nullptr : value->if_string();
  return string == nullptr ? std::string_view() : view(*string);
}
std::string_view text(const json::value* value, std::string_view name) {
  return text(member(value, name));
}

// Calls `see` for a value, or for each element of a list.
template <class See>
void each(const json::value* value, See see) {
  if (value == nullptr) return;
  const auto* array = value->if_array();
  if (array == nullptr) return see(*value);
  for (const json::value& item : *array) see(item);
}

class Outside {
 public:
  explicit Outside(std::string_view own) : own_(own) {}

  // An account number, an ARN, "*", "all", or some other principal.
  void principal(std::string_view name) {
    if (name.empty()) return;
    if (name == "*" || name == "all") return add("all");
    if (name.ends_with(".amazonaws.com")) return;
    const std::string_view account = account_of(name);
    if (account.empty()) return add(name);
    if (account != own_) add(account);
  }

  void principals(const json::value* value) {
    each(value, [&](const json::value& item) {
      if (const auto* string = item.if_string()) principal(view(*string));
    });
  }

  // {"items": [{"userId": "..."} | {"group": "all"} | {"organizationArn": "..."}]}
  void permissions(const json::value* added) {
    each(member(added, "items"), [&](const json::value& item) {
      for (const char* name : {"userId", "group", "organizationArn", "organizationalUnitArn"})
        principal(text(&item, name));
    });
  }

  // A policy as an object or as a JSON text. What is no policy opens nothing.
  void policy(const json::value* value) {
    if (value == nullptr) return;
    if (const auto* string = value->if_string()) {
      try {
        const json::value parsed = parse_json(view(*string));
        return statements(parsed);
      } catch (const Error&) {
        return;
      }
    }
    statements(*value);
  }

  void access_list(const json::value* list) {
    const std::string_view owner = text(member(list, "Owner"), "ID");
    each(member(member(list, "AccessControlList"), "Grant"), [&](const json::value& grant) {
      const json::value* grantee = member(&grant, "Grantee");
      const std::string_view group = text(grantee, "URI"), id = text(grantee, "ID");
      if (group.ends_with("/AllUsers") || group.ends_with("/AuthenticatedUsers")) add("all");
      if (!id.empty() && id != owner) add(id);
      add(text(grantee, "EmailAddress"));
    });
  }

  void canned_list(const json::value* value) {
    each(value, [&](const json::value& item) {
      const auto* word = item.if_string();
      if (word != nullptr && (*word == "public-read" || *word == "public-read-write" || *word == "authenticated-read"))
        add("all");
    });
  }

  std::vector<std::string> take() { return std::move(found_); }

 private:
  void add(std::string_view name) {
    if (!name.empty() && std::find(found_.begin(), found_.end(), name) == found_.end()) found_.emplace_back(name);
  }

  // The twelve digits, or those of an ARN; empty where the name holds no account.
  static std::string_view account_of(std::string_view name) {
    if (name.starts_with("arn:"))
      for (int colons = 0; colons < 4; ++colons) {
        const size_t colon = name.find(':');
        if (colon == std::string_view::npos) return {};
        name.remove_prefix(colon + 1);
      }
    const std::string_view digits = name.substr(0, name.find(':'));
    const bool is_account = digits.size() == 12 && digits.find_first_not_of("0123456789") == std::string_view::npos;
    return is_account ? digits : std::string_view();
  }

  void statements(const json::value& policy) {
    each(member(&policy, "Statement"), [&](const json::value& statement) {
      if (text(&statement, "Effect") != "Allow") return;
      const json::value* who = member(&statement, "Principal");
      principals(who);
      for (const char* kind : {"AWS", "Federated", "CanonicalUser"}) principals(member(who, kind));
    });
  }

  const std::string_view own_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> outside_principals(const json::object& record) {
  const json::value* request = record.if_contains("requestParameters");
  Outside outside(text(record.if_contains("recipientAccountId")));
  for (const char* list : {"createVolumePermission", "launchPermission"})
    outside.permissions(member(member(request, list), "add"));
  outside.principals(member(request, "valuesToAdd"));
  outside.principals(member(request, "granteePrincipal"));
  outside.principals(member(request, "principal"));
  for (const char* name : {"policyDocument", "assumeRolePolicyDocument", "bucketPolicy", "policy", "resourcePolicy"})
    outside.policy(member(request, name));
  outside.access_list(member(request, "AccessControlPolicy"));
  outside.canned_list(member(request, "x-amz-acl"));
  return outside.take();
}

json::object cloudtrail_findings(const json::object& record) {
  std::string_view service = text(record.if_contains("eventSource"));
  if (service.ends_with(".amazonaws.com")) service.remove_suffix(14);
  json::object findings;
  findings["event"] = std::string(service) + ":" + std::string(text(record.if_contains("eventName")));
  if (const auto failed = text(record.if_contains("errorCode")); !failed.empty()) findings["failed"] = failed;
  json::array outside;
  for (const std::string& name : outside_principals(record)) outside.emplace_back(name);
  findings["outside"] = std::move(outside);
  return findings;
}

}  // namespace custody
