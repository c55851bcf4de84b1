// Runs the worker and its judge, many at a time; what a worker promised is kept here, whatever becomes of it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace custody::fault {

inline constexpr size_t kEvents = 24;

struct Kill {
  uint64_t at = 0;    // the call that is the last one; 0 = none
  bool half = false;  // a write: after half of its sectors
};

struct WorkerRun {
  std::string promises;
  bool killed = false;
  int status = 0;  // exit status where it was not killed
  uint64_t calls = 0;
};
// Submits the script of `seed` to the ledger in `root`; what it does to its disk goes into the file `trace`, if named.
WorkerRun run_worker(const std::string& root, uint64_t seed, const Kill& kill, const std::string& trace = "-");

// The judge's complaint about the ledger in `root`; empty = all well.
std::string run_judge(const std::string& root, uint64_t seed, const std::string& promises);

// Runs a ledger on a disk that runs full; everything it says, and whether all was well.
struct FullRun {
  std::string text;
  bool well = false;
  bool skipped = false;
};
FullRun run_full(const std::string& root, uint64_t seed);

// Calls job(0), job(1), ... from several threads, as these processes mostly wait, until one returns false or all are
// done.
void in_parallel(size_t jobs, const std::function<bool(size_t)>& job);

// CUSTODY_LONG=1: every call, every disk.
bool run_all();
// CUSTODY_SEED, else a fresh one; printed once.
uint64_t seed();

}  // namespace custody::fault
