// Events in: structured CloudEvents, batches, NDJSON; statements of clients; the customer's number to its subject id.
#include <algorithm>
#include <boost/json.hpp>
#include <numeric>

#include "ledger/codec/json.h"
#include "tools/api/api.h"
#include "tools/api/parameters.h"

namespace custody {
namespace {

SubmitOptions submit_options(const ApiRequest& request) {
  SubmitOptions options;
  const std::string wait = parameter(request, "wait").value_or("intake");
  if (wait != "intake" && wait != "sealed") throw Error(ErrorCode::kUsage, "wait is intake or sealed");
  options.wait = wait == "sealed" ? Wait::kSealed : Wait::kIntake;
  options.all_or_nothing = parameter(request, "all_or_nothing").value_or("0") == "1";
  return options;
}

std::string_view status_name(OutcomeStatus status) {
  switch (status) {
    case OutcomeStatus::kTaken:
      return "taken";
    case OutcomeStatus::kSealed:
      return "sealed";
    case OutcomeStatus::kRepeat:
      return "repeat";
    case OutcomeStatus::kConflict:
      return "conflict";
    case OutcomeStatus::kRefused:
      return "refused";
    case OutcomeStatus::kNotTried:
      return "not-tried";
  }
  return "";
}

int status_code(OutcomeStatus status) {
  switch (status) {
    case OutcomeStatus::kTaken:
      return 202;
    case OutcomeStatus::kConflict:
      return 409;
    case OutcomeStatus::kRefused:
    case OutcomeStatus::kNotTried:
      return 422;
    default:
      return 200;
  }
}

std::string faults_json(const std::vector<Fault>& faults) {
  std::string out = "[";
  for (const Fault& fault : faults) {
    out += out.size() == 1 ? "{\"pointer\":" : ",{\"pointer\":";
    append_json_string(out, fault.pointer);
    out += ",\"message\":";
    append_json_string(out, fault.message);
    out += '}';
  }
  return out + "]";
}

// The receipt's members where there is one, `status` always; `line` where the event is one of many.
std::string outcome_json(const Outcome& outcome, std::optional<uint64_t> line) {
  std::string out = "{";
  if (line) out += "\"line\":" + std::to_string(*line) + ",";
  if (outcome.receipt) {
    const std::string receipt = receipt_json(*outcome.receipt);
    out.append(receipt, 1, receipt.size() - 2).append(",");
  }
  if (!outcome.receipt && !outcome.id.empty()) out += "\"id\":\"" + to_text(outcome.id) + "\",";
  out += "\"status\":\"" + std::string(status_name(outcome.status)) + "\"";
  if (!outcome.faults.empty()) out += ",\"faults\":" + faults_json(outcome.faults);
  return out + "}";
}

ApiResponse refused(const std::vector<Fault>& faults) {
  return problem(422, "the event is refused", "nothing of it was written", faults);
}

ApiResponse single(const Outcome& outcome) {
  if (outcome.status == OutcomeStatus::kRefused) return refused(outcome.faults);
  if (outcome.status == OutcomeStatus::kConflict)
    return problem(409, "another event has this id",
                   "the same source stated this id before with other content" +
                       (outcome.receipt ? ": record " + to_text(outcome.receipt->at) : std::string()) +
                       "; the attempt is recorded");
  return {status_code(outcome.status), "application/json", outcome_json(outcome, std::nullopt) + "\n", {}};
}

// The events of a body, and where each stands: blank lines are counted and skipped, as in a stream.
struct Lines {
  std::vector<std::string_view> events;
  std::vector<uint64_t> numbers;
};

Lines lines_of(std::string_view body) {
  Lines lines;
  for (uint64_t number = 1; !body.empty(); ++number) {
    const size_t end = body.find('\n');
    const std::string_view line = body.substr(0, end);
    body = end == std::string_view::npos ? std::string_view() : body.substr(end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    lines.events.push_back(line);
    lines.numbers.push_back(number);
  }
  return lines;
}

std::string outcome_lines(const std::vector<Outcome>& outcomes, const std::vector<uint64_t>& numbers) {
  std::string out;
  for (size_t i = 0; i < outcomes.size(); ++i) out += outcome_json(outcomes[i], numbers[i]) + "\n";
  return out;
}

int status_of_many(const std::vector<Outcome>& outcomes, const SubmitOptions& options) {
  bool refused = false;
  for (const Outcome& outcome : outcomes) refused = refused || outcome.status == OutcomeStatus::kRefused;
  return refused && options.all_or_nothing ? 422 : 200;
}

std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// What `custody import` does not write (producers/adapters/brackets.cc) is no mark: other records of the ledger's own
// are not to be stated from outside under the name of an import.
std::vector<Fault> faults_of_mark(const boost::json::object& mark, const std::string& type) {
  std::vector<Fault> faults;
  if (text_of(mark, "source") != "custody:import") faults.push_back({"/source", "must be custody:import"});
  const std::string kind = type.substr(type.find('.') + 1) + "/";
  const std::string id = text_of(mark, "id");
  if (id.size() != kind.size() + 32 || !id.starts_with(kind) ||
      id.find_first_not_of("0123456789abcdef", kind.size()) != std::string::npos)
    faults.push_back({"/id", "must be " + kind + " and 32 hex digits, which file and mapping give"});
  return faults;
}

// Who may not state the events of an import may not say that it was made.
std::vector<Fault> faults_of_marker(const boost::json::object& mark, const Principal& principal) {
  const auto* data = mark.if_contains("data");
  const std::string source =
      data != nullptr && data->is_object() ? text_of(data->get_object(), "source") : std::string();
  if (std::find(principal.sources.begin(), principal.sources.end(), source) != principal.sources.end()) return {};
  return {{"/data/source", principal.name + " may not state events of this source"}};
}

std::vector<std::string_view> views_of(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

std::string Api::ingest_lines(const std::vector<std::string_view>& events, uint64_t first_line,
                              const Principal& principal, const SubmitOptions& options) {
  std::vector<uint64_t> numbers(events.size());
  std::iota(numbers.begin(), numbers.end(), first_line);
  return outcome_lines(node_.gateway().submit(events, principal, options), numbers);
}

ApiResponse Api::post_events(const ApiRequest& request, const std::vector<std::string>&) {
  const SubmitOptions options = submit_options(request);
  const std::string& type = request.content_type;
  if (type.starts_with("application/x-ndjson")) {
    const Lines lines = lines_of(request.body);
    const auto outcomes = node_.gateway().submit(lines.events, request.principal, options);
    return {status_of_many(outcomes, options), "application/x-ndjson", outcome_lines(outcomes, lines.numbers), {}};
  }
  if (type.starts_with("application/cloudevents-batch+json")) {
    const boost::json::value document = parse_json(request.body);
    if (!document.is_array()) throw Error(ErrorCode::kUsage, "a batch is a JSON array of events");
    std::vector<std::string> texts;
    for (const auto& event : document.get_array()) texts.push_back(boost::json::serialize(event));
    const auto outcomes = node_.gateway().submit(views_of(texts), request.principal, options);
    std::string body = "[";
    for (size_t i = 0; i < outcomes.size(); ++i) body += (i == 0 ? "" : ",") + outcome_json(outcomes[i], i + 1);
    return {status_of_many(outcomes, options), "application/json", body + "]\n", {}};
  }
  if (!type.empty() && !type.starts_with("application/cloudevents+json") && !type.starts_with("application/json"))
    return problem(415, "not this form of events",
                   "send application/cloudevents+json, application/cloudevents-batch+json or application/x-ndjson");
  const std::string_view event = request.body;
  return single(node_.gateway().submit({&event, 1}, request.principal, options).front());
}

// import.begun and import.ended are the ledger's own to state, on behalf of who imports.
ApiResponse Api::post_import_mark(const ApiRequest& request, const std::vector<std::string>&) {
  const boost::json::value document = parse_json(request.body);
  const auto* object = document.if_object();
  const std::string type = object == nullptr ? std::string() : text_of(*object, "type");
  if (type != "import.begun" && type != "import.ended")
    throw Error(ErrorCode::kUsage, "send one import.begun or import.ended event");
  auto faults = faults_of_mark(*object, type);
  if (!node_.descriptor().open_mode() && faults.empty()) faults = faults_of_marker(*object, request.principal);
  if (!faults.empty()) return refused(faults);
  SubmitOptions options;
  options.wait = Wait::kSealed;
  return single(node_.gateway().submit_own(request.body, options));
}

ApiResponse Api::post_statements(const ApiRequest& request, const std::vector<std::string>&) {
  const SubmitOptions options = submit_options(request);
  if (request.content_type.starts_with("application/x-ndjson")) {
    const Lines lines = lines_of(request.body);
    const auto outcomes = node_.gateway().submit_statements(lines.events, request.principal, options);
    return {status_of_many(outcomes, options), "application/x-ndjson", outcome_lines(outcomes, lines.numbers), {}};
  }
  const std::string_view statement = request.body;
  return single(node_.gateway().submit_statements({&statement, 1}, request.principal, options).front());
}

ApiResponse Api::post_lookup(const ApiRequest& request, const std::vector<std::string>&) {
  const boost::json::value document = parse_json(request.body);
  const auto* object = document.if_object();
  const auto* number = object == nullptr ? nullptr : object->if_contains("number");
  if (number == nullptr || !number->is_string()) throw Error(ErrorCode::kUsage, "send {\"number\": \"...\"}");
  const auto& text = number->get_string();
  const auto subject = node_.gateway().find_customer({text.data(), text.size()});
  if (!subject) throw Error(ErrorCode::kNotFound, "no customer with an archive has this number");
  return {200, "application/json", "{\"subject\":\"" + to_text(*subject) + "\"}\n", {}};
}

}  // namespace custody
