#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <string_view>

#include "rules.h"

namespace custody::tidy {
namespace {

// A C library is wrapped once; nobody else sees its header.
constexpr std::array<std::string_view, 4> kWrapped = {"lmdb.h", "librdkafka/", "openssl/", "p11-kit/"};
constexpr std::string_view kWrapper = "ledger/base/";

// Seconds of compile time each: never in a header, so that they cost one translation unit.
constexpr std::array<std::string_view, 7> kHeavy = {"boost/asio", "boost/beast", "boost/url", "CLI/",
                                                    "toml++/",    "spdlog/",     "simdjson"};

// Headers that may be heavy, and how many files may include them: such that are heavy themselves.
const std::map<std::string, size_t> kMayBeHeavy = {
    {"tools/serve/socket.h", 1}, {"tools/serve/http_connection.h", 2}, {"tools/serve/peer_certificate.h", 2}};

struct BannedCall {
  std::string_view name;
  std::string_view why;
  bool tests_may = false;
};

constexpr std::array kBanned = {
    BannedCall{"rand", "not random, not repeatable: Secret::random, or a seeded engine in tests"},
    BannedCall{"srand", "see rand"},
    BannedCall{"strcpy", "unbounded"},
    BannedCall{"strcat", "unbounded"},
    BannedCall{"strncpy", "may leave no terminator"},
    BannedCall{"sprintf", "unbounded: snprintf"},
    BannedCall{"vsprintf", "unbounded: vsnprintf"},
    BannedCall{"gets", "unbounded"},
    BannedCall{"scanf", "unbounded"},
    BannedCall{"sscanf", "undefined on overflow: from_chars"},
    BannedCall{"system", "a shell between us and the program", true},
    BannedCall{"popen", "a shell between us and the program", true},
    BannedCall{"localtime", "shares its result between threads, and depends on the machine: ledger/base/time.h"},
    BannedCall{"gmtime", "shares its result between threads: ledger/base/time.h"},
    BannedCall{"asctime", "shares its result between threads"},
    BannedCall{"ctime", "shares its result between threads"},
    BannedCall{"mktime", "depends on the machine's zone"},
    BannedCall{"strtok", "keeps its place between threads"},
    BannedCall{"setlocale", "changes every number that is printed anywhere"},
    BannedCall{"atoi", "no errors: from_chars"},
    BannedCall{"atol", "no errors: from_chars"},
    BannedCall{"atof", "no errors, depends on the locale: from_chars"},
    BannedCall{"tmpnam", "races"},
    BannedCall{"mktemp", "races"},
    BannedCall{"tempnam", "races"},
    BannedCall{"alloca", "no bound"},
    // Input from outside can make it recurse until the stack is gone.
    BannedCall{"std::regex", "exhausts the stack on long input", true},
    BannedCall{"std::regex_match", "exhausts the stack on long input", true},
    BannedCall{"std::regex_search", "exhausts the stack on long input", true},
};

bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// True where `code` at `at` calls the function of that name itself: no other word, no member, no other scope.
bool is_call(std::string_view code, size_t at, std::string_view name) {
  size_t after = at + name.size();
  while (after < code.size() && code[after] == ' ') ++after;
  if (after >= code.size() || (code[after] != '(' && !(name.starts_with("std::") && !in_word(code[after]))))
    return false;
  std::string_view before = code.substr(0, at);
  if (before.ends_with("std::")) before.remove_suffix(5);
  if (before.ends_with(" ::")) before.remove_suffix(2);  // the global one
  // Two words in a row are a declaration, unless the first is one that an expression follows.
  const size_t end = before.find_last_not_of(' ');
  if (end != std::string_view::npos && end + 1 < before.size() && in_word(before[end]))
    return before.substr(0, end + 1).ends_with("return") || before.substr(0, end + 1).ends_with("else");
  return before.empty() ||
         (!in_word(before.back()) && before.back() != '.' && !before.ends_with("->") && !before.ends_with("::"));
}

size_t includers_of(const SourceTree& tree, const std::string& header) {
  return static_cast<size_t>(std::ranges::count_if(tree, [&](const SourceFile& file) {
    return file.is_cpp() && file.code.find("#include \"" + header + "\"") != std::string::npos;
  }));
}

bool is_test(const SourceFile& file) {
  return file.path.starts_with("tests/");
}

}  // namespace

Faults check_includes(const SourceTree& tree) {
  Faults faults;
  for (const SourceFile& file : tree) {
    if (!file.is_cpp()) continue;
    for (size_t at = file.code.find("#include <"); at != std::string::npos; at = file.code.find("#include <", at + 1)) {
      const std::string_view name = std::string_view(file.code).substr(at + 10);
      const std::string where = file.path + ":" + std::to_string(line_of(file.code, at)) + ": ";
      for (const auto library : kWrapped)
        if (name.starts_with(library) && !file.path.starts_with(kWrapper))
          faults.push_back(where + "only ledger/base includes <" + std::string(library) + ">");
      for (const auto heavy : kHeavy)
        if (name.starts_with(heavy) && file.is_header() && !kMayBeHeavy.contains(file.path))
          faults.push_back(where + "<" + std::string(heavy) + "> never in a header");
    }
    if (file.is_header() && file.code.find("#pragma once") == std::string::npos)
      faults.push_back(file.path + ": a header without #pragma once");
  }
  for (const auto& [header, allowed] : kMayBeHeavy)
    if (const size_t count = includers_of(tree, header); count > allowed)
      faults.push_back(header + ": is heavy, but " + std::to_string(count) + " include it");
  return faults;
}

Faults check_calls(const SourceTree& tree) {
  Faults faults;
  for (const SourceFile& file : tree) {
    if (!file.is_cpp()) continue;
    for (const BannedCall& banned : kBanned) {
      if (banned.tests_may && is_test(file)) continue;
      for (size_t at = file.code.find(banned.name); at != std::string::npos; at = file.code.find(banned.name, at + 1))
        if (is_call(file.code, at, banned.name))
          faults.push_back(file.path + ":" + std::to_string(line_of(file.code, at)) + ": " + std::string(banned.name) +
                           " is banned: " + std::string(banned.why));
    }
  }
  return faults;
}

}  // namespace custody::tidy
