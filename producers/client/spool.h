// What a source has stated and the ledger has not proved yet, on disk. After kill -9 at any point: every statement that
// was put is there with the bytes it was put with, its number is no other's, and none that went comes back.
//
//   DIR/lock                 one process at a time
//   DIR/state.json           what is known of source and ledger (SpoolState); replaced in one step
//   DIR/queue/<number>       a statement as it is sent, JSON; the number has 20 digits
//   DIR/queue/attestation    the one that is on its way
//   DIR/refused/<number>     what the ledger will not take, for the operator to look at
//   DIR/ids                  the source's own ids of all that was ever put, one a line
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ledger/base/file.h"
#include "producers/client/statement_maker.h"

namespace custody {

struct SpoolState {
  std::string source;
  std::string ledger;     // its id, hex
  std::string vkey;       // that its checkpoints are believed by
  std::string pinned;     // the newest checkpoint that was verified, a note
  uint64_t next = 1;      // the number that the next statement gets, at least
  uint64_t attested = 0;  // what the source has attested up to
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("source", source), field("ledger", ledger), field("vkey", vkey), field("pinned", pinned),
       field("next", next), field("attested", attested));
  }
};

struct Spooled {
  uint64_t number = 0;
  std::string bytes;  // of the statement
  std::string sent;   // as it is sent
};

class StatementSpool {
 public:
  // Error kConflict where another process has it, kStore where it is damaged.
  static StatementSpool open(const std::string& folder);

  const SpoolState& state() const { return state_; }
  void save(SpoolState state);

  // Whether an event of this id was put before, also one that has gone since.
  bool knows(const std::string& source_id) const { return ids_.contains(source_id); }
  uint64_t next_number() const { return next_; }
  // Durable when it returns. `made` has the number next_number().
  void put(const MadeStatement& made);
  // By number. What has gone is not in it.
  const std::map<uint64_t, Spooled>& queue() const { return queue_; }
  // Proved, and attested: it may go.
  void remove(uint64_t number);
  void refuse(uint64_t number);

  // The attestation on its way, with the last number that it is of.
  struct OnItsWay {
    uint64_t to = 0;
    Spooled statement;
  };
  const std::optional<OnItsWay>& attestation() const { return attestation_; }
  void put_attestation(uint64_t to, const MadeStatement& made);
  void attestation_done();

 private:
  explicit StatementSpool(std::string folder, ProcessLock lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}
  void load();
  void load_ids();
  void remember(const std::string& source_id);
  std::string path_of(uint64_t number, const char* part = "/queue/") const;
  void keep_next();

  std::string folder_;
  ProcessLock lock_;
  SpoolState state_;
  uint64_t next_ = 1;
  std::map<uint64_t, Spooled> queue_;
  std::optional<OnItsWay> attestation_;
  std::set<std::string> ids_;
};

}  // namespace custody
