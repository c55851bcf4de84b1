#include "ledger/event/statement_check.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <deque>

#include "ledger/codec/jcs.h"
#include "ledger/event/validate.h"

namespace custody {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

// A statement as a client would make it of an event in JSON.
class ClientStatement {
 public:
  explicit ClientStatement(const std::string& event) : document_(parse_json(event)) {
    std::vector<Fault> faults;
    auto parsed = read_event(document_.get_object(), {}, faults);
    EXPECT_THAT(faults, IsEmpty());
    if (!parsed) return;
    event_ = *std::move(parsed);
    subject = event_.subject;
    statement.type = event_.type->type;
    statement.version = event_.type->version;
    statement.source = event_.source;
    statement.source_id = event_.id;
    statement.sequence = event_.sequence;
    statement.time = event_.time;
    statement.actor = event_.actor;
    statement.step = event_.step;
    statement.grant = event_.grant;
    statement.purpose = event_.purpose;
    statement.device = event_.device;
    statement.place = event_.place;
    statement.traceparent = event_.traceparent;
    statement.body = event_.body;
    statement.id = make_event_id(event_.source, event_.id, event_.time.us);
    for (const EventValue& value : event_.values) fields.push_back({value.name, {}, value.type, bytes_of(value)});
  }

  ClientStatement(const ClientStatement&) = delete;  // its views point into itself
  ClientStatement& operator=(const ClientStatement&) = delete;

  std::vector<std::string> pointers() const {
    std::vector<std::string> out;
    for (const Fault& fault : faults_of_statement(statement, subject, fields)) out.push_back(fault.pointer);
    return out;
  }

  Statement statement;
  std::string subject;
  std::vector<SaltedField> fields;

 private:
  std::string_view bytes_of(const EventValue& value) {
    if (value.type == ValueType::kText) return kept_.emplace_back(value.json->get_string());
    if (!value.customers) return kept_.emplace_back(to_jcs(*value.json));
    std::string list;
    append_le(list, value.json->get_array().size(), 4);
    return kept_.emplace_back(list + std::string(16 * value.json->get_array().size(), 's'));
  }

  boost::json::value document_;
  ParsedEvent event_;
  std::deque<std::string> kept_;
};

constexpr const char* kCollected = R"({"specversion":"1.0","id":"e-1","type":"data.collected","source":"urn:crm",
  "time":"2026-03-02T09:30:00+01:00","subject":"C-10017","actor":"person:ana","step":"step:registration","grant":"g-1",
  "device":"device:d","place":"10.1.2.3","sequence":"17","purpose":"offer",
  "data":{"channel":"exhibition","basis":"consent","values":{"age":44,"name":"Maria"},"notes":"call"}})";

TEST(StatementCheck, TakesWhatJsonWouldHaveMadeOfEveryType) {
  for (const TypeInfo& type : all_types()) {
    if (type.authority == Authority::kService) continue;
    EXPECT_THAT(ClientStatement(example_event(type)).pointers(), IsEmpty()) << type.type;
  }
}

TEST(StatementCheck, TakesNothingThatOnlyTheLedgerMaySay) {
  ClientStatement one(kCollected);
  one.statement.source = "custody:sealer";
  one.statement.id = make_event_id(one.statement.source, one.statement.source_id, one.statement.time.us);
  EXPECT_THAT(one.pointers(), ElementsAre("/statement/type"));
  ClientStatement two(kCollected);
  two.statement.version = 2;
  EXPECT_THAT(two.pointers(), ElementsAre("/statement/type"));
}

