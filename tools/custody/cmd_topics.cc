// custody topics: makes and checks the topics of a ledger on Kafka.
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
  if (verb == "create") {
    const auto shards = parse_u64(call.value("--shards").value_or("4"));
    if (!shards || *shards < 1 || *shards > 64) throw Error(ErrorCode::kUsage, "--shards is a number from 1 to 64");
    for (const std::string& topic : create_kafka_topics(*config.kafka, static_cast<uint32_t>(*shards)))
      std::cout << "made " << topic << "\n";
  } else if (verb != "check") {
    throw Error(ErrorCode::kUsage, "topics knows create and check, not '" + verb + "'");
  }
  const auto unsafe = check_kafka_topics(*config.kafka);
  for (const UnsafeSetting& setting : unsafe) std::cout << to_text(setting) << "\n";
  if (unsafe.empty()) std::cout << "every setting is safe\n";
  return unsafe.empty() ? 0 : 1;
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
