#include "producers/client/statement_maker.h"

#include <boost/json.hpp>
#include <deque>

#include "ledger/base/crypto.h"
#include "ledger/codec/jcs.h"
#include "ledger/codec/json.h"
#include "ledger/event/validate.h"

namespace custody {
namespace {

std::vector<SaltedField> salted_fields(const ParsedEvent& event, std::deque<std::string>& kept,
                                       std::vector<Fault>& faults) {
  std::vector<SaltedField> fields;
  for (const EventValue& value : event.values) {
    if (value.customers || value.type == ValueType::kAttachment) {
      faults.push_back(
          {"/data/" + std::string(value.name), "is resolved by the ledger: state this event without a spool"});
      continue;
    }
    SaltedField field{value.name, random_array<32>(), value.type, {}};
    if (value.type == ValueType::kText) {
      const auto& text = value.json->get_string();
      field.value = {text.data(), text.size()};
    } else {
      field.value = kept.emplace_back(to_jcs(*value.json));
    }
    fields.push_back(field);
  }
  if (const auto fault = fault_of_fields(fields)) faults.push_back({"/data/values", *fault});
  return fields;
}

Digest commitment(const std::vector<SaltedField>& fields) {
  std::vector<CommittedField> committed;
  committed.reserve(fields.size());
  for (const SaltedField& field : fields)
    committed.push_back({field.name, field_commitment(field.salt, field.type, field.value)});
  return values_commitment(committed);
}

std::string sent_form(const std::string& bytes, std::string_view subject, const std::vector<SaltedField>& fields) {
  boost::json::object out{{"statement", to_base64(bytes)}};
  if (!subject.empty()) out["subject"] = subject;
  if (!fields.empty()) {
    boost::json::object values;
    for (const SaltedField& field : fields)
      values[field.name] = {{"type", static_cast<uint64_t>(field.type)},
                            {"salt", to_base64(view_of(field.salt))},
                            {"value", to_base64(field.value)}};
    out["values"] = std::move(values);
  }
  return boost::json::serialize(out);
}

}  // namespace

MadeStatement make_statement(const boost::json::object& event, uint64_t sequence, std::vector<Fault>& faults) {
  const auto parsed = read_event(event, {}, faults);
  if (!parsed) return {};
  if (parsed->sequence > 0) faults.push_back({"/sequence", "is counted by the spool"});
  if (parsed->after) faults.push_back({"/after", "cannot be waited for from a spool"});
  if (!parsed->type->resolved.empty() || parsed->type->type == SourceAttested::kType)
    faults.push_back({"/type", "is not stated through a spool"});
  std::deque<std::string> kept;
  const std::vector<SaltedField> fields = salted_fields(*parsed, kept, faults);
  if (!faults.empty()) return {};
  const EventId id = make_event_id(parsed->source, parsed->id, parsed->time.us);
  Statement statement = statement_of(*parsed, id, commitment(fields));
  statement.sequence = sequence;
  MadeStatement made{to_canonical(statement), {}, std::string(parsed->source), std::string(parsed->id)};
  made.sent = sent_form(made.bytes, parsed->subject, fields);
  return made;
}

MadeStatement make_attestation(const SourceAttested& attested, const std::string& actor, Instant time) {
  const std::string body = encode_body(attested);
  const std::string source_id =
      "attested:" + std::to_string(attested.from_sequence.value) + "-" + std::to_string(attested.to_sequence.value);
  Statement statement;
  statement.type = SourceAttested::kType;
  statement.source = attested.source.text;
  statement.source_id = source_id;
  statement.time = time;
  statement.id = make_event_id(statement.source, source_id, time.us);
  statement.actor = actor;
  statement.body = body;
  MadeStatement made{to_canonical(statement), {}, attested.source.text, source_id};
  made.sent = sent_form(made.bytes, {}, {});
  return made;
}

}  // namespace custody
