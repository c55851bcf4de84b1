#include <array>

#include "ledger/codec/json.h"
#include "ledger/event/catalogue.h"
#include "tools/api/api.h"

namespace custody {
namespace {

class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_ += '{'; }
  void raw(std::string_view name, std::string_view json) {
    if (out_.back() != '{') out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
    out_ += json;
  }
  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;  // empty = not stated
    std::string quoted;
    append_json_string(quoted, value);
    raw(name, quoted);
  }
  void number(std::string_view name, uint64_t value) { raw(name, std::to_string(value)); }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
};

std::string_view method_name(uint8_t method) {
  constexpr std::array<std::string_view, 5> kNames = {"open", "token", "certificate", "in-process", "signed"};
  return method < kNames.size() ? kNames[method] : "unknown";  // of a record from outside
}

std::string seal_json(const Seal& seal) {
  std::string out;
  Members members(out);
  members.number("shard", seal.shard);
  members.number("seq", seal.seq);
  members.text("sealed_at", to_rfc3339(seal.sealed_at_us));
  members.number("reg", seal.reg);
  members.number("intake", seal.intake);
  members.text("prev", to_base64(view_of(seal.prev)));
  members.end();
  return out;
}

std::string stamp_json(const Stamp& stamp) {
  std::string out;
  Members members(out);
  members.text("received_at", to_rfc3339(stamp.received_at_us));
  members.number("seen", stamp.seen);
  members.text("gateway", stamp.gateway);
  members.text("principal", stamp.principal);
  members.text("method", method_name(stamp.method));
  if (!is_zero(stamp.credential)) members.text("credential", to_hex(view_of(stamp.credential)));
  if (!stamp.subject.empty()) members.text("subject", to_text(stamp.subject));
  if (!is_zero(stamp.blob)) members.text("blob", to_base64(view_of(stamp.blob)));
  members.end();
  return out;
}

// nullopt of an unknown type, and of bytes that are no body of it: a record from outside may hold any.
std::optional<std::string> readable_body(const Statement& statement) {
  try {
    return body_to_json(statement.type, statement.version, statement.body);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string statement_json(const Statement& statement) {
  std::string out;
  Members members(out);
  members.text("type", statement.type);
  members.number("version", statement.version);
  members.text("id", to_text(statement.id));
  members.text("source", statement.source);
  members.text("source_id", statement.source_id);
  if (statement.sequence != 0) members.number("sequence", statement.sequence);
  members.text("time", to_rfc3339(statement.time));
  members.text("actor", statement.actor);
  members.text("step", statement.step);
  members.text("grant", statement.grant);
  members.text("purpose", statement.purpose);
  if (!statement.operation.empty()) members.text("operation", to_text(statement.operation));
  members.text("device", statement.device);
  members.text("place", statement.place);
  members.text("traceparent", statement.traceparent);
  if (!is_zero(statement.values_commit)) members.text("values_commit", to_base64(view_of(statement.values_commit)));
  const auto body = readable_body(statement);
  if (body)
    members.raw("data", *body);
  else
    members.text("body", to_base64(statement.body));
  members.end();
  return out;
}

}  // namespace

std::string record_json(const Record& record, std::string_view blob) {
  std::string out;
  Members members(out);
  members.text("ref", to_text(record.ref()));
  members.text("leaf", to_base64(view_of(leaf_hash(record.bytes))));
  members.raw("seal", seal_json(record.seal));
  members.raw("stamp", stamp_json(record.stamp));
  members.raw("statement", statement_json(record.statement));
  if (!is_zero(record.stamp.blob)) members.number("blob_bytes", blob.size());
  members.end();
  return out;
}

std::string Api::record_line(const Record& record) {
  std::string out;
  Members members(out);
  members.text("ref", to_text(record.ref()));
  members.number("shard", record.seal.shard);
  members.number("seq", record.seal.seq);
  members.text("type", record.statement.type);
  members.text("time", to_rfc3339(record.statement.time));
  members.text("sealed_at", to_rfc3339(record.seal.sealed_at_us));
  members.text("actor", record.statement.actor);
  members.text("step", record.statement.step);
  members.text("source", record.statement.source);
  members.end();
  return out;
}

}  // namespace custody
