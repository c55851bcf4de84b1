// The gateway: where events enter. Authenticated outside (tools/serve), judged here: validated, its customer's number
// made a subject id, its values encrypted, statement and stamp made, appended to the intake. After it no plaintext
// value exists.
//
// Any number of threads. A batch is one durable commit of the keyring and one of the log.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/time.h"
#include "ledger/codec/types.h"
#include "ledger/event/record.h"
#include "ledger/gateway/archives.h"
#include "ledger/gateway/receipts.h"
#include "ledger/keys/keyring.h"
#include "ledger/log/log.h"
#include "ledger/seal/tail.h"

namespace custody {

struct ParsedEvent;

// Who was authenticated, and how.
struct Principal {
  std::string name;  // person:..., system:...; in open mode what the ledger calls everybody: "anyone"
  Method method = Method::kOpen;
  Digest credential{};
  std::vector<std::string> sources;  // that it may state events of; unused in open mode
};

// What the gateway asks of the ledger's own state; implemented over the registry view and the principals.
class Admission {
 public:
  virtual ~Admission() = default;
  // Why this principal may not state this event; empty = it may.
  virtual std::vector<Fault> judge(const Principal& principal, const ParsedEvent& event) const = 0;
};
// Open mode takes any authority, except for what only the ledger itself may say.
std::unique_ptr<Admission> open_admission();
// Of a governed ledger: `self` types by the person authenticated, `source` types by a principal of that source.
std::unique_ptr<Admission> governed_admission();

enum class OutcomeStatus { kTaken, kSealed, kRepeat, kConflict, kRefused, kNotTried };
struct Outcome {
  OutcomeStatus status = OutcomeStatus::kNotTried;
  EventId id;                      // once the event could be read
  std::vector<Fault> faults;       // of a refused one
  std::optional<Receipt> receipt;  // of a sealed one and a repeat; of a conflict, the receipt of the first
};

enum class Wait { kIntake, kSealed };
struct SubmitOptions {
  Wait wait = Wait::kIntake;
  bool all_or_nothing = false;
  std::chrono::milliseconds patience{30'000};  // for the seal
  // For what `after` names: who has its receipt has it from a tail, so that this one shows it in moments.
  std::chrono::milliseconds after_patience{1'000};
};

class Gateway {
 public:
  struct Parts {
    Log& log;
    Keyring& keyring;
    std::vector<Tail*> tails;  // of all shards, in order
    Receipts& receipts;        // a listener of these tails
    const Clock& clock;
    std::string name;  // of this gateway, in its stamps
    // Why nothing can be taken now; empty = ready.
    std::function<std::string()> unavailable;
  };
  Gateway(Parts parts, std::unique_ptr<Admission> admission)
      : parts_(std::move(parts)), admission_(std::move(admission)), archives_(parts_.log, parts_.tails) {}
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // CloudEvents JSON texts, one event each. Same order as the outcomes. Error kUnavailable when nothing could be taken:
  // nothing is acknowledged then. A sealed one that does not show within `patience` stays kTaken.
  std::vector<Outcome> submit(std::span<const std::string_view> events, const Principal& principal,
                              const SubmitOptions& options);

  // Statements that a client made and committed to itself, as JSON:
  //   {"statement": base64, "subject": number, "values": {name: {"type": 1|2|3, "salt": base64, "value": base64}}}
  std::vector<Outcome> submit_statements(std::span<const std::string_view> statements, const Principal& principal,
                                         const SubmitOptions& options);

  // The customer who has this number and an archive. kUnavailable while the latter cannot be told.
  std::optional<SubjectId> find_customer(std::string_view number);

  // An event of the ledger itself, by one of its processes (method 3).
  Outcome submit_own(std::string_view event, const SubmitOptions& options);

 private:
  struct Item;
  struct Work;
  void check_ready() const;
  void read(Work& work, std::string_view text, Item& item);
  std::optional<SubjectId> customer(Work& work, std::string_view number);
  std::optional<SubjectId> subject_of(Work& work, std::string_view type, std::string_view number,
                                      std::vector<Fault>& faults);
  void encrypt_and_enter(Work& work, const ParsedEvent& event, Item& item);
  void read_statement(Work& work, std::string_view text, Item& item);
  void check_client_authority(const Work& work, const Statement& statement, std::vector<Fault>& faults) const;
  void make_entry(Work& work, Item& item, const Statement& statement, const SubjectId& subject,
                  std::string_view statement_bytes, std::string_view blob);
  void look_up(Item& item);
  void look_up_again(std::vector<Item>& items, const std::vector<size_t>& places, Receipts::Wait& wait);
  void wait_for_named(std::span<const std::string_view> events, std::chrono::milliseconds patience) const;
  void check_after(Ref after, std::vector<Fault>& faults) const;
  void check_attestation(std::string_view source, std::string_view body, std::vector<Fault>& faults) const;
  std::vector<Outcome> finish(Work& work, std::vector<Item>& items, const SubmitOptions& options);
  static void note_arrivals(std::vector<Item>& items, const std::vector<size_t>& places,
                            const std::vector<std::optional<Arrival>>& arrivals);
  void add_earlier_receipts(std::vector<Item>& items) const;

  Parts parts_;
  std::unique_ptr<Admission> admission_;
  Archives archives_;
};

}  // namespace custody
