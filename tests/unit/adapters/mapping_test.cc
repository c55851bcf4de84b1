// Mapping files: what they say becomes of a row, and where they are wrong.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>

#include "ledger/base/error.h"
#include "producers/adapters/code_name.h"
#include "producers/adapters/mapping.h"
#include "producers/adapters/time_format.h"
#include "tests/unit/adapters/import_of.h"
#include "tests/unit/adapters/temp_files.h"

namespace custody::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kHead = R"(format = 1
zone = "+08:00"
[event]
source = "urn:x"
time = { as = "time", from = "{when}", format = "%d.%m.%Y %H:%M" }
actor = "person:{who}"
step = "step:s"
subject = "{customer}"
)";
constexpr const char* kRead = R"([[rule]]
type = "data.accessed"
data = { mode = "read", fields = { as = "list", from = "{fields}", split = ";" } }
)";
constexpr const char* kRow = "customer,when,who,fields\nC-1,02.03.2024 09:30,anna,name;phone\n";

class MappingFiles : public testing::Test {
 protected:
  Imported import(const std::string& mapping, const std::string& csv, const std::string& name = "log.csv") {
    ImportRequest request;
    request.paths = {files_.write(name, csv)};
    request.mapping = files_.write("mapping.toml", mapping);
    request.brackets = false;
    return import_all(request);
  }
  std::string only_event(const std::string& mapping, const std::string& csv) {
    const Imported imported = import(mapping, csv);
    EXPECT_THAT(imported.refused, IsEmpty());
    EXPECT_EQ(imported.events.size(), 1U);
    if (imported.events.empty()) return "";
    EXPECT_EQ(faults_of(imported.events[0]), "");
    return imported.events[0].json;
  }
  TempFiles files_;
};

std::string fault_in(const std::string& mapping) {
  try {
    parse_mapping(mapping, "m.toml");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return error.what();
  }
  return "";
}

TEST_F(MappingFiles, ARowBecomesAnEvent) {
  EXPECT_EQ(only_event(std::string(kHead) + kRead + "id = \"{who}/{@line}\"\n", kRow),
            R"({"specversion":"1.0","id":"anna/2","type":"data.accessed","source":"urn:x",)"
            R"("time":"2024-03-02T09:30:00+08:00","subject":"C-1","actor":"person:anna","step":"step:s",)"
            R"("data":{"fields":["name","phone"],"mode":"read"}})");
}

TEST_F(MappingFiles, IdsOfRowsWithoutOneHideWhatIsPersonal) {
  const std::string mapping = std::string(kHead) + kRead + "values = { phone = \"{phone}\" }\nnotes = \"{note}\"\n";
  const auto ids = [&](const std::string& rows, const std::string& name) {
    const Imported imported = import(mapping, "customer,when,who,fields,phone,note\n" + rows, name);
    std::vector<std::string> out;
    for (size_t i = 0; i < imported.events.size(); ++i) out.emplace_back(imported.event(i).at("id").as_string());
    return out;
  };
  const auto first = ids("C-1,02.03.2024 09:30,anna,name,1,x\nC-1,02.03.2024 09:30,anna,name,1,x\n", "log.csv");
  ASSERT_EQ(first.size(), 2U);
  EXPECT_NE(first[0], first[1]) << "two rows are two events, whatever stands in them";
  EXPECT_EQ(ids("C-2,02.03.2024 09:30,anna,name,2,y\n", "log.csv")[0], first[0]);
  EXPECT_NE(ids("C-1,02.03.2024 09:31,anna,name,1,x\n", "log.csv")[0], first[0]);
  EXPECT_NE(ids("C-1,02.03.2024 09:30,anna,name,1,x\n", "other.csv")[0], first[0]);
}

TEST_F(MappingFiles, BadCellsAreNamedByFileLineAndColumn) {
  const Imported imported =
      import(std::string(kHead) + kRead,
             "customer,when,who,fields\nC-1,31.02.2024 09:30,anna,name\n\"C\n2\",02.03.2024 09:30,,"
             "name\nC-3,02.03.2024 09:30,bob,name\n");
  EXPECT_EQ(imported.events.size(), 1U);
  EXPECT_EQ(imported.summary.refused, 2U);
  EXPECT_EQ(imported.summary.seen, 3U);
  EXPECT_THAT(imported.refused,
              ElementsAre(EndsWith("log.csv:2:5: 'when': '31.02.2024 09:30' is no time of the form %d.%m.%Y %H:%M"),
                          EndsWith("log.csv:4:21: 'who': has no value")));
}

