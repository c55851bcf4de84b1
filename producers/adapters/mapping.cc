#include "producers/adapters/mapping.h"

#include <algorithm>

namespace custody {
namespace {

bool word_matches(std::string_view word, const std::optional<std::string>& value) {
  if (word.empty() || !value) return word.empty() && !value;
  if (word.ends_with('*')) return value->starts_with(word.substr(0, word.size() - 1));
  return *value == word;
}

// Lists and objects are there, whatever is in them: they match "*" alone.
bool matches(const Condition& condition, const Scope& scope) {
  const boost::json::value* value = value_at(scope, condition.path);
  const bool structured = value != nullptr && value->is_structured();
  const auto text = structured ? std::optional<std::string>(" ") : text_of(value, condition.path);
  return std::any_of(condition.words.begin(), condition.words.end(),
                     [&](const std::string& word) { return structured ? word == "*" : word_matches(word, text); });
}

}  // namespace

bool holds(const std::vector<Condition>& when, const Scope& scope) {
  return std::all_of(when.begin(), when.end(), [&](const Condition& condition) { return matches(condition, scope); });
}

bool is_for(const std::vector<std::string>& globs, std::string_view file) {
  return globs.empty() ||
         std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return glob_matches(glob, file); });
}

// Greedy with one point to come back to: linear in practice, never exponential.
bool glob_matches(std::string_view glob, std::string_view name) {
  size_t g = 0, n = 0, star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = n;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == name[n])) {
      ++g;
      ++n;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return glob.substr(g).find_first_not_of('*') == std::string_view::npos;
}

}  // namespace custody
