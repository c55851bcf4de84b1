// The mapping file's grammar (docs/adapters.md), read strictly: an unknown key, a word in the wrong place or a name
// that nothing defines is an error with its line and column, never a rule that silently does not apply.
#include <toml++/toml.h>
#include <algorithm>
#include <array>

#include "ledger/base/error.h"
#include "ledger/base/hash.h"
#include "ledger/event/catalogue.h"
#include "producers/adapters/mapping.h"

namespace custody {
namespace {

constexpr int64_t kFormat = 1;
constexpr std::array<std::string_view, 13> kEnvelope = {"source",   "time",    "subject",    "actor",  "step",
                                                        "grant",    "purpose", "operation",  "device", "place",
                                                        "sequence", "after",   "traceparent"};
constexpr std::array<std::string_view, 8> kKinds = {"text", "code", "integer", "boolean",
                                                    "time", "day",  "list",    "json"};

class Reader {
 public:
  explicit Reader(std::string path) { out_.path = std::move(path); }

  Mapping read(std::string_view text) {
    try {
      return read(toml::parse(text, out_.path));
    } catch (const toml::parse_error& error) {
      fail(error.source(), std::string(error.description()));
    }
  }

 private:
  [[noreturn]] void fail(const toml::source_region& at, const std::string& message) const {
    throw Error(ErrorCode::kUsage, out_.path + ":" + std::to_string(at.begin.line) + ":" +
                                       std::to_string(at.begin.column) + ": " + message);
  }

  // Runs `make`; an Error from it gets the place of the node.
  template <class Make>
  auto at(const toml::node& node, Make make) const {
    try {
      return make();
    } catch (const Error& error) {
      fail(node.source(), error.what());
    }
  }

  void known(const toml::table& table, const std::string& where, std::vector<std::string_view> keys) const {
    for (const auto& [key, value] : table)
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end())
        fail(key.source(),
             "unknown key '" + std::string(key.str()) + "' in " + where + ": known are " + joined(keys, "", ", "));
  }

  std::string text(const toml::node& node, const std::string& what) const {
    if (const auto* value = node.as_string()) return value->get();
    fail(node.source(), what + " must be a text");
  }
  std::string text_at(const toml::table& table, std::string_view key, std::string otherwise = "") const {
    const auto* node = table.get(key);
    return node == nullptr ? std::move(otherwise) : text(*node, "'" + std::string(key) + "'");
  }
  bool flag_at(const toml::table& table, std::string_view key, bool otherwise) const {
    const auto* node = table.get(key);
    if (node == nullptr) return otherwise;
    if (const auto* value = node->as_boolean()) return value->get();
    fail(node->source(), "'" + std::string(key) + "' must be true or false");
  }
  const toml::table& table(const toml::node& node, const std::string& what) const {
    if (const auto* value = node.as_table()) return *value;
    fail(node.source(), what + " must be a table");
  }
  // A text, or a list of texts.
  std::vector<std::string> texts(const toml::node& node, const std::string& what) const {
    std::vector<std::string> out;
    if (const auto* list = node.as_array())
      for (const toml::node& item : *list) out.push_back(text(item, what));
    else
      out.push_back(text(node, what));
    if (out.empty()) fail(node.source(), what + " must not be empty");
    return out;
  }
  std::vector<std::string> texts_at(const toml::table& from, std::string_view key) const {
    const auto* node = from.get(key);
    return node == nullptr ? std::vector<std::string>() : texts(*node, "'" + std::string(key) + "'");
  }
  template <class Read>
  void each_table(const toml::table& root, std::string_view key, Read read_one) const {
    const auto* node = root.get(key);
    if (node == nullptr) return;
    const auto* list = node->as_array();
    if (list == nullptr)
      fail(node->source(), "'" + std::string(key) + "' must be written as [[" + std::string(key) + "]]");
    for (const toml::node& item : *list) read_one(table(item, "[[" + std::string(key) + "]]"));
  }

  Template make_template(const toml::node& node, const std::string& source) const {
    return at(node, [&] {
      Template made = Template::parse(source);
      for (const std::string& name : made.maps()) require_map(name);
      for (const std::string& name : made.variables())
        if (std::none_of(out_.variables.begin(), out_.variables.end(),
                         [&](const Variable& v) { return v.name == name; }))
          throw Error(ErrorCode::kUsage, "no [[let]] above defines '" + name + "'");
      return made;
    });
  }
  void require_map(const std::string& name) const {
    if (!out_.maps.contains(name)) throw Error(ErrorCode::kUsage, "there is no [maps." + name + "]");
  }

