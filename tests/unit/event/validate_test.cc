#include "ledger/event/validate.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "ledger/event/bodies_archive.h"
#include "ledger/event/bodies_motion.h"
#include "ledger/event/bodies_permission.h"
#include "ledger/event/envelope.h"

namespace custody {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr const char* kCollectedEvent = R"({
  "specversion": "1.0", "id": "e-1", "type": "data.collected", "source": "urn:crm", "time": "2026-03-02T09:30:00+01:00",
  "subject": "C-10017", "actor": "person:ana", "step": "step:registration", "purpose": "offer", "sequence": "17",
  "after": "0:12", "operation": "op-1", "device": "device:laptop-4", "place": "10.1.2.3",
  "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "grant": "grant-1",
  "data": {"channel": "exhibition", "basis": "consent", "values": {"phone": "+34 600", "name": "Maria", "age": 44},
           "notes": "asked for a call"}})";

// `kCollectedEvent` (or another event) with some members replaced: "/a/b" -> JSON text, "" = removed.
boost::json::value changed(std::string_view event, std::initializer_list<std::pair<const char*, const char*>> changes) {
  boost::json::value value = parse_json(event);
  for (const auto& [pointer, text] : changes) {
    const std::string_view path(pointer);
    const size_t slash = path.rfind('/');
    auto& parent = value.at_pointer(path.substr(0, slash)).as_object();
    const std::string name(path.substr(slash + 1));
    if (*text == '\0')
      parent.erase(name);
    else
      parent[name] = parse_json(text);
  }
  return value;
}

std::vector<std::string> pointers(const boost::json::value& event) {
  std::vector<std::string> out;
  for (const Fault& fault : validate_event(event.as_object())) {
    EXPECT_FALSE(fault.message.empty());
    out.push_back(fault.pointer);
  }
  return out;
}

ParsedEvent parsed(const boost::json::value& event, const ReadOptions& options = {}) {
  std::vector<Fault> faults;
  auto result = read_event(event.as_object(), options, faults);
  for (const Fault& fault : faults) ADD_FAILURE() << fault.pointer << " " << fault.message;
  return result.value_or(ParsedEvent{});
}

TEST(ReadEvent, GivesTheAttributesTheBodyAndTheValues) {
  const boost::json::value document = parse_json(kCollectedEvent);
  const ParsedEvent event = parsed(document);
  EXPECT_EQ(event.type->type, "data.collected");
  EXPECT_EQ(event.id, "e-1");
  EXPECT_EQ(event.source, "urn:crm");
  EXPECT_EQ(event.subject, "C-10017");
  EXPECT_EQ(event.time.offset_min, 60);
  EXPECT_EQ(event.actor, "person:ana");
  EXPECT_EQ(event.step, "step:registration");
  EXPECT_EQ(event.grant, "grant-1");
  EXPECT_EQ(event.purpose, "offer");
  EXPECT_EQ(event.operation, "op-1");
  EXPECT_EQ(event.device, "device:laptop-4");
  EXPECT_EQ(event.place, "10.1.2.3");
  EXPECT_EQ(event.sequence, 17U);
  EXPECT_EQ(event.after, (Ref{0, 12}));
  EXPECT_EQ(event.traceparent.size(), 55U);
  EXPECT_EQ(event.key_owner, "");

  const auto body = decode_body<DataCollected>(event.body);
  EXPECT_EQ(body.channel.text, "exhibition");
  EXPECT_THAT(body.values.items, ElementsAre("age", "name", "notes", "phone", "subject"));
  ASSERT_EQ(event.values.size(), 5U);
  EXPECT_EQ(event.values[0].type, ValueType::kJson);
  EXPECT_EQ(event.values[1].type, ValueType::kText);
  EXPECT_EQ(event.values[1].json->as_string(), "Maria");
  EXPECT_EQ(event.values[4].json->as_string(), "C-10017");
}

