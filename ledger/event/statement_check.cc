#include "ledger/event/statement_check.h"

#include <algorithm>
#include <boost/json.hpp>

#include "ledger/codec/jcs.h"
#include "ledger/codec/json.h"
#include "ledger/event/catalogue.h"
#include "ledger/event/envelope.h"

namespace custody {
namespace {

namespace json = boost::json;

class StatementCheck {
 public:
  StatementCheck(const Statement& statement, std::string_view subject, std::span<const SaltedField> fields)
      : statement_(statement), subject_(subject), fields_(fields) {}

  std::vector<Fault> run() {
    attributes();
    const TypeInfo* type = find_type(statement_.type, statement_.version);
    if (type == nullptr) {
      fault("type", "has a type or version that is not known");
      return faults_;
    }
    const bool own = type->authority == Authority::kService || statement_.source.starts_with("custody:");
    if (own) fault("type", "has a type or source that is the ledger's own");
    if (statement_.step.empty() && type->type.starts_with("data."))
      fault("step", "is required for " + std::string(type->type));
    body(*type);
    return faults_;
  }

 private:
  void fault(const std::string& name, std::string message) {
    faults_.push_back({"/statement/" + name, std::move(message)});
  }

  template <class Rule>
  void required(const char* name, std::string_view value) {
    if (!Rule::ok(value)) fault(name, "must be " + Rule::expected());
  }
  template <class Rule>
  void optional(const char* name, std::string_view value) {
    if (!value.empty()) required<Rule>(name, value);
  }

  void attributes() {
    required<UriRule>("source", statement_.source);
    required<SourceIdRule>("id", statement_.source_id);
    required<KindRule<"person", "system">>("actor", statement_.actor);
    optional<KindRule<"step">>("step", statement_.step);
    optional<CodeRule>("grant", statement_.grant);
    optional<CodeRule>("purpose", statement_.purpose);
    optional<KindRule<"device">>("device", statement_.device);
    optional<CodeRule>("place", statement_.place);
    if (statement_.sequence > Count::kMax) fault("sequence", "must be at most 2^53");
    if (!statement_.traceparent.empty() && !is_traceparent(statement_.traceparent))
      fault("traceparent", "must be a W3C traceparent: 00-<32 hex>-<16 hex>-<2 hex>");
    if (statement_.id != make_event_id(statement_.source, statement_.source_id, statement_.time.us))
      fault("id", "does not follow from source, source id and time");
  }

  void body(const TypeInfo& type) {
    json::value document;
    try {
      document = parse_json(type.to_json(statement_.body));
    } catch (const Error& error) {
      return fault("body", error.what());
    }
    if (statement_.body.size() > kMaxBodyBytes)
      fault("body", "must be at most " + std::to_string(kMaxBodyBytes) + " bytes");
    const json::object& data = document.get_object();
    subject(type, data);
    names(type, data);
    lists(type, data);
    for (const SaltedField& each : fields_) value(type, each);
  }

  void subject(const TypeInfo& type, const json::object& data) {
    const bool stated = !subject_.empty();
    const bool dataset = data.contains("dataset");
    const bool customers = data.contains("customers") || data.contains("set");
    const auto wrong = [&](std::string message) { faults_.push_back({"/subject", std::move(message)}); };
    if (type.subject == SubjectNeed::kNone && stated) wrong("must not be stated with " + std::string(type.type));
    if (type.subject == SubjectNeed::kRequired && !stated) wrong("is required: the customer's number");
    if (type.subject == SubjectNeed::kOrDataset && !stated && !dataset) wrong("is required, or a dataset");
    if (type.subject == SubjectNeed::kOrCustomers && !stated && !customers)
      wrong("is required, or customers, or a set");
    if (!stated || !type.holds_values) return;
    const SaltedField* number = field("subject");
    if (number == nullptr || number->type != ValueType::kText || number->value != subject_)
      faults_.push_back({"/values/subject", "must be the customer's number"});
  }

  // The names in the body are those of the fields: what is committed to is no secret, only its value is.
  void names(const TypeInfo& type, const json::object& data) {
    std::vector<std::string_view> stated;
    const json::value* values = type.holds_values ? data.if_contains("values") : nullptr;
    if (values != nullptr)
      for (const json::value& name : values->get_array()) stated.emplace_back(name.get_string());
    const auto same = [](const SaltedField& field, std::string_view name) { return field.name == name; };
    if (!std::equal(fields_.begin(), fields_.end(), stated.begin(), stated.end(), same))
      fault("body", "names other values than those that go with it");
  }

  // A value is what JSON would have made of it: whoever decrypts it need not be wary of its form.
  void value(const TypeInfo& type, const SaltedField& field) {
    constexpr std::string_view kLists[] = {"attachment", "customers", "roster", "sample"};
    const bool attached = std::find(type.attached.begin(), type.attached.end(), field.name) != type.attached.end();
    const bool list = std::find(std::begin(kLists), std::end(kLists), field.name) != std::end(kLists);
    const std::string pointer = "/values/" + std::string(is_code(field.name) ? field.name : "");
    if (list != attached || (field.type == ValueType::kAttachment) != attached)
      faults_.push_back({pointer, "is an attachment where none is, or otherwise"});
    else if (field.name == "notes" && field.type != ValueType::kText)
      faults_.push_back({pointer, "must be text"});
    else if (field.type == ValueType::kJson && !is_canonical_json(field.value))
      faults_.push_back({pointer, "must be a JSON value other than a string, in the form of RFC 8785"});
  }

  static bool is_canonical_json(std::string_view text) try {
    const json::value value = parse_json(text);
    return !value.is_string() && to_jcs(value) == text;
  } catch (const Error&) {
    return false;
  }

  // An attached list is a field, and the body says how long it is.
  void lists(const TypeInfo& type, const json::object& data) {
    for (const std::string_view name : type.attached) {
      const json::value* entries = data.if_contains(name);
      const SaltedField* list = field(name);
      if (entries == nullptr && list == nullptr) continue;
      const bool sound = entries != nullptr && list != nullptr && list->type == ValueType::kAttachment &&
                         (name == "sample" || is_list_of(list->value, entries->to_number<uint64_t>()));
      if (!sound) faults_.push_back({"/values/" + std::string(name), "must be the attached list that the body counts"});
    }
  }

  // u32 count, subject ids.
  static bool is_list_of(std::string_view value, uint64_t count) {
    return value.size() >= 4 && read_le(value, 0, 4) == count && value.size() == 4 + 16 * count;
  }

  const SaltedField* field(std::string_view name) const {
    const auto at = std::find_if(fields_.begin(), fields_.end(), [&](const SaltedField& f) { return f.name == name; });
    return at == fields_.end() ? nullptr : &*at;
  }

  const Statement& statement_;
  const std::string_view subject_;
  const std::span<const SaltedField> fields_;
  std::vector<Fault> faults_;
};

}  // namespace

std::vector<Fault> faults_of_statement(const Statement& statement, std::string_view subject,
                                       std::span<const SaltedField> fields) {
  return StatementCheck(statement, subject, fields).run();
}

}  // namespace custody