// Prose and names of people would stand readable in the chain for ever.
TEST(StatementCheck, TakesNoTextWhereCodesStand) {
  const std::pair<std::string_view Statement::*, const char*> attributes[] = {
      {&Statement::source, "/statement/source"},
      {&Statement::source_id, "/statement/id"},
      {&Statement::actor, "/statement/actor"},
      {&Statement::step, "/statement/step"},
      {&Statement::grant, "/statement/grant"},
      {&Statement::purpose, "/statement/purpose"},
      {&Statement::device, "/statement/device"},
      {&Statement::place, "/statement/place"},
      {&Statement::traceparent, "/statement/traceparent"},
  };
  for (const auto& [attribute, pointer] : attributes) {
    ClientStatement one(kCollected);
    one.statement.*attribute = attribute == &Statement::source_id ? "line\nfeed" : "Maria Ejemplo";
    one.statement.id = make_event_id(one.statement.source, one.statement.source_id, one.statement.time.us);
    EXPECT_THAT(one.pointers(), ElementsAre(pointer));
  }
  ClientStatement one(kCollected);
  one.statement.step = {};
  one.statement.sequence = Count::kMax + 1;
  one.statement.id.bytes[0] ^= 1;
  EXPECT_THAT(one.pointers(), testing::UnorderedElementsAre("/statement/step", "/statement/sequence", "/statement/id"));
}

TEST(StatementCheck, TheBodyNamesExactlyTheValuesThatGoWithIt) {
  ClientStatement one(kCollected);
  one.fields.erase(one.fields.begin());
  EXPECT_THAT(one.pointers(), ElementsAre("/statement/body"));
  ClientStatement two(kCollected);
  two.fields.push_back({"zodiac", {}, ValueType::kText, "leo"});
  EXPECT_THAT(two.pointers(), ElementsAre("/statement/body"));
  ClientStatement three(kCollected);
  three.statement.body = "not a body";
  EXPECT_THAT(three.pointers(), ElementsAre("/statement/body"));
}

TEST(StatementCheck, TheSubjectIsTheOneCommittedTo) {
  ClientStatement one(kCollected);
  one.subject = "C-10018";
  EXPECT_THAT(one.pointers(), ElementsAre("/values/subject"));
  one.subject = {};
  EXPECT_THAT(one.pointers(), ElementsAre("/subject"));
}

TEST(StatementCheck, ValuesHaveTheFormThatJsonGivesThem) {
  const auto with = [](std::string_view name, ValueType type, std::string_view value) {
    ClientStatement one(kCollected);
    for (SaltedField& field : one.fields)
      if (field.name == name) field = {name, {}, type, value};
    return one.pointers();
  };
  EXPECT_THAT(with("age", ValueType::kJson, "45"), IsEmpty());
  EXPECT_THAT(with("age", ValueType::kJson, "45 "), ElementsAre("/values/age"));
  EXPECT_THAT(with("age", ValueType::kJson, "}, \"injected\": 1"), ElementsAre("/values/age"));
  EXPECT_THAT(with("age", ValueType::kJson, "\"text\""), ElementsAre("/values/age"));
  EXPECT_THAT(with("name", ValueType::kAttachment, "x"), ElementsAre("/values/name"));
  EXPECT_THAT(with("notes", ValueType::kJson, "1"), ElementsAre("/values/notes"));
}

TEST(StatementCheck, AListHasAsManyEntriesAsTheBodySays) {
  const std::string event = R"({"specversion":"1.0","id":"e-1","type":"dataset.filled","source":"urn:crm",
    "time":"2026-03-02T09:30:00+01:00","actor":"system:crm","step":"step:export",
    "data":{"dataset":"dataset:a","fields":["name"],"count":2,"roster":["C-1","C-2"]}})";
  ClientStatement one(event);
  EXPECT_THAT(one.pointers(), IsEmpty());
  const std::string shorter = std::string("\1\0\0\0", 4) + std::string(16, 's');
  one.fields[0].value = shorter;
  EXPECT_THAT(one.pointers(), ElementsAre("/values/roster"));
  one.fields[0].value = "C-1, C-2";
  EXPECT_THAT(one.pointers(), ElementsAre("/values/roster"));
}

}  // namespace
}  // namespace custody