TEST(ReadEvent, ReportsAllFaultsAtOnce) {
  const auto event = changed(kCollectedEvent, {{"/specversion", "\"0.3\""},
                                               {"/id", "\"a\\u0001\""},
                                               {"/source", "\"crm\""},
                                               {"/time", "\"2026-03-02T09:30:00\""},
                                               {"/actor", "\"ana\""},
                                               {"/step", ""},
                                               {"/subject", ""},
                                               {"/principal", "\"person:ana\""},
                                               {"/colour", "\"red\""},
                                               {"/sequence", "17"},
                                               {"/after", "\"0\""},
                                               {"/traceparent", "\"00-0-0-0\""},
                                               {"/grant", "\"Grant 1\""},
                                               {"/data/channel", ""},
                                               {"/data/basis", "\"because\""},
                                               {"/data/values", "[\"name\"]"},
                                               {"/data/notes", "7"},
                                               {"/data/reviewer", "\"dept:sales\""},
                                               {"/data/extra", "true"}});
  EXPECT_THAT(pointers(event), UnorderedElementsAre("/specversion", "/id", "/source", "/time", "/actor", "/step",
                                                    "/subject", "/principal", "/colour", "/sequence", "/after",
                                                    "/traceparent", "/grant", "/data/channel", "/data/basis",
                                                    "/data/values", "/data/notes", "/data/reviewer", "/data/extra"));
}

TEST(ReadEvent, MissingAttributesAreNamed) {
  EXPECT_THAT(pointers(parse_json("{}")),
              UnorderedElementsAre("/specversion", "/id", "/type", "/source", "/time", "/actor", "/data"));
}

struct Case {
  const char* what;
  const char* pointer;
  const char* json;  // replaces the member at `pointer`
  const char* fault;
};

class OneFault : public testing::TestWithParam<Case> {};

TEST_P(OneFault, IsFoundAtItsPlace) {
  const auto event = changed(kCollectedEvent, {{GetParam().pointer, GetParam().json}});
  EXPECT_THAT(pointers(event), ElementsAre(GetParam().fault)) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    Envelope, OneFault,
    testing::Values(Case{"id too long", "/id", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
                         "/id"},
                    Case{"id empty", "/id", "\"\"", "/id"}, Case{"id no string", "/id", "1", "/id"},
                    Case{"id with a C1 control", "/id", "\"a\\u0085\"", "/id"},
                    Case{"type unknown", "/type", "\"data.lost\"", "/type"},
                    Case{"type null", "/type", "null", "/type"},
                    Case{"type of the ledger", "/type", "\"ledger.round\"", "/type"},
                    Case{"source of the ledger", "/source", "\"custody:sealer\"", "/source"},
                    Case{"source with a space", "/source", "\"urn:a b\"", "/source"},
                    Case{"source with a bad escape", "/source", "\"urn:a%2\"", "/source"},
                    Case{"time before 1970", "/time", "\"1969-12-31T23:59:59Z\"", "/time"},
                    Case{"leap second", "/time", "\"2016-12-31T23:59:60Z\"", "/time"},
                    Case{"offset of 24 hours", "/time", "\"2026-03-02T09:30:00+24:00\"", "/time"},
                    Case{"actor a department", "/actor", "\"dept:sales\"", "/actor"},
                    Case{"actor without a name", "/actor", "\"person:\"", "/actor"},
                    Case{"step without its kind", "/step", "\"registration\"", "/step"},
                    Case{"purpose in upper case", "/purpose", "\"Offer\"", "/purpose"},
                    Case{"sequence zero", "/sequence", "\"0\"", "/sequence"},
                    Case{"sequence with a sign", "/sequence", "\"+4\"", "/sequence"},
                    Case{"sequence beyond 2^53", "/sequence", "\"9007199254740993\"", "/sequence"},
                    Case{"after a shard beyond 63", "/after", "\"64:1\"", "/after"},
                    Case{"trace of zeros", "/traceparent",
                         "\"00-00000000000000000000000000000000-b7ad6b7169203331-01\"", "/traceparent"},
                    Case{"an attribute with a slash", "/a~1b", "1", "/a~01b"},
                    Case{"content type", "/datacontenttype", "\"text/xml\"", "/datacontenttype"},
                    Case{"received_at", "/received_at", "\"2026-03-02T09:30:00Z\"", "/received_at"},
                    Case{"data no object", "/data", "[]", "/data"}, Case{"data null", "/data", "null", "/data"},
                    Case{"subject a number", "/subject", "10017", "/subject"},
                    Case{"subject empty", "/subject", "\"\"", "/subject"}));

