// The catalogue: every type of event, who may state it, what it serves, and the ways between its JSON and its bytes.
//
// Version n of a type has a field list fixed for ever. Readers meet types and versions they do not know: find_type then
// returns null, and the record is folded by its envelope alone.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/schema.h"

namespace custody {

enum class SubjectNeed {
  kNone,         // must not be stated
  kRequired,     // S
  kOrDataset,    // S?: a subject, data.dataset, or both
  kOrCustomers,  // a subject, data.customers, or a described set
};

// Who may state an event: a registered source for its steps; the person named as doing it; two different persons, the
// second by act.confirmed; the ledger's own processes.
enum class Authority { kSource, kSelf, kTwo, kService };
std::string_view authority_name(Authority authority);

// What reading a body from JSON needs to know of the event around it.
struct BodyContext {
  std::vector<std::string> value_names;   // ascending: what the statement commits to
  std::optional<ByteArray<16>> resolved;  // the subject id of the value that a ResolvedId is made from
  bool sound = true;                      // false: values were at fault, so that what depends on them is not judged
};

struct TypeInfo {
  std::string_view type;
  uint16_t version;  // the newest, which writers write
  std::string_view section;
  SubjectNeed subject;
  Authority authority;
  std::string_view rules;    // of the customer-information policy, "R-B2 R-C1"
  std::string_view meaning;  // one line
  std::vector<Member> members;
  std::vector<std::string_view> attached;  // members that are attached lists
  bool holds_values;                       // whether values, notes and a subject's number may go with it
  std::string_view resolved;               // the member that may come as a value instead, or empty

  // Appends the canonical body to `out`, or at least one fault (pointers begin with /data) to `faults`. Members that
  // hold values are left to the caller (validate.h), whose names for them are in the context.
  void (*read_json)(const boost::json::object& data, const BodyContext& context, std::string& out,
                    std::vector<Fault>& faults);
  // The body as JSON text: values as an array of their names, attached lists as their size. kRefused for malformed
  // bytes.
  std::string (*to_json)(std::string_view body);
  // kRefused when the bytes are not a canonical body.
  void (*check)(std::string_view body);
  // Whose data key encrypts the values of a record without a subject: "person:...", "dataset:...", "request:...",
  // "incident:..."; "subject:<uuid>" for a body about a third party; the type's name where the body names none of
  // these.
  std::string (*key_owner)(std::string_view body);
};

// In the order of the reference. The references stay valid for ever.
std::span<const TypeInfo> all_types();
const TypeInfo* find_type(std::string_view type);                    // newest version; null when unknown
const TypeInfo* find_type(std::string_view type, uint16_t version);  // null when type or version is unknown

// The body of a record as JSON text, nullopt when this program does not know its type or version.
std::optional<std::string> body_to_json(std::string_view type, uint16_t version, std::string_view body);
// False when type or version is unknown; kRefused when it is known and the bytes are not canonical.
bool check_body(std::string_view type, uint16_t version, std::string_view body);
// The other way: the body that to_json wrote. Appends to `faults` what is wrong.
std::string body_from_json(const TypeInfo& info, const boost::json::object& data, std::vector<Fault>& faults);

// An event of the type as JSON text that validates, with every optional member that does not exclude another.
std::string example_event(const TypeInfo& info);
// JSON Schema (draft 2020-12) of the whole event, CloudEvents attributes included, as JSON text.
std::string schema_json(const TypeInfo& info);
// docs/events/README.md.
std::string reference_markdown();
// JSON text with two spaces of indentation and members in their order.
std::string pretty_json(std::string_view json_text);

}  // namespace custody
