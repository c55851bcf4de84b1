#include "producers/client/spool.h"

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "ledger/codec/json.h"
#include "ledger/event/body.h"
#include "ledger/event/record.h"

namespace custody {
namespace {

constexpr uint64_t kMaxStatementBytes = 4u << 20;
constexpr uint64_t kMaxIdsBytes = uint64_t{1} << 32;

Error damaged(const std::string& path) {
  return Error(ErrorCode::kStore, path + " is damaged: it holds what a source has stated; move it away to look at it");
}

Spooled read_statement(const std::string& path, uint64_t number) {
  Spooled spooled{number, {}, read_file(path, kMaxStatementBytes)};
  try {
    const boost::json::value document = parse_json(spooled.sent);
    spooled.bytes = from_base64(std::string(document.at("statement").as_string()));
    from_canonical<Statement>(spooled.bytes);
  } catch (const std::exception&) {
    throw damaged(path);
  }
  return spooled;
}

Statement statement_in(const Spooled& spooled) {
  return from_canonical<Statement>(spooled.bytes);
}

}  // namespace

std::string StatementSpool::path_of(uint64_t number, const char* part) const {
  std::string digits = std::to_string(number);
  return folder_ + part + std::string(20 - digits.size(), '0') + digits;
}

StatementSpool StatementSpool::open(const std::string& folder) {
  make_folders(folder + "/queue");
  make_folders(folder + "/refused");
  StatementSpool spool(folder, ProcessLock::take(folder + "/lock"));
  spool.load();
  return spool;
}

void StatementSpool::load() {
  if (const auto text = read_file_if_present(folder_ + "/state.json", 1 << 20)) {
    std::vector<Fault> faults;
    const boost::json::value document = parse_json(*text);
    if (!document.is_object()) throw damaged(folder_ + "/state.json");
    state_ = from_json<SpoolState>(document.get_object(), "", faults);
    if (!faults.empty()) throw damaged(folder_ + "/state.json");
  }
  load_ids();
  next_ = std::max(next_, state_.next);
  for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/queue")) {
    const std::string name = entry.path().filename().string();
    if (name.find('.') != std::string::npos) continue;  // a file that was being written
    if (name == "attestation") {
      attestation_ = OnItsWay{0, read_statement(entry.path().string(), 0)};
      attestation_->to = decode_body<SourceAttested>(statement_in(attestation_->statement).body).to_sequence.value;
      continue;
    }
    const auto number = parse_u64(name.substr(std::min(name.find_first_not_of('0'), name.size() - 1)));
    if (!number) throw damaged(entry.path().string());
    const Spooled& spooled = queue_[*number] = read_statement(entry.path().string(), *number);
    next_ = std::max(next_, *number + 1);
    remember(std::string(statement_in(spooled).source_id));  // it may have died before that
  }
}

// Without the rest of a line that was being written.
void StatementSpool::load_ids() {
  const std::string path = folder_ + "/ids";
  auto text = read_file_if_present(path, kMaxIdsBytes).value_or("");
  const size_t end = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  if (end != text.size()) {
    text.resize(end);
    write_file_durably(path, text);
  }
  for (size_t at = 0; at < text.size();) {
    const size_t line_end = text.find('\n', at);
    ids_.insert(text.substr(at, line_end - at));
    at = line_end + 1;
  }
}

void StatementSpool::remember(const std::string& source_id) {
  if (!ids_.insert(source_id).second) return;
  const std::string path = folder_ + "/ids";
  std::ofstream file(path, std::ios::binary | std::ios::app);
  file << source_id << '\n' << std::flush;
  if (!file) throw Error(ErrorCode::kUnavailable, path + " cannot be written");
  file.close();
  sync_file(path);
  sync_folder(folder_);
}

void StatementSpool::save(SpoolState state) {
  write_file_durably(folder_ + "/state.json", to_json_text(state) + "\n");
  state_ = std::move(state);
}

void StatementSpool::put(const MadeStatement& made) {
  const uint64_t number = next_;
  write_file_durably(path_of(number), made.sent);
  next_ = number + 1;
  queue_[number] = {number, made.bytes, made.sent};
  remember(made.source_id);
}

// Before the file with the highest number goes: numbers are never given twice.
void StatementSpool::keep_next() {
  if (state_.next == next_) return;
  SpoolState state = state_;
  state.next = next_;
  save(std::move(state));
}

void StatementSpool::remove(uint64_t number) {
  keep_next();
  remove_file_durably(path_of(number));
  queue_.erase(number);
}

void StatementSpool::refuse(uint64_t number) {
  keep_next();
  write_file_durably(path_of(number, "/refused/"), queue_.at(number).sent);
  remove_file_durably(path_of(number));
  queue_.erase(number);
}

void StatementSpool::put_attestation(uint64_t to, const MadeStatement& made) {
  write_file_durably(folder_ + "/queue/attestation", made.sent);
  attestation_ = OnItsWay{to, {0, made.bytes, made.sent}};
}

void StatementSpool::attestation_done() {
  remove_file_durably(folder_ + "/queue/attestation");
  attestation_.reset();
}

}  // namespace custody
