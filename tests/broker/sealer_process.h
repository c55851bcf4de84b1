// The sealer program under a test's hand.
#pragma once

#include <sys/types.h>

#include <string>

#include "ledger/log/kafka_topics.h"

namespace custody {

class SealerProcess {
 public:
  // Started on the ledger of `config`, with a folder of its own for what it derives. Returns when it is ready.
  SealerProcess(const KafkaLogConfig& config, const std::string& folder);
  SealerProcess(const SealerProcess&) = delete;
  SealerProcess& operator=(const SealerProcess&) = delete;
  ~SealerProcess();  // SIGKILL, if it still runs

  void signal(int number) const;  // SIGSTOP, SIGCONT
  void kill();                    // SIGKILL; returns when it is gone
  int end();                      // SIGTERM; its exit status
  bool running() const;

 private:
  int wait();
  pid_t pid_ = -1;
};

}  // namespace custody
