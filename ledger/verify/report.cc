#include "ledger/verify/report.h"

#include <algorithm>

#include "ledger/codec/json.h"

namespace custody {
namespace {

struct KindText {
  std::string_view name;
  std::string_view meaning;
};

// In the order of FaultKind. The names are public: they never change.
constexpr KindText kKinds[kFaultKinds] = {
    {"raw_form", "the raw log is malformed or cut off"},
    {"entry_form", "an entry is not a record behind its length"},
    {"size", "a record is longer than 65,535 bytes"},
    {"magic", "a record does not begin with its mark"},
    {"form", "a record is not in the one form its content has"},
    {"shard", "a record of another shard stands here"},
    {"seq", "records are missing: the next one has a later number"},
    {"prev", "the record does not continue the one before: one of the two was altered, or one was put in or taken out"},
    {"descriptor", "the descriptor is malformed, not the one trusted, or not the one in ledger.created"},
    {"stale", "a skipped entry differs from the record accepted under its number"},
    {"first", "the first records are not those a ledger begins with"},
    {"own", "a record of the ledger's own was made by somebody else"},
    {"sealed_at", "the time of sealing falls without a clock.stepped"},
    {"reg", "the registry position falls, or on shard 0 differs from the record's number"},
    {"seen", "the event was judged at a registry position later than that of its sealing"},
    {"reg_ahead", "the registry position is beyond the registry's end"},
    {"intake", "the intake position falls although the intake is the same"},
    {"term", "a term of a sealer does not begin where and as it says"},
    {"id", "the id does not follow from source, source id and time"},
    {"id_repeated", "an id occurs twice in a shard"},
    {"shard_of", "the record belongs on another shard"},
    {"values", "commitment to values and blob do not go together"},
    {"blob_missing", "the encrypted values of a record are missing"},
    {"blob_altered", "the encrypted values are not those the record was sealed with"},
    {"round_form", "a round is malformed"},
    {"round_number", "rounds do not count upwards without gaps"},
    {"round_time", "a round was not closed when it was sealed"},
    {"round_size", "a round names more records than a shard has, or fewer than the round before"},
    {"round_cut", "a round names a record that knew records of shard 0 behind the round"},
    {"round_root", "a shard's root is not the one the round names"},
    {"checkpoint_form", "a checkpoint is malformed or of another log"},
    {"checkpoint_signature", "a checkpoint is not signed by a key in force, or by one that is not"},
    {"checkpoint_size", "a checkpoint was signed for more records than there are"},
    {"checkpoint_root", "the records are not those a checkpoint was signed for"},
    {"extension", "the log does not continue what the last verification saw"},
    {"attested_form", "a source attests in a form, or over numbers, in which it cannot"},
    {"attested_signature", "an attestation is not signed by the key that is registered for its source"},
    {"attested_missing", "a statement that its source attests is not in the log"},
    {"attested_digest", "the statements recorded of a source are not those that it attests"},
};

// Members of one JSON object.
class Object {
 public:
  explicit Object(JsonWriter& writer) : writer_(writer) { writer_.begin('{'); }
  void end() { writer_.end('}'); }
  void put(const char* name, uint64_t value) { member(name).number(value); }
  void put(const char* name, std::string_view text) { member(name).string(text); }
  void put(const char* name, const Digest& digest) { put(name, std::string_view(to_base64(view_of(digest)))); }
  void put_bool(const char* name, bool value) { member(name).literal(value ? "true" : "false"); }
  void put_null(const char* name) { member(name).literal("null"); }
  void put_seconds(const char* name, double seconds) {
    member(name).literal(std::to_string(seconds));  // six digits, as "1.234567"
  }
  JsonWriter& member(const char* name) {
    writer_.name(name);
    return writer_;
  }

