// custody topics: makes and checks the topics of a ledger on Kafka.
#include <boost/json.hpp>
#include <iostream>

#include "ledger/log/kafka_topics.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"

namespace custody {
namespace {

int run(const Invocation& call) {
  const NodeConfig config = node_config(call);
  if (!config.kafka) throw Error(ErrorCode::kUsage, "--kafka HOST:PORT names the brokers");
  const std::string& verb = call.argument(0, "what to do (create or check)");
  boost::json::array made, unsafe;
  if (verb == "create") {
    const auto shards = parse_u64(call.value("--shards").value_or("4"));
    if (!shards || *shards < 1 || *shards > 64) throw Error(ErrorCode::kUsage, "--shards is a number from 1 to 64");
    for (const std::string& topic : create_kafka_topics(*config.kafka, static_cast<uint32_t>(*shards)))
      made.emplace_back(topic);
  } else if (verb != "check") {
    throw Error(ErrorCode::kUsage, "topics knows create and check, not '" + verb + "'");
  }
  bool safe = true;
  for (const UnsafeSetting& setting : check_kafka_topics(*config.kafka)) {
    unsafe.emplace_back(to_text(setting));
    safe = safe && setting.only_costs;
  }
  const int status = safe ? 0 : 1;
  if (call.json()) {
    std::cout << boost::json::serialize(boost::json::object{{"made", made}, {"unsafe", unsafe}}) << "\n";
    return status;
  }
  for (const auto& topic : made) std::cout << "made " << std::string_view(topic.get_string()) << "\n";
  for (const auto& setting : unsafe) std::cout << std::string_view(setting.get_string()) << "\n";
  if (safe) std::cout << "every setting is safe\n";
  return status;
}

}  // namespace

Command topics_command() {
  return {"topics",
          "create|check",
          "make or check the topics of a ledger on Kafka",
          "Exit status 1 when a setting could lose or rewrite history; each is named with its cure.\n",
          {{"--shards", "N", "partitions to make (default 4)"}},
          run};
}

}  // namespace custody
