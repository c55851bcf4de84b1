// CSV, NDJSON and CloudTrail files, well-formed and hostile.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "ledger/base/error.h"
#include "producers/adapters/record_reader.h"
#include "tests/unit/adapters/temp_files.h"

namespace custody::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

struct Rows {
  std::vector<std::string> records;  // as JSON
  std::vector<std::string> refused;
  std::string ended_by;
};

Rows read_all(RecordReader& reader) {
  Rows out;
  for (;;) {
    try {
      const auto record = reader.next();
      if (!record) return out;
      out.records.push_back(boost::json::serialize(record->fields));
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kRefused) {
        out.refused.emplace_back(error.what());
        continue;
      }
      out.ended_by = error.what();
      return out;
    }
  }
}

class Readers : public testing::Test {
 protected:
  Rows csv(const std::string& content, char delimiter = ',') {
    return read_all(*read_csv(files_.write("a.csv", content), delimiter, {}));
  }
  Rows ndjson(const std::string& content) { return read_all(*read_ndjson(files_.write("a.ndjson", content))); }
  Rows cloudtrail(const std::string& content) { return read_all(*read_cloudtrail(files_.write("a.json", content))); }
  TempFiles files_;
};

TEST_F(Readers, CsvWithQuotesLineBreaksAndBothLineEnds) {
  const Rows rows = csv("a,b\r\n1,\"x, \"\"y\"\"\"\n\"two\r\nlines\",\"\"\r\n\r\n3,z");
  EXPECT_THAT(rows.records,
              ElementsAre(R"({"a":"1","b":"x, \"y\""})", R"({"a":"two\r\nlines","b":""})", R"({"a":"3","b":"z"})"));
  EXPECT_EQ(rows.ended_by, "");
}

TEST_F(Readers, CsvPassesOverAByteOrderMarkAndTakesAnotherDelimiter) {
  EXPECT_THAT(csv("\xef\xbb\xbf"
                  "a;b\n1,5;2\n",
                  ';')
                  .records,
              ElementsAre(R"({"a":"1,5","b":"2"})"));
}

TEST_F(Readers, CsvRefusesRaggedRowsWithTheirPlaceAndGoesOn) {
  const Rows rows = csv("a,b\n1\n2,3,4\n5,6\n");
  EXPECT_THAT(rows.records, ElementsAre(R"({"a":"5","b":"6"})"));
  EXPECT_THAT(rows.refused, ElementsAre(EndsWith("a.csv:2:1: 2 columns were expected as in the header, 1 found"),
                                        EndsWith("a.csv:3:5: 2 columns were expected as in the header, 3 found")));
}

TEST_F(Readers, CsvRefusesStrayQuotesBareReturnsAndBadText) {
  const Rows rows = csv("a,b\n1,x\"y\n\"1\"2,3\n1,2\r3\n1,\xff\nok,ok\n");
  EXPECT_THAT(rows.records, testing::Contains(R"({"a":"ok","b":"ok"})"));
  EXPECT_THAT(rows.refused, testing::Contains(HasSubstr("a.csv:2:4: a quote inside a field")));
  EXPECT_THAT(rows.refused, testing::Contains(HasSubstr("a.csv:3:4: text after a closing quote")));
  EXPECT_THAT(rows.refused, testing::Contains(HasSubstr("a.csv:4:4: a carriage return without a line feed")));
  EXPECT_THAT(rows.refused, testing::Contains(HasSubstr("a.csv:5:3: the field is not UTF-8")));
}

TEST_F(Readers, CsvNamesTheQuoteThatNeverCloses) {
  const Rows rows = csv("a,b\n1,2\n3,\"open\n4,5\n");
  EXPECT_THAT(rows.records, ElementsAre(R"({"a":"1","b":"2"})"));
  EXPECT_THAT(rows.ended_by, EndsWith("a.csv:3:3: the quote that opens here never closes"));
}

