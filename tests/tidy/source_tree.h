// The project's own text, as the house rules look at it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace custody::tidy {

struct SourceFile {
  std::string path;  // from the root, with '/'
  std::string text;
  // `text` of C++ with comments, string and character literals overwritten by blanks; same length, same lines.
  std::string code;

  bool is_header() const { return path.ends_with(".h"); }
  bool is_cpp() const { return is_header() || path.ends_with(".cc"); }
  bool is_web() const { return path.ends_with(".ts") || path.ends_with(".tsx"); }
  std::string folder() const;
};

using SourceTree = std::vector<SourceFile>;

// Blanks out what is not code. Knows line and block comments, raw strings, escapes and digit separators.
std::string blank_out(std::string_view text);

SourceFile source_file(std::string path, std::string text);

// Every file below `root` in order of path, without build trees, what git keeps, and installed npm modules.
SourceTree read_tree(const std::string& root);

// The 1-based line of the byte at `at`.
size_t line_of(std::string_view text, size_t at);

}  // namespace custody::tidy
