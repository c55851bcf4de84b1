#include "producers/client/client.h"

#include <algorithm>
#include <boost/json.hpp>
#include <thread>

#include "ledger/codec/json.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/proof/merkle.h"
#include "ledger/proof/tile.h"

namespace custody {
namespace {

using namespace std::chrono_literals;

constexpr size_t kBatch = 512;
constexpr auto kAttestEvery = 1s;
constexpr auto kPause = 50ms;

// Tiles of shard 0, from the ledger that is being judged by them.
class PortTiles : public TileReader {
 public:
  explicit PortTiles(LedgerPort& port) : port_(port) {}
  std::string tile(const TileName& name) override {
    LedgerPort::Answer answer = port_.get("/v1/shards/0/" + tile_path(name));
    if (answer.status != 200) throw Error(ErrorCode::kUnavailable, "a tile cannot be had now");
    return std::move(answer.body);
  }

 private:
  LedgerPort& port_;
};

std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<Ref> ref_in(const boost::json::object& answer) {
  const auto* shard = answer.if_contains("shard");
  const auto* seq = answer.if_contains("seq");
  if (shard == nullptr || seq == nullptr) return std::nullopt;
  return Ref{shard->to_number<uint32_t>(), seq->to_number<uint64_t>()};
}

std::string proof_path(const Ref& at) {
  return "/v1/proofs/" + std::to_string(at.shard) + "/" + std::to_string(at.seq);
}

}  // namespace

void Client::alarm(const std::string& text) {
  if (report_.alarm.empty()) report_.alarm = text;
}

void Client::meet() {
  SpoolState state = spool_.state();
  if (options_.trust) state.vkey = options_.trust->text();
  if (state.vkey.empty()) throw Error(ErrorCode::kUsage, "this spool trusts no ledger yet: --trust VKEYFILE");
  const VerifierKey trusted = parse_vkey(state.vkey);
  const LedgerPort::Answer answer = port_.get(proof_path({0, 0}));
  if (answer.status != 200) throw Error(ErrorCode::kUnavailable, "the ledger proves nothing now");
  const ProofVerdict verdict = judge_record_proof(answer.body, {&trusted, 1});
  if (verdict.kind != ProofVerdict::kProved)
    throw Error(ErrorCode::kUsage, "the ledger is not the one that is trusted here: " + verdict.reason);
  const Record first = decode_record(verdict.record);
  if (first.statement.type != LedgerCreated::kType)
    throw Error(ErrorCode::kUsage, "what is trusted here is no ledger's first shard");
  const std::string ledger = to_hex(decode_descriptor(first.statement.body).ledger_id.view());
  if (!state.ledger.empty() && state.ledger != ledger)
    throw Error(ErrorCode::kUsage, "this spool is for the ledger " + state.ledger + ", not for " + ledger);
  state.ledger = ledger;
  spool_.save(std::move(state));
  if (!extends_pinned(parse_tlog_proof(answer.body).checkpoint) && report_.alarm.empty())
    throw Error(ErrorCode::kUnavailable, why_not_);
}

void Client::step() {
  while (report_.alarm.empty() && send()) {
  }
  attest(false);
  prove();
  look_for_omission();
}

void Client::drain() {
  while (report_.alarm.empty() && (!spool_.queue().empty() || spool_.attestation())) {
    const bool sent = send();
    attest(true);
    const bool proved = prove();
    look_for_omission();
    if (!sent && !proved) std::this_thread::sleep_for(kPause);
  }
}

// One batch of what is not known to be sealed. False where there is nothing, or nobody to send it to.
bool Client::send() {
  std::vector<uint64_t> numbers;
  std::string lines;
  for (const auto& [number, spooled] : spool_.queue()) {
    if (numbers.size() == kBatch) break;
    Sent& sent = sent_.try_emplace(number, Sent{Clock::now(), std::nullopt}).first->second;
    if (sent.sealed) continue;
    numbers.push_back(number);
    lines += spooled.sent + "\n";
  }
  if (numbers.empty()) return false;
  LedgerPort::Answer answer;
  try {
    answer = port_.post_statements(lines);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kUnavailable) throw;
    why_not_ = error.what();
    return false;
  }
  if (answer.status != 200) {
    why_not_ = "the ledger answered " + std::to_string(answer.status);
    return false;
  }
  const uint64_t before = report_.sealed + report_.refused.size();
  for (size_t at = 0; at < answer.body.size();) {
    const size_t end = std::min(answer.body.find('\n', at), answer.body.size());
    take_answer(answer.body.substr(at, end - at), numbers);
    at = end + 1;
  }
  return report_.sealed + report_.refused.size() > before;
}

