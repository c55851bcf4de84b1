#include "projections/views/body_facts.h"

#include <algorithm>
#include <unordered_map>

#include "ledger/event/bodies_archive.h"
#include "ledger/event/bodies_audit.h"
#include "ledger/event/bodies_incident.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/event/bodies_motion.h"
#include "ledger/event/bodies_permission.h"
#include "ledger/event/bodies_policy.h"
#include "ledger/event/bodies_registry.h"
#include "ledger/event/bodies_storage.h"

namespace custody {
namespace {

template <class... Bodies>
struct TypeList {};
using AllBodies =
    TypeList<ArchiveOpened, ArchiveTransferred, ArchiveKeeperAssigned, ArchiveGraded, ArchiveStaged, ContactMade,
             ContactReported, ContactExempted, ArchiveReviewed, EntryReviewed, LeadSubmitted, LeadJudged, LeadConverted,
             AuditOpened, AuditFound, AuditRecommended, AuditRectified, AuditClosed, FindingRaised, FindingAcknowledged,
             FindingDismissed, ActConfirmed, EventDismissed, IncidentOpened, IncidentIsolated, IncidentInvestigated,
             IncidentRecovered, IncidentReported, IncidentNotified, IncidentClosed, LeakSampled, LeakTraced,
             CanaryPlanted, CanarySeen, ShareChecked, OnwardReported, DisclosureMade, SanctionApplied, MarkGiven,
             MarkCleared, LedgerCreated, LedgerRound, SealerStarted, EventConflicted, EventRefused, ClockStepped,
             KeyAdded, KeyRetired, ViewAttested, LedgerRead, ImportBegun, ImportEnded, LedgerSucceeded, DataCollected,
             DataAccessed, DataShared, DataErased, DataReceived, DataReturned, DataHandedOver, DatasetFilled,
             DatasetDropped, OperationClosed, SourceAttested, NoticeGiven, ConsentGiven, ConsentWithdrawn,
             AuthorisationGiven, RequestSubmitted, RequestApproved, RequestRejected, GrantFiled, GrantRevoked,
             PolicyAdopted, StepRegistered, StepOwnerAssigned, StepClosed, DepartmentRegistered, PersonJoined,
             PersonAssigned, PersonLeft, SystemRegistered, DeviceRegistered, SourceRegistered, PartnerRegistered,
             AgreementSigned, AgreementEnded, TrainingCompleted, BackupMade, BackupVerified, HoldPlaced, HoldReleased,
             CleanupRun, ErasureRequested, ErasureApproved, ErasureRefused, ErasurePlanned, ErasureFinal>;

// Members of one meaning have different types from struct to struct; what is absent or of another kind leaves no fact.
struct Other {
  template <class T>
  Other(const T&) {}
};
template <class Rule>
void take(std::string& out, Checked<Rule>& checked) {
  out = std::move(checked.text);
}
template <class T>
void take(std::string& out, std::optional<T>& value) {
  if (value) take(out, *value);
}
void take(std::string&, const Other&) {}

void take(std::vector<std::string>& out, FieldNames& names) {
  for (FieldName& name : names.items) out.push_back(std::move(name.text));
}
void take(std::vector<std::string>& out, std::optional<FieldNames>& names) {
  if (names) take(out, *names);
}
void take(std::vector<std::string>&, const Other&) {}

void take(std::optional<uint64_t>& out, const Count& count) {
  out = count.value;
}
void take(std::optional<uint64_t>& out, const std::optional<Count>& count) {
  if (count) out = count->value;
}
void take(std::optional<uint64_t>& out, const DeclaredCount& count) {
  take(out, count.known);
}

void entry(BodyFacts& facts, std::string_view kind, std::string_view id) {
  facts.registry_kind = kind;
  facts.registry_id = id;
}
void registry(BodyFacts& facts, const StepRegistered& body) {
  entry(facts, "step", body.step);
}
void registry(BodyFacts& facts, const StepClosed& body) {
  entry(facts, "step", body.step);
}
void registry(BodyFacts& facts, const DepartmentRegistered& body) {
  entry(facts, "department", body.department);
}
void registry(BodyFacts& facts, const PersonJoined& body) {
  entry(facts, "person", body.person);
}
void registry(BodyFacts& facts, const PersonLeft& body) {
  entry(facts, "person", body.person);
}
void registry(BodyFacts& facts, const TrainingCompleted& body) {
  entry(facts, "training", body.person);
}
void registry(BodyFacts& facts, const SystemRegistered& body) {
  entry(facts, "system", body.id);
}
void registry(BodyFacts& facts, const DeviceRegistered& body) {
  entry(facts, "device", body.id);
}
void registry(BodyFacts& facts, const SourceRegistered& body) {
  entry(facts, "source", body.id);
}
void registry(BodyFacts& facts, const PartnerRegistered& body) {
  entry(facts, "partner", body.partner);
}
void registry(BodyFacts& facts, const AgreementSigned& body) {
  entry(facts, "agreement", body.agreement);
}
void registry(BodyFacts& facts, const AgreementEnded& body) {
  entry(facts, "agreement", body.agreement);
}
void registry(BodyFacts& facts, const PolicyAdopted&) {
  entry(facts, "policy", "policy");
}
void registry(BodyFacts& facts, const RequestSubmitted& body) {
  entry(facts, "request", body.request);
}
void registry(BodyFacts& facts, const RequestApproved& body) {
  entry(facts, "request", body.request);
}
void registry(BodyFacts& facts, const GrantFiled& body) {
  entry(facts, "grant", body.grant);
}
void registry(BodyFacts&, const Other&) {}

// An archive is what these say it is; a share's values are a variant's, a request's its own.
template <class Body>
inline constexpr bool kBringsValues =
    std::is_same_v<Body, DataCollected> || std::is_same_v<Body, ArchiveOpened> || std::is_same_v<Body, ArchiveGraded> ||
    std::is_same_v<Body, ArchiveStaged> || std::is_same_v<Body, ArchiveReviewed> || std::is_same_v<Body, EntryReviewed>;

template <class Body>
void collect(std::string_view bytes, BodyFacts& facts) {
  Body body = decode_body<Body>(bytes);
  registry(facts, body);
  facts.brings_values = kBringsValues<Body>;
  if constexpr (std::is_same_v<Body, DataErased>) facts.erases_everywhere = body.all.value_or(false);
  if constexpr (requires { body.effective; }) facts.effective = body.effective;
  if constexpr (requires { body.rows; }) take(facts.rows, body.rows);
  if constexpr (std::is_base_of_v<DatasetFilled, Body>) take(facts.rows, body.count);
  if constexpr (requires { body.dataset; }) take(facts.dataset, body.dataset);
  if constexpr (requires { body.to; }) take(facts.to, body.to);
  if constexpr (requires { body.mode; }) take(facts.mode, body.mode);
  if constexpr (requires { body.channel; }) take(facts.mode, body.channel);
  if constexpr (requires { body.cause; }) take(facts.mode, body.cause);
  if constexpr (requires { body.fields; }) take(facts.fields, body.fields);
  if constexpr (requires { body.values; }) facts.values = std::move(body.values.items);
}

using Collect = void (*)(std::string_view, BodyFacts&);
struct Reader {
  uint16_t version;
  Collect collect;
};
using Readers = std::unordered_map<std::string_view, Reader>;

template <class... Bodies>
Readers readers_of(TypeList<Bodies...>) {
  return {{Bodies::kType, Reader{version_of<Bodies>(), collect<Bodies>}}...};
}

const Reader* reader_of(std::string_view type, uint16_t version) {
  static const Readers readers = readers_of(AllBodies{});
  const auto found = readers.find(type);
  return found != readers.end() && found->second.version == version ? &found->second : nullptr;
}

}  // namespace

void BodyFacts::clear() {
  values.clear();
  fields.clear();
  dataset.clear();
  to.clear();
  mode.clear();
  rows.reset();
  brings_values = erases_everywhere = false;
  registry_kind = {};
  registry_id.clear();
  effective.reset();
}

bool read_body_facts(std::string_view type, uint16_t version, std::string_view body, BodyFacts& facts) {
  facts.clear();
  const Reader* reader = reader_of(type, version);
  if (reader == nullptr) return false;
  try {
    reader->collect(body, facts);
    return true;
  } catch (const Error&) {  // sealed all the same: the record stands, its body says nothing to us
    facts.clear();
    return false;
  }
}

bool has_body_facts(std::string_view type, uint16_t version) {
  return reader_of(type, version) != nullptr;
}

}  // namespace custody
