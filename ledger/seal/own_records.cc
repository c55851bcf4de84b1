#include "ledger/seal/own_records.h"

#include "ledger/event/bodies_ledger.h"

namespace custody {

std::string own_record(const OwnIdentity& identity, std::string_view type, uint16_t version, std::string_view body,
                       Ref at, uint64_t registry, int64_t now_us) {
  return own_event(identity, type, version, body, std::string(type) + ":" + to_text(at), now_us, registry, now_us);
}

std::string own_event(const OwnIdentity& identity, std::string_view type, uint16_t version, std::string_view body,
                      const std::string& source_id, int64_t time_us, uint64_t registry, int64_t now_us) {
  const std::string source = "custody:" + identity.role;
  Stamp stamp;
  stamp.received_at_us = now_us;
  stamp.seen = registry;
  stamp.gateway = identity.gateway;
  stamp.principal = "system:custody";
  stamp.method = static_cast<uint8_t>(Method::kInProcess);
  Statement statement;
  statement.type = type;
  statement.version = version;
  statement.source = source;
  statement.source_id = source_id;
  statement.time = {time_us, 0};
  statement.id = make_event_id(source, source_id, time_us);
  statement.actor = "system:custody";
  statement.body = body;
  return to_canonical(stamp) + to_canonical(statement);
}

bool made_by_sealer(std::string_view type) {
  return type == LedgerCreated::kType || type == LedgerRound::kType || type == SealerStarted::kType ||
         type == EventConflicted::kType || type == EventRefused::kType;
}

bool is_own(const Statement& statement) {
  return statement.source.starts_with("custody:");
}

}  // namespace custody
