#include "projections/views/fold.h"

namespace custody {
namespace {

void summarise(const Record& record, const BodyFacts& facts, bool understood, EventSummary& out) {
  const Statement& statement = record.statement;
  out.shard = static_cast<uint8_t>(record.seal.shard);
  out.id = statement.id;
  out.type = statement.type;
  out.version = statement.version;
  out.understood = understood;
  out.time = statement.time;
  out.received_at_us = record.stamp.received_at_us;
  out.sealed_at_us = record.seal.sealed_at_us;
  out.subject = record.stamp.subject;
  out.operation = statement.operation;
  out.source = statement.source;
  out.actor = statement.actor;
  out.principal = record.stamp.principal;
  out.step = statement.step;
  out.grant = statement.grant;
  out.purpose = statement.purpose;
  out.device = statement.device;
  out.place = statement.place;
  out.dataset = facts.dataset;
  out.to = facts.to;
  out.mode = facts.mode;
  out.rows = facts.rows;
  out.values.assign(facts.values.begin(), facts.values.end());
  out.fields.assign(facts.fields.begin(), facts.fields.end());
}

}  // namespace

void Fold::record(const Record& record, RowBatch& out) {
  const Statement& statement = record.statement;
  const bool understood = read_body_facts(statement.type, statement.version, statement.body, facts_);
  if (!understood) ++unknown[{std::string(statement.type), statement.version}];
  summarise(record, facts_, understood, summary_);
  summary_bytes_.clear();
  CanonicalWriter writer(summary_bytes_);
  writer(summary_);
  const FoldInput in{record, facts_, summary_, summary_bytes_};
  fold_archives(in, out);
  fold_activity(in, out);
  if (record.seal.shard != 0) return;
  fold_registry(in, out);
  fold_rounds(in, out);
}

}  // namespace custody
