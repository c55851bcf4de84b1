// A figure as a line of JSON and as people read it.
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "ledger/codec/json.h"
#include "tools/bench/bench.h"

namespace custody {
namespace {

std::string number(double value) {
  if (!std::isfinite(value)) return "null";
  char text[40];
  snprintf(text, sizeof text, std::fabs(value) >= 1000 ? "%.0f" : "%.4g", value);
  return text;
}

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string spread_json(const Spread& s) {
  return "\"median\":" + number(s.median) + ",\"min\":" + number(s.least) + ",\"max\":" + number(s.most);
}

double cpu_us(const std::vector<Sample>& samples) {
  double cpu = 0, work = 0;
  for (const Sample& sample : samples) {
    cpu += sample.cpu_seconds;
    work += sample.work;
  }
  return work > 0 ? cpu * 1e6 / work : 0;
}

std::string side_json(const std::vector<Sample>& samples) {
  return "{" + spread_json(values_of(samples)) + ",\"cpu_us\":" + number(cpu_us(samples)) + "}";
}

std::string target_json(const Target& target) {
  std::string out = "{";
  if (target.ratio) out += "\"ratio\":" + number(*target.ratio);
  if (target.value) out += std::string(out.size() > 1 ? "," : "") + "\"value\":" + number(*target.value);
  return out + "}";
}

double load() {
  double average = 0;
  return getloadavg(&average, 1) == 1 ? average : 0;
}

std::string target_text(const char* name, const Target& target, const Figure& figure) {
  std::string out;
  if (target.ratio) out += " " + number(*target.ratio) + " x";
  if (target.value) out += (out.empty() ? " " : ", ") + number(*target.value) + " " + figure.unit;
  return out.empty() ? "" : "  " + std::string(name) + out;
}

}  // namespace

std::string figure_json(const Figure& figure) {
  std::string out =
      "{\"name\":" + quoted(figure.name) + ",\"work\":" + quoted(figure.work) + ",\"unit\":" + quoted(figure.unit) +
      ",\"ours\":" + side_json(figure.ours) + ",\"baseline\":" + quoted(figure.baseline) +
      ",\"base\":" + side_json(figure.base) + ",\"ratio\":{" + spread_json(ratios_of(figure)) +
      "},\"less_is_better\":" + (figure.less_is_better ? "true" : "false") + ",\"floor\":" + target_json(figure.floor) +
      ",\"goal\":" + target_json(figure.goal) + ",\"facts\":{";
  for (size_t i = 0; i < figure.facts.size(); ++i)
    out += (i == 0 ? "" : ",") + quoted(figure.facts[i].first) + ":" + number(figure.facts[i].second);
  return out + "},\"turns\":" + std::to_string(figure.ours.size()) +
         ",\"machine\":{\"processors\":" + std::to_string(sysconf(_SC_NPROCESSORS_ONLN)) +
         ",\"load\":" + number(load()) + "}}";
}

std::string figure_text(const Figure& figure) {
  const Spread ours = values_of(figure.ours), base = values_of(figure.base), ratio = ratios_of(figure);
  std::string out = figure.name + ": " + figure.work + "\n  " + number(ours.median) + " " + figure.unit + " (" +
                    number(ours.least) + " to " + number(ours.most) + "), " + number(cpu_us(figure.ours)) +
                    " us of processor each\n  baseline " + number(base.median) + " " + figure.unit + " (" +
                    number(base.least) + " to " + number(base.most) + "): " + figure.baseline + "\n  ratio " +
                    number(ratio.median) + " (" + number(ratio.least) + " to " + number(ratio.most) + ")" +
                    target_text("floor", figure.floor, figure) + target_text("goal", figure.goal, figure) + "\n";
  for (const auto& [name, value] : figure.facts) out += "  " + name + " " + number(value) + "\n";
  return out;
}

}  // namespace custody
