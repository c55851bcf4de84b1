// custody keys: the keys that sign this ledger's checkpoints, and their change.
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <set>
#include <thread>

#include "ledger/base/file.h"
#include "ledger/base/signing_file.h"
#include "ledger/base/signing_token.h"
#include "ledger/base/wrapping.h"
#include "ledger/codec/json.h"
#include "ledger/log/lmdb_log.h"
#include "ledger/proof/note.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

constexpr std::chrono::seconds kSignedPatience{30};
constexpr std::chrono::milliseconds kPoll{50};

// What the ledger says of its keys.
struct Known {
  boost::json::value document;
  const boost::json::array& keys() const { return document.at("keys").as_array(); }
  bool governed() const { return document.at("mode").as_string() == "governed"; }
  std::vector<std::string> in_force() const {
    std::vector<std::string> out;
    for (const auto& key : keys())
      if (key.at("in_force").as_bool()) out.emplace_back(key.at("key").as_string());
    return out;
  }
};

Known ask(Connection& ledger) {
  return {parse_json(ledger.get("/v1/keys"))};
}

std::string hex_of(const std::string& key) {
  return to_hex(from_base64(key));
}

// Before the ledger is opened for more than reading: one process opens a log once.
Descriptor descriptor_of(const Invocation& call) {
  return open_log_for_reading(call)->descriptor();
}

std::string where_kept(const Home& home, const LedgerId& ledger, const Ed25519PublicKey& key, bool first) {
  const std::string path = first ? home.keys_of(ledger) + "/signer" : signing_file_of(home, ledger, key);
  try {
    const std::string form = signing_file_form(path);
    if (form == "bare") return path + " (NOT wrapped: no passphrase protects it)";
    return path + (form == "token" ? " (in a PKCS #11 token)" : " (wrapped by a passphrase)");
  } catch (const Error&) {
    return "not here";
  }
}

int status(const Invocation& call) {
  const Descriptor descriptor = descriptor_of(call);
  const auto ledger = connect(call);
  const Known known = ask(*ledger);
  if (call.json()) {
    std::cout << boost::json::serialize(known.document) << "\n";
    return 0;
  }
  for (const auto& key : known.keys()) {
    const auto& object = key.as_object();
    const bool first = number_member(object, "from") == 0;
    const auto bytes = array_of<32>(from_base64(text_member(object, "key")));
    std::cout << text_member(object, "vkey") << "\n"
              << "  signs     from size " << number_member(object, "from") << " of shard 0";
    if (object.contains("until")) std::cout << ", until " << number_member(object, "until");
    std::cout << (object.at("in_force").as_bool() ? "" : " (RETIRED)") << "\n"
              << "  recorded  added " << (first ? "with the ledger" : "by " + text_member(object, "added"));
    if (object.contains("retired")) std::cout << ", retired by " << text_member(object, "retired");
    std::cout << "\n  kept      " << where_kept(call.home(), descriptor.ledger_id, bytes, first) << "\n";
  }
  if (!known.governed())
    std::cout << "A trial ledger: whoever reaches it can change its keys. In a governed one it takes two persons.\n";
  return 0;
}

// States an act of the operator's and waits until it is sealed; its place.
std::string state(Connection& ledger, const Invocation& call, const std::string& type, boost::json::object data) {
  const std::string actor = call.value("--as").value_or("person:operator");
  const std::string id = to_hex(view_of(random_array<16>()));
  const boost::json::object event{{"specversion", "1.0"},
                                  {"id", id},
                                  {"type", type},
                                  {"source", "urn:custody:keys"},
                                  {"time", to_rfc3339(system_clock().now_us())},
                                  {"actor", actor},
                                  {"data", std::move(data)}};
  const std::string answer =
      ledger.post("/v1/events", boost::json::serialize(event), "application/cloudevents+json", {{"wait", "sealed"}});
  const boost::json::value receipt = parse_json(answer);
  if (!receipt.as_object().contains("seq"))
    throw Error(ErrorCode::kUnavailable, type + " is taken and not sealed yet: `custody keys status`");
  return to_text(Ref{static_cast<uint32_t>(number_member(receipt.as_object(), "shard")),
                     number_member(receipt.as_object(), "seq")});
}

std::string second_person(const std::string& ref) {
  return "it takes effect when a second person says yes: custody keys confirm " + ref + " --as person:NAME";
}

// Makes the key, keeps it, and has it recorded. The record's place.
std::string add_key(Connection& ledger, const Invocation& call, const Descriptor& descriptor, std::string& vkey) {
  const Home home = call.home();
  const Secret passphrase = passphrase_from_environment();
  Ed25519PublicKey key{};
  if (const auto uri = call.value("--token")) {
    key = open_token_key(*uri, passphrase)->public_key();
    write_token_file(signing_file_of(home, descriptor.ledger_id, key), *uri, passphrase);
  } else {
    const auto made = Ed25519PrivateKey::generate();
    key = made.public_key();
    write_signing_file(signing_file_of(home, descriptor.ledger_id, key), made, passphrase);
  }
  vkey = VerifierKey{descriptor.origin, VerifierKey::kEd25519, key}.text();
  try {
    return state(ledger, call, "key.added", {{"key", to_hex(view_of(key))}, {"use", "checkpoint"}});
  } catch (const Error& error) {
    const bool refused = error.code() == ErrorCode::kRefused || error.code() == ErrorCode::kDenied;
    if (refused) remove_file_durably(signing_file_of(home, descriptor.ledger_id, key));
    throw;
  }
}

