// The house rules, each a function from the tree to the faults it found, worded "where: what is wrong". What they judge
// by is data at the top of the file beside each.
#pragma once

#include <string>
#include <vector>

#include "source_tree.h"

namespace custody::tidy {

using Faults = std::vector<std::string>;

// floors.cc: a folder includes only lower ones; includes are written from the root.
Faults check_floors(const SourceTree& tree);

// includes.cc: libraries that one floor wraps, heavy headers that a header would spread, calls that are banned.
Faults check_includes(const SourceTree& tree);
Faults check_calls(const SourceTree& tree);

// sizes.cc: headers, sources, functions.
struct Function {
  std::string path;
  size_t line = 0;   // of its opening brace
  size_t lines = 0;  // from the line of the opening brace to that of the closing one, both included
};
std::vector<Function> functions_of(const SourceFile& file);
Faults check_sizes(const SourceTree& tree);
// Medians and the longest, in words.
std::string describe_sizes(const SourceTree& tree);

// texts.cc: rules that documents claim, READMEs, and what no file may speak of.
Faults check_claims(const SourceTree& tree);
Faults check_readmes(const SourceTree& tree);
Faults check_words(const SourceTree& tree);

}  // namespace custody::tidy