INSTANTIATE_TEST_SUITE_P(
    Body, OneFault,
    testing::Values(Case{"no values", "/data/values", "", "/data/values"},
                    Case{"empty values", "/data/values", "{}", "/data/values"},
                    Case{"a name that is no code", "/data/values", R"({"Name":"x"})", "/data/values/Name"},
                    Case{"a reserved name", "/data/values", R"({"name":"x","subject":"C-1"})", "/data/values/subject"},
                    Case{"a name with a slash", "/data/values", R"({"name":"x","A/~":1})", "/data/values/A~1~0"},
                    Case{"an optional that is null", "/data/method", "null", "/data/method"},
                    Case{"a code too long", "/data/method",
                         "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", "/data/method"},
                    Case{"a mistyped member", "/data/channel", "{}", "/data/channel"}));

TEST(ReadEvent, KnowsWhichTypesHaveASubject) {
  constexpr const char* kFilled = R"({"specversion":"1.0","id":"1","type":"dataset.filled","source":"urn:crm",
      "time":"2026-03-02T09:30:00Z","actor":"system:crm",
      "data":{"dataset":"dataset:x","fields":["name"],"count":2,"roster":["C-1","C-2"]}})";
  EXPECT_THAT(pointers(parse_json(kFilled)), ElementsAre());
  EXPECT_THAT(pointers(changed(kFilled, {{"/subject", "\"C-1\""}})), ElementsAre("/subject"));

  constexpr const char* kAccessed = R"({"specversion":"1.0","id":"1","type":"data.accessed","source":"urn:crm",
      "time":"2026-03-02T09:30:00Z","actor":"system:crm","step":"step:use","subject":"C-1",
      "data":{"mode":"read","fields":["name"]}})";
  EXPECT_THAT(pointers(parse_json(kAccessed)), ElementsAre());
  EXPECT_THAT(pointers(changed(kAccessed, {{"/subject", ""}})), ElementsAre("/subject"));
  EXPECT_THAT(pointers(changed(kAccessed, {{"/subject", ""}, {"/data/dataset", "\"dataset:x\""}})), ElementsAre());

  constexpr const char* kHold = R"({"specversion":"1.0","id":"1","type":"hold.placed","source":"urn:legal",
      "time":"2026-03-02T09:30:00Z","actor":"person:ana","data":{"hold":"h-1","authority":"court"}})";
  EXPECT_THAT(pointers(parse_json(kHold)), ElementsAre("/subject"));
  EXPECT_THAT(pointers(changed(kHold, {{"/data/customers", "[\"C-1\"]"}})), ElementsAre());
  EXPECT_THAT(pointers(changed(kHold, {{"/subject", "\"C-1\""}})), ElementsAre());
}

