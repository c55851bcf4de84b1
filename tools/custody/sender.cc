#include "tools/custody/sender.h"

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "ledger/codec/json.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

constexpr size_t kBatchBytes = 4u << 20;
constexpr size_t kMaxWholeBytes = 15u << 20;  // the service takes a request of 16 MiB

// An event may come over many lines; a line of NDJSON may not.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::replace(text.begin(), text.end(), '\r', ' ');
  return text;
}

}  // namespace

void Sender::add(std::string event, const std::string& file, uint64_t line) {
  body_ += one_line(std::move(event)) + "\n";
  places_.push_back({file, line});
  if (options_.all_or_nothing && body_.size() > kMaxWholeBytes)
    throw Error(ErrorCode::kRefused, "--all-or-nothing takes at most " + std::to_string(kMaxWholeBytes) + " bytes");
  if (places_.size() >= options_.batch || body_.size() >= kBatchBytes) flush_unless_all_or_nothing();
}

void Sender::add_too_long(const std::string& file, uint64_t line) {
  flush_unless_all_or_nothing();
  all_refused_ = options_.all_or_nothing;
  places_.push_back({file, line});
  take_answer("{\"line\":" + std::to_string(places_.size()) +
              R"(,"status":"refused","faults":[{"pointer":"","message":"an event has at most )" +
              std::to_string(kMaxEventBytes) + R"( bytes"}]})");
  if (!options_.all_or_nothing) places_.clear();
}

void Sender::add_import_mark(const std::string& event) {
  flush();
  connection_.post("/v1/imports", event);
}

void Sender::flush_unless_all_or_nothing() {
  if (!options_.all_or_nothing) flush();
}

void Sender::flush() {
  if (places_.empty() || all_refused_) return;
  ApiRequest request{"POST", "/v1/events", {}, "application/x-ndjson", std::move(body_), {}};
  request.query["wait"] = options_.wait_sealed ? "sealed" : "intake";
  if (options_.all_or_nothing) request.query["all_or_nothing"] = "1";
  body_.clear();
  answered_ = 0;
  const ApiResponse response = connection_.call(request);
  if (!response.content_type.starts_with("application/x-ndjson")) throw problem_error(response);
  std::string_view rest = response.body;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    take_answer(std::string(rest.substr(0, end)));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  if (answered_ < places_.size())
    throw Error(ErrorCode::kUnavailable, "the service ended its answer early: send again from " +
                                             places_[answered_].file + ":" + std::to_string(places_[answered_].line));
  places_.clear();
  out_.flush();
  progress_.show(counts_.sealed + counts_.taken + counts_.repeats + counts_.conflicts + counts_.refused, std::nullopt);
}

void Sender::take_answer(const std::string& line) {
  if (line.empty()) return;
  const boost::json::value document = parse_json(line);
  const auto& object = document.as_object();
  const std::string status = text_member(object, "status");
  const Place& place = places_.at(object.at("line").to_number<uint64_t>() - 1);
  if (const auto* why = object.if_contains("problem"))  // not tried, nor anything behind it
    throw Error(ErrorCode::kUnavailable, text_member(why->as_object(), "detail") + "; send again from " + place.file +
                                             ":" + std::to_string(place.line));
  ++answered_;
  counts_.sealed += status == "sealed";
  counts_.taken += status == "taken";
  counts_.repeats += status == "repeat";
  counts_.refused += status == "refused";
  counts_.conflicts += status == "conflict";
  if (status == "refused" || status == "conflict") print_faults(status, place, object);
  if (options_.receipts && status != "not-tried") print_receipt(status, place, object);
}

void Sender::print_faults(const std::string& status, const Place& place, const boost::json::object& answer) {
  progress_.clear();
  notes_ << place.file << ":" << place.line << ": " << status << "\n";
  const auto* faults = answer.if_contains("faults");
  if (faults == nullptr) return;
  for (const auto& fault : faults->as_array())
    notes_ << "  " << text_member(fault.as_object(), "pointer") << " " << text_member(fault.as_object(), "message")
           << "\n";
}

void Sender::print_receipt(const std::string& status, const Place& place, const boost::json::object& answer) {
  if (options_.json) {
    boost::json::object placed = answer;
    placed["file"] = place.file;
    placed["line"] = place.line;
    out_ << boost::json::serialize(placed) << "\n";
  } else if (answer.contains("seq")) {
    out_ << status << "  " << number_member(answer, "shard") << ":" << number_member(answer, "seq") << "  "
         << text_member(answer, "id") << "  " << text_member(answer, "leaf") << "\n";
  } else if (status == "taken") {
    out_ << status << "  " << text_member(answer, "id") << "\n";
  }
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
  if (all_refused_) notes_ << "one of them is too long, so none was sent\n";
  if (counts_.refused + counts_.conflicts > 0) return 2;
  if (counts_.taken == 0 || !options_.wait_sealed) return 0;
  notes_ << counts_.taken << " durable in the intake, but not sealed yet; `custody status` says why\n";
  return 3;
}

}  // namespace custody
