#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "tools/bench/bench.h"

namespace custody {
namespace {

double cpu_of_self() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

Sample timed(const std::function<double()>& work) {
  const double cpu = cpu_of_self();
  const auto begin = std::chrono::steady_clock::now();
  Sample sample;
  sample.work = work();
  sample.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  sample.cpu_seconds = cpu_of_self() - cpu;
  sample.value = sample.work / sample.seconds;
  return sample;
}

void in_turns(size_t turns, Figure& figure, const std::function<Sample()>& ours, const std::function<Sample()>& base) {
  for (size_t turn = 0; turn < turns; ++turn) {
    say(figure.name + ": turn " + std::to_string(turn + 1) + " of " + std::to_string(turns));
    if (turn % 2 == 0) figure.base.push_back(base());
    figure.ours.push_back(ours());
    if (turn % 2 == 1) figure.base.push_back(base());
  }
}

Spread spread(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

Spread values_of(const std::vector<Sample>& samples) {
  std::vector<double> values;
  for (const Sample& sample : samples) values.push_back(sample.value);
  return spread(std::move(values));
}

Spread ratios_of(const Figure& figure) {
  std::vector<double> ratios;
  for (size_t i = 0; i < std::min(figure.ours.size(), figure.base.size()); ++i)
    if (figure.base[i].value > 0) ratios.push_back(figure.ours[i].value / figure.base[i].value);
  return spread(std::move(ratios));
}

void say(const std::string& text) {
  std::fprintf(stderr, "bench: %s\n", text.c_str());
}

}  // namespace custody