 private:
  JsonWriter& writer_;
};

void put_shards(Object& object, const VerifyReport& report) {
  JsonWriter& writer = object.member("shards");
  writer.begin('[');
  for (const VerifiedShard& shard : report.shards) {
    writer.element();
    Object row(writer);
    row.put("shard", uint64_t{shard.shard});
    row.put("size", shard.size);
    row.put("head", shard.head);
    row.put("root", shard.root);
    row.put("proved", shard.proved);
    row.put("signed", shard.signed_size);
    row.put("stale", shard.stale);
    row.put("stale_not_compared", shard.stale_old);
    row.put("unread", shard.unread);
    row.end();
  }
  writer.end(']');
}

void put_keys(Object& object, const VerifyReport& report) {
  JsonWriter& writer = object.member("keys");
  writer.begin('[');
  for (const LedgerKey& key : report.keys) {
    writer.element();
    Object row(writer);
    row.put("key", std::string_view(to_base64(view_of(key.key))));
    row.put("from", key.from);
    row.put("added", std::string_view(to_text(key.added)));
    if (key.until != kStillInForce) {
      row.put("until", key.until);
      row.put("retired", std::string_view(to_text(key.retired)));
    }
    row.end();
  }
  writer.end(']');
}

void put_faults(Object& object, const VerifyReport& report) {
  JsonWriter& writer = object.member("faults");
  writer.begin('[');
  for (const VerifyFault& fault : report.faults) {
    writer.element();
    Object row(writer);
    row.put("kind", fault_name(fault.kind));
    row.put("shard", uint64_t{fault.shard});
    row.put("seq", fault.seq);
    row.put("expected", std::string_view(fault.expected));
    row.put("found", std::string_view(fault.found));
    row.end();
  }
  writer.end(']');
  object.put("faults_left_out", report.faults_left_out);
}

void put_sources(Object& object, const VerifyReport& report) {
  JsonWriter& writer = object.member("sources_attested");
  writer.begin('[');
  for (const AttestedSource& source : report.sources) {
    writer.element();
    Object row(writer);
    row.put("source", std::string_view(source.source));
    row.put("up_to", source.up_to);
    if (source.attested > 0) row.put("at", std::string_view(to_text(source.at)));
    row.put("attested", source.attested);
    row.put("unattested", source.unattested);
    row.end();
  }
  writer.end(']');
}

void put_proved(Object& object, const VerifyReport& report) {
  Object proved(object.member("proved"));
  for (const ProvedLine& line : proved_lines(report)) proved.put_bool(line.name, line.holds);
  proved.end();
}

void put_blobs(Object& object, const VerifyReport& report) {
  Object blobs(object.member("blobs"));
  blobs.put("present", report.blobs_present);
  blobs.put("missing", report.blobs_missing);
  blobs.put("altered", report.blobs_altered);
  blobs.end();
}

}  // namespace

std::string_view fault_name(FaultKind kind) {
  return kKinds[static_cast<size_t>(kind)].name;
}
std::string_view fault_meaning(FaultKind kind) {
  return kKinds[static_cast<size_t>(kind)].meaning;
}

bool VerifyReport::proves(FaultKind first, FaultKind last) const {
  return std::none_of(faults.begin(), faults.end(),
                      [&](const VerifyFault& fault) { return fault.kind >= first && fault.kind <= last; });
}

std::vector<ProvedLine> proved_lines(const VerifyReport& report) {
  const bool read = !report.shards.empty();
  return {
      {"bytes", read && report.proves(FaultKind::kRawForm, FaultKind::kForm)},
      {"links", read && report.proves(FaultKind::kRawForm, FaultKind::kStale)},
      {"rules", read && report.proves(FaultKind::kRawForm, FaultKind::kValues)},
      {"tree", read && report.proves(FaultKind::kRawForm, FaultKind::kPrev) &&
                   report.proves(FaultKind::kRoundRoot, FaultKind::kRoundRoot) &&
                   report.proves(FaultKind::kCheckpointRoot, FaultKind::kExtension)},
      {"signatures", read && report.checkpoints > 0 && report.proves(FaultKind::kRawForm, FaultKind::kPrev) &&
                         report.proves(FaultKind::kCheckpointForm, FaultKind::kCheckpointRoot)},
      {"rounds", read && report.proves(FaultKind::kRawForm, FaultKind::kPrev) &&
                     report.proves(FaultKind::kRoundForm, FaultKind::kRoundRoot)},
      {"blobs", read && report.proves(FaultKind::kRawForm, FaultKind::kPrev) &&
                    report.proves(FaultKind::kBlobMissing, FaultKind::kBlobAltered)},
  };
}

std::string report_json(const VerifyReport& report) {
  std::string out;
  JsonWriter writer(out);
  Object object(writer);
  object.put_bool("ok", report.ok());
  object.put("ledger", std::string_view(to_text(report.ledger)));
  object.put("name", std::string_view(report.name));
  object.put("descriptor", report.descriptor);
  if (report.predecessor) {
    Object before(object.member("predecessor"));
    before.put("origin", std::string_view(report.predecessor->origin));
    before.put("size", report.predecessor->size);
    before.put("root", report.predecessor->root);
    before.end();
  }
  object.put("records", report.records);
  object.put("bytes", report.bytes);
  object.put("rounds", report.rounds);
  object.put("last_round", report.last_round);
  put_shards(object, report);
  put_keys(object, report);
  object.put("checkpoints", report.checkpoints);
  report.witnessed ? object.put("witnessed", *report.witnessed) : object.put_null("witnessed");
  put_proved(object, report);
  put_blobs(object, report);
  object.put("attestations", report.attestations);
  put_sources(object, report);
  report.extends ? object.put_bool("extends", *report.extends) : object.put_null("extends");
  put_faults(object, report);
  object.put_seconds("seconds", report.seconds);
  object.put("rate",
             report.seconds > 0 ? static_cast<uint64_t>(static_cast<double>(report.records) / report.seconds) : 0);
  object.end();
  return out;
}

}  // namespace custody