TEST_F(MappingFiles, OptionalColumnsLeaveTheirMemberOut) {
  const std::string mapping = std::string(kHead) + kRead + "place = \"{site?}\"\ngrant = \"{grant?}\"\n";
  const std::string event =
      only_event(mapping, "customer,when,who,fields,site,grant\nC-1,02.03.2024 09:30,anna,name,hq,\n");
  EXPECT_THAT(event, HasSubstr(R"("place":"hq")"));
  EXPECT_THAT(event, testing::Not(HasSubstr("grant")));
}

TEST_F(MappingFiles, MapsTranslateAndRefuseWordsTheyDoNotKnow) {
  const std::string mapping = std::string(kHead) + "[maps.mode]\nR = \"read\"\nX = \"export\"\n" +
                              "[[rule]]\ntype = \"data.accessed\"\n" +
                              "data = { mode = \"{mode|map:mode}\", fields = [\"name\"] }\n";
  const Imported imported =
      import(mapping, "customer,when,who,mode\nC-1,02.03.2024 09:30,anna,X\nC-1,02.03.2024 09:30,anna,Q\n");
  ASSERT_EQ(imported.events.size(), 1U);
  EXPECT_THAT(imported.events[0].json, HasSubstr(R"("mode":"export")"));
  EXPECT_THAT(imported.refused, ElementsAre(EndsWith("log.csv:3:27: 'mode': 'Q' does not stand in [maps.mode]")));
}

TEST_F(MappingFiles, ConditionsChooseTheRuleAndTheRestIsCounted) {
  std::string mapping = std::string(kHead) + kRead + "when = { what = [\"read\", \"view*\"] }\n" +
                        "[[leave]]\nwhen = { what = \"login\" }\nreason = \"no data\"\n";
  mapping.insert(mapping.find("zone"), "name = \"{what}\"\n");
  std::string rows = "what,customer,when,who,fields\n";
  for (const char* what : {"read", "viewed", "login", "other", "login"})
    rows += std::string(what) + ",C-1,02.03.2024 09:30,anna,name\n";
  const Imported imported = import(mapping, rows);
  EXPECT_EQ(imported.events.size(), 2U);
  const ImportSummary::Counts expected{{{"login", "no data"}, 2}, {{"other", "no rule"}, 1}};
  EXPECT_EQ(imported.summary.left_out, expected);
  EXPECT_EQ(imported.records(), 5U);
}

TEST_F(MappingFiles, ContinueMakesSeveralEventsWithIdsOfTheirOwn) {
  const std::string mapping = std::string(kHead) +
                              "[[rule]]\ncontinue = true\ntype = \"archive.opened\"\nid = \"{customer}\"\n" +
                              "data = { opener = \"person:{who}\" }\n" + kRead + "id = \"{customer}\"\n";
  const Imported imported = import(mapping, kRow);
  ASSERT_EQ(imported.events.size(), 2U);
  EXPECT_EQ(imported.event(0).at("id").as_string(), "C-1/1");
  EXPECT_EQ(imported.event(1).at("id").as_string(), "C-1/2");
}

TEST_F(MappingFiles, NamesThatAreNoCodesAreShortenedAndLabelled) {
  const std::string mapping = std::string(kHead) + kRead + "device = { as = \"code\", from = \"device:{host}\" }\n" +
                              "place = { as = \"code\", from = \"{room}\" }\n";
  const std::string row = "C-1,02.03.2024 09:30,anna,name,Büro PC,Room 1\n";
  const Imported imported = import(mapping, "customer,when,who,fields,host,room\n" + row + row);
  ASSERT_EQ(imported.events.size(), 3U);
  EXPECT_EQ(imported.summary.labels, 1U);
  const auto label = imported.event(0);
  EXPECT_EQ(label.at("type").as_string(), "device.registered");
  EXPECT_EQ(label.at("data").at("label").as_string(), "Büro PC");
  EXPECT_EQ(label.at("data").at("id"), imported.event(1).at("device"));
  EXPECT_EQ(imported.event(1).at("device").as_string(), code_of("device:Büro PC"));
  EXPECT_EQ(imported.event(1).at("data").at("notes").as_string(), "place = Room 1");
  for (const ImportedEvent& event : imported.events) EXPECT_EQ(faults_of(event), "");
}