void Client::take_answer(const std::string& line, const std::vector<uint64_t>& numbers) {
  const boost::json::value document = parse_json(line);
  const auto& answer = document.as_object();
  const auto* place = answer.if_contains("line");
  const uint64_t at = place == nullptr ? 0 : place->to_number<uint64_t>();
  if (at < 1 || at > numbers.size()) return;
  const uint64_t number = numbers[at - 1];
  const std::string status = text_of(answer, "status");
  const auto ref = ref_in(answer);
  if ((status == "sealed" || status == "repeat") && ref) {
    ++report_.sealed;
    sent_[number].sealed = ref;
  } else if (status == "refused" || status == "conflict") {
    std::string why = status;
    if (const auto* faults = answer.if_contains("faults"))
      for (const auto& fault : faults->as_array())
        why += ": " + text_of(fault.as_object(), "pointer") + " " + text_of(fault.as_object(), "message");
    report_.refused.push_back({number, std::move(why)});
    spool_.refuse(number);
    sent_.erase(number);
  }
}

// At most once a second, or each kMaxUnattested statements. What was refused stands in no attestation.
void Client::attest(bool all) {
  if (!spool_.attestation()) {
    SpoolState state = spool_.state();
    uint64_t from = state.attested + 1;
    while (from < spool_.next_number() && !spool_.queue().contains(from)) ++from;
    Sha256 hashes;
    uint64_t to = from;
    for (; to < from + kMaxUnattested; ++to) {
      const auto sent = sent_.find(to);
      if (sent == sent_.end() || !sent->second.sealed) break;
      hashes.update(view_of(sha256(spool_.queue().at(to).bytes)));
    }
    const bool due = to - from == kMaxUnattested || (all && to == spool_.next_number()) ||
                     Clock::now() - attested_at_ >= kAttestEvery;
    if (to == from || !due) return;
    SourceAttested body;
    body.source = state.source;
    body.from_sequence.value = from;
    body.to_sequence.value = to - 1;
    body.digest = hashes.finish();
    LedgerId ledger;
    ledger.bytes = array_of<16>(from_hex(state.ledger));
    body.signature = options_.key->sign(attested_bytes(ledger, body));
    spool_.put_attestation(to - 1, make_attestation(body, options_.actor, {system_clock().now_us(), 0}));
    attested_at_ = Clock::now();
  }
  send_attestation();
}

void Client::send_attestation() {
  if (attestation_at_) return;
  LedgerPort::Answer answer;
  try {
    answer = port_.post_statements(spool_.attestation()->statement.sent + "\n");
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kUnavailable) throw;
    why_not_ = error.what();
    return;
  }
  const boost::json::value document = answer.status == 200 ? parse_json(answer.body) : boost::json::value();
  const auto ref = document.is_object() ? ref_in(document.get_object()) : std::nullopt;
  if (!ref) {
    why_not_ = "an attestation was not sealed: " + answer.body;
    const bool refused = document.is_object() && text_of(document.get_object(), "status") == "refused";
    if (refused) throw Error(ErrorCode::kRefused, why_not_);
    return;
  }
  attestation_at_ = ref;
  SpoolState state = spool_.state();
  report_.attested += spool_.attestation()->to - state.attested;
  state.attested = std::max(state.attested, spool_.attestation()->to);
  spool_.save(std::move(state));
}

