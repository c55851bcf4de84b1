#include "ledger/proof/policy.h"

#include <algorithm>

#include "ledger/base/ids.h"
#include "ledger/proof/checkpoint.h"

namespace custody {
namespace {

constexpr std::string_view kOwner = "#custody:owner";
constexpr std::string_view kBlank = " \t";
constexpr std::string_view kNone = "none";

using Words = std::vector<std::string_view>;

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlank));
  text.remove_prefix(word.size());
  return word;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

class Parser {
 public:
  Policy run(std::string_view text) {
    if (text.size() > kMaxPolicyBytes) throw Error(ErrorCode::kRefused, "larger than any policy");
    while (!text.empty()) {
      ++line_;
      const size_t end = text.find('\n');
      if (end == std::string_view::npos) fail("it does not end, so the file may be cut off");
      take(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    if (!quorum_seen_) throw Error(ErrorCode::kRefused, "line " + std::to_string(line_ + 1) + ": no quorum was named");
    return std::move(policy_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::kRefused, "line " + std::to_string(line_) + ": " + what);
  }

  void take(std::string_view line) {
    if (std::ranges::any_of(line, [](char c) { return (static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7f; }))
      fail("a control character");
    line = trimmed(line);
    if (line.empty()) return;
    if (line.front() == '#') return comment(line);
    Words words;
    while (!line.empty()) words.push_back(take_word(line));
    if (words[0] == "log") return log(words);
    if (words[0] == "witness") return witness(words);
    if (words[0] == "group") return group(words);
    if (words[0] == "quorum") return quorum(words);
    fail("it begins with none of log, witness, group, quorum");
  }

  void comment(std::string_view line) {
    if (take_word(line) != kOwner) return;
    const std::string_view name = take_word(line);
    const auto node = find(name);
    if (!node || !policy_.nodes[*node].witness) fail("an owner of '" + std::string(name) + "', which is no witness");
    std::string& owner = policy_.witnesses[*policy_.nodes[*node].witness].owner;
    const std::string_view words = trimmed(line);
    if (words.empty() || !is_utf8(words)) fail("an owner without a name");
    if (!owner.empty()) fail("a second owner of '" + std::string(name) + "'");
    owner = words;
  }

  VerifierKey key(std::string_view text, char type, std::string_view whose) const {
    VerifierKey key;
    try {
      key = parse_vkey(text);
    } catch (const Error& error) {
      fail(error.what());
    }
    if (key.type != type) fail("this verifier key is not of the type of a " + std::string(whose));
    const auto same = [&key](const auto& other) { return other.key.key == key.key; };
    if (std::ranges::any_of(policy_.logs, same) || std::ranges::any_of(policy_.witnesses, same))
      fail("this key was named before");
    return key;
  }

  void log(const Words& words) {
    if (words.size() < 2 || words.size() > 3) fail("a log is: log VKEY [URL]");
    if (policy_.logs.size() == Policy::kMost) fail("too many logs");
    policy_.logs.push_back(
        {key(words[1], VerifierKey::kEd25519, "log"), std::string(words.size() > 2 ? words[2] : "")});
  }

  void witness(const Words& words) {
    if (words.size() < 3 || words.size() > 4) fail("a witness is: witness NAME VKEY [URL]");
    define({std::string(words[1]), policy_.witnesses.size(), 0, {}});
    policy_.witnesses.push_back({std::string(words[1]), key(words[2], VerifierKey::kCosignature, "witness"),
                                 std::string(words.size() > 3 ? words[3] : ""), ""});
  }

  void define(Policy::Node node) {
    if (node.name == kNone) fail("'none' cannot be defined");
    if (find(node.name)) fail("'" + node.name + "' was defined before");
    if (policy_.nodes.size() == Policy::kMost) fail("too many witnesses and groups");
    policy_.nodes.push_back(std::move(node));
    taken_.push_back(false);
  }

  void group(const Words& words) {
    if (words.size() < 4) fail("a group is: group NAME all|any|K MEMBER...");
    Policy::Node node{std::string(words[1]), std::nullopt, 0, {}};
    for (size_t i = 3; i < words.size(); ++i) {
      const size_t member = defined(words[i]);
      if (taken_[member]) fail("'" + std::string(words[i]) + "' is a member already");
      taken_[member] = true;
      node.members.push_back(member);
    }
    const size_t most = node.members.size();
    const auto number = words[2] == "any" ? 1 : words[2] == "all" ? most : parse_u64(words[2]).value_or(0);
    if (number < 1 || number > most)
      fail("of " + std::to_string(most) + " members, all, any, or a number from 1 to " + std::to_string(most) +
           " must have witnessed");
    node.threshold = number;
    define(std::move(node));
  }

  void quorum(const Words& words) {
    if (words.size() != 2) fail("a quorum is: quorum NAME");
    if (quorum_seen_) fail("a second quorum");
    quorum_seen_ = true;
    if (words[1] != kNone) policy_.quorum = defined(words[1]);
  }

  std::optional<size_t> find(std::string_view name) const {
    for (size_t i = 0; i < policy_.nodes.size(); ++i)
      if (policy_.nodes[i].name == name) return i;
    return std::nullopt;
  }
  size_t defined(std::string_view name) const {
    const auto node = find(name);
    if (!node) fail("'" + std::string(name) + "' is not defined above");
    return *node;
  }

  Policy policy_;
  size_t line_ = 0;
  bool quorum_seen_ = false;
  std::vector<bool> taken_;  // of each node: is a member of a group
};

bool reached(const Policy& policy, const std::vector<PolicyVerdict::Vouching>& vouching) {
  if (!policy.quorum) return true;
  std::vector<bool> witnessed(policy.witnesses.size());
  for (const PolicyVerdict::Vouching& one : vouching) witnessed[one.witness] = true;
  std::vector<bool> holds(policy.nodes.size());
  for (size_t i = 0; i < policy.nodes.size(); ++i) {
    const Policy::Node& node = policy.nodes[i];
    const auto count = std::ranges::count_if(node.members, [&holds](size_t member) { return holds[member]; });
    holds[i] = node.witness ? witnessed[*node.witness] : static_cast<size_t>(count) >= node.threshold;
  }
  return holds[*policy.quorum];
}

}  // namespace

Policy parse_policy(std::string_view text) {
  return Parser().run(text);
}

std::optional<uint64_t> quorum_time_s(const Policy& policy, const PolicyVerdict& verdict) {
  if (!policy.quorum) return std::nullopt;
  std::vector<PolicyVerdict::Vouching> earliest = verdict.vouching;
  std::ranges::sort(earliest, {}, &PolicyVerdict::Vouching::time_s);
  std::vector<PolicyVerdict::Vouching> first;
  for (const PolicyVerdict::Vouching& one : earliest) {
    first.push_back(one);
    if (reached(policy, first)) return one.time_s;
  }
  return std::nullopt;
}

PolicyVerdict judge_policy(const Policy& policy, const SignedNote& note) {
  const std::string origin = checkpoint_of(note).origin;
  PolicyVerdict verdict;
  for (size_t i = 0; i < policy.logs.size(); ++i) {
    const VerifierKey& key = policy.logs[i].key;
    const NoteState state = key.name == origin ? note_state(note, key) : NoteState::kNotSigned;
    if (state == NoteState::kSigned) verdict.log = i;
    if (state == NoteState::kWrong) verdict.wrong.push_back(key.name);
  }
  for (size_t i = 0; i < policy.witnesses.size(); ++i) {
    const VerifierKey& key = policy.witnesses[i].key;
    if (const auto time_s = cosigned_at(note, key))
      verdict.vouching.push_back({i, *time_s});
    else if (note_state(note, key) == NoteState::kWrong)
      verdict.wrong.push_back(key.name);
  }
  verdict.quorum = reached(policy, verdict.vouching);
  return verdict;
}

bool counts(const Policy& policy, std::string_view note) {
  try {
    const SignedNote parsed = parse_note(note);
    if (policy.quorum && parsed.signatures.size() < 2) return false;
    return judge_policy(policy, parsed).satisfied(policy);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace custody
