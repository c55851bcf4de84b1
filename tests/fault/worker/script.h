// The events a worker submits: fixed by the seed, with values, of a few customers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace custody::fault {

struct ScriptEvent {
  std::string id;
  std::string json;
  std::map<std::string, std::string> values;
};

std::vector<ScriptEvent> script(uint64_t seed, size_t events);

// Submits the script in batches to a ledger in `root` (made where there is none), in two sessions with a rebuild of the
// views in the second, and promises to the pipe:
//   "sealed <index> <seq> <leaf in hex>"   "taken <index>"   "folded <records>"   "calls <n>" at the end
int work(const std::string& root, uint64_t seed, size_t events, int pipe);

// Opens the ledger again and judges it by the promises. Returns the first complaint; empty = all well.
std::string judge(const std::string& root, uint64_t seed, size_t events, const std::string& promises);

// Fills the disk under such a ledger, makes room again, and judges. Empty, a complaint, or "skipped: why".
std::string run_full(const std::string& root, uint64_t seed);

}  // namespace custody::fault