TEST(ReadEvent, AttachesListsAndKeepsTheirLength) {
  const boost::json::value document = parse_json(R"({"specversion":"1.0","id":"1","type":"request.submitted",
      "source":"urn:desk","time":"2026-03-02T09:30:00Z","actor":"person:ana",
      "data":{"request":"r-1","kind":"share","applicant":"person:ana","purpose":"offer","fields":["phone","name"],
              "customers":["C-1","C-2","C-3"],"until":"2026-12-31"}})");
  const ParsedEvent event = parsed(document);
  const auto body = decode_body<RequestSubmitted>(event.body);
  EXPECT_EQ(body.customers->entries.value, 3U);
  EXPECT_THAT(body.values.items, ElementsAre("customers"));
  EXPECT_EQ(body.fields.items.front().text, "name");  // sets may come in any order
  ASSERT_EQ(event.values.size(), 1U);
  EXPECT_EQ(event.values[0].type, ValueType::kAttachment);
  EXPECT_TRUE(event.values[0].customers);
  EXPECT_EQ(event.key_owner, "request:r-1");
  EXPECT_EQ(body_to_json("request.submitted", 1, event.body),
            R"({"request":"r-1","kind":"share","applicant":"person:ana","purpose":"offer","fields":["name","phone"],)"
            R"("customers":3,"until":"2026-12-31","values":["customers"]})");

  auto wrong = document;
  wrong.at("data").as_object()["customers"] = 3;  // a record's form is no event's form
  EXPECT_THAT(pointers(wrong), ElementsAre("/data/customers"));
  wrong.at("data").as_object()["customers"] = boost::json::array{"C-1", 2};
  EXPECT_THAT(pointers(wrong), ElementsAre("/data/customers/1"));
  wrong.at("data").as_object().erase("customers");
  EXPECT_THAT(pointers(wrong), ElementsAre("/data/customers"));
  wrong.at("data").as_object()["set"] = "grade-a";
  EXPECT_THAT(pointers(wrong), ElementsAre("/data/count"));
  wrong.at("data").as_object()["fields"] = boost::json::array{"name", "name"};
  EXPECT_THAT(pointers(wrong), ElementsAre("/data/fields"));
}

TEST(ReadEvent, ResolvesTheContactOfALead) {
  const boost::json::value document = parse_json(R"({"specversion":"1.0","id":"1","type":"lead.submitted",
      "source":"urn:dealer","time":"2026-03-02T09:30:00Z","actor":"person:ana",
      "data":{"lead":"l-1","reporter":"partner:dealer","values":{"prospect":"+34 600 1"}}})");
  ReadOptions options;
  options.resolve = [](std::string_view contact) {
    EXPECT_EQ(contact, "+34 600 1");
    ByteArray<16> id{};
    id.fill(7);
    return id;
  };
  const ParsedEvent event = parsed(document, options);
  const auto body = decode_body<LeadSubmitted>(event.body);
  EXPECT_EQ(body.prospect.bytes[15], 7);
  EXPECT_THAT(body.values.items, ElementsAre("prospect"));
  EXPECT_EQ(event.key_owner, "subject:07070707-0707-0707-0707-070707070707");

  auto wrong = document;
  wrong.at("data").as_object().erase("values");
  EXPECT_THAT(pointers(wrong), ElementsAre("/data/values/prospect"));
  wrong.at("data").as_object()["prospect"] = "019aa5b2-7c00-8123-8456-789abcdef012";
  EXPECT_THAT(pointers(wrong), ElementsAre());
}

TEST(ReadEvent, SizesAreBounded) {
  boost::json::value event = parse_json(kCollectedEvent);
  auto& values = event.at("data").at("values").as_object();
  values["name"] = std::string(kMaxValueBytes, 'x');
  EXPECT_THAT(pointers(event), ElementsAre());
  values["name"] = std::string(kMaxValueBytes + 1, 'x');
  EXPECT_THAT(pointers(event), ElementsAre("/data/values/name"));
  values["name"] = "x";
  for (int i = 0; i < 256; ++i) values["f" + std::to_string(i)] = i;
  EXPECT_THAT(pointers(event), ElementsAre("/data/values"));

  boost::json::value wide = parse_json(R"({"specversion":"1.0","id":"1","type":"dataset.filled","source":"urn:crm",
      "time":"2026-03-02T09:30:00Z","actor":"system:crm","data":{"dataset":"dataset:x","count":1,"fields":[]}})");
  for (int i = 0; i < 1000; ++i)
    wide.at("data").at("fields").as_array().push_back(boost::json::string(std::to_string(i) + std::string(40, 'x')));
  EXPECT_THAT(pointers(wide), ElementsAre("/data"));
}

