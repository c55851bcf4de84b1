#include "source_tree.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace custody::tidy {
namespace {

bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// The end of the literal or comment that begins at `at`; `at` itself where none begins there.
size_t end_of_blank(std::string_view text, size_t at) {
  const auto past = [&](std::string_view closing, size_t from) {
    const size_t found = text.find(closing, from);
    return found == std::string_view::npos ? text.size() : found + closing.size();
  };
  const auto quoted = [&](char quote) {
    size_t i = at + 1;
    for (; i < text.size() && text[i] != quote && text[i] != '\n'; ++i)
      if (text[i] == '\\') ++i;
    return std::min(i + 1, text.size());
  };
  if (text.substr(at, 2) == "//") return std::min(text.find('\n', at), text.size());
  if (text.substr(at, 2) == "/*") return past("*/", at + 2);
  if (text.substr(at, 2) == "R\"" && (at == 0 || !in_word(text[at - 1]))) {
    const size_t open = text.find('(', at);
    if (open == std::string_view::npos) return text.size();
    return past(")" + std::string(text.substr(at + 2, open - at - 2)) + "\"", open);
  }
  if (text[at] == '"') return quoted('"');
  if (text[at] == '\'' && (at == 0 || !in_word(text[at - 1]))) return quoted('\'');
  return at;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::string SourceFile::folder() const {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string blank_out(std::string_view text) {
  std::string code(text);
  for (size_t at = 0; at < text.size();) {
    const size_t end = end_of_blank(text, at);
    if (end == at) {
      ++at;
      continue;
    }
    // An include's name is not a literal to the rules.
    const size_t line = text.rfind('\n', at) + 1;
    const bool include = text.substr(line).starts_with("#include") && text[at] == '"';
    for (; at < end; ++at)
      if (!include && code[at] != '\n') code[at] = ' ';
  }
  return code;
}

SourceFile source_file(std::string path, std::string text) {
  SourceFile file{std::move(path), std::move(text), {}};
  if (file.is_cpp()) file.code = blank_out(file.text);
  return file;
}

SourceTree read_tree(const std::string& root) {
  static const std::set<std::string> kNotOurs = {"build", ".git", ".cache", "node_modules", "dist"};
  SourceTree tree;
  for (auto at = std::filesystem::recursive_directory_iterator(root);
       at != std::filesystem::recursive_directory_iterator(); ++at) {
    const bool ours = !kNotOurs.contains(at->path().filename().string());
    if (at->is_directory() && !ours) at.disable_recursion_pending();
    if (!at->is_regular_file() || !ours) continue;
    tree.push_back(source_file(at->path().lexically_relative(root).generic_string(), read(at->path())));
  }
  std::ranges::sort(tree, {}, &SourceFile::path);
  return tree;
}

size_t line_of(std::string_view text, size_t at) {
  return 1 + static_cast<size_t>(std::ranges::count(text.substr(0, at), '\n'));
}

}  // namespace custody::tidy
