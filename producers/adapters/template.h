// Templates of mapping files: text with placeholders that a record fills.
//
//   {column}           the value of a column, or of a member reached through dots and indexes: {user.names.0}
//   {column?}          may be missing or empty; then the whole text is absent
//   {column|lower}     through filters, left to right: lower upper trim arn default:TEXT map:NAME
//   {each} {each.x}    the element of the rule's list
//   {$name}            a variable of the mapping ([[let]])
//   {@line} {@file}  the record's line, its file's name
//   {{ and }}          braces
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace custody {

struct Mapping;

// What the placeholders of one record refer to.
struct Scope {
  const Mapping* mapping = nullptr;
  const boost::json::object* record = nullptr;
  const boost::json::value* each = nullptr;
  std::string_view file;
  uint64_t line = 0;
};

// What a record lacks for the mapping; the importer adds the place.
struct RecordFault {
  std::string column;  // as the template names it, may be empty
  std::string message;
};

// The value at a path of the record, null where there is none. A member with exactly this name goes before dots.
const boost::json::value* value_at(const Scope& scope, std::string_view path);
// Strings, numbers and booleans as text; nullopt for null, nothing and the empty string. RecordFault for a list or an
// object.
std::optional<std::string> text_of(const boost::json::value* value, std::string_view path);

class Template {
 public:
  Template() = default;
  // Error kUsage: braces that do not pair, an unknown filter.
  static Template parse(std::string_view text);
  // nullopt where an optional placeholder had no value; RecordFault where another had none.
  std::optional<std::string> render(const Scope& scope) const;
  // Names after $ and map:, for the mapping to check that they exist.
  std::vector<std::string> variables() const;
  std::vector<std::string> maps() const;
  // The first path in it, for messages that name a column.
  std::string column() const;

 private:
  struct Filter {
    enum class Kind { kLower, kUpper, kTrim, kArn, kDefault, kMap } kind;
    std::string argument;
  };
  struct Part {
    std::string literal;  // or, where path is not empty, a placeholder
    std::string path;
    bool optional = false;
    std::vector<Filter> filters;
  };
  static Part parse_placeholder(std::string_view text);
  static Filter parse_filter(std::string_view text);
  static std::optional<std::string> look_up(const Part& part, const Scope& scope);
  static void apply(const Filter& filter, const Part& part, const Scope& scope, std::optional<std::string>& value);
  std::vector<Part> parts_;
};

}  // namespace custody
