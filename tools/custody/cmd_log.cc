// custody log: records as people read them, as JSON, as bytes field by field, or as the raw stream for custody-verify.
#include <boost/json.hpp>
#include <iostream>

#include "ledger/codec/json.h"
#include "ledger/verify/raw.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/hex_dump.h"
#include "tools/custody/log_source.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

void print(const boost::json::object& record, const Invocation& call) {
  if (call.has("--hex"))
    std::cout << hex_dump(from_hex(text_member(record, "record"))) << "\n";
  else if (call.json())
    std::cout << boost::json::serialize(record) << "\n";
  else
    std::cout << event_line(record) << "\n";
}

// Prints up to `limit` records from `at` on, and moves it. False at the end.
bool print_page(Connection& connection, const Invocation& call, std::string& at, uint64_t& limit) {
  const std::string form = call.has("--hex") ? "hex" : call.json() ? "full" : "line";
  const std::string answer = connection.get(
      "/v1/records", {{"from", at}, {"limit", std::to_string(std::min<uint64_t>(limit, 500))}, {"form", form}});
  const boost::json::value document = parse_json(answer);
  const auto& object = document.as_object();
  for (const auto& record : object.at("records").as_array()) print(record.as_object(), call);
  limit -= object.at("records").as_array().size();
  const Ref from = *parse_ref(at);
  at = object.contains("next") ? text_member(object, "next")
                               : to_text(Ref{from.shard, std::max(from.seq, number_member(object, "size"))});
  std::cout.flush();
  return object.contains("next") && limit > 0;
}

int run(const Invocation& call) {
  if (call.has("--raw")) {
    const auto log = open_log_for_reading(call);
    LogEntrySource source(*log);
    write_raw(source, std::cout);
    return 0;
  }
  std::string at = call.value("--from").value_or("0:0");
  if (!parse_ref(at)) throw Error(ErrorCode::kUsage, "--from is shard:seq, such as 0:100");
  uint64_t limit = UINT64_MAX;
  if (const auto text = call.value("--limit")) {
    const auto number = parse_u64(*text);
    if (!number || *number == 0) throw Error(ErrorCode::kUsage, "--limit is a number from 1");
    limit = *number;
  }
  const auto connection = connect(call);
  for (;;) {
    while (print_page(*connection, call, at, limit)) {
    }
    if (!call.has("--follow") || limit == 0) return 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

}  // namespace

Command log_command() {
  return {"log",
          "",
          "records in their order",
          "",
          {{"--from", "SHARD:SEQ", "where to begin (default 0:0)"},
           {"--limit", "N", "how many"},
           {"--follow", "", "go on as records are sealed"},
           {"--hex", "", "the bytes, field by field"},
           {"--raw", "", "the whole ledger as one stream, for custody-verify"}},
          run};
}

}  // namespace custody