bool Client::prove() {
  bool any = prove_attestation();
  std::vector<uint64_t> done;
  for (const auto& [number, spooled] : spool_.queue()) {
    if (number > spool_.state().attested || !report_.alarm.empty()) break;
    const auto sent = sent_.find(number);
    if (sent == sent_.end() || !sent->second.sealed) continue;
    if (!is_proved(*sent->second.sealed, spooled.bytes)) break;  // those behind it are no older
    done.push_back(number);
  }
  for (const uint64_t number : done) {
    spool_.remove(number);
    sent_.erase(number);
    ++report_.proved;
  }
  return any || !done.empty();
}

bool Client::prove_attestation() {
  if (!attestation_at_ || !is_proved(*attestation_at_, spool_.attestation()->statement.bytes)) return false;
  spool_.attestation_done();
  attestation_at_.reset();
  return true;
}

bool Client::is_proved(const Ref& at, const std::string& statement) {
  LedgerPort::Answer answer;
  try {
    answer = port_.get(proof_path(at));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kUnavailable) throw;
    why_not_ = error.what();
    return false;
  }
  if (answer.status != 200) {
    why_not_ = "no proof of record " + to_text(at) + " can be had";
    return false;
  }
  const VerifierKey trusted = parse_vkey(spool_.state().vkey);
  const ProofVerdict verdict = judge_record_proof(answer.body, {&trusted, 1});
  if (verdict.kind != ProofVerdict::kProved) {
    why_not_ = "the proof of record " + to_text(at) + " is none: " + verdict.reason;
    if (verdict.kind == ProofVerdict::kFault) alarm("altered: " + why_not_);
    return false;
  }
  const Record record = decode_record(verdict.record);
  if (record.ref() != at || record.statement_bytes != statement) {
    alarm("altered: record " + to_text(at) + " is said to be this source's statement, and holds another");
    return false;
  }
  return extends_pinned(parse_tlog_proof(answer.body).checkpoint);
}

// Whether the checkpoint, whose signature has been judged, goes on from the newest one that this source has seen.
bool Client::extends_pinned(const std::string& note) {
  SpoolState state = spool_.state();
  if (note == state.pinned) return true;
  const Checkpoint now = checkpoint_of(parse_note(note));
  if (!state.pinned.empty()) {
    const Checkpoint before = checkpoint_of(parse_note(state.pinned));
    if (now.size < before.size) {
      why_not_ = "the ledger shows a checkpoint older than the one pinned";
      return false;
    }
    try {
      PortTiles tiles(port_);
      TileNodes nodes(tiles, now.size);
      const auto path = consistency_proof(nodes, before.size, now.size);
      if (!proves_consistency(before.size, now.size, before.root, now.root, path)) {
        alarm("fork: the checkpoint of " + std::to_string(now.size) + " records does not extend the one of " +
              std::to_string(before.size) +
              " that this source has pinned; keep the spool's state.json, it is evidence");
        return false;
      }
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kUnavailable && error.code() != ErrorCode::kStore) throw;
      why_not_ = error.what();
      return false;
    }
  }
  state.pinned = note;
  spool_.save(std::move(state));
  return true;
}

void Client::look_for_omission() {
  for (const auto& [number, sent] : sent_) {
    if (Clock::now() - sent.since < options_.patience) continue;
    alarm("omission: statement " + std::to_string(number) + " was sent " +
          std::to_string(std::chrono::duration_cast<std::chrono::seconds>(options_.patience).count()) +
          " s ago or more, and the ledger has not proved that it holds it" +
          (why_not_.empty() ? "" : "; the last it said: " + why_not_));
    return;
  }
}

}  // namespace custody
