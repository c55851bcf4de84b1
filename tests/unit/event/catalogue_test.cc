#include "ledger/event/catalogue.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <random>
#include <set>

#include "ledger/event/validate.h"
#include "tests/unit/event/all_bodies.h"
#include "tests/unit/event/roundtrip.h"
#include "tests/unit/event/schema_check.h"

namespace custody::test {

uint64_t test_seed() {
  static const uint64_t seed = [] {
    const char* given = std::getenv("CUSTODY_SEED");
    const uint64_t value = given != nullptr ? std::stoull(given) : std::random_device{}();
    std::cout << "seed " << value << " (CUSTODY_SEED repeats it)\n";
    return value;
  }();
  return seed;
}

namespace {

constexpr const char* kPublicTypes[] = {"data.collected",        "data.accessed",
                                        "data.shared",           "data.erased",
                                        "data.received",         "data.returned",
                                        "data.handed_over",      "dataset.filled",
                                        "dataset.dropped",       "operation.closed",
                                        "source.attested",       "step.registered",
                                        "step.owner_assigned",   "step.closed",
                                        "department.registered", "person.joined",
                                        "person.assigned",       "person.left",
                                        "system.registered",     "device.registered",
                                        "source.registered",     "partner.registered",
                                        "agreement.signed",      "agreement.ended",
                                        "training.completed",    "policy.adopted",
                                        "notice.given",          "consent.given",
                                        "consent.withdrawn",     "authorisation.given",
                                        "request.submitted",     "request.approved",
                                        "request.rejected",      "grant.filed",
                                        "grant.revoked",         "archive.opened",
                                        "archive.transferred",   "archive.keeper_assigned",
                                        "archive.graded",        "archive.staged",
                                        "contact.made",          "contact.reported",
                                        "contact.exempted",      "archive.reviewed",
                                        "entry.reviewed",        "lead.submitted",
                                        "lead.judged",           "lead.converted",
                                        "backup.made",           "backup.verified",
                                        "hold.placed",           "hold.released",
                                        "cleanup.run",           "erasure.requested",
                                        "erasure.approved",      "erasure.refused",
                                        "erasure.planned",       "erasure.final",
                                        "incident.opened",       "incident.isolated",
                                        "incident.investigated", "incident.recovered",
                                        "incident.reported",     "incident.notified",
                                        "incident.closed",       "leak.sampled",
                                        "leak.traced",           "canary.planted",
                                        "canary.seen",           "share.checked",
                                        "onward.reported",       "disclosure.made",
                                        "sanction.applied",      "mark.given",
                                        "mark.cleared",          "audit.opened",
                                        "audit.found",           "audit.recommended",
                                        "audit.rectified",       "audit.closed",
                                        "finding.raised",        "finding.acknowledged",
                                        "finding.dismissed",     "act.confirmed",
                                        "event.dismissed",       "ledger.created",
                                        "ledger.round",          "sealer.started",
                                        "event.conflicted",      "event.refused",
                                        "clock.stepped",         "key.added",
                                        "key.retired",           "view.attested",
                                        "ledger.read",           "import.begun",
                                        "import.ended",          "ledger.succeeded"};

std::optional<ParsedEvent> read(const boost::json::value& event, std::vector<Fault>& faults) {
  ReadOptions options;
  options.allow_service = true;
  return read_event(event.as_object(), options, faults);
}

TEST(Catalogue, KnowsEveryTypeOfTheContractAndNoOther) {
  std::vector<std::string> known;
  for (const TypeInfo& info : all_types()) known.emplace_back(info.type);
  EXPECT_THAT(known, testing::UnorderedElementsAreArray(kPublicTypes));
  EXPECT_EQ(all_types().size(), EachOf<MotionBodies>::kCount + EachOf<RegistryBodies>::kCount +
                                    EachOf<PermissionBodies>::kCount + EachOf<ArchiveBodies>::kCount +
                                    EachOf<StorageBodies>::kCount + EachOf<IncidentBodies>::kCount +
                                    EachOf<AuditBodies>::kCount + EachOf<LedgerBodies>::kCount);
}

TEST(Catalogue, EveryTypeServesARule) {
  for (const TypeInfo& info : all_types()) {
    EXPECT_FALSE(info.meaning.empty()) << info.type;
    std::istringstream rules{std::string(info.rules)};
    std::string rule;
    size_t n = 0;
    for (; rules >> rule; ++n) EXPECT_TRUE(is_rule_id(rule)) << info.type;
    EXPECT_GE(n, 1U) << info.type;
  }
}

TEST(Catalogue, AbsenceOfATypeOrVersionIsNoError) {
  EXPECT_EQ(find_type("data.invented"), nullptr);
  EXPECT_EQ(find_type("data.shared", 2), nullptr);
  EXPECT_EQ(body_to_json("data.invented", 1, "abc"), std::nullopt);
  EXPECT_EQ(body_to_json("data.shared", 9, "abc"), std::nullopt);
  EXPECT_FALSE(check_body("data.shared", 9, "abc"));
  EXPECT_THROW(check_body("data.shared", 1, "abc"), Error);
}

TEST(Catalogue, ExamplesValidateAgainstCodeAndSchema) {
  for (const TypeInfo& info : all_types()) {
    const boost::json::value event = parse_json(example_event(info));
    std::vector<Fault> faults;
    const auto parsed = read(event, faults);
    for (const Fault& fault : faults) ADD_FAILURE() << info.type << " " << fault.pointer << " " << fault.message;
    ASSERT_TRUE(parsed);
    EXPECT_NO_THROW(info.check(parsed->body));
    EXPECT_EQ(schema_fault(event, parse_json(schema_json(info))), "") << info.type;
  }
}

// The schema says no to an event without one of the members that it requires, and so does the code.
TEST(Catalogue, SchemaAndCodeAgreeOnWhatIsRequired) {
  for (const TypeInfo& info : all_types()) {
    const boost::json::value schema = parse_json(schema_json(info));
    const boost::json::value example = parse_json(example_event(info));
    const auto check = [&](boost::json::value event, const std::string& what) {
      std::vector<Fault> faults;
      const bool valid = read(event, faults).has_value();
      const bool fits = schema_fault(event, schema).empty();
      if (fits) return;  // members that depend on others are the code's alone
      EXPECT_FALSE(valid) << info.type << " without " << what;
    };
    for (const auto& member : example.as_object()) {
      boost::json::value event = example;
      event.as_object().erase(member.key());
      check(event, member.key());
    }
    for (const Member& member : info.members) {
      boost::json::value event = example;
      if (event.at("data").as_object().erase(member.name) == 0) continue;
      check(event, member.name);
      std::vector<Fault> faults;
      if (member.required && member.kind == MemberKind::kPlain) {
        EXPECT_FALSE(read(event, faults)) << info.type << " " << member.name;
        EXPECT_NE(schema_fault(event, schema), "") << info.type << " " << member.name;
      }
    }
  }
}

TEST(Catalogue, RandomBytesAreRefused) {
  std::mt19937_64 random(test_seed());
  for (const TypeInfo& info : all_types()) {
    for (int i = 0; i < 50; ++i) {
      std::string bytes(random() % 80, '\0');
      for (char& c : bytes) c = static_cast<char>(random());
      try {
        const std::string json = info.to_json(bytes);
        std::vector<Fault> faults;
        EXPECT_EQ(body_from_json(info, parse_json(json).as_object(), faults), bytes) << json;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kRefused);
      }
    }
  }
}

TEST(Catalogue, KeyOwnerIsWhomTheValuesAreAbout) {
  PersonJoined joined;
  joined.person = "person:ana";
  EXPECT_EQ(find_type("person.joined")->key_owner(encode_body(joined)), "person:ana");
  IncidentOpened opened;
  opened.incident = "i-1";
  EXPECT_EQ(find_type("incident.opened")->key_owner(encode_body(opened)), "incident:i-1");
  DataAccessed accessed;
  accessed.mode = "read";
  accessed.fields = {"name"};
  EXPECT_EQ(find_type("data.accessed")->key_owner(encode_body(accessed)), "data.accessed");
  accessed.dataset = "dataset:crm";
  EXPECT_EQ(find_type("data.accessed")->key_owner(encode_body(accessed)), "dataset:crm");
  LeadSubmitted lead;
  lead.lead = "l-1";
  lead.reporter = "partner:dealer";
  lead.prospect.bytes.fill(0xab);
  EXPECT_EQ(find_type("lead.submitted")->key_owner(encode_body(lead)), "subject:abababab-abab-abab-abab-abababababab");
}

// Golden bytes: a change of any of these is a change of the format.
TEST(Catalogue, BytesOfAShareAreTheOnesDocumented) {
  DataShared share;
  share.to = "partner:p1";
  share.fields = {"name", "phone"};
  share.share = "r-1";
  share.until = Day{20000};
  share.as_of = AsOf{.time = std::nullopt, .round = Count(7)};
  share.values.items = {"subject"};
  EXPECT_EQ(to_hex(encode_body(share)),
            "0a"
            "706172746e65723a7031"
            "02000000"
            "046e616d65"
            "0570686f6e65"
            "03"
            "722d31"
            "00"
            "00"
            "01"
            "204e0000"
            "01"
            "02"
            "0700000000000000"
            "00"
            "00"
            "00"
            "00"
            "01000000"
            "077375626a656374");
}

TEST(Catalogue, WritersRefuseWhatReadersRefuse) {
  DataShared share;
  share.to = "partner:P1";  // upper case is no code
  share.fields = {"name"};
  share.share = "r-1";
  EXPECT_THROW(encode_body(share), Error);
  share.to = "partner:p1";
  share.fields = FieldNames{"phone", "name"};  // not ascending
  EXPECT_THROW(encode_body(share), Error);
  share.fields = {};
  EXPECT_THROW(encode_body(share), Error);
  share.fields = {"name"};
  share.values.items = {"b", "a"};
  EXPECT_THROW(encode_body(share), Error);
  share.values.items.clear();
  share.rows = Count((uint64_t{1} << 53) + 1);
  EXPECT_THROW(encode_body(share), Error);
  share.rows = Count(uint64_t{1} << 53);
  EXPECT_NO_THROW(encode_body(share));
}

}  // namespace
}  // namespace custody::test
