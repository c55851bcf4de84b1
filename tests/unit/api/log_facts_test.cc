#include "tools/api/log_facts.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "ledger/base/error.h"

namespace custody {
namespace {

using namespace std::chrono_literals;

LogFacts::Known one(uint64_t end) {
  return {{end}, std::nullopt};
}

TEST(LogFactsTest, EachQuestionIsAskedAnew) {
  std::atomic<uint64_t> end{0};
  LogFacts facts([&] { return one(++end); });
  EXPECT_EQ(facts.get(1min)->intake_end, std::vector<uint64_t>{1});
  EXPECT_EQ(facts.get(1min)->intake_end, std::vector<uint64_t>{2});
}

TEST(LogFactsTest, AnAnswerThatDoesNotComeLeavesWhatWasKnown) {
  std::promise<void> back;
  std::shared_future<void> away = back.get_future().share();
  std::atomic<uint64_t> asked{0};
  LogFacts facts([&] {
    const uint64_t n = ++asked;
    if (n > 1) away.wait();
    return one(n);
  });
  EXPECT_EQ(facts.get(1min)->intake_end, std::vector<uint64_t>{1});
  while (asked < 2) EXPECT_EQ(facts.get(1ms)->intake_end, std::vector<uint64_t>{1});
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(facts.get(1ms)->intake_end, std::vector<uint64_t>{1});
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
  EXPECT_EQ(asked, 2u);  // nobody asks again before there is an answer
  back.set_value();
  EXPECT_GE(facts.get(1min)->intake_end.at(0), 3u);
}

TEST(LogFactsTest, AFailureLeavesWhatWasKnown) {
  std::atomic<uint64_t> asked{0};
  LogFacts facts([&]() -> LogFacts::Known {
    if (++asked != 2) throw Error(ErrorCode::kUnavailable, "the brokers are away");
    return one(7);
  });
  EXPECT_FALSE(facts.get(1min));
  EXPECT_EQ(facts.get(1min)->intake_end.at(0), 7u);
  EXPECT_EQ(facts.get(1min)->intake_end.at(0), 7u);
  EXPECT_EQ(asked, 3u);
}

}  // namespace
}  // namespace custody
