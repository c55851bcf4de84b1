// Runs `custody bench` as people do and reads what it prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <boost/json.hpp>
#include <cmath>
#include <cstdio>
#include <sstream>

#include "tests/broker/cluster.h"

namespace custody {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

struct Ran {
  int status = -1;
  std::string out;
};

Ran bench(const std::string& words) {
  const TempFolder scratch;
  const std::string command =
      std::string(CUSTODY_PROGRAM) + " bench " + words + " --folder " + scratch.path() + " 2>&1";
  Ran ran;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return ran;
  char piece[4096];
  for (size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) ran.out.append(piece, n);
  const int status = pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

void expect_positive(const json::object& figure, const char* side) {
  for (const char* member : {"median", "min", "max"}) {
    const double value = figure.at(side).at(member).to_number<double>();
    EXPECT_TRUE(std::isfinite(value) && value > 0) << figure << " " << side;
  }
  EXPECT_LE(figure.at(side).at("min").to_number<double>(), figure.at(side).at("median").to_number<double>());
  EXPECT_LE(figure.at(side).at("median").to_number<double>(), figure.at(side).at("max").to_number<double>());
}

// The names of the figures, each of which was found sane.
std::vector<std::string> sane_figures(const Ran& ran) {
  std::vector<std::string> names;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("bench: ")) continue;  // progress
    const json::value parsed = json::parse(line);
    const json::object& figure = parsed.get_object();
    for (const char* side : {"ours", "base", "ratio"}) expect_positive(figure, side);
    EXPECT_GE(figure.at("turns").to_number<int>(), 1);
    EXPECT_GE(figure.at("machine").at("processors").to_number<int>(), 1);
    for (const char* text : {"work", "baseline", "unit"}) EXPECT_FALSE(figure.at(text).get_string().empty()) << figure;
    names.emplace_back(figure.at("name").get_string());
  }
  return names;
}

TEST(Bench, EveryRowOfOneMachineRunsAndPrintsSaneFigures) {
  const Ran ran = bench("all --smoke --json");
  ASSERT_EQ(ran.status, 0) << ran.out;
  EXPECT_THAT(sane_figures(ran), testing::ElementsAre("append", "commit", "http", "http-values", "values", "trees",
                                                      "proofs", "completeness", "bundle", "bundle-check", "verify",
                                                      "rebuild", "memory-serve", "memory-verify", "memory-import"));
  EXPECT_THAT(ran.out, HasSubstr("bench: kafka is left out"));
}

TEST(BenchOverKafka, RunsAndPrintsSaneFigures) {
  const Ran ran = bench("kafka kafka-latency --smoke --json --kafka " + Cluster::shared(1).bootstrap());
  ASSERT_EQ(ran.status, 0) << ran.out;
  EXPECT_THAT(sane_figures(ran), testing::ElementsAre("kafka", "kafka-latency"));
  EXPECT_THAT(ran.out, testing::Not(HasSubstr("topics stay")));
  Cluster::end_shared();
}

TEST(Bench, WithoutANameListsWhatThereIs) {
  const Ran ran = bench("");
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("rebuild"));
}

TEST(Bench, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(bench("nonsense").status, 2);
  EXPECT_EQ(bench("kafka --smoke").status, 2);  // no broker
  EXPECT_EQ(bench("verify --rounds none").status, 2);
}

TEST(Bench, PrintsForPeopleToo) {
  const Ran ran = bench("verify --smoke --rounds 2");
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, testing::AllOf(HasSubstr("ratio"), HasSubstr("floor"), HasSubstr("turn 2 of 2")));
}

}  // namespace
}  // namespace custody
