#include "producers/adapters/brackets.h"

#include <boost/json.hpp>
#include <fstream>

#include "ledger/base/error.h"

namespace custody {
namespace {

namespace json = boost::json;

// Of the bytes as they lie there, so that sha256sum says the same.
Digest digest_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256 hash;
  std::string chunk(size_t{1} << 16, '\0');
  do {
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    hash.update(std::string_view(chunk).substr(0, static_cast<size_t>(file.gcount())));
  } while (file);
  if (!file.eof()) throw Error(ErrorCode::kNotFound, path + " cannot be read");
  return hash.finish();
}

}  // namespace

void Brackets::open(const std::string& path, std::string_view mapping_digest) {
  *this = Brackets();
  file_ = digest_of_file(path);
  id_ = to_hex(view_of(sha256({view_of(file_), mapping_digest}))).substr(0, 32);
}

void Brackets::record(const Mapped& mapped) {
  ++counts_["records"];
  if (mapped.events.empty()) ++counts_["left-out"];
  for (const MappedEvent& event : mapped.events) {
    ++counts_["events"];
    last_time_ = event.time;
  }
}

std::string Brackets::begin(const MappedEvent& first) {
  begun_ = true;
  source_ = first.source;
  return event("import.begun", first.time, false);
}

std::string Brackets::end() const {
  return event("import.ended", last_time_, true);
}

std::string Brackets::event(std::string_view type, const std::string& time, bool with_counts) const {
  json::object data{{"source", source_}, {"file", to_hex(view_of(file_))}};
  json::array counts;
  for (const auto& [what, count] : counts_) counts.push_back(json::object{{"what", what}, {"count", count}});
  if (with_counts) data["counts"] = std::move(counts);
  const std::string id = std::string(type.substr(type.find('.') + 1)) + "/" + id_;
  return json::serialize(json::object{{"specversion", "1.0"},
                                      {"id", id},
                                      {"type", type},
                                      {"source", "custody:import"},
                                      {"time", time},
                                      {"actor", "system:custody"},
                                      {"data", std::move(data)}});
}

}  // namespace custody
