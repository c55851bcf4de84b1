// Attacks by the gateway or the operator on what a source has attested (docs/formats/attestation.md): all hashes and
// checkpoints are made anew, so that only the source's own signature tells.
#include "ledger/event/bodies_motion.h"
#include "ledger/event/body.h"
#include "tools/attack/attack.h"
#include "tools/attack/forge.h"

namespace custody {
namespace {

struct Attested {
  Ref attestation;
  Ref statement;  // one of those that it covers
};

Attested pick_attested(AttackBench& bench) {
  const Ref at =
      bench.pick("attestation", [](const Record& record) { return record.statement.type == SourceAttested::kType; });
  const auto covers = decode_body<SourceAttested>(decode_record(bench.record(at)).statement.body);
  const Ref statement = bench.pick("statement that its source attested", [&](const Record& record) {
    return record.statement.source == covers.source.text && record.statement.sequence >= covers.from_sequence.value &&
           record.statement.sequence <= covers.to_sequence.value;
  });
  return {at, statement};
}

}  // namespace

Planted plant_statement_altered(AttackBench& bench) {
  const auto [attestation, at] = pick_attested(bench);
  bench.record(at) = changed(bench.record(at), [](Record& parts) { parts.statement.actor = "person:nobody"; });
  reseal(bench.log);
  return {attestation, "of the statements that it attests, " + to_text(at) + " names another actor"};
}

Planted plant_statement_omitted(AttackBench& bench) {
  const auto [attestation, at] = pick_attested(bench);
  bench.record(at) = changed(bench.record(at), [](Record& parts) {
    parts.statement.source = "urn:example:another";
    parts.statement.sequence = 0;
    parts.statement.id = make_event_id(parts.statement.source, parts.statement.source_id, parts.statement.time.us);
  });
  reseal(bench.log);
  return {attestation, "of the statements that it attests, " + to_text(at) + " is somebody else's now"};
}

}  // namespace custody