TEST_F(MappingFiles, ListsOfNdjsonBecomeOneOperation) {
  ImportRequest request;
  request.format = ImportFormat::kNdjson;
  request.paths = {files_.write("a.ndjson", R"({"id":"q-1","at":"2024-01-01T00:00:00Z","who":"anna","n":{"rows":7},)"
                                            "\"tables\":[{\"t\":\"orders\"},{\"t\":\"people\"}]}\n")};
  request.mapping = files_.write("m.toml", R"(format = 1
id = "{id}"
[[rule]]
source = "urn:x"
time = "{at}"
actor = "person:{who}"
step = "step:s"
each = "tables"
type = "data.accessed"
data = { dataset = "dataset:{each.t}", mode = "query", fields = ["undeclared"], rows = { as = "json", from = "n.rows" } }
)");
  request.brackets = false;
  const Imported imported = import_all(request);
  ASSERT_EQ(imported.events.size(), 3U);
  for (const ImportedEvent& event : imported.events) EXPECT_EQ(faults_of(event), "") << event.json;
  EXPECT_EQ(imported.event(1).at("id").as_string(), "q-1/2");
  EXPECT_EQ(imported.event(1).at("operation").as_string(), "q-1");
  EXPECT_EQ(imported.event(1).at("data").at("rows").as_int64(), 7);
  EXPECT_EQ(imported.event(2).at("type").as_string(), "operation.closed");
  EXPECT_EQ(imported.event(2).at("data").at("count").as_int64(), 2);
}

TEST_F(MappingFiles, BracketsAreTheSameForTheSameFileUnderAnotherName) {
  const auto brackets_of = [&](const std::string& name) {
    ImportRequest request;
    request.paths = {files_.write(name, kRow)};
    request.mapping = files_.write("mapping.toml", std::string(kHead) + kRead);
    const Imported imported = import_all(request);
    EXPECT_EQ(imported.events.size(), 3U);
    EXPECT_TRUE(imported.events.front().service && imported.events.back().service);
    return imported.events.front().json + imported.events.back().json;
  };
  EXPECT_EQ(brackets_of("a.csv"), brackets_of("b.csv"));
}

TEST_F(MappingFiles, AFileThatNoRuleIsForIsAnError) {
  const std::string mapping = std::string(kHead) + kRead + "files = \"access-*.csv\"\n";
  EXPECT_THROW(import(mapping, kRow, "shares.csv"), Error);
  EXPECT_EQ(import(mapping, kRow, "access-1.csv").events.size(), 1U);
}

TEST(MappingGrammar, FaultsAreNamedByLineAndColumn) {
  const std::string head = std::string(kHead);  // nine lines
  EXPECT_EQ(fault_in("format = 2\n"), "m.toml:1:10: the mapping must begin with: format = 1");
  EXPECT_THAT(fault_in("format = 1\nx = [\n"), HasSubstr("m.toml:"));
  EXPECT_THAT(fault_in("format = 1\nsauce = \"x\"\n"), HasSubstr("m.toml:2:1: unknown key 'sauce' in the mapping"));
  EXPECT_THAT(fault_in(head), HasSubstr("the mapping has no [[rule]]"));
  EXPECT_THAT(fault_in(head + "[[rule]]\ntype = \"data.lost\"\n"),
              EndsWith("m.toml:10:8: there is no event type 'data.lost'"));
  EXPECT_THAT(fault_in(head + "[[rule]]\ntype = \"data.accessed\"\ndata = { mood = \"read\" }\n"),
              HasSubstr("m.toml:11:10: data.accessed has no member 'mood': it has mode, fields"));
  EXPECT_THAT(fault_in(head + kRead + "grant = \"{g\"\n"), EndsWith("m.toml:12:9: '{' without '}' in \"{g\""));
  EXPECT_THAT(fault_in(head + kRead + "grant = \"{g|shout}\"\n"), HasSubstr("m.toml:12:9: unknown filter 'shout'"));
  EXPECT_THAT(fault_in(head + kRead + "grant = \"{g|map:none}\"\n"), EndsWith("there is no [maps.none]"));
  EXPECT_THAT(fault_in(head + kRead + "grant = \"{$g}\"\n"), EndsWith("no [[let]] above defines 'g'"));
  EXPECT_THAT(fault_in(head + kRead + "grant = { as = \"colour\", from = \"{g}\" }\n"),
              HasSubstr("'as' must be one of"));
  EXPECT_THAT(fault_in(head + kRead + "grant = { as = \"code\" }\n"), HasSubstr("needs 'from'"));
  EXPECT_THAT(fault_in(head + kRead + "grant = { as = \"code\", from = \"{g}\", split = \",\" }\n"),
              HasSubstr("'split' goes"));
  EXPECT_THAT(fault_in("format = 1\n[[rule]]\ntype = \"data.accessed\"\n"), HasSubstr("[[rule]] has no 'source'"));
  EXPECT_THAT(fault_in("format = 1\nzone = \"east\"\n"), HasSubstr("m.toml:2:8: 'zone' must be an offset"));
  EXPECT_THAT(fault_in("format = 1\n[[let]]\nname = \"a\"\ntext = \"{$a}\"\n"),
              HasSubstr("no [[let]] above defines 'a'"));
  EXPECT_EQ(fault_in(head + kRead), "");
}

