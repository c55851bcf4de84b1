// What a benchmark is: a name, and a function that measures some work of this project against a baseline of the same
// run, in turns. Both see the same machine in the same minutes, so their ratio means something where the absolute
// figures do not.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace custody {

struct BenchOptions {
  bool smoke = false;  // tiny and quick: shows that it runs, says nothing of speed
  bool json = false;
  size_t rounds = 0;               // 0 = each benchmark's own
  std::optional<uint64_t> events;  // instead of each benchmark's own
  std::string folder;              // where scratch folders are made
  std::string kafka;               // bootstrap brokers; empty = none
  std::string program;             // the custody binary, for what is measured as a process of its own

  uint64_t count(uint64_t full, uint64_t tiny) const { return events.value_or(smoke ? tiny : full); }
  size_t turns(size_t full) const { return rounds > 0 ? rounds : smoke ? 1 : full; }
};

// One turn of one side.
struct Sample {
  double work = 0;         // events, records, bytes
  double seconds = 0;      // of the wall
  double cpu_seconds = 0;  // of the processors, of whoever did the work
  double value = 0;        // what counts: a rate, a latency, a size
};

// What must be reached, where something must: as a ratio, as a value, or both.
struct Target {
  std::optional<double> ratio;
  std::optional<double> value;
};

struct Figure {
  std::string name;
  std::string work;      // what is measured, in one sentence
  std::string unit;      // of the values: "events/s", "ms", "MiB"
  std::string baseline;  // what it is compared with; its values have the same unit
  std::vector<Sample> ours;
  std::vector<Sample> base;
  Target floor;
  Target goal;
  bool less_is_better = false;                        // the ratio is ours/base all the same
  std::vector<std::pair<std::string, double>> facts;  // beside: numbers that explain it
};

struct Bench {
  std::string name;
  std::string summary;
  bool needs_kafka = false;
  std::vector<Figure> (*run)(const BenchOptions&);
};
const std::vector<Bench>& benches();

// Times `work` on this process's threads. It returns how much it did; value becomes the rate.
Sample timed(const std::function<double()>& work);

// A turn of each, in turns, which one is first changing from turn to turn.
void in_turns(size_t turns, Figure& figure, const std::function<Sample()>& ours, const std::function<Sample()>& base);

struct Spread {
  double median = 0;
  double least = 0;
  double most = 0;
};
Spread spread(std::vector<double> values);
Spread values_of(const std::vector<Sample>& samples);
// Of each turn, ours to base.
Spread ratios_of(const Figure& figure);

std::string figure_json(const Figure& figure);  // one line
std::string figure_text(const Figure& figure);

// Progress for who waits: standard error.
void say(const std::string& text);

}  // namespace custody
