// The HTTP of a witness: POST /add-checkpoint, on one thread. Bounded: connections, bytes of a request, and the time
// for one. It speaks no TLS, and needs none: whoever asks is known by the signature of the log, and gets nothing
// secret.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "tools/witness/witness.h"

namespace custody {

class WitnessServer {
 public:
  struct Limits {
    size_t connections = 256;
    std::chrono::milliseconds request{10'000};  // from its beginning to its end, and for its answer
  };
  // The witness must outlive it.
  WitnessServer(Witness& witness, Limits limits);
  ~WitnessServer();
  WitnessServer(const WitnessServer&) = delete;
  WitnessServer& operator=(const WitnessServer&) = delete;

  // Binds; gives http://127.0.0.1:8421. Error kUsage, and kConflict where the port is taken.
  std::string bind(const std::string& listen);
  // Serves until stop(), of another thread, or SIGINT or SIGTERM.
  void run();
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace custody