int add(const Invocation& call) {
  const Descriptor descriptor = descriptor_of(call);
  const auto ledger = connect(call);
  const bool governed = ask(*ledger).governed();
  std::string vkey;
  const std::string ref = add_key(*ledger, call, descriptor, vkey);
  if (call.json())
    std::cout << boost::json::serialize(boost::json::object{{"vkey", vkey}, {"ref", ref}}) << "\n";
  else
    std::cout << vkey << "\nrecorded at " << ref << (governed ? "; " + second_person(ref) : "; it signs from here on")
              << "\n";
  return 0;
}

// The key whose base64, hex or verifier key begins with, or is, what was given.
std::string named_key(const Known& known, const std::string& text) {
  std::vector<std::string> found;
  for (const auto& each : known.keys()) {
    const std::string key = text_member(each.as_object(), "key");
    if (text.size() >= 4 &&
        (key.starts_with(text) || hex_of(key).starts_with(text) || text_member(each.as_object(), "vkey") == text))
      found.push_back(key);
  }
  if (found.size() != 1)
    throw Error(ErrorCode::kUsage, found.empty() ? "no key of this ledger begins so" : "several keys begin so");
  return found[0];
}

int retire(const Invocation& call) {
  const auto ledger = connect(call);
  const Known known = ask(*ledger);
  const std::string key = named_key(known, call.argument(1, "the key (its first characters)"));
  const std::vector<std::string> in_force = known.in_force();
  if (std::find(in_force.begin(), in_force.end(), key) == in_force.end())
    throw Error(ErrorCode::kConflict, "this key is retired already");
  if (in_force.size() < 2)
    throw Error(ErrorCode::kConflict, "it is the only key in force: add another one first (custody keys rotate)");
  boost::json::object data{{"key", hex_of(key)}};
  if (const auto reason = call.value("--reason")) data["reason"] = *reason;
  const std::string ref = state(*ledger, call, "key.retired", std::move(data));
  if (call.json())
    std::cout << boost::json::serialize(boost::json::object{{"key", key}, {"ref", ref}}) << "\n";
  else
    std::cout << "recorded at " << ref << "; "
              << (known.governed() ? second_person(ref) : "it signs nothing from here on") << "\n";
  return 0;
}

// The second person's yes, to a record that this person has looked at.
int confirm(const Invocation& call) {
  const auto ref = parse_ref(call.argument(1, "the record, shard:seq"));
  if (!ref) throw Error(ErrorCode::kUsage, "a record is named shard:seq, such as 0:12");
  const auto ledger = connect(call);
  const std::string path = std::to_string(ref->shard) + "/" + std::to_string(ref->seq);
  const boost::json::value record = parse_json(ledger->get("/v1/records/" + path));
  const std::string leaf = to_hex(from_base64(text_member(record.as_object(), "leaf")));
  const std::string at = state(*ledger, call, "act.confirmed", {{"record", to_text(*ref)}, {"leaf", leaf}});
  if (call.json())
    std::cout << boost::json::serialize(boost::json::object{{"record", to_text(*ref)}, {"ref", at}}) << "\n";
  else
    std::cout << text_member(record.at("statement").as_object(), "type") << " at " << to_text(*ref) << " confirmed at "
              << at << "\n";
  return 0;
}

bool has_signed(Connection& ledger, const std::string& key) {
  const boost::json::value document = parse_json(ledger.get("/v1/checkpoints"));
  const std::string note = text_member(document.at("shards").at(0).as_object(), "note");
  const std::string origin = note.substr(0, note.find('\n'));
  return note_state(parse_note(note), {origin, VerifierKey::kEd25519, array_of<32>(from_base64(key))}) ==
         NoteState::kSigned;
}

void wait_until_signed(Connection& ledger, const std::string& key) {
  const auto until = std::chrono::steady_clock::now() + kSignedPatience;
  while (!has_signed(ledger, key)) {
    if (std::chrono::steady_clock::now() > until)
      throw Error(ErrorCode::kUnavailable, "the new key has signed nothing yet: is it in the sealer's keys folder?");
    std::this_thread::sleep_for(kPoll);
  }
}