// The text of the n-th block of a kind in the reference.
std::string block_of_reference(const std::string& kind, size_t n) {
  std::ifstream file(source_path("docs/adapters.md"));
  std::string line, block;
  bool inside = false;
  while (std::getline(file, line)) {
    if (inside && line == "```") return block;
    if (inside) block += line + "\n";
    inside = inside || (line == "```" + kind && n-- == 0);
  }
  return "";
}

TEST_F(MappingFiles, TheFirstExampleOfTheReferenceDoesWhatItSays) {
  const Imported imported = import(block_of_reference("toml", 0), block_of_reference("csv", 0));
  EXPECT_EQ(imported.ended_by, "");
  ASSERT_EQ(imported.events.size(), 3U);
  for (const ImportedEvent& event : imported.events) EXPECT_EQ(faults_of(event), "") << event.json;
  EXPECT_EQ(imported.event(0).at("id").as_string(), "desk/1/1");
  EXPECT_EQ(imported.event(1).at("id").as_string(), "desk/1/2");
  EXPECT_EQ(imported.event(2).at("id").as_string(), "desk/2");
  EXPECT_EQ(imported.event(2).at("time").as_string(), "2024-03-02T09:41:00+08:00");
  const ImportSummary::Counts left{{{"login", "no data was touched"}, 1}};
  EXPECT_EQ(imported.summary.left_out, left);
}

// Every mapping that the reference shows is one that the program takes.
TEST(MappingGrammar, ExamplesOfTheReferenceAreMappings) {
  for (size_t n = 0; n < 2; ++n) {
    const std::string block = block_of_reference("toml", n);
    EXPECT_THAT(block, testing::StartsWith("format = 1"));
    EXPECT_EQ(fault_in(block), "") << block;
  }
}

TEST(CodeNames, KeepCodesAndShortenTheRest) {
  EXPECT_EQ(code_of("dataset:a/b-1"), "dataset:a/b-1");
  EXPECT_EQ(code_of("AWS Internal"), "aws-internal-8ab446829d4bf36a");
  const std::string longest(64, 'x');
  EXPECT_EQ(code_of(longest), longest);
  EXPECT_EQ(code_of(longest + "x").size(), 64U);
  EXPECT_NE(code_of(longest + "x"), code_of(longest + "y"));
  EXPECT_NE(code_of("A"), code_of("a"));
  EXPECT_THROW(code_of(""), Error);
}

TEST(TimeFormats, ReadWhatTheySayAndNothingElse) {
  const auto read = [](const char* format, const char* text) {
    const auto at = TimeFormat(format).instant(text, -210);
    return at ? to_rfc3339(*at) : "none";
  };
  EXPECT_EQ(read("", "2024-02-29T12:00:00Z"), "2024-02-29T12:00:00Z");
  EXPECT_EQ(read("%d/%m/%y %H:%M:%S.%f", "29/02/24 23:59:59.25"), "2024-02-29T23:59:59.250000-03:30");
  EXPECT_EQ(read("%Y%m%dT%H%M%S%z", "20240102T030405+0530"), "2024-01-02T03:04:05+05:30");
  EXPECT_EQ(read("%s", "1700000000"), "2023-11-14T18:43:20-03:30");
  EXPECT_EQ(read("%L", "1700000000123"), "2023-11-14T18:43:20.123000-03:30");
  EXPECT_EQ(read("%Y-%m-%d", "2024-01-02"), "2024-01-02T00:00:00-03:30");
  EXPECT_EQ(read("%d.%m.%Y", "30.02.2024"), "none");
  EXPECT_EQ(read("%d.%m.%Y", "3.2.2024"), "none");
  EXPECT_EQ(read("%d.%m.%Y", "03.02.2024 "), "none");
  EXPECT_EQ(read("%Y %H", "2024 10"), "none");
  EXPECT_THROW(TimeFormat("%q"), Error);
  EXPECT_THROW(TimeFormat("%H:%M"), Error);
}

TEST(Globs, StarsAndQuestionMarks) {
  EXPECT_TRUE(glob_matches("*.csv", "a.csv"));
  EXPECT_TRUE(glob_matches("a?c*", "abcdef"));
  EXPECT_FALSE(glob_matches("*.csv", "a.csv.gz"));
  EXPECT_FALSE(glob_matches("", "a"));
  EXPECT_FALSE(glob_matches("*a*a*a*a*a*a*a*b", std::string(5000, 'a')));
}

}  // namespace
}  // namespace custody::test
