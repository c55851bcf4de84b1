// Statements that a client made itself: its bytes are kept as they are, so that it can attest them.
#include "ledger/codec/json.h"
#include "ledger/event/attestation.h"
#include "ledger/event/statement_check.h"
#include "ledger/gateway/gateway_work.h"

namespace custody {
namespace {

using std::chrono::steady_clock;

// The JSON form of what a client sends; see gateway.h.
struct SentValue {
  uint8_t type = 0;
  ValueSalt salt{};
  std::string value;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("type", type), field("salt", salt), field("value", as_bytes32(value)));
  }
};

struct Sent {
  std::string statement;
  std::optional<std::string> subject;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("statement", as_bytes32(statement)), field("subject", subject));
  }
};

std::vector<std::pair<std::string, SentValue>> read_values(const boost::json::value* values,
                                                           std::vector<Fault>& faults) {
  std::vector<std::pair<std::string, SentValue>> out;
  if (values == nullptr) return out;
  if (!values->is_object()) {
    faults.push_back({"/values", "must be an object"});
    return out;
  }
  for (const auto& member : values->get_object()) {
    const std::string name(member.key());
    if (!member.value().is_object()) {
      faults.push_back({"/values/" + name, "must be an object"});
      continue;
    }
    out.emplace_back(name, from_json<SentValue>(member.value().get_object(), "/values/" + name, faults));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return out;
}

Digest commitment_of(const std::vector<SaltedField>& fields) {
  std::vector<CommittedField> committed;
  committed.reserve(fields.size());
  for (const SaltedField& field : fields)
    committed.push_back({field.name, field_commitment(field.salt, field.type, field.value)});
  return values_commitment(committed);
}

}  // namespace

std::vector<Outcome> Gateway::submit_statements(std::span<const std::string_view> statements,
                                                const Principal& principal, const SubmitOptions& options) {
  check_ready();
  Work work(parts_.keyring.begin(), principal, parts_.tails[0]->size(), steady_clock::now() + options.patience);
  std::vector<Item> items(statements.size());
  for (size_t i = 0; i < statements.size(); ++i) {
    try {
      read_statement(work, statements[i], items[i]);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kUsage && error.code() != ErrorCode::kRefused) throw;
      items[i].outcome.faults.push_back({"", error.what()});
    }
  }
  return finish(work, items, options);
}

void Gateway::read_statement(Work& work, std::string_view text, Item& item) {
  std::vector<Fault>& faults = item.outcome.faults;
  boost::json::value document = parse_json(text);
  if (!document.is_object()) return faults.push_back({"", "must be a JSON object: one statement"});
  boost::json::object& object = document.get_object();
  const auto values = read_values(object.if_contains("values"), faults);
  object.erase("values");
  const auto sent = from_json<Sent>(object, "", faults);
  if (!faults.empty()) return;
  const auto statement = from_canonical<Statement>(sent.statement);
  std::vector<SaltedField> fields;
  fields.reserve(values.size());
  for (const auto& [name, value] : values)
    fields.push_back({name, value.salt, static_cast<ValueType>(value.type), value.value});
  faults = faults_of_statement(statement, sent.subject.value_or(""), fields);
  if (!faults.empty()) return;
  check_client_authority(work, statement, faults);
  if (statement.type == SourceAttested::kType) check_attestation(statement.source, statement.body, faults);
  check_blob_size(fields, faults);
  if (commitment_of(fields) != statement.values_commit)
    faults.push_back({"/values", "are not those that the statement commits to"});
  if (!faults.empty()) return;
  const auto known = subject_of(work, statement.type, sent.subject.value_or(""), faults);
  if (!known) return;
  const SubjectId subject = *known;
  const std::string owner = subject.empty() && !fields.empty()
                                ? find_type(statement.type, statement.version)->key_owner(statement.body)
                                : std::string();
  const PreparedValues prepared = work.batch.prepare_salted(statement.id, {subject, owner}, fields);
  item.statement_hash = sha256(sent.statement);
  make_entry(work, item, statement, subject, sent.statement, work.batch.seal(prepared, item.statement_hash));
}

void Gateway::check_client_authority(const Work& work, const Statement& statement, std::vector<Fault>& faults) const {
  ParsedEvent event;  // as far as authority looks at it
  event.type = find_type(statement.type, statement.version);
  event.source = statement.source;
  event.actor = statement.actor;
  event.step = statement.step;
  const auto denied = admission_->judge(work.principal, event);
  faults.insert(faults.end(), denied.begin(), denied.end());
}

}  // namespace custody