TEST(ReadEvent, MembersThatExcludeEachOtherAreFaults) {
  constexpr const char* kErased = R"({"specversion":"1.0","id":"1","type":"data.erased","source":"urn:crm",
      "time":"2026-03-02T09:30:00Z","actor":"system:crm","step":"step:archive","subject":"C-1",
      "data":{"cause":"expiry","all":true}})";
  EXPECT_THAT(pointers(parse_json(kErased)), ElementsAre());
  EXPECT_THAT(pointers(changed(kErased, {{"/data/holders", "[\"person:ana\"]"}})), ElementsAre("/data/holders"));
  EXPECT_THAT(pointers(changed(kErased, {{"/data/all", ""}})), ElementsAre("/data/holders"));
  EXPECT_THAT(pointers(changed(kErased, {{"/data/all", "false"}})), ElementsAre("/data/all"));
}

TEST(ReadEvent, CountsMayBeUndeclaredAndPositionsMayBeRounds) {
  constexpr const char* kFilled = R"({"specversion":"1.0","id":"1","type":"dataset.filled","source":"urn:crm",
      "time":"2026-03-02T09:30:00Z","actor":"system:crm",
      "data":{"dataset":"dataset:x","fields":["undeclared"],"count":"undeclared","as_of":"2026-03-02T00:00:00Z"}})";
  const auto by_time = decode_body<DatasetFilled>(parsed(parse_json(kFilled)).body);
  EXPECT_FALSE(by_time.count.known);
  EXPECT_TRUE(by_time.as_of->time);
  const auto by_round = decode_body<DatasetFilled>(parsed(changed(kFilled, {{"/data/as_of", "12"}})).body);
  EXPECT_EQ(by_round.as_of->round->value, 12U);
  EXPECT_THAT(pointers(changed(kFilled, {{"/data/as_of", "true"}})), ElementsAre("/data/as_of"));
  EXPECT_THAT(pointers(changed(kFilled, {{"/data/as_of", "1.5"}})), ElementsAre("/data/as_of"));
  EXPECT_THAT(pointers(changed(kFilled, {{"/data/count", "\"many\""}})), ElementsAre("/data/count"));
  EXPECT_THAT(pointers(changed(kFilled, {{"/data/count", "-1"}})), ElementsAre("/data/count"));
  EXPECT_THAT(pointers(changed(kFilled, {{"/data/count", "9007199254740993"}})), ElementsAre("/data/count"));
  EXPECT_THAT(pointers(changed(kFilled, {{"/data/count", "1"}, {"/data/roster", "[\"C-1\",\"C-2\"]"}})),
              ElementsAre("/data/count"));
}

TEST(ReadEvent, TypesWithoutValuesTakeNone) {
  const auto event = parse_json(R"({"specversion":"1.0","id":"1","type":"source.attested","source":"urn:crm",
      "time":"2026-03-02T09:30:00Z","actor":"system:crm",
      "data":{"source":"urn:crm","from_sequence":2,"to_sequence":1,"digest":"00","signature":"",
              "values":{"a":1},"notes":"x"}})");
  EXPECT_THAT(pointers(event), UnorderedElementsAre("/data/digest", "/data/signature", "/data/values", "/data/notes"));
}

TEST(Traceparent, IsWhatTheStandardSays) {
  EXPECT_TRUE(is_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"));
  EXPECT_FALSE(is_traceparent("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"));
  EXPECT_FALSE(is_traceparent("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"));
  EXPECT_FALSE(is_traceparent("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-00"));
}

}  // namespace
}  // namespace custody
