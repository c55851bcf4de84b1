// custody log: records as people read them, as JSON, as bytes field by field, or as the raw stream for custody-verify.
#include <boost/json.hpp>
#include <deque>
#include <iostream>
#include <thread>

#include "ledger/codec/json.h"
#include "ledger/verify/raw.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/hex_dump.h"
#include "tools/custody/log_source.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

constexpr uint64_t kPageRecords = 500;  // held at a time, of all shards together
constexpr std::chrono::milliseconds kFollowPoll{200};

void print(const boost::json::object& record, const Invocation& call) {
  if (call.has("--hex"))
    std::cout << hex_dump(from_hex(text_member(record, "record"))) << "\n";
  else if (call.json())
    std::cout << boost::json::serialize(record) << "\n";
  else
    std::cout << event_line(record) << "\n";
}

int64_t sealed_at_us(const boost::json::object& record, const std::string& form) {
  if (form == "hex") return decode_seal(from_hex(text_member(record, "record"))).sealed_at_us;
  const auto at = parse_rfc3339(text_member(form == "full" ? record.at("seal").as_object() : record, "sealed_at"));
  return at ? at->us : 0;
}

// The records of one shard, in their order, a page at a time.
class ShardRecords {
 public:
  ShardRecords(Connection& connection, Ref from, std::string form, uint64_t page)
      : connection_(connection), at_(from), form_(std::move(form)), page_(page) {}

  // From here on it ends with what is sealed now.
  void begin() {
    end_ = UINT64_MAX;
    fetch();
  }
  // When the next one was sealed; nothing at the end.
  std::optional<int64_t> next() {
    if (records_.empty() && at_.seq < end_) fetch();
    if (records_.empty()) return std::nullopt;
    return records_.front().first;
  }
  boost::json::object take() {
    boost::json::object record = std::move(records_.front().second);
    records_.pop_front();
    return record;
  }

 private:
  void fetch() {
    const std::string answer = connection_.get(
        "/v1/records",
        {{"from", to_text(at_)}, {"limit", std::to_string(std::min(page_, end_ - at_.seq))}, {"form", form_}});
    const boost::json::value document = parse_json(answer);
    for (const auto& record : document.at("records").as_array())
      records_.emplace_back(sealed_at_us(record.as_object(), form_), record.as_object());
    at_.seq += document.at("records").as_array().size();
    end_ = std::min(end_, number_member(document.as_object(), "size"));
  }

  Connection& connection_;
  Ref at_;
  std::string form_;
  uint64_t page_;
  uint64_t end_ = 0;
  std::deque<std::pair<int64_t, boost::json::object>> records_;  // with when they were sealed
};

// What is sealed by now and not printed yet: of several shards by the time of the seal, then by shard; the order within
// a shard is never changed, also where a stepped clock made the time fall.
void print_sealed(std::vector<ShardRecords>& shards, const Invocation& call, uint64_t& limit) {
  for (ShardRecords& shard : shards) shard.begin();
  while (limit > 0) {
    ShardRecords* first = nullptr;
    int64_t first_at = 0;
    for (ShardRecords& shard : shards) {
      const auto at = shard.next();
      if (!at || (first != nullptr && *at >= first_at)) continue;
      first = &shard;
      first_at = *at;
    }
    if (first == nullptr) break;
    print(first->take(), call);
    --limit;
  }
  std::cout.flush();
}

// One shard from a place on, or all of them from their beginning.
std::vector<ShardRecords> records_wanted(Connection& connection, const Invocation& call, std::optional<Ref> from,
                                         uint64_t limit) {
  const std::string form = call.has("--hex") ? "hex" : call.json() ? "full" : "line";
  if (from) return {ShardRecords(connection, *from, form, std::min(limit, kPageRecords))};
  const boost::json::value status = parse_json(connection.get("/v1/status"));
  const uint64_t count = number_member(status.at("ledger").as_object(), "shards");
  std::vector<ShardRecords> shards;
  for (uint32_t shard = 0; shard < count; ++shard)
    shards.emplace_back(connection, Ref{shard, 0}, form, std::min(limit, kPageRecords / count));
  return shards;
}

int run(const Invocation& call) {
  if (call.has("--raw")) {
    const auto log = open_log_for_reading(call);
    LogEntrySource source(*log);
    write_raw(source, std::cout);
    return 0;
  }
  std::optional<Ref> from;
  if (const auto text = call.value("--from")) {
    from = parse_ref(*text);
    if (!from) throw Error(ErrorCode::kUsage, "--from is shard:seq, such as 0:100");
  }
  uint64_t limit = UINT64_MAX;
  if (const auto text = call.value("--limit")) {
    const auto number = parse_u64(*text);
    if (!number || *number == 0) throw Error(ErrorCode::kUsage, "--limit is a number from 1");
    limit = *number;
  }
  const auto connection = connect(call);
  std::vector<ShardRecords> shards = records_wanted(*connection, call, from, limit);
  for (;;) {
    print_sealed(shards, call, limit);
    if (!call.has("--follow") || limit == 0) return 0;
    std::this_thread::sleep_for(kFollowPoll);
  }
}

}  // namespace

Command log_command() {
  return {"log",
          "",
          "records in their order",
          "Records of all shards are merged by the time they were sealed, then by shard; within a shard they always\n"
          "stand in its own order. With --follow new ones of any shard come as they are seen.\n",
          {{"--from", "SHARD:SEQ", "this shard alone, from this record on (default: all shards, from their beginning)"},
           {"--limit", "N", "how many"},
           {"--follow", "", "go on as records are sealed"},
           {"--hex", "", "the bytes, field by field"},
           {"--raw", "", "the whole ledger as one stream, for custody-verify"}},
          run};
}

}  // namespace custody
