// Sends events in batches over a connection, keeps count, prints receipts and faults.
#pragma once

#include <boost/json/fwd.hpp>
#include <iosfwd>
#include <string>
#include <vector>

#include "tools/custody/connection.h"
#include "tools/custody/progress.h"

namespace custody {

// An event is no longer; a stream over HTTP has the same limit.
inline constexpr size_t kMaxEventBytes = 1u << 20;

struct SenderOptions {
  bool json = false;
  bool receipts = true;  // print them
  bool all_or_nothing = false;
  bool wait_sealed = true;
  size_t batch = 512;
};

struct SenderCounts {
  uint64_t sealed = 0, taken = 0, repeats = 0, conflicts = 0, refused = 0;
};

class Sender {
 public:
  Sender(Connection& connection, SenderOptions options, std::ostream& out, std::ostream& notes)
      : connection_(connection), options_(options), out_(out), notes_(notes), progress_("events") {}
  // `line` of `file` for messages about this event.
  void add(std::string event, const std::string& file, uint64_t line);
  // An event that is longer than kMaxEventBytes, and was not kept.
  void add_too_long(const std::string& file, uint64_t line);
  // For a source that is silent for now: what it said so far does not wait for a whole batch.
  void flush_unless_all_or_nothing();
  // import.begun and import.ended: sent one by one, in their place among the others.
  void add_import_mark(const std::string& event);
  // Sends what is left and prints the sum. 0, or 2 when anything was refused or in conflict, or 3 when something that
  // should have been sealed is only taken yet. Error kUnavailable where the service stopped taking on the way.
  int finish();
  const SenderCounts& counts() const { return counts_; }

 private:
  struct Place {
    std::string file;
    uint64_t line;
  };
  void flush();
  void take_answer(const std::string& line);
  void print_faults(const std::string& status, const Place& place, const boost::json::object& answer);
  void print_receipt(const std::string& status, const Place& place, const boost::json::object& answer);

  Connection& connection_;
  SenderOptions options_;
  std::ostream& out_;
  std::ostream& notes_;
  ProgressLine progress_;
  std::string body_;
  std::vector<Place> places_;
  size_t answered_ = 0;       // of places_
  bool all_refused_ = false;  // all_or_nothing, and one of them cannot even be sent
  SenderCounts counts_;
};

}  // namespace custody
