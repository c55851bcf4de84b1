#include "ledger/gateway/gateway.h"

#include <algorithm>

#include "ledger/codec/json.h"
#include "ledger/event/attestation.h"
#include "ledger/gateway/gateway_work.h"
#include "ledger/seal/intake_judge.h"

namespace custody {
namespace {

using std::chrono::steady_clock;

constexpr uint64_t kNear = 2048;  // records that are read past sooner than a reader is opened

// The receipt of the record `seq`, which the reader has not passed yet.
std::optional<Receipt> receipt_from(SealedReader& reader, uint64_t seq) {
  const auto end = steady_clock::now() + std::chrono::seconds(2);
  while (steady_clock::now() < end) {
    const auto item = reader.next(std::chrono::milliseconds(200));
    if (!item || decode_seal(item->record).seq < seq) continue;
    const Record record = decode_record(item->record);
    return Receipt{record.statement.id, record.ref(), leaf_hash(item->record), record.seal.sealed_at_us, true};
  }
  return std::nullopt;
}

// The record that an event comes after, of one that is well formed; what is not is said when it is read.
std::optional<Ref> named_by(std::string_view text) {
  if (text.find("\"after\"") == std::string_view::npos) return std::nullopt;
  try {
    boost::json::monotonic_resource memory;
    const boost::json::value document = parse_json(text, &memory);
    const auto* object = document.if_object();
    const auto* after = object == nullptr ? nullptr : object->if_contains("after");
    if (after == nullptr || !after->is_string()) return std::nullopt;
    return parse_ref({after->get_string().data(), after->get_string().size()});
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

void Gateway::check_ready() const {
  if (const std::string reason = parts_.unavailable(); !reason.empty()) throw Error(ErrorCode::kUnavailable, reason);
}

std::vector<Outcome> Gateway::submit(std::span<const std::string_view> events, const Principal& principal,
                                     const SubmitOptions& options) {
  check_ready();
  const auto end = steady_clock::now() + options.patience;
  wait_for_named(events, std::min(options.patience, options.after_patience));
  Work work(parts_.keyring.begin(), principal, parts_.tails[0]->size(), end);
  std::vector<Item> items(events.size());
  for (size_t i = 0; i < events.size(); ++i) read(work, events[i], items[i]);
  return finish(work, items, options);
}

Outcome Gateway::submit_own(std::string_view event, const SubmitOptions& options) {
  check_ready();
  const Principal custody{"system:custody", Method::kInProcess, {}, {}};
  Work work(parts_.keyring.begin(), custody, parts_.tails[0]->size(), steady_clock::now() + options.patience);
  work.own = true;
  std::vector<Item> items(1);
  read(work, event, items[0]);
  return finish(work, items, options).front();
}

// One event from JSON to an intake entry, or to its faults.
void Gateway::read(Work& work, std::string_view text, Item& item) {
  std::vector<Fault>& faults = item.outcome.faults;
  try {
    boost::json::monotonic_resource memory;
    const boost::json::value document = parse_json(text, &memory);
    if (!document.is_object()) return faults.push_back({"", "must be a JSON object: one event"});
    ReadOptions read_options;
    read_options.allow_service = work.own;
    auto event = read_event(document.get_object(), read_options, faults);
    if (!event) return;
    if (work.own && !event->source.starts_with("custody:"))
      faults.push_back({"/source", "must be a name of the ledger itself, custody:..."});
    if (work.own && event->actor != "system:custody") faults.push_back({"/actor", "must be system:custody"});
    const auto denied = work.own ? std::vector<Fault>{} : admission_->judge(work.principal, *event);
    faults.insert(faults.end(), denied.begin(), denied.end());
    if (event->after) check_after(*event->after, faults);
    if (event->type->type == SourceAttested::kType) check_attestation(event->source, event->body, faults);
    if (!faults.empty()) return;
    if (!event->type->resolved.empty()) {
      read_options.resolve = [&](std::string_view contact) {
        return work.batch.find_or_make(DirectoryKind::kContact, contact).bytes;
      };
      event = read_event(document.get_object(), read_options, faults);
      if (!event) return;
    }
    encrypt_and_enter(work, *event, item);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kUsage && error.code() != ErrorCode::kRefused) throw;
    faults.push_back({"", error.what()});
  }
}

std::optional<SubjectId> Gateway::find_customer(std::string_view number) {
  const auto subject = parts_.keyring.find(DirectoryKind::kCustomer, number);
  return subject && archives_.has(*subject) ? subject : std::nullopt;
}

std::optional<SubjectId> Gateway::customer(Work& work, std::string_view number) {
  const auto subject = work.batch.find(DirectoryKind::kCustomer, number);
  return subject && (work.opened.contains(*subject) || archives_.has(*subject)) ? subject : std::nullopt;
}

// Zeros where there is no number; nullopt with a fault for an unknown customer. To be asked last, as it makes what it
// does not find: a refused event leaves nobody in the directory.
std::optional<SubjectId> Gateway::subject_of(Work& work, std::string_view type, std::string_view number,
                                             std::vector<Fault>& faults) {
  if (number.empty()) return SubjectId{};
  // An archive is opened by first contact and by nothing else.
  if (type == "archive.opened") return work.batch.find_or_make(DirectoryKind::kCustomer, number);
  const auto known = customer(work, number);
  if (!known) faults.push_back({"/subject", "is no customer with an archive: archive.opened comes first"});
  return known;
}

void Gateway::encrypt_and_enter(Work& work, const ParsedEvent& event, Item& item) {
  std::vector<Fault>& faults = item.outcome.faults;
  const auto fields =
      field_values(event, [&](std::string_view number) { return customer(work, number); }, work.kept, faults);
  check_blob_size(fields, faults);
  if (!faults.empty()) return;
  const auto known = subject_of(work, event.type->type, event.subject, faults);
  if (!known) return;
  const SubjectId subject = *known;
  const EventId id = make_event_id(event.source, event.id, event.time.us);
  const PreparedValues values = work.batch.prepare(id, {subject, event.key_owner}, fields);
  const Statement statement = statement_of(event, id, values.values_commit());
  const std::string bytes = to_canonical(statement);
  item.statement_hash = sha256(bytes);
  make_entry(work, item, statement, subject, bytes, work.batch.seal(values, item.statement_hash));
  work.kept.clear();
}

void Gateway::make_entry(Work& work, Item& item, const Statement& statement, const SubjectId& subject,
                         std::string_view statement_bytes, std::string_view blob) {
  Stamp stamp;
  stamp.received_at_us = parts_.clock.now_us();
  stamp.seen = std::max(work.seen, parts_.tails[0]->size());
  stamp.gateway = parts_.name;
  stamp.principal = work.principal.name;
  stamp.method = static_cast<uint8_t>(work.principal.method);
  stamp.credential = work.principal.credential;
  stamp.subject = subject;
  stamp.blob = blob_hash(blob);
  const std::string stamp_bytes = to_canonical(stamp);
  if (kSealBytes + stamp_bytes.size() + statement_bytes.size() > kMaxRecordBytes)
    return item.outcome.faults.push_back({"/data", "makes a record of more than 65,535 bytes"});
  if (blob.size() > kMaxBlobBytes)
    return item.outcome.faults.push_back(
        {"/data", "has values, notes and lists of more than 1 MiB together: state it as parts of one operation"});
  item.entry = encode_intake(stamp_bytes, statement_bytes, blob);
  item.outcome.id = statement.id;
  item.shard = shard_of(statement.type, subject, statement.source, static_cast<uint32_t>(parts_.tails.size()));
  look_up(item);
  if (statement.type != "archive.opened" || item.outcome.status == OutcomeStatus::kConflict) return;
  item.opens = subject;
  work.opened.insert(subject);
}

// What the tails know of the id already. A conflict goes to the intake all the same: it leaves a record.
void Gateway::look_up(Item& item) {
  item.append = true;
  const auto known = parts_.tails[item.shard]->find(item.outcome.id);
  const Repetition repetition = judge_repetition(known, item.statement_hash);
  if (repetition == Repetition::kNew) return;
  item.append = repetition == Repetition::kConflict;
  item.outcome.status = repetition == Repetition::kConflict ? OutcomeStatus::kConflict : OutcomeStatus::kRepeat;
  item.earlier = known->seq;
}

// Before any key is touched: a batch that makes keys holds the keyring's write lock, and nobody else should wait for
// what this one waits for. Of all events together, so that a record of the future holds its thread for a moment only.
void Gateway::wait_for_named(std::span<const std::string_view> events, std::chrono::milliseconds patience) const {
  const auto end = steady_clock::now() + patience;
  for (const std::string_view text : events) {
    const auto ref = named_by(text);
    if (!ref || ref->shard >= parts_.tails.size()) continue;
    const Tail& tail = *parts_.tails[ref->shard];
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_clock::now());
    if (tail.wait_for(ref->seq + 1, std::max(left, std::chrono::milliseconds(0)))) continue;
    if (!tail.caught_up() || !tail.fault().empty())
      throw Error(ErrorCode::kUnavailable,
                  "record " + to_text(*ref) + " cannot be waited for: the log is not read yet");
  }
}

void Gateway::check_after(Ref after, std::vector<Fault>& faults) const {
  if (after.shard >= parts_.tails.size())
    faults.push_back({"/after", "names a shard that this ledger does not have"});
  else if (parts_.tails[after.shard]->size() <= after.seq)
    faults.push_back({"/after", "names a record that is not sealed yet"});
}

// What no verifier could believe is no attestation, in open mode neither. Whether the statements are those it is of,
// the gateway does not judge: they lie on all shards.
void Gateway::check_attestation(std::string_view source, std::string_view body, std::vector<Fault>& faults) const {
  const auto attested = decode_body<SourceAttested>(body);
  if (attested.source.text != source) return faults.push_back({"/data/source", "must be the source that states it"});
  const auto keys = parts_.tails[0]->state().source_keys;
  const auto key = keys ? keys->find(source) : SourceKeys::const_iterator();
  if (!keys || key == keys->end())
    return faults.push_back({"/data/source", "has no key: source.registered with one comes first"});
  const std::string bytes = attested_bytes(parts_.log.descriptor().ledger_id, attested);
  if (!ed25519_verify(key->second, bytes, attested.signature))
    faults.push_back({"/data/signature", "is none of the key that is registered for this source"});
}

std::vector<Outcome> Gateway::finish(Work& work, std::vector<Item>& items, const SubmitOptions& options) {
  const bool any_refused = std::any_of(items.begin(), items.end(), [](const Item& item) { return item.refused(); });
  const bool nothing = options.all_or_nothing && any_refused;
  std::vector<EventId> ids;
  std::vector<size_t> places;
  for (size_t i = 0; i < items.size(); ++i) {
    Item& item = items[i];
    if (item.refused()) item.outcome.status = OutcomeStatus::kRefused;
    if (nothing) item.append = false;
    if (item.refused() || !item.append || item.outcome.status == OutcomeStatus::kConflict) continue;
    item.outcome.status = OutcomeStatus::kTaken;
    ids.push_back(item.outcome.id);
    places.push_back(i);
  }
  // Waiting begins before the append: nothing that is sealed in between can be missed.
  std::optional<Receipts::Wait> wait;
  if (options.wait == Wait::kSealed && !places.empty()) wait.emplace(parts_.receipts, std::move(ids));
  if (wait) look_up_again(items, places, *wait);
  std::vector<IntakeAppend> appends;
  for (const Item& item : items)
    if (item.append) appends.push_back({item.shard, item.entry});
  if (!appends.empty()) {
    work.batch.commit();
    parts_.log.append_intake(appends);
    for (const Item& item : items)
      if (item.append && item.opens) archives_.taken(*item.opens, item.outcome.id);
    if (wait) note_arrivals(items, places, wait->until(work.end));
  }
  add_earlier_receipts(items);
  std::vector<Outcome> outcomes;
  outcomes.reserve(items.size());
  for (Item& item : items) outcomes.push_back(std::move(item.outcome));
  return outcomes;
}

// The same event may have come by another way and been sealed since it was looked up: nobody would tell of it again.
void Gateway::look_up_again(std::vector<Item>& items, const std::vector<size_t>& places, Receipts::Wait& wait) {
  for (size_t i = 0; i < places.size(); ++i) {
    Item& item = items[places[i]];
    if (!parts_.tails[item.shard]->find(item.outcome.id)) continue;
    wait.give_up(i);
    look_up(item);
  }
}

// Of what was sealed before. To open a reader costs a search on Kafka, so one goes through all that lie near each
// other.
void Gateway::add_earlier_receipts(std::vector<Item>& items) const {
  std::vector<Item*> known;
  for (Item& item : items)
    if (item.earlier) known.push_back(&item);
  std::sort(known.begin(), known.end(), [](const Item* a, const Item* b) {
    return std::pair(a->shard, *a->earlier) < std::pair(b->shard, *b->earlier);
  });
  std::unique_ptr<SealedReader> reader;
  const Item* before = nullptr;
  for (Item* item : known) {
    const bool same_shard = before != nullptr && before->shard == item->shard;
    if (same_shard && *before->earlier == *item->earlier) {
      item->outcome.receipt = before->outcome.receipt;
      continue;
    }
    if (!same_shard || *item->earlier - *before->earlier > kNear)
      reader = parts_.log.read_sealed(item->shard, *item->earlier);
    item->outcome.receipt = receipt_from(*reader, *item->earlier);
    before = item;
  }
}

void Gateway::note_arrivals(std::vector<Item>& items, const std::vector<size_t>& places,
                            const std::vector<std::optional<Arrival>>& arrivals) {
  for (size_t i = 0; i < places.size(); ++i) {
    Item& item = items[places[i]];
    if (!arrivals[i] || item.outcome.status != OutcomeStatus::kTaken) continue;
    item.outcome.receipt = arrivals[i]->receipt;
    const bool same = arrivals[i]->statement == half_digest(item.statement_hash);
    item.outcome.status = same ? OutcomeStatus::kSealed : OutcomeStatus::kConflict;
  }
}

}  // namespace custody
