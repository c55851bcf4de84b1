#include <algorithm>
#include <cstdio>

#include "ledger/verify/report.h"

namespace custody {
namespace {

class Text {
 public:
  explicit Text(bool colour) : colour_(colour) {}
  void line(const std::string& text) { out += text + "\n"; }
  void row(const std::string& name, const std::string& text) {
    line("  " + name + std::string(name.size() < 18 ? 18 - name.size() : 1, ' ') + text);
  }
  std::string good(const std::string& text) const { return paint("32", text); }
  std::string bad(const std::string& text) const { return paint("1;31", text); }
  std::string warn(const std::string& text) const { return paint("33", text); }
  std::string out;

 private:
  std::string paint(const char* code, const std::string& text) const {
    return colour_ ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
  }
  bool colour_;
};

std::string grouped(uint64_t value) {
  std::string digits = std::to_string(value);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string counted(uint64_t n, const std::string& what) {
  return grouped(n) + " " + what + (n == 1 ? "" : "s");
}

std::string decimal(double value, const char* form) {
  char text[64];
  std::snprintf(text, sizeof text, form, value);
  return text;
}

// Only of a ledger whose key was changed.
std::string keys_text(const VerifyReport& report) {
  if (report.keys.size() < 2) return "";
  std::string text = "s:";
  for (const LedgerKey& key : report.keys) {
    text += "\n" + std::string(20, ' ') + to_base64(view_of(key.key)) + " from size " + grouped(key.from);
    if (key.until != kStillInForce) text += " to below " + grouped(key.until);
    if (key.from > 0) text += ", added by " + to_text(key.added);
    if (key.until != kStillInForce) text += ", retired by " + to_text(key.retired);
  }
  return text;
}

std::string what_is_proved(const std::string& name, const VerifyReport& report) {
  if (name == "bytes") return "every record has the one form its content allows";
  if (name == "links") return "each record holds the hash of the one before it, back to the descriptor";
  if (name == "rules") return "times, registry and intake positions, ids, shards";
  if (name == "tree") return "roots were recomputed from the records";
  if (name == "signatures")
    return counted(report.checkpoints, "checkpoint") + " under the ledger's key" + keys_text(report);
  if (name == "rounds") return counted(report.rounds, "round") + ", the last is " + grouped(report.last_round);
  return grouped(report.blobs_present) + " present, " + grouped(report.blobs_missing) + " missing, " +
         grouped(report.blobs_altered) + " altered";
}

void put_sources(Text& text, const VerifyReport& report) {
  constexpr size_t kMost = 20;
  const bool good = report.proves(FaultKind::kAttestedForm, FaultKind::kAttestedDigest);
  const std::string met = counted(report.attestations, "attestation") + " met";
  if (report.sources.empty()) return text.row("sources attested", text.warn("none      ") + "  " + met);
  text.row("sources attested", (good ? text.good("proved    ") : text.bad("NOT PROVED")) + "  " +
                                   counted(report.sources.size(), "source") + ", " + met);
  for (size_t i = 0; i < std::min(report.sources.size(), kMost); ++i) {
    const AttestedSource& source = report.sources[i];
    std::string line = "                    " + source.source + ": ";
    line += source.attested == 0 ? "nothing"
                                 : "up to its statement " + grouped(source.up_to) + ", by " + to_text(source.at);
    if (source.unattested > 0) line += "; " + text.warn(counted(source.unattested, "statement") + " not attested");
    text.line(line);
  }
  if (report.sources.size() > kMost)
    text.line("                    and " + grouped(report.sources.size() - kMost) + " more");
}

void put_proved(Text& text, const VerifyReport& report) {
  for (const ProvedLine& line : proved_lines(report)) {
    const std::string name = line.name;
    const bool unsigned_log = name == "signatures" && report.checkpoints == 0 &&
                              report.proves(FaultKind::kCheckpointForm, FaultKind::kCheckpointRoot);
    const std::string verdict = line.holds     ? text.good("proved    ")
                                : unsigned_log ? text.warn("none      ")
                                               : text.bad("NOT PROVED");
    text.row(name, verdict + "  " + what_is_proved(name, report));
  }
  const uint64_t registry = report.shards.empty() ? 0 : report.shards[0].size;
  const uint64_t witnessed = std::min(report.witnessed.value_or(0), registry);
  text.row("witnessed up to",
           report.witnessed ? "record " + grouped(*report.witnessed) + " of shard 0" : text.warn("nothing"));
  // Without a witnessed checkpoint nothing on the other shards is witnessed either.
  text.row("UNWITNESSED tail", report.witnessed ? grouped(registry - witnessed) + " records of shard 0"
                                                : text.warn(counted(report.records, "record")));
  put_sources(text, report);
  if (report.extends)
    text.row("extends", *report.extends ? text.good("yes       ") + "  the log that was verified before"
                                        : text.bad("NO        ") + "  it is not the log that was verified before");
}

void put_shard(Text& text, const VerifiedShard& shard) {
  std::string line = "  shard " + std::to_string(shard.shard) + "  " + counted(shard.size, "record") + ", signed " +
                     grouped(shard.signed_size) + ", root " + to_base64(view_of(shard.root));
  if (shard.stale > 0) {
    line += ", " + counted(shard.stale, "stale entr");
    line.resize(line.rfind("entr") + 4);
    line += shard.stale == 1 ? "y skipped" : "ies skipped";
    if (shard.stale_old > 0) line += " (" + grouped(shard.stale_old) + " too old to compare)";
  }
  text.line(line);
}

std::string advice(FaultKind kind) {
  switch (kind) {
    case FaultKind::kRawForm:
      return "write the raw log again and compare its length";
    case FaultKind::kBlobMissing:
    case FaultKind::kBlobAltered:
      return "restore the values from a replica or a backup; the record itself stands";
    case FaultKind::kCheckpointForm:
      return "ask who keeps the checkpoints; the records are judged without it";
    case FaultKind::kCheckpointSignature:
      return "either this checkpoint is forged, or this is not the ledger that it was kept of: compare the descriptors";
    case FaultKind::kDescriptor:
    case FaultKind::kExtension:
      return "make sure that this is the ledger you mean; keep this copy, it is evidence";
    default:
      return "keep this copy, it is evidence; compare with a replica, a backup or another reader's saved head";
  }
}

void put_fault(Text& text, const VerifyReport& report, const VerifyFault& fault) {
  text.line("");
  text.line(text.bad("fault ") + std::string(fault_name(fault.kind)) + " at " + to_text(Ref{fault.shard, fault.seq}) +
            ": " + std::string(fault_meaning(fault.kind)));
  text.row("expected", fault.expected);
  text.row("found", fault.found);
  if (fault.shard < report.shards.size()) {
    const uint64_t proved = report.shards[fault.shard].proved;
    text.row("still proved", proved == 0
                                 ? "nothing on shard " + std::to_string(fault.shard)
                                 : to_text(Ref{fault.shard, 0}) + " to " + to_text(Ref{fault.shard, proved - 1}));
  }
  text.row("what to do", advice(fault.kind));
}

}  // namespace

std::string report_text(const VerifyReport& report, bool colour) {
  Text text(colour);
  text.line("ledger " + to_text(report.ledger) + (report.name.empty() ? "" : " (" + report.name + ")") +
            ", descriptor " + to_base64(view_of(report.descriptor)));
  if (report.predecessor)
    text.line("succeeds " + report.predecessor->origin + ", the first " + grouped(report.predecessor->size) +
              " records of its shard 0 with the root " + to_base64(view_of(report.predecessor->root)));
  const double rate = report.seconds > 0 ? static_cast<double>(report.records) / report.seconds : 0;
  text.line("read " + counted(report.records, "record") + ", " + grouped(report.bytes) + " bytes, " +
            counted(report.shards.size(), "shard") + " in " + decimal(report.seconds, "%.2f s") + " (" +
            grouped(static_cast<uint64_t>(rate)) + " records/s)");
  for (const VerifiedShard& shard : report.shards) put_shard(text, shard);
  text.line("");
  put_proved(text, report);
  for (const VerifyFault& fault : report.faults) put_fault(text, report, fault);
  if (report.faults_left_out > 0) text.line(counted(report.faults_left_out, "further fault") + " left out");
  text.line("");
  text.line(report.ok() ? text.good("no fault found")
                        : text.bad(counted(report.faults.size() + report.faults_left_out, "fault") + " found"));
  return text.out;
}

}  // namespace custody
