#include <algorithm>
#include <map>
#include <sstream>

#include "rules.h"

namespace custody::tidy {
namespace {

constexpr size_t kHeaderLines = 250;
constexpr size_t kSourceLines = 400;
constexpr size_t kFunctionLines = 70;

// What is over a limit and stays, with its size today: it may shrink, not grow. Keep this list short.
const std::map<std::string, size_t> kAllowedFiles = {};
const std::map<std::string, size_t> kAllowedFunctions = {};  // the longest function of a file

enum class Block { kScope, kFunction, kOther };

// What the brace opens whose text since the last `;`, `{` or `}` is `head`.
Block block_of(std::string head, bool at_scope) {
  const auto first = head.find_first_not_of(" \n\t");
  head = first == std::string::npos ? "" : head.substr(first, head.find_last_not_of(" \n\t") - first + 1);
  if (!at_scope) return Block::kOther;
  if (head.ends_with("=")) return Block::kOther;
  // After braces of a constructor's initialisers come a comma or the body itself.
  if (head.empty() || head.starts_with(",") || head.find('(') != std::string::npos) return Block::kFunction;
  return Block::kScope;  // namespace, class, enum, extern "C"
}

size_t lines_of(const SourceFile& file) {
  return static_cast<size_t>(std::ranges::count(file.text, '\n'));
}

size_t median(std::vector<size_t> sizes) {
  if (sizes.empty()) return 0;
  std::ranges::sort(sizes);
  return sizes[sizes.size() / 2];
}

}  // namespace

std::vector<Function> functions_of(const SourceFile& file) {
  struct Open {
    Block block;
    size_t line;
  };
  std::vector<Function> functions;
  std::vector<Open> open;
  std::string head;
  size_t line = 1;
  int parentheses = 0;
  bool directive = false;
  for (size_t i = 0; i < file.code.size(); ++i) {
    const char c = file.code[i];
    if (c == '\n') {
      ++line;
      if (i > 0 && file.code[i - 1] != '\\') directive = false;
    }
    if (c == '#') directive = true;
    if (directive) continue;
    if (c == '(') ++parentheses;
    if (c == ')') --parentheses;
    const bool at_scope = (open.empty() || open.back().block == Block::kScope) && parentheses == 0;
    if (c == '{') {
      open.push_back({block_of(head, at_scope), line});
      head.clear();
    } else if (c == '}' && !open.empty()) {
      if (open.back().block == Block::kFunction)
        functions.push_back({file.path, open.back().line, line - open.back().line + 1});
      open.pop_back();
      head.clear();
    } else if (c == ';') {
      head.clear();
    } else {
      head += c;
    }
  }
  return functions;
}

Faults check_sizes(const SourceTree& tree) {
  Faults faults;
  for (const SourceFile& file : tree) {
    if (!file.is_cpp()) continue;
    size_t limit = file.is_header() ? kHeaderLines : kSourceLines;
    if (const auto allowed = kAllowedFiles.find(file.path); allowed != kAllowedFiles.end()) limit = allowed->second;
    if (lines_of(file) > limit)
      faults.push_back(file.path + ": " + std::to_string(lines_of(file)) + " lines, at most " + std::to_string(limit));
    limit = kFunctionLines;
    if (const auto allowed = kAllowedFunctions.find(file.path); allowed != kAllowedFunctions.end())
      limit = allowed->second;
    for (const Function& function : functions_of(file))
      if (function.lines > limit)
        faults.push_back(function.path + ":" + std::to_string(function.line) + ": a function of " +
                         std::to_string(function.lines) + " lines, at most " + std::to_string(limit));
  }
  return faults;
}

std::string describe_sizes(const SourceTree& tree) {
  std::vector<size_t> headers;
  std::vector<size_t> sources;
  std::vector<size_t> functions;
  for (const SourceFile& file : tree) {
    if (!file.is_cpp()) continue;
    (file.is_header() ? headers : sources).push_back(lines_of(file));
    for (const Function& function : functions_of(file)) functions.push_back(function.lines);
  }
  const auto above = std::ranges::count_if(functions, [](size_t lines) { return lines > 35; });
  std::ostringstream out;
  out << headers.size() << " headers, median " << median(headers) << " lines; " << sources.size() << " sources, median "
      << median(sources) << "; " << functions.size() << " functions, median " << median(functions) << ", " << above
      << " longer than 35";
  return out.str();
}

}  // namespace custody::tidy