// In steps that stand by themselves: called again, it goes on where it was left.
int rotate(const Invocation& call) {
  const Descriptor descriptor = descriptor_of(call);
  const auto ledger = connect(call);
  Known known = ask(*ledger);
  if (known.in_force().size() < 2) {
    std::string vkey;
    const std::string ref = add_key(*ledger, call, descriptor, vkey);
    std::cerr << "custody: the new key is " << vkey << ", recorded at " << ref << "\n";
    if (known.governed()) {
      std::cout << "added at " << ref << "; " << second_person(ref) << "\nthen: custody keys rotate\n";
      return 0;
    }
    known = ask(*ledger);
  }
  std::vector<std::string> keys = known.in_force();
  const std::string newest = keys.back();
  keys.pop_back();
  wait_until_signed(*ledger, newest);
  for (const std::string& old : keys) {
    const std::string ref = state(*ledger, call, "key.retired", {{"key", hex_of(old)}, {"reason", "rotation"}});
    std::cout << old << " retired at " << ref << (known.governed() ? "; " + second_person(ref) : "") << "\n";
  }
  std::cout << newest << " signs\n";
  return 0;
}

// By the newest checkpoint of the oldest key that has signed one over the record, of those in force behind it that are
// known before it: a key may be retired before a round covers what came just before.
std::string proof_for(Connection& ledger, const Known& known, uint64_t place) {
  std::optional<Error> none;
  for (const auto& key : known.keys()) {
    const auto& object = key.as_object();
    const bool retired = object.contains("until");
    if (number_member(object, "from") > place || (retired && number_member(object, "until") <= place + 1)) continue;
    std::map<std::string, std::string> query;
    if (retired) query["size"] = std::to_string(number_member(object, "until") - 1);
    try {
      return ledger.get("/v1/proofs/0/" + std::to_string(place), query);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kUnavailable) throw;
      none = error;
    }
  }
  throw none.value_or(Error(ErrorCode::kUnavailable, "no key proves record 0:" + std::to_string(place)));
}

// The records by which whoever trusts one of the ledger's keys comes to trust those after it, with proofs.
std::string handover_of(Connection& ledger, const Known& known) {
  std::set<uint64_t> places{0};
  for (const auto& key : known.keys()) {
    const auto& object = key.as_object();
    if (const uint64_t from = number_member(object, "from"); from > 0)
      places.insert({parse_ref(text_member(object, "added"))->seq, from - 1});
    if (object.contains("until"))
      places.insert({parse_ref(text_member(object, "retired"))->seq, number_member(object, "until") - 1});
  }
  std::string proofs;
  for (const uint64_t place : places) proofs += proof_for(ledger, known, place);
  return proofs;
}

int handover(const Invocation& call) {
  const auto ledger = connect(call);
  const std::string proofs = handover_of(*ledger, ask(*ledger));
  const auto file = call.value("-o");
  if (!file) {
    std::cout << proofs;
    return 0;
  }
  write_file_durably(*file, proofs);
  std::cout << *file << " leads from each key of this ledger to those after it: custody check FILE --trust OLD.vkey,"
            << *file << "\n";
  return 0;
}

// In the old ledger, whose records can still be sealed where its key can no longer sign.
int succeeded(const Invocation& call) {
  const std::string& folder = call.argument(1, "the data folder of the new ledger");
  LmdbOptions options;
  options.read_only = true;
  const Descriptor successor = LmdbLog::open(Home{folder, ""}.path("log"), options)->descriptor();
  const auto ledger = connect_without_signer(call);
  const std::string ref = state(*ledger, call, "ledger.succeeded",
                                {{"successor", to_text(successor.ledger_id)},
                                 {"descriptor", to_hex(view_of(sha256(encode_descriptor(successor))))},
                                 {"origin", successor.origin}});
  if (call.json())
    std::cout << boost::json::serialize(boost::json::object{{"ref", ref}}) << "\n";
  else
    std::cout << "recorded at " << ref << ": this ledger goes on in " << successor.origin << "\n";
  return 0;
}

int run(const Invocation& call) {
  const std::string& verb = call.argument(0, "what to do (status, add, confirm, retire, rotate, handover, succeeded)");
  if (verb == "status") return status(call);
  if (verb == "add") return add(call);
  if (verb == "confirm") return confirm(call);
  if (verb == "retire") return retire(call);
  if (verb == "rotate") return rotate(call);
  if (verb == "handover") return handover(call);
  if (verb == "succeeded") return succeeded(call);
  throw Error(ErrorCode::kUsage, "keys takes status, add, confirm, retire, rotate, handover or succeeded, not " + verb);
}

}  // namespace

Command keys_command() {
  return {"keys",
          "status | add | confirm REF | retire KEY | rotate | handover | succeeded DATA",
          "the keys that sign this ledger's checkpoints, and their change",
          "rotate adds a key, waits until checkpoints carry its signature beside the old one's, and retires the old.\n"
          "In a governed ledger each change is stated by one person and confirmed by another, who are authenticated\n"
          "(CUSTODY_TOKEN). A new key is wrapped where CUSTODY_PASSPHRASE or CUSTODY_PASSPHRASE_FILE is set.\n"
          "docs/operations/keys.md: the procedures, and what to do when a key is lost.\n",
          {{"--as", "PERSON", "who does it (default person:operator)"},
           {"--token", "URI", "add a key that is in a PKCS #11 token: pkcs11:...;object=NAME?module-path=FILE"},
           {"--reason", "CODE", "why a key is retired"},
           {"-o", "FILE", "handover: where to (default: standard output)"}},
          run};
}

}  // namespace custody
