// Ledgers in which a source attests what was recorded of it, or something else.
#include "tests/reference/log_cases.h"

namespace custody::maker {
namespace {

// The source of the maker's events, whose numbers are 1, 2, 3, ...
constexpr std::string_view kSource = "urn:example:crm";

Ed25519PrivateKey source_key() {
  return Ed25519PrivateKey::from_seed(std::string(32, 'u'));
}

void put_str8(std::string& out, std::string_view text) {
  out += static_cast<char>(text.size());
  out += text;
}

void registers(Draft& draft) {
  draft.type = "source.registered";
  draft.statement.sequence = 0;
  draft.body.clear();
  put_str8(draft.body, kSource);
  draft.body +=
      std::string(3, '\0') + '\1' + std::string(view_of(source_key().public_key())) + std::string(2 + 4, '\0');
}

// One shard: the source is registered at 2, its events stand at 3, 4, 6 (numbers 2, 3, 4) and it attests at 7.
struct Attests {
  uint64_t from = 2, to = 4;
  Ed25519PrivateKey key = source_key();
  std::string ledger;  // instead of this one's id
  std::function<void(Draft&)> before = {};
};

std::function<std::string()> attested(const std::shared_ptr<Attests>& wanted, Change more = {}) {
  return [=] {
    auto hashes = std::make_shared<std::string>();
    auto ledger = std::make_shared<std::string>();
    return log_with(1, [=](Draft& draft) {
      if (draft.type == "ledger.created") *ledger = draft.body.substr(4, 16);
      const uint64_t seq = draft.seal.seq;
      if (seq == 2) registers(draft);
      if (seq == 3 || seq == 4 || seq == 6) {
        draft.bytes();  // points the statement at its strings
        const std::string statement = to_canonical(draft.statement);
        if (draft.statement.sequence >= wanted->from && draft.statement.sequence <= wanted->to)
          *hashes += std::string(view_of(sha256(statement)));
      }
      if (seq == 7) {
        draft.type = "source.attested";
        draft.statement.sequence = 0;
        draft.body.clear();
        put_str8(draft.body, kSource);
        append_le(draft.body, wanted->from, 8);
        append_le(draft.body, wanted->to, 8);
        draft.body += view_of(sha256(*hashes));
        const std::string id = wanted->ledger.empty() ? *ledger : wanted->ledger;
        draft.body += view_of(wanted->key.sign("CSA1" + id + draft.body));
      }
      if (more) more(draft);
    })();
  };
}

template <class Set>
std::shared_ptr<Attests> with(Set set) {
  auto wanted = std::make_shared<Attests>();
  set(*wanted);
  return wanted;
}

}  // namespace

void add_sources(Collector& all) {
  const Ref at_7{0, 7};
  const auto plain = with([](Attests&) {});
  all.add("valid_attestation", "", {}, attested(plain));
  all.add("valid_attestation_of_one", "", {}, attested(with([](Attests& a) { a.from = a.to = 3; })));
  all.add("attested_by_another_key", "attested_signature", at_7, attested(with([](Attests& a) { a.key = signer(); })));
  all.add("attested_for_another_ledger", "attested_signature", at_7,
          attested(with([](Attests& a) { a.ledger = std::string(16, 'x'); })));
  all.add("attested_without_registration", "attested_signature", at_7,
          attested(plain, at({0, 2}, [](Draft& draft) { draft.type = "source.unregistered"; })));
  all.add("attested_statement_is_missing", "attested_missing", at_7, attested(with([](Attests& a) { a.to = 5; })));
  all.add("attested_statement_was_altered", "attested_digest", at_7,
          attested(plain, at({0, 4}, [](Draft& draft) { draft.body += "!"; })));
  all.add("attested_statement_was_left_out", "attested_missing", at_7,
          attested(plain, at({0, 4}, [](Draft& draft) { draft.statement.sequence = 0; })));
  all.add("attested_number_stands_twice", "attested_digest", at_7,
          attested(with([](Attests& a) { a.from = a.to = 3; }),
                   at({0, 6}, [](Draft& draft) { draft.statement.sequence = 3; })));
  all.add("attested_for_another_source", "attested_form", at_7,
          attested(plain, at(at_7, [](Draft& draft) {
                     draft.source = "urn:example:erp";
                     draft.statement.id = make_event_id(draft.source, draft.source_id, draft.statement.time.us);
                   })));
  all.add("attested_backwards", "attested_form", at_7, attested(with([](Attests& a) { std::swap(a.from, a.to); })));
  all.add("attested_cut_off", "attested_form", at_7,
          attested(plain, at(at_7, [](Draft& draft) { draft.body.pop_back(); })));
}

}  // namespace custody::maker
