#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <string_view>

#include "rules.h"

namespace custody::tidy {
namespace {

// Folders whose README stands one or more folders above, since the parts mean nothing alone.
constexpr std::array<std::string_view, 3> kExplainedAbove = {"tests/unit/", "tools/dashboard/src", "tests/broker/"};
constexpr size_t kReadmeLines = 5;

// A place where this tree happens to be worked on, and what is said there, is no part of the project. Written in
// pieces, so that this file does not contain what it looks for.
const std::array<std::string, 5> kForeignWords = {
    std::string("/wo") + "rk/",    std::string("../sha") + "red", std::string("/ro") + "ot/.cache",
    std::string("bash_") + "jobs", std::string("TO") + "DO",
};

bool is_text(const SourceFile& file) {
  return file.text.find('\0') == std::string::npos && !file.path.starts_with("examples/cloudtrail/") &&
         !file.path.ends_with("package-lock.json");
}

bool is_code(const SourceFile& file) {
  return file.is_cpp() || file.is_web() || file.path.ends_with(".py") || file.path.ends_with(".mjs");
}

// Every R-xx of `text`: a letter A to J and digits.
std::set<std::string> rules_in(std::string_view text) {
  std::set<std::string> rules;
  for (size_t at = text.find("R-"); at != std::string_view::npos; at = text.find("R-", at + 1)) {
    size_t end = at + 3;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
    if (end > at + 3 && text[at + 2] >= 'A' && text[at + 2] <= 'J') rules.emplace(text.substr(at, end - at));
  }
  return rules;
}

// The text of all sections of a document that are headed "Rules proved", up to the next heading.
std::string claiming_sections(std::string_view text) {
  std::string claims;
  bool claiming = false;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
    text.remove_prefix(line.size());
    if (line.starts_with("#"))
      claiming = line.find("Rules proved") != std::string_view::npos;
    else if (claiming)
      claims += line;
  }
  return claims;
}

bool is_document(const SourceFile& file) {
  return file.path.ends_with(".md") && (file.path.starts_with("docs/") || file.folder().empty());
}

bool is_test(const SourceFile& file) {
  return file.path.starts_with("tests/") && !file.path.starts_with("tests/tidy/") &&
         (is_code(file) || file.folder() == "tests");
}

}  // namespace

Faults check_claims(const SourceTree& tree) {
  std::set<std::string> tested;
  for (const SourceFile& file : tree)
    if (is_test(file)) tested.merge(rules_in(file.text));
  Faults faults;
  for (const SourceFile& file : tree) {
    if (!is_document(file)) continue;
    for (const std::string& rule : rules_in(claiming_sections(file.text)))
      if (!tested.contains(rule))
        faults.push_back(file.path + ": says that " + rule + " is proved, but no test names it");
  }
  return faults;
}

Faults check_readmes(const SourceTree& tree) {
  std::map<std::string, size_t> readmes;
  for (const SourceFile& file : tree)
    if (file.path.ends_with("/README.md"))
      readmes[file.folder()] = static_cast<size_t>(std::ranges::count(file.text, '\n'));
  std::set<std::string> folders;
  for (const SourceFile& file : tree)
    if (is_code(file) && std::ranges::none_of(kExplainedAbove, [&](auto part) { return file.path.starts_with(part); }))
      folders.insert(file.folder());
  folders.insert({"tests/unit", "tests/broker"});
  Faults faults;
  for (const std::string& folder : folders)
    if (const auto readme = readmes.find(folder); readme == readmes.end() || readme->second < kReadmeLines)
      faults.push_back(folder + ": no README.md of at least five lines");
  return faults;
}

Faults check_words(const SourceTree& tree) {
  Faults faults;
  for (const SourceFile& file : tree) {
    if (!is_text(file)) continue;
    for (const std::string& word : kForeignWords)
      if (const size_t at = file.text.find(word); at != std::string::npos)
        faults.push_back(file.path + ":" + std::to_string(line_of(file.text, at)) + ": speaks of \"" + word + "\"");
  }
  return faults;
}

}  // namespace custody::tidy
