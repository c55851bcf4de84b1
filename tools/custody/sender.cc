#include "tools/custody/sender.h"

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "ledger/codec/json.h"

namespace custody {
namespace {

// An event may come over many lines; a line of NDJSON may not.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::replace(text.begin(), text.end(), '\r', ' ');
  return text;
}

std::string text_of(const boost::json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

void Sender::add(std::string event, const std::string& file, uint64_t line) {
  body_ += one_line(std::move(event)) + "\n";
  places_.push_back({file, line});
  if (places_.size() >= options_.batch && !options_.all_or_nothing) flush();
}

void Sender::add_import_mark(const std::string& event) {
  flush();
  connection_.post("/v1/imports", event);
}

void Sender::flush() {
  if (places_.empty()) return;
  ApiRequest request{"POST", "/v1/events", {}, "application/x-ndjson", std::move(body_), {}};
  request.query["wait"] = options_.wait_sealed ? "sealed" : "intake";
  if (options_.all_or_nothing) request.query["all_or_nothing"] = "1";
  body_.clear();
  const ApiResponse response = connection_.call(request);
  if (!response.content_type.starts_with("application/x-ndjson")) throw problem_error(response);
  std::string_view rest = response.body;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    take_answer(std::string(rest.substr(0, end)));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  places_.clear();
  progress_.show(counts_.sealed + counts_.taken + counts_.repeats + counts_.conflicts + counts_.refused, std::nullopt);
}

void Sender::take_answer(const std::string& line) {
  if (line.empty()) return;
  const boost::json::value document = parse_json(line);
  const auto& object = document.as_object();
  const std::string status = text_of(object, "status");
  const uint64_t number = object.at("line").to_number<uint64_t>();
  const Place& place = places_.at(number - 1);
  counts_.sealed += status == "sealed";
  counts_.taken += status == "taken";
  counts_.repeats += status == "repeat";
  if (status == "refused" || status == "conflict") {
    ++(status == "refused" ? counts_.refused : counts_.conflicts);
    progress_.clear();
    notes_ << place.file << ":" << place.line << ": " << status << "\n";
    if (const auto* faults = object.if_contains("faults"))
      for (const auto& fault : faults->as_array())
        notes_ << "  " << text_of(fault.as_object(), "pointer") << " " << text_of(fault.as_object(), "message") << "\n";
  } else if (status == "not-tried") {
    return;
  }
  if (!options_.receipts) return;
  if (options_.json)
    out_ << line << "\n";
  else if (object.contains("seq"))
    out_ << status << "  " << object.at("shard").to_number<uint64_t>() << ":" << object.at("seq").to_number<uint64_t>()
         << "  " << text_of(object, "id") << "  " << text_of(object, "leaf") << "\n";
  else if (status == "taken")
    out_ << status << "  " << text_of(object, "id") << "\n";
}

int Sender::finish() {
  flush();
  progress_.clear();
  out_.flush();
  if (counts_.sealed + counts_.taken + counts_.repeats + counts_.conflicts + counts_.refused > 1 && !options_.json) {
    notes_ << counts_.sealed << " sealed, ";
    if (counts_.taken > 0) notes_ << counts_.taken << " taken, ";
    notes_ << counts_.repeats << " repeats, " << counts_.conflicts << " conflicts, " << counts_.refused << " refused\n";
  }
  return counts_.refused + counts_.conflicts > 0 ? 2 : 0;
}

}  // namespace custody