  ValueSpec value(const toml::node& node) const {
    ValueSpec spec;
    if (const auto* source = node.as_string()) {
      spec.from = make_template(node, source->get());
    } else if (const auto* number = node.as_integer()) {
      spec.kind = ValueSpec::Kind::kLiteral;
      spec.literal = number->get();
    } else if (const auto* truth = node.as_boolean()) {
      spec.kind = ValueSpec::Kind::kLiteral;
      spec.literal = truth->get();
    } else if (const auto* list = node.as_array()) {
      spec.kind = ValueSpec::Kind::kArray;
      for (const toml::node& item : *list) spec.items.push_back(value(item));
    } else if (const auto* members = node.as_table()) {
      return members->contains("as") ? typed(*members) : object(*members);
    } else {
      fail(node.source(), "a value must be a text, an integer, true, false, a list or a table");
    }
    return spec;
  }

  ValueSpec object(const toml::table& members) const {
    ValueSpec spec;
    spec.kind = ValueSpec::Kind::kObject;
    for (const auto& [key, item] : members) {
      spec.names.emplace_back(key.str());
      spec.items.push_back(value(item));
    }
    return spec;
  }

  ValueSpec typed(const toml::table& from) const {
    known(from, "a value with 'as'", {"as", "from", "format", "split", "map"});
    const std::string word = text_at(from, "as");
    const auto* kind = std::find(kKinds.begin(), kKinds.end(), word);
    if (kind == kKinds.end())
      fail(from.get("as")->source(), "'as' must be one of " + joined({kKinds.begin(), kKinds.end()}, "", ", "));
    const auto* source = from.get("from");
    if (source == nullptr) fail(from.source(), "a value with 'as' needs 'from'");
    ValueSpec spec;
    spec.kind = static_cast<ValueSpec::Kind>(kind - kKinds.begin());
    if (word == "json") {
      spec.kind = ValueSpec::Kind::kJson;
      spec.path = text(*source, "'from'");
    } else {
      if (word == "list") spec.kind = ValueSpec::Kind::kList;
      spec.from = make_template(*source, text(*source, "'from'"));
    }
    options(from, word, spec);
    return spec;
  }

  void options(const toml::table& from, const std::string& word, ValueSpec& spec) const {
    if (const auto* format = from.get("format")) {
      if (word != "time" && word != "day") fail(format->source(), "'format' goes with as = \"time\" or \"day\"");
      spec.format = at(*format, [&] { return TimeFormat(text(*format, "'format'")); });
    }
    for (const char* key : {"split", "map"})
      if (const auto* node = from.get(key); node != nullptr && word != "list")
        fail(node->source(), "'" + std::string(key) + "' goes with as = \"list\"");
    spec.split = text_at(from, "split", ",");
    spec.map = text_at(from, "map");
    if (spec.split.empty()) fail(from.get("split")->source(), "'split' must not be empty");
    if (!spec.map.empty()) at(*from.get("map"), [&] { require_map(spec.map); });
  }

  std::vector<Condition> conditions(const toml::table& from) const {
    std::vector<Condition> out;
    const auto* node = from.get("when");
    if (node == nullptr) return out;
    for (const auto& [key, words] : table(*node, "'when'"))
      out.push_back({std::string(key.str()), texts(words, "a condition")});
    return out;
  }

  Members members(const toml::table& from, std::string_view key) const {
    Members out;
    const auto* node = from.get(key);
    if (node == nullptr) return out;
    for (const auto& [name, item] : table(*node, "'" + std::string(key) + "'"))
      out.emplace_back(name.str(), value(item));
    return out;
  }

  // Own members of `from`, then those of [event] that it does not set, in the order of the envelope.
  Members envelope(const toml::table& from, const toml::table* defaults) const {
    Members out;
    for (std::string_view name : kEnvelope) {
      const auto* node = from.get(name);
      if (node == nullptr && defaults != nullptr) node = defaults->get(name);
      if (node != nullptr) out.emplace_back(name, value(*node));
    }
    return out;
  }

  void read_rule(const toml::table& from, const toml::table* defaults) {
    std::vector<std::string_view> keys(kEnvelope.begin(), kEnvelope.end());
    keys.insert(keys.end(), {"files", "when", "each", "continue", "type", "id", "data", "values", "notes"});
    known(from, "[[rule]]", keys);
    Rule rule;
    rule.files = texts_at(from, "files");
    rule.when = conditions(from);
    rule.each = text_at(from, "each");
    rule.goes_on = flag_at(from, "continue", false);
    rule.type = text_at(from, "type");
    if (rule.type.empty()) fail(from.source(), "[[rule]] needs a 'type'");
    const TypeInfo* type = find_type(rule.type);
    if (type == nullptr) fail(from.get("type")->source(), "there is no event type '" + rule.type + "'");
    if (const auto* id = from.get("id")) rule.id = value(*id);
    if (const auto* notes = from.get("notes")) rule.notes = value(*notes);
    rule.envelope = envelope(from, defaults);
    for (const char* needed : {"source", "time", "actor"})
      if (std::none_of(rule.envelope.begin(), rule.envelope.end(), [&](const auto& m) { return m.first == needed; }))
        fail(from.source(), "[[rule]] has no '" + std::string(needed) + "', and [event] sets none");
    rule.data = members(from, "data");
    rule.values = members(from, "values");
    check_data(from, *type);
    out_.rules.push_back(std::move(rule));
  }

