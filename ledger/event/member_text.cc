// Examples and meanings of the members of bodies, by name. What follows from the type of the member is not repeated
// here.
#include <algorithm>
#include <iterator>

#include "ledger/event/schema.h"

namespace custody {
namespace {

struct Example {
  std::string_view name;
  std::string_view shape;
  std::string_view json;
};

constexpr Example kExamples[] = {
    {"accuracy", "code", R"("checked")"},
    {"agreement", "code", R"("nda-2026-004")"},
    {"attendees", "set of person id", R"(["person:ana","person:luis"])"},
    {"audit", "code", R"("audit-2026-q1")"},
    {"authorisation", "code", R"("auth-2026-311")"},
    {"authority", "code", R"("court-3-valencia")"},
    {"backup", "code", R"("backup-2026-03-02")"},
    {"build", "text", R"("custody 0.1.0")"},
    {"canary", "code", R"("canary-7")"},
    {"categories", "set of code", R"(["basic","business"])"},
    {"category", "code", R"("basic")"},
    {"channel", "code", R"("exhibition")"},
    {"clearance", "0 ... 9", "4"},
    {"consent", "code", R"("consent-5521")"},
    {"contact", "code", R"("visit-2026-118")"},
    {"country", "code", R"("es")"},
    {"course", "code", R"("confidentiality-2026")"},
    {"fields", "set of code", R"(["name","phone"])"},
    {"finding", "code", R"("r-e3:person:ana:1:204")"},
    {"grant", "code", R"("grant-2026-17")"},
    {"handover", "code", R"("handover-2026-2")"},
    {"hold", "code", R"("hold-12")"},
    {"how_known", "code", R"("customer_complaint")"},
    {"incident", "code", R"("incident-2026-1")"},
    {"hash", "count", "1"},
    {"id", "URI", R"("urn:crm")"},
    {"kind", "code", R"("sales")"},
    {"label", "text", R"("Customer registration")"},
    {"lead", "code", R"("lead-2026-88")"},
    {"legal_reference", "text", R"("Ley 10/2010, art. 21")"},
    {"mask", "code", R"("last4")"},
    {"means", "code", R"("encrypted_mail")"},
    {"medium", "code", R"("tape")"},
    {"method", "code", R"("form")"},
    {"name", "code", R"("export_rows")"},
    {"normalise", "code", R"("phone")"},
    {"notice", "code", R"("notice-2026-1")"},
    {"operation", "code", R"("export-2026-03-02-1")"},
    {"origin", "text", R"("ledger.example.com/custody/0")"},
    {"place", "code", R"("forum.example.com")"},
    {"purpose", "code", R"("offer")"},
    {"purposes", "set of code", R"(["offer","service"])"},
    {"reason", "code", R"("confidential")"},
    {"request", "code", R"("req-2026-17")"},
    {"result", "code", R"("in_order")"},
    {"role", "code", R"("agent")"},
    {"rule", "rule", R"("R-E3")"},
    {"rules", "code", R"("2026.1")"},
    {"sample", "attached list; in a record its size", R"([{"name":"Maria Ejemplo","phone":"+34 600 000 000"}])"},
    {"scope", "set of code", R"(["basic"])"},
    {"selection", "code", R"("grade-a-valencia")"},
    {"set", "code", R"("grade-a-valencia")"},
    {"severity", "code", R"("high")"},
    {"shard", "count", "1"},
    {"share", "code", R"("req-2026-17")"},
    {"site", "code", R"("alicante")"},
    {"source", "URI", R"("urn:crm")"},
    {"stage", "code", R"("target.key_account")"},
    {"steps", "set of step id", R"(["step:registration"])"},
    {"time_zone", "text", R"("Europe/Madrid")"},
    {"types", "set of code", R"(["request.approved","request.submitted"])"},
    {"use", "code", R"("checkpoint")"},
    {"variant", "code", R"("v3")"},
    {"verdict", "code", R"("effective")"},
    {"version", "code", R"("2026-1")"},
    {"view", "code", R"("archives")"},
    {"way", "code", R"("paper")"},
    {"what", "code", R"("expired")"},
    {"where", "code", R"("mailing")"},
};

struct Meaning {
  std::string_view name;  // of the member, or type/member
  std::string_view text;
};

constexpr Meaning kMeanings[] = {
    {"accuracy", "how sure the value is"},
    {"all", "every copy was erased; instead of `holders`, always true"},
    {"approver", "who said yes"},
    {"as_of", "which state of the data it was: a time, or a round of the ledger; absent = unknown"},
    {"attendees", "of a meeting: each of them saw the data"},
    {"authority", "on whose order, or who was told"},
    {"basis", "what allows the collection"},
    {"by", "who did it, where that is not the actor"},
    {"canary", "the marked customer's mark"},
    {"categories", "absent = everything of the customer"},
    {"channel", "the way the customer or the value came: sales, marketing, service, partner, online, exhibition, ..."},
    {"clearance", "0 ... 9: fields more sensitive than this come masked"},
    {"count", "how many customers; of `operation.closed`: events that carry the operation, itself not"},
    {"counts", "how many of what, ascending"},
    {"customers", "the customers it is about; encrypted, their number stays readable"},
    {"dataset", "the container the data is in, beside or instead of a subject"},
    {"digest", "SHA-256"},
    {"document", "SHA-256 of the document"},
    {"drill", "a planned leak, for practice"},
    {"due", "the last day"},
    {"effective", "when it begins to hold; absent = at the event's time"},
    {"evidence", "records that show it, ascending"},
    {"fields", "names of the fields concerned"},
    {"finding", "a finding's stable id"},
    {"handover", "the hand-over's id"},
    {"heartbeat_s", "at least one event in so many seconds is expected"},
    {"holders", "whose copies were erased"},
    {"keys", "ids of the data keys destroyed, ascending: sections of blobs under them are erased for ever"},
    {"leaf", "the record's leaf hash"},
    {"level", "of approval"},
    {"manager", "who answers for the person"},
    {"mode", "how it was used"},
    {"normalise", "how values are made comparable"},
    {"not_before", "the sample holds data that cannot be older"},
    {"operation", "the id that the events of one action share"},
    {"owner", "the one person responsible"},
    {"position", "the round it was traced at"},
    {"prospect", "the third party"},
    {"quantity", "how many at most"},
    {"reporter", "who found the lead"},
    {"roster", "the customers in it; encrypted, their number stays readable"},
    {"round", "of the ledger"},
    {"rows", "how many rows were touched; more than customers are known = an unknown part"},
    {"sample", "rows as they were found; encrypted with a key of the incident"},
    {"scope", "fields and categories it covers; `all` for everything"},
    {"selection", "how the customers in it were chosen"},
    {"senders", "who may send for the source"},
    {"set", "the customers it is about, described instead of listed"},
    {"share", "the id of the share's request"},
    {"source.attested/signature", "Ed25519 over `CSA1`, the ledger's id and the body before this member"},
    {"source.attested/digest", "SHA-256 over SHA-256(statement) of each statement, in order of sequence"},
    {"source.registered/key", "Ed25519 public key that signs its statements"},
    {"source.registered/steps", "it may speak for"},
    {"event.refused/statement", "SHA-256 of the statement, or of the whole entry where none can be read"},
    {"event.conflicted/statement", "SHA-256 of the statement that was not sealed"},
    {"event.conflicted/first", "the record that holds the id"},
    {"data.received/by", "who received; the actor is who records it"},
    {"data.handed_over/to", "the department and the information department; it counts when both have received"},
    {"data.handed_over/from", "who gave up the data"},
    {"dataset.filled/from", "the dataset it was made of"},
    {"dataset.dropped/from", "the dataset it was made of"},
    {"sealer.started/from", "the position in the intake that the term begins to read at"},
    {"sealer.started/intake", "id of the intake that positions count in (of the Kafka topic, where there is one)"},
    {"ledger.read/to", "the principal it was revealed to"},
    {"agreement.signed/from", "the first day"},
    {"suspects", "the likeliest first"},
    {"text", "SHA-256 of the wording"},
    {"to", "who has it now"},
    {"until", "the last day"},
    {"values", "name and value of each personal value; the names are readable, the values encrypted"},
    {"variant", "the data was changed to be told apart; what was changed stands in `values`"},
    {"via", "the holder whose copy it came from"},
    {"witness", "who saw it done"},
};

}  // namespace

std::string_view example_of_member(std::string_view name, std::string_view shape_name) {
  const auto fits = [&](const Example& e) { return e.name == name && e.shape == shape_name; };
  const auto at = std::find_if(std::begin(kExamples), std::end(kExamples), fits);
  return at == std::end(kExamples) ? std::string_view() : at->json;
}

std::string_view meaning_of_member(std::string_view type, std::string_view name) {
  const std::string full = std::string(type) + "/" + std::string(name);
  const auto find = [](std::string_view key) {
    return std::find_if(std::begin(kMeanings), std::end(kMeanings), [&](const Meaning& m) { return m.name == key; });
  };
  auto at = find(full);
  if (at == std::end(kMeanings)) at = find(name);
  return at == std::end(kMeanings) ? std::string_view() : at->text;
}

}  // namespace custody
