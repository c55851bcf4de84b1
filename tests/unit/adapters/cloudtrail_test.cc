// The CloudTrail day of the examples: every record accounted for, every event valid, and the same once more.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "producers/adapters/coverage.h"
#include "tests/unit/adapters/import_of.h"

namespace custody::test {
namespace {

Imported import_day(bool brackets = false) {
  ImportRequest request;
  request.format = ImportFormat::kCloudTrail;
  request.paths = {source_path("examples/cloudtrail")};
  request.brackets = brackets;
  return import_all(request);
}

const Imported& day() {
  static const Imported imported = import_day();
  return imported;
}

std::string member(const boost::json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? "" : std::string(value->as_string());
}

// Events of a type that were made of records of this name.
uint64_t made(const std::string& name, const std::string& type) {
  const auto found = day().summary.events.find({name, type});
  return found == day().summary.events.end() ? 0 : found->second;
}

TEST(CloudTrailDay, AccountsForEveryRecord) {
  EXPECT_EQ(day().summary.files, 55U);
  EXPECT_EQ(day().summary.seen, 2900U);
  EXPECT_EQ(day().records(), 2900U);
  EXPECT_THAT(day().refused, testing::IsEmpty());
  EXPECT_EQ(day().ended_by, "");
  for (const auto& [name, count] : day().summary.left_out)
    EXPECT_NE(name.second, "no rule") << name.first << " is neither mapped nor left out on purpose";
}

TEST(CloudTrailDay, MakesValidEventsWithIdsOfTheirOwn) {
  std::set<std::string> ids;
  for (const ImportedEvent& event : day().events) {
    ASSERT_EQ(faults_of(event), "") << event.json;
    const auto object = boost::json::parse(event.json).as_object();
    EXPECT_TRUE(ids.insert(member(object, "source") + " " + member(object, "id")).second) << event.json;
  }
}

TEST(CloudTrailDay, GivesTheSameBytesAgain) {
  const Imported again = import_day();
  ASSERT_EQ(again.events.size(), day().events.size());
  for (size_t i = 0; i < again.events.size(); ++i) ASSERT_EQ(again.events[i].json, day().events[i].json);
}

TEST(CloudTrailDay, KnowsReadsWritesDeletionsAndShares) {
  EXPECT_EQ(made("secretsmanager:GetSecretValue", "data.accessed"), 60U);
  EXPECT_EQ(made("ssm:GetParameter", "data.accessed"), 82U);
  EXPECT_EQ(made("ssm:GetParameters", "data.accessed"), 42U);  // five calls, 42 parameters
  EXPECT_EQ(made("ssm:GetParameters", "operation.closed"), 5U);
  EXPECT_EQ(made("kms:Decrypt", "data.accessed"), 178U);
  EXPECT_EQ(made("ssm:PutParameter", "dataset.filled"), 42U);
  EXPECT_EQ(made("secretsmanager:PutSecretValue", "dataset.filled"), 20U);
  EXPECT_EQ(made("ssm:DeleteParameter", "dataset.dropped"), 40U);
  EXPECT_EQ(made("secretsmanager:DeleteSecret", "dataset.dropped"), 17U);
  EXPECT_EQ(made("secretsmanager:EndSecretVersionDelete", "data.erased"), 20U);
  for (const char* name : {"ec2:ModifySnapshotAttribute", "ec2:ModifyImageAttribute", "rds:ModifyDBSnapshotAttribute",
                           "s3:PutBucketPolicy", "iam:UpdateAssumeRolePolicy"})
    EXPECT_EQ(made(name, "data.shared"), 1U) << name;
}

TEST(CloudTrailDay, CountsFailedCallsApart) {
  uint64_t failed = 0;
  for (const auto& [name, count] : day().summary.left_out)
    if (name.second == "failed") failed += count;
  EXPECT_EQ(failed, 300U);
  EXPECT_EQ(day().summary.left_out.at({"ec2:GetPasswordData", "failed"}), 29U);
}

TEST(CloudTrailDay, NamesWithWhomABackupWasShared) {
  for (size_t i = 0; i < day().events.size(); ++i) {
    const auto event = day().event(i);
    if (member(event, "type") != "data.shared") continue;
    const auto& data = event.at("data").as_object();
    if (member(data, "dataset") != "dataset:rds:us-east-1:123837392027:snapshot:exfiltration") continue;
    EXPECT_EQ(member(event, "source"), "aws:cloudtrail:123837392027");
    EXPECT_EQ(member(event, "actor"), "person:aws:123837392027:bert-jan");
    EXPECT_EQ(member(event, "place"), "192.168.10.20");
    EXPECT_EQ(member(event, "step"), "step:undeclared");
    EXPECT_EQ(member(data, "to"), "partner:aws:193672423079");
    EXPECT_EQ(member(data, "share"), "undeclared");
    return;
  }
  FAIL() << "the share of the database snapshot is not among the events";
}

TEST(CloudTrailDay, KeepsTheFullNamesOfShortenedCodes) {
  std::set<std::string> devices, labelled;
  for (size_t i = 0; i < day().events.size(); ++i) {
    const auto event = day().event(i);
    if (member(event, "device") != "") devices.insert(member(event, "device"));
    if (member(event, "type") == "device.registered") labelled.insert(member(event.at("data").as_object(), "id"));
    const auto* dataset = event.at("data").as_object().if_contains("dataset");
    if (dataset == nullptr || !std::string(dataset->as_string()).starts_with("dataset:ssm:")) continue;
    EXPECT_THAT(member(event.at("data").as_object(), "notes"), testing::HasSubstr("dataset = dataset:ssm:"));
  }
  EXPECT_GE(labelled.size(), 10U);
  // Shortened codes end in "-" and 16 digits of a hash; every other device is its own full name.
  for (const std::string& device : devices) {
    const size_t dash = device.rfind('-');
    const bool shortened =
        device.size() - dash == 17 && device.find_first_not_of("0123456789abcdef", dash + 1) == std::string::npos;
    EXPECT_EQ(labelled.contains(device), shortened) << device;
  }
}

TEST(CloudTrailDay, BracketsNameEachFileByItsHash) {
  const Imported imported = import_day(true);
  size_t begun = 0, ended = 0;
  for (const ImportedEvent& event : imported.events) {
    if (!event.service) continue;
    EXPECT_EQ(faults_of(event), "") << event.json;
    const auto object = boost::json::parse(event.json).as_object();
    ++(member(object, "type") == "import.begun" ? begun : ended);
  }
  EXPECT_EQ(begun, ended);
  EXPECT_GT(begun, 20U);
  EXPECT_EQ(imported.events.size(), day().events.size() + begun + ended);
}

TEST(CloudTrailDay, TableInTheDocumentationIsUpToDate) {
  const std::string path = source_path("docs/cloudtrail.md");
  const std::string fresh = coverage_markdown(day().summary);
  if (std::getenv("CUSTODY_WRITE_DOCS") != nullptr) std::ofstream(path) << fresh;
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), fresh) << "run this test with CUSTODY_WRITE_DOCS=1 to write the table anew";
}

}  // namespace
}  // namespace custody::test