  void check_data(const toml::table& from, const TypeInfo& type) const {
    const auto* data = from.get("data");
    if (data == nullptr) return;
    std::vector<std::string_view> names;
    for (const Member& member : type.members) names.push_back(member.name);
    for (const auto& [key, item] : *data->as_table())
      if (std::find(names.begin(), names.end(), key.str()) == names.end())
        fail(key.source(), std::string(type.type) + " has no member '" + std::string(key.str()) + "': it has " +
                               joined(names, "", ", "));
  }

  Mapping read(const toml::table& root) {
    known(root, "the mapping",
          {"format", "name", "id", "zone", "labels", "csv", "maps", "event", "let", "rule", "leave"});
    const auto* format = root.get("format");
    if (format == nullptr || format->value<int64_t>() != kFormat)
      fail(format == nullptr ? root.source() : format->source(), "the mapping must begin with: format = 1");
    read_head(root);
    if (const auto* maps = root.get("maps"))
      for (const auto& [name, words] : table(*maps, "'maps'"))
        for (const auto& [word, meaning] : table(words, "[maps." + std::string(name.str()) + "]"))
          out_.maps[std::string(name.str())][std::string(word.str())] = text(meaning, "what a word maps to");
    each_table(root, "let", [&](const toml::table& from) { read_variable(from); });
    if (const auto* id = root.get("id")) out_.id = value(*id);
    const toml::table* defaults = nullptr;
    if (const auto* event = root.get("event")) {
      defaults = &table(*event, "[event]");
      known(*defaults, "[event]", {kEnvelope.begin(), kEnvelope.end()});
    }
    each_table(root, "rule", [&](const toml::table& from) { read_rule(from, defaults); });
    each_table(root, "leave", [&](const toml::table& from) { read_leave(from); });
    if (out_.rules.empty()) fail(root.source(), "the mapping has no [[rule]]");
    return std::move(out_);
  }

  void read_head(const toml::table& root) {
    out_.labels = flag_at(root, "labels", true);
    if (const auto* name = root.get("name")) out_.name = make_template(*name, text(*name, "'name'"));
    if (const auto* zone = root.get("zone")) {
      const auto minutes = parse_zone(text(*zone, "'zone'"));
      if (!minutes) fail(zone->source(), "'zone' must be an offset such as +08:00, or Z");
      out_.zone_min = *minutes;
    }
    const auto* csv = root.get("csv");
    if (csv == nullptr) return;
    known(table(*csv, "[csv]"), "[csv]", {"delimiter", "columns"});
    const std::string delimiter = text_at(*csv->as_table(), "delimiter", ",");
    if (delimiter.size() != 1 || std::string_view("\"\r\n").find(delimiter) != std::string_view::npos)
      fail(csv->source(), "'delimiter' must be one byte other than a quote or a line break");
    out_.delimiter = delimiter[0];
    out_.columns = texts_at(*csv->as_table(), "columns");
  }

  void read_variable(const toml::table& from) {
    known(from, "[[let]]", {"name", "when", "text"});
    const auto* source = from.get("text");
    if (text_at(from, "name").empty() || source == nullptr) fail(from.source(), "[[let]] needs 'name' and 'text'");
    Variable variable{text_at(from, "name"), conditions(from), make_template(*source, text(*source, "'text'"))};
    for (const std::string& used : variable.text.variables())
      if (used == variable.name) fail(source->source(), "'" + used + "' must not use itself");
    // Clauses of one name stand together: a clause never sees a variable that is defined by means of it.
    const auto same = [&](const Variable& v) { return v.name == variable.name; };
    if (!out_.variables.empty() && !same(out_.variables.back()) &&
        std::any_of(out_.variables.begin(), out_.variables.end(), same))
      fail(from.source(), "the [[let]] of '" + variable.name + "' must stand together");
    out_.variables.push_back(std::move(variable));
  }

  void read_leave(const toml::table& from) {
    known(from, "[[leave]]", {"files", "when", "reason", "first"});
    Leave leave{texts_at(from, "files"), conditions(from), text_at(from, "reason"), flag_at(from, "first", false)};
    if (leave.reason.empty()) fail(from.source(), "[[leave]] needs a 'reason'");
    out_.leaves.push_back(std::move(leave));
  }

  Mapping out_;
};

}  // namespace

Mapping parse_mapping(std::string_view text, const std::string& path) {
  if (!is_utf8(text)) throw Error(ErrorCode::kUsage, path + ":1:1: the mapping is not UTF-8");
  Mapping mapping = Reader(path).read(text);
  mapping.digest = to_hex(view_of(sha256(text))).substr(0, 16);
  return mapping;
}

}  // namespace custody
