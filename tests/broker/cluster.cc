#include "tests/broker/cluster.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace custody {
namespace {

std::unique_ptr<Cluster>& slot(int nodes) {
  static std::array<std::unique_ptr<Cluster>, 4> slots;
  return slots.at(static_cast<size_t>(nodes));
}

class EndShared : public testing::Environment {
 public:
  void TearDown() override { Cluster::end_shared(); }
};
[[maybe_unused]] const testing::Environment* const kEndShared = testing::AddGlobalTestEnvironment(new EndShared);

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::array<char, 4096> buffer{};
  while (size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), n);
  if (pclose(pipe) != 0) throw std::runtime_error(command + " failed");
  return out;
}

}  // namespace

int Cluster::run(const std::string& command) const {
  const std::string launcher = std::string(CUSTODY_SOURCE_DIR) + "/deploy/kafka/kafka --port " + std::to_string(port_) +
                               " --dir " + (folder_ / "kafka") + " " + command + " >&2";
  return std::system(launcher.c_str());
}

void Cluster::need(const std::string& command) const {
  if (run(command) != 0) throw std::runtime_error("deploy/kafka/kafka " + command + " failed");
}

std::unique_ptr<Cluster> Cluster::up(int nodes) {
  std::unique_ptr<Cluster> cluster(new Cluster);
  cluster->nodes_ = nodes;
  // Below the ports that the system hands out; where one is taken the next are tried.
  constexpr int kFirst = 20000, kStep = 20, kPlaces = 600;
  for (int attempt = 0; attempt < 5; ++attempt) {
    cluster->port_ = kFirst + kStep * ((getpid() + 7 * attempt + 3 * nodes) % kPlaces);
    if (cluster->run("up " + std::to_string(nodes)) == 0) {
      for (int node = 0; node < nodes; ++node) {
        cluster->bootstrap_ +=
            (node == 0 ? "" : ",") + std::string("127.0.0.1:") + std::to_string(cluster->port_ + node);
      }
      return cluster;
    }
  }
  throw std::runtime_error("no brokers: see what deploy/kafka/kafka said above");
}

Cluster& Cluster::shared(int nodes) {
  if (!slot(nodes)) slot(nodes) = up(nodes);
  return *slot(nodes);
}

void Cluster::end_shared() {
  slot(1).reset();
  slot(3).reset();
}

Cluster::~Cluster() {
  if (port_ != 0) run("wipe");
}

KafkaLogConfig Cluster::config() const {
  static std::atomic<int> count{0};
  KafkaLogConfig config;
  config.connection.bootstrap = bootstrap_;
  config.ledger = "t" + std::to_string(getpid()) + "-" + std::to_string(++count);
  config.single_broker = nodes_ == 1;
  return config;
}

int Cluster::leader_of(const std::string& topic, int partition) const {
  const std::string text =
      output_of(std::string(CUSTODY_SOURCE_DIR) + "/deploy/kafka/kafka --port " + std::to_string(port_) + " --dir " +
                (folder_ / "kafka") + " topics --describe --topic " + topic);
  const size_t line = text.find("Partition: " + std::to_string(partition) + "\t");
  const size_t leader = line == std::string::npos ? line : text.find("Leader: ", line);
  if (leader == std::string::npos) throw std::runtime_error("no leader of " + topic + " in:\n" + text);
  int node = -1;
  std::from_chars(text.data() + leader + 8, text.data() + text.size(), node);
  return node;
}

}  // namespace custody
