// Empties a spool into the ledger: sends what is in it, attests it, and lets go of a statement only when the ledger has
// proved that it holds exactly its bytes, under a checkpoint that extends the one pinned before.
//
// Called again after a crash at any point it goes on: what was sealed already is told to be a repeat.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/crypto.h"
#include "ledger/event/attestation.h"
#include "ledger/proof/record_proof.h"
#include "producers/client/spool.h"

namespace custody {

// How the ledger is spoken to. Error kUnavailable where it cannot be reached; any answer is an answer.
class LedgerPort {
 public:
  struct Answer {
    int status = 0;
    std::string body;
  };
  virtual ~LedgerPort() = default;
  virtual Answer get(const std::string& path) = 0;
  virtual Answer post_statements(const std::string& lines) = 0;  // NDJSON, waiting for the seal
};

struct ClientOptions {
  std::optional<VerifierKey> trust;  // needed the first time; later only where the ledger's key has changed
  std::shared_ptr<const SigningKey> key;
  std::string actor;                           // of attestations: system:...
  std::chrono::milliseconds patience{60'000};  // for the proof of a statement that was sent
};

// Of one run.
struct ClientReport {
  uint64_t sealed = 0;
  uint64_t proved = 0;  // and gone from the spool
  uint64_t attested = 0;
  struct Refused {
    uint64_t number;
    std::string why;
  };
  std::vector<Refused> refused;
  // "omission: ...", "altered: ...", "fork: ...": the ledger does not do what it must. The spool is kept.
  std::string alarm;
};

class Client {
 public:
  Client(StatementSpool& spool, LedgerPort& port, ClientOptions options)
      : spool_(spool), port_(port), options_(std::move(options)) {}

  // Learns which ledger this is and believes it by the trusted key. Error kUsage where no key is trusted yet, or the
  // ledger is another than before; kUnavailable where it cannot be asked.
  void meet();
  // Sends what is not sent and proves what can be, without waiting for what cannot be yet.
  void step();
  // Until the spool is empty, or there is an alarm.
  void drain();
  const ClientReport& report() const { return report_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Sent {
    Clock::time_point since;
    std::optional<Ref> sealed;
  };
  bool send();
  void send_attestation();
  void take_answer(const std::string& line, const std::vector<uint64_t>& numbers);
  void attest(bool all);
  bool prove();
  bool prove_attestation();
  bool is_proved(const Ref& at, const std::string& statement);
  bool extends_pinned(const std::string& note);
  void look_for_omission();
  void alarm(const std::string& text);

  StatementSpool& spool_;
  LedgerPort& port_;
  ClientOptions options_;
  ClientReport report_;
  std::map<uint64_t, Sent> sent_;
  std::optional<Ref> attestation_at_;
  Clock::time_point attested_at_{};
  std::string why_not_;  // the last reason why something was not proved
};

}  // namespace custody
