// What must hold of a ledger after whatever happened to its process or its disk.
#include <map>
#include <set>
#include <sstream>

#include "ledger/proof/checkpoint.h"
#include "tests/fault/worker/script.h"
#include "tests/fault/worker/session.h"
#include "tools/custody/log_source.h"

namespace custody::fault {
namespace {

using namespace std::chrono_literals;

using Place = std::pair<uint64_t, std::string>;  // seq, leaf in hex

struct Promises {
  std::map<size_t, Place> sealed;
  std::set<size_t> taken;
  uint64_t folded = 0;
  std::string contradiction;
};

Promises parse(const std::string& text) {
  Promises promises;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string what, leaf;
    uint64_t first = 0, seq = 0;
    words >> what >> first >> seq >> leaf;
    if (what == "sealed" && promises.sealed.emplace(first, Place(seq, leaf)).first->second != Place(seq, leaf))
      promises.contradiction = "two receipts for one event: " + line;
    if (what == "taken") promises.taken.insert(first);
    if (what == "folded") promises.folded = std::max(promises.folded, first);
  }
  return promises;
}

using Found = std::map<std::string, Place>;  // source id -> where it is sealed

std::string check_values(const ScriptEvent& event, const OpenedBlob& blob) {
  if (!blob.authentic || blob.commit != CommitState::kMatches) return "the values of " + event.id + " cannot be opened";
  std::map<std::string, std::string> values;
  for (const OpenedSection& section : blob.sections)
    for (const SaltedField& field : section.fields) values.emplace(field.name, field.value);
  for (const auto& [name, value] : event.values)
    if (values[name] != value) return event.id + " has another " + name + " than was stated";
  return "";
}

// What the sealed log holds of the script, values included. Empty text, or what is wrong.
std::string read_log(Node& node, const std::vector<ScriptEvent>& events, Found& found) {
  std::map<std::string, const ScriptEvent*> by_id;
  for (const ScriptEvent& event : events) by_id.emplace(event.id, &event);
  const auto reader = node.log().read_sealed(0, 0);
  while (const auto item = reader->next(0ms)) {
    const Record record = decode_record(item->record);
    const std::string type(record.statement.type);
    if (type == "event.refused" || type == "event.conflicted") return type + " at " + std::to_string(record.seal.seq);
    if (record.statement.source != "urn:crm") continue;
    const std::string id(record.statement.source_id);
    if (!found.emplace(id, Place(record.seal.seq, to_hex(view_of(leaf_hash(item->record))))).second)
      return id + " is sealed twice";
    const auto event = by_id.find(id);
    if (event == by_id.end()) return id + " was never submitted";
    if (event->second->values.empty()) continue;
    if (std::string wrong = check_values(*event->second, node.keyring().open_blob(record, item->blob)); !wrong.empty())
      return wrong;
  }
  return "";
}

// Intake order is sealing order: when an event of our own is sealed, all that was taken before has been decided.
std::string drain(Node& node) {
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (!node.not_ready().empty()) {
    if (std::chrono::steady_clock::now() > until) return "not ready: " + node.not_ready();
    node.tails()[0]->wait_for(node.tails()[0]->size() + 1, 20ms);
  }
  const std::string_view probe =
      R"({"specversion":"1.0","id":"probe","type":"archive.opened","source":"urn:probe","time":"2026-03-02T12:00:00Z",)"
      R"("subject":"C-0","actor":"person:ana","data":{"opener":"person:ana","values":{}}})";
  SubmitOptions options;
  options.wait = Wait::kSealed;
  const Outcome outcome = node.gateway().submit({&probe, 1}, anyone(), options).front();
  if (!outcome.faults.empty()) return "nothing new can be stated: " + outcome.faults[0].message;
  return outcome.status == OutcomeStatus::kSealed ? "" : "nothing new is sealed";
}

std::string check_promises(const std::vector<ScriptEvent>& events, const Promises& promises, const Found& found) {
  if (!promises.contradiction.empty()) return promises.contradiction;
  for (const auto& [index, place] : promises.sealed)
    if (const auto at = found.find(events.at(index).id); at == found.end() || at->second != place)
      return "acknowledged " + events[index].id + " is not in its place " + std::to_string(place.first);
  for (const size_t index : promises.taken)
    if (!found.contains(events.at(index).id)) return "taken " + events[index].id + " was never sealed";
  return "";
}

// What is known is a repeat with its first receipt, what is not is sealed now.
std::string submit_again(Node& node, const std::vector<ScriptEvent>& events, const Found& found) {
  std::vector<std::string_view> batch;
  for (const ScriptEvent& event : events) batch.push_back(event.json);
  SubmitOptions options;
  options.wait = Wait::kSealed;
  const auto outcomes = node.gateway().submit(batch, anyone(), options);
  for (size_t i = 0; i < events.size(); ++i) {
    const auto before = found.find(events[i].id);
    const bool known = before != found.end();
    if (outcomes[i].status != (known ? OutcomeStatus::kRepeat : OutcomeStatus::kSealed) || !outcomes[i].receipt)
      return events[i].id + (known ? " is known and came back as no repeat" : " is new and was not sealed");
    const auto& receipt = *outcomes[i].receipt;
    if (known && before->second != Place(receipt.at.seq, to_hex(view_of(receipt.leaf))))
      return events[i].id + " got another receipt than before";
  }
  Found all;
  if (std::string wrong = read_log(node, events, all); !wrong.empty()) return wrong;
  return all.size() == events.size() ? "" : "not each event is sealed once";
}

std::string check_views(Node& node) {
  const uint64_t size = node.tails()[0]->size();
  if (!node.projector().wait_until({size}, 30s)) {
    const auto stopped = node.projector().progress().shards[0].stopped;
    return "the views do not catch up" + (stopped ? ": " + stopped->message : std::string());
  }
  return node.projector().rebuild().swapped ? "" : "the views differ from those made anew";
}

// Before anything new is signed: the signer still knows of every signature that left it.
std::string check_signed(Node& node) {
  const auto note = node.log().newest_checkpoint(0);
  if (!note) return "";
  const auto checkpoint = open_checkpoint(*note, node.descriptor().signer);
  if (!checkpoint) return "the newest checkpoint carries no signature of this ledger";
  std::istringstream words(
      read_file_if_present(node.config().home.signed_file(node.descriptor().ledger_id), 1 << 18).value_or(""));
  uint64_t shard = 0, size = 0;
  words >> shard >> size;
  if (size >= checkpoint->size) return "";
  return "a checkpoint of " + std::to_string(checkpoint->size) + " records left the signer, which knows of " +
         std::to_string(size);
}

std::string check_opened(Node& node, const Promises& promises) {
  if (const uint64_t folded = node.projector().progress().shards[0].next_seq; folded < promises.folded)
    return "the views hold " + std::to_string(folded) + " records, durable were " + std::to_string(promises.folded);
  return check_signed(node);
}

// Derived, and never wrong: each record is proved by the stored tree, whose root is the tail's.
std::string check_tree(Node& node) {
  const CompactRange chain = node.tails()[0]->state().tree;
  const auto tree = node.tree(0).tree(chain.size(), 30s);
  const auto reader = node.log().read_sealed(0, 0);
  for (uint64_t seq = 0; seq < chain.size(); ++seq) {
    const auto item = reader->next(1s);
    if (!item) return "record " + std::to_string(seq) + " cannot be read";
    if (!proves_inclusion(seq, chain.size(), leaf_hash(item->record), inclusion_proof(*tree, seq, chain.size()),
                          chain.root()))
      return "the stored tree does not prove record " + std::to_string(seq);
  }
  return "";
}

std::string check_running(Node& node, const std::vector<ScriptEvent>& events, const Promises& promises) {
  Found found;
  if (std::string wrong = drain(node); !wrong.empty()) return wrong;
  if (std::string wrong = read_log(node, events, found); !wrong.empty()) return wrong;
  if (std::string wrong = check_promises(events, promises, found); !wrong.empty()) return wrong;
  if (std::string wrong = submit_again(node, events, found); !wrong.empty()) return wrong;
  if (std::string wrong = check_views(node); !wrong.empty()) return wrong;
  if (std::string wrong = check_tree(node); !wrong.empty()) return wrong;
  for (const std::string& notice : node.notices())
    if (notice.starts_with("NOT SIGNED")) return notice;
  return "";
}

}  // namespace

std::string judge(const std::string& root, uint64_t seed, size_t count, const std::string& text) {
  const Promises promises = parse(text);
  const auto events = script(seed, count);
  const auto node = open_node(root);
  if (std::string wrong = check_opened(*node, promises); !wrong.empty()) return wrong;
  node->start();
  if (std::string wrong = check_running(*node, events, promises); !wrong.empty()) return wrong;
  node->stop();
  LogEntrySource source(node->log());
  const VerifyReport report = verify(source);
  return report.ok() ? "" : "verify: " + report_text(report, false);
}

}  // namespace custody::fault
