// Which generation of the views is in use: <folder>/CURRENT holds "gen-<n>", <folder>/gen-<n>/ the generation. A change
// is one rename; a generation that CURRENT does not name was left unfinished and is removed at the next start.
#pragma once

#include <cstdint>
#include <string>

namespace custody {

class Generations {
 public:
  explicit Generations(std::string folder) : folder_(std::move(folder)) {}
  // Reads CURRENT, or begins with generation 1; removes leftovers. kStore when CURRENT does not name a generation.
  uint64_t open();
  std::string path(uint64_t generation) const;
  // Durably. Everything in the generation must be on the disk before.
  void make_current(uint64_t generation);
  void remove(uint64_t generation);

 private:
  void remove_all_but(uint64_t generation);
  std::string folder_;
};

}  // namespace custody
