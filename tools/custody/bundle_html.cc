#include "tools/custody/bundle_html.h"

#include "ledger/proof/merkle.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

constexpr size_t kMostNames = 12;

constexpr std::string_view kStyle = R"(
@page { size: A4; margin: 18mm 16mm 20mm; @bottom-right { content: counter(page) " / " counter(pages); } }
* { box-sizing: border-box; }
body { font: 10.5pt/1.45 "Source Serif 4", Georgia, "Times New Roman", "Liberation Serif", serif; color: #1a1a1a;
  max-width: 182mm; margin: 12mm auto; padding: 0 4mm; overflow-wrap: break-word; }
h1 { font-size: 19pt; line-height: 1.2; margin: 0 0 1mm; }
h2 { font-size: 12.5pt; margin: 8mm 0 2mm; border-bottom: 1px solid #888; padding-bottom: 1mm; break-after: avoid; }
p { margin: 0 0 2.5mm; }
.asked { font-size: 12pt; color: #333; margin-bottom: 5mm; }
.verdict { border: 1.5px solid #1a5c37; border-left-width: 6px; padding: 3mm 4mm; margin: 4mm 0; break-inside: avoid; }
.verdict strong { color: #1a5c37; font-size: 12pt; }
.open { border-color: #8a4b08; }
.open strong { color: #8a4b08; }
table { border-collapse: collapse; width: 100%; font-size: 9pt; }
th, td { text-align: left; vertical-align: top; padding: 1mm 2mm 1mm 0; border-bottom: 1px solid #d0d0d0; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th { font-weight: 600; border-bottom-color: #666; }
.facts th { width: 34mm; border-bottom-color: #d0d0d0; }
.facts, .facts td { font-size: 9.5pt; }
.nowrap { white-space: nowrap; }
.place { width: 22mm; }
.mono, pre { overflow-wrap: anywhere; }
li { margin-bottom: 1.5mm; }
code, pre, .mono { font: 8pt/1.4 "DejaVu Sans Mono", "Liberation Mono", Consolas, monospace; }
pre { white-space: pre-wrap; border: 1px solid #ccc; padding: 2mm 3mm; break-inside: avoid; }
.sign { display: flex; gap: 10mm; margin-top: 14mm; break-inside: avoid; }
.sign div { flex: 1; border-top: 1px solid #333; padding-top: 1mm; font-size: 9pt; }
@media print { body { margin: 0; max-width: none; padding: 0; } }
)";

// Of any text: what could be markup is none.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  return out;
}

// With places to break a line behind what joins words.
std::string breakable(std::string_view text) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find_first_of(".:_/-", begin), text.size() - 1) + 1;
    out += escaped(text.substr(begin, end - begin)) + (end < text.size() ? "<wbr>" : "");
    begin = end;
  }
  return out;
}

std::string sentence(const std::string& text) {
  std::string out = escaped(text);
  if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
    out.front() = static_cast<char>(out.front() - 'a' + 'A');
  return "<li>" + out + ".</li>\n";
}

// Lines of which each may be any text.
std::string escaped_lines(std::string_view text) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    out += escaped(text.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return out;
}

void add_fact(std::string& out, const char* name, const std::string& html) {
  out += "<tr><th scope=\"row\">" + std::string(name) + "</th><td>" + html + "</td></tr>\n";
}

std::string mono(std::string_view text) {
  return "<span class=\"mono\">" + escaped(text) + "</span>";
}

std::string time_html(int64_t us) {
  return escaped(short_time(to_rfc3339(us)));
}

void add_list(std::string& out, const char* title, const std::vector<std::string>& sentences) {
  out += "<h2>" + std::string(title) + "</h2>\n<ul>\n";
  for (const std::string& text : sentences) out += sentence(text);
  out += "</ul>\n";
}

void add_head(std::string& out, const BundleVerdict& verdict, const BundleReport& report) {
  const std::string title = "Evidence from the ledger " + escaped(verdict.descriptor.name);
  out +=
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
      title + "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n<h1>" + title +
      "</h1>\n<p class=\"asked\">What is recorded for " + escaped(report.title) + "</p>\n";
  out +=
      "<div class=\"verdict\"><strong>Checked: this evidence holds.</strong><br>What that proves, and what it does "
      "not, "
      "is said below. It was found by computation from the file alone; nobody's word was taken for it but the keys "
      "named "
      "here.</div>\n";
  if (verdict.witnesses.empty())
    out +=
        "<div class=\"verdict open\"><strong>Unwitnessed.</strong><br>No witness whom the reader trusts has seen this "
        "state of the ledger.</div>\n";
}

void add_facts(std::string& out, const BundleVerdict& verdict, const BundleReport& report, const Checking& checking) {
  out += "<table class=\"facts\">\n";
  add_fact(out, "Asked for", escaped(report.title));
  add_fact(out, "Records",
           std::to_string(verdict.records.size()) + (report.types.empty() ? "" : ": ") +
               escaped(counts_text(report.types, kMostNames)));
  if (report.times)
    add_fact(
        out, "Stated times",
        escaped(short_time(to_rfc3339(report.times->first)) + " to " + short_time(to_rfc3339(report.times->second))));
  if (!report.actors.empty()) add_fact(out, "By", escaped(counts_text(report.actors, kMostNames)));
  if (!report.sources.empty()) add_fact(out, "Reported by", escaped(counts_text(report.sources, kMostNames)));
  add_fact(out, "Ledger",
           escaped(verdict.descriptor.name) + ", begun " + time_html(verdict.descriptor.created_at_us) + "<br>" +
               mono(verdict.checkpoint.origin));
  add_fact(out, "State of it",
           "round " + std::to_string(verdict.to.number) + ", closed " + time_html(verdict.to.closed_at_us) +
               " by the operator&#39;s clock");
  add_fact(out, "Signed by", mono(verdict.signer));
  for (const ProofVerdict::Witness& witness : verdict.witnesses)
    add_fact(out, "Witnessed by",
             escaped(witness.name) + (witness.owner.empty() ? "" : " (" + escaped(witness.owner) + ")") + " at " +
                 escaped(second_text(witness.time_s)));
  add_fact(out, "Checked by",
           escaped(checking.program) + " at " + time_html(checking.time_us) + " by the clock of the machine it ran on" +
               (checking.under_policy ? ", under a policy of witnesses" : ""));
  std::string keys;
  for (const std::string& key : checking.keys) keys += (keys.empty() ? "" : "<br>") + mono(key);
  add_fact(out, "Keys trusted", keys);
  add_fact(out, "File",
           escaped(checking.file) + ", " + std::to_string(checking.bytes) + " bytes<br>SHA-256 " +
               mono(to_hex(view_of(checking.sha256))));
  out += "</table>\n";
}

void add_records(std::string& out, const BundleReport& report) {
  if (report.lines.empty()) return;
  out +=
      "<h2>Records</h2>\n<p>The time is the one that the source states. The place is shard and number in the "
      "ledger.</p>\n<table>\n<thead><tr><th>Time</th><th>Event</th><th>By</th><th>Step</th><th>What</th><th>Place</th>"
      "</tr></thead>\n<tbody>\n";
  for (const RecordLine& line : report.lines) {
    out += "<tr><td>" + escaped(line.time) + "</td>";
    for (const std::string* cell : {&line.type, &line.actor, &line.step, &line.what})
      out += "<td>" + breakable(*cell) + "</td>";
    out += "<td class=\"nowrap\">" + escaped(line.ref) + "</td></tr>\n";
  }
  out += "</tbody>\n</table>\n";
}

void add_values(std::string& out, const BundleReport& report) {
  if (report.values.empty()) return;
  out +=
      "<h2>Values disclosed</h2>\n<p>Each is the value that the records at these places commit to. All other values "
      "stay closed.</p>\n<table>\n<thead><tr><th>Field</th><th>Value</th><th>Places</th></tr></thead>\n<tbody>\n";
  for (const ValueLine& line : report.values)
    out += "<tr><td>" + escaped(line.field) + "</td><td>" + escaped(line.value) + "</td><td>" + escaped(line.refs) +
           "</td></tr>\n";
  out += "</tbody>\n</table>\n";
}

void add_how_to(std::string& out, const BundleVerdict& verdict, const Checking& checking) {
  out +=
      "<h2>Check it yourself</h2>\n<p>This page is a copy for reading; the evidence is the file. You need the file and "
      "the "
      "ledger&#39;s verifier key, which you should have by another way than this page or the file: from the operator "
      "in "
      "person, from a register, from an earlier checkpoint. Then, on any machine, without a "
      "network:</p>\n<pre>sha256sum " +
      escaped(checking.file) + "\ncustody check " + escaped(checking.file) +
      " --trust operator.vkey</pre>\n<p>The first must print the SHA-256 above. The second does all of this check "
      "again. "
      "Whoever does not trust that program writes another: the format is published with it (docs/formats/bundle.md), "
      "and "
      "uses SHA-256, Ed25519 and the Merkle tree of RFC 6962 alone. Without a computer of your own, ask an expert to "
      "do "
      "so.</p>\n<p>The state of the ledger as it was signed:</p>\n<pre>" +
      escaped_lines(verdict.note) + "</pre>\n";
}

void add_fingerprints(std::string& out, const BundleVerdict& verdict) {
  if (verdict.records.empty()) return;
  out +=
      "<h2>Fingerprints of the records</h2>\n<p>SHA-256 of a zero byte and the record, in base64: what the tree of the "
      "ledger is made of.</p>\n<table class=\"mono\">\n<tbody>\n";
  for (const std::string_view bytes : verdict.records) {
    const Seal seal = decode_seal(bytes);
    out += "<tr><td class=\"nowrap place\">" + to_text(Ref{seal.shard, seal.seq}) + "</td><td>" +
           to_base64(view_of(leaf_hash(bytes))) + "</td></tr>\n";
  }
  out += "</tbody>\n</table>\n";
}

}  // namespace

std::string bundle_html(const BundleVerdict& verdict, const BundleReport& report, const Checking& checking) {
  std::string out;
  add_head(out, verdict, report);
  add_facts(out, verdict, report, checking);
  add_list(out, "What is proved", report.proved);
  add_list(out, "What is not proved", report.not_proved);
  add_records(out, report);
  add_values(out, report);
  add_how_to(out, verdict, checking);
  add_fingerprints(out, verdict);
  out +=
      "<div class=\"sign\"><div>Checked by (name)</div><div>Date</div><div>Signature</div></div>\n</body>\n</html>\n";
  return out;
}

}  // namespace custody