TEST_F(Readers, CsvRefusesHugeRowsAndReadsTheNext) {
  const Rows rows = csv("a,b\n1,\"" + std::string(3 * kMaxRecordBytes, 'x') + "\"\n2,3\n");
  EXPECT_THAT(rows.records, ElementsAre(R"({"a":"2","b":"3"})"));
  EXPECT_THAT(rows.refused, ElementsAre(HasSubstr("longer than 1048576 bytes")));
  EXPECT_THAT(csv("a,b\n" + std::string(100'000, ',') + "\n2,3\n").refused, ElementsAre(HasSubstr("more than 4096")));
}

TEST_F(Readers, CsvHeaderMustNameEveryColumnOnce) {
  EXPECT_THAT(csv("a,a\n").ended_by, EndsWith("a.csv:1:3: the header names column 'a' twice"));
  EXPECT_THAT(csv("a,,b\n").ended_by, EndsWith("a.csv:1:3: a column of the header has no name"));
  EXPECT_THAT(csv("").records, ElementsAre());
}

TEST_F(Readers, CsvColumnsMayComeFromTheMapping) {
  const auto reader = read_csv(files_.write("b.csv", "1,2\n"), ',', {"x", "y"});
  EXPECT_THAT(read_all(*reader).records, ElementsAre(R"({"x":"1","y":"2"})"));
}

TEST_F(Readers, NdjsonRefusesBadLinesAndGoesOn) {
  const Rows rows = ndjson("{\"a\":1}\r\n\n[1]\n{\"a\":\n{\"a\":1,\"a\":2}\n{\"b\":[true,null]}");
  EXPECT_THAT(rows.records, ElementsAre(R"({"a":1})", R"({"b":[true,null]})"));
  ASSERT_EQ(rows.refused.size(), 3U);
  EXPECT_THAT(rows.refused[0], EndsWith("a.ndjson:3:1: a JSON object was expected"));
  EXPECT_THAT(rows.refused[1], HasSubstr("a.ndjson:4:1: "));
  EXPECT_THAT(rows.refused[2], HasSubstr("a.ndjson:5:1: "));
}

TEST_F(Readers, NdjsonRefusesLongAndDeepLines) {
  const std::string deep = std::string(100'000, '[');
  const Rows rows = ndjson("{\"a\":\"" + std::string(2 * kMaxRecordBytes, 'x') + "\"}\n{\"a\":" + deep + "\n{}\n");
  EXPECT_THAT(rows.records, ElementsAre("{}"));
  EXPECT_EQ(rows.refused.size(), 2U);
}

constexpr const char* kRecord =
    R"({"eventID":"1","eventName":"GetX{\"]","eventSource":"x.amazonaws.com","eventTime":"2024-01-01T00:00:00Z"})";

TEST_F(Readers, CloudTrailCutsRecordsOutOfOneLine) {
  const Rows rows = cloudtrail(std::string("{\"Records\":[") + kRecord + " ,\n" + kRecord + "]}\n");
  ASSERT_EQ(rows.records.size(), 2U);
  EXPECT_THAT(rows.records[0], HasSubstr(R"("custody":{"event":"x:GetX{\"]","outside":[]})"));
  EXPECT_EQ(rows.ended_by, "");
  EXPECT_THAT(cloudtrail("{\"Records\":[]}").records, ElementsAre());
}

TEST_F(Readers, CloudTrailRefusesABadRecordByItsNumber) {
  const Rows rows = cloudtrail(std::string("{\"Records\":[{\"eventID\":\"1\"},{\"a\":x},") + kRecord + "]}");
  EXPECT_EQ(rows.records.size(), 1U);
  EXPECT_THAT(rows.refused,
              ElementsAre(EndsWith("a.json: record 1: has no eventName"), HasSubstr("a.json: record 2: ")));
}

TEST_F(Readers, CloudTrailEndsAtWhatIsNoLogFile) {
  const std::string whole = std::string("{\"Records\":[") + kRecord + "]}";
  for (size_t cut = 1; cut < whole.size(); ++cut)
    EXPECT_THAT(cloudtrail(whole.substr(0, cut)).ended_by, HasSubstr("this is no CloudTrail log file")) << cut;
  for (const char* text : {"", "[]", "{}", "{\"Records\":[1]}", "{\"Records\":{}}", "{\"records\":[]}"})
    EXPECT_THAT(cloudtrail(text).ended_by, HasSubstr("this is no CloudTrail log file")) << text;
  EXPECT_THAT(cloudtrail("\x1f\x8b\x08").ended_by, HasSubstr("gunzip"));
  EXPECT_THAT(cloudtrail(whole + "x").ended_by, HasSubstr("the end of the file was expected"));
}

TEST_F(Readers, MissingFilesAndFoldersAreErrors) {
  EXPECT_THROW(read_csv(files_.folder() + "/none.csv", ',', {}), Error);
  EXPECT_THROW(read_csv(files_.folder(), ',', {}), Error);
}

}  // namespace
}  // namespace custody::test
