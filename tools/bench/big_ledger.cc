#include <deque>

#include "ledger/event/bodies_ledger.h"
#include "ledger/log/lmdb_log.h"
#include "ledger/seal/chain_state.h"
#include "ledger/seal/own_records.h"
#include "ledger/seal/signer.h"
#include "tools/bench/benches.h"
#include "tools/bench/made_events.h"
#include "tools/node/home.h"

namespace custody {
namespace {

constexpr uint64_t kRoundEvery = 20'000;
constexpr uint64_t kBatch = 20'000;
constexpr uint64_t kSubjects = 50'000;
constexpr int64_t kBegan = 1'760'000'000'000'000;

SubjectId subject_of(uint64_t n) {
  SubjectId subject;
  const Digest hash = sha256("customer " + std::to_string(n % kSubjects));
  std::copy_n(hash.begin(), subject.bytes.size(), subject.bytes.begin());
  return subject;
}

class Maker {
 public:
  Maker(const Home& home, const Descriptor& descriptor)
      : log_(LmdbLog::create(home.path("log"), descriptor)),
        writer_(log_->open_writer(0)),
        signer_(
            Signer::open(signing_keys(home, descriptor.ledger_id), descriptor, home.signed_file(descriptor.ledger_id))),
        chain_(ChainState::start(0, descriptor)) {
    LedgerCreated created;
    static_cast<Descriptor&>(created) = descriptor;
    add_own(created);
    SealerStarted started;
    started.term = 1;
    started.intake.bytes = log_->intake_id(0);
    started.build = "custody bench";
    add_own(started);
  }

  void event(uint64_t n) { add(stamped(made_event(0, n), subject_of(n), now_us())); }
  void round() {
    LedgerRound round;
    round.round = chain_.round + 1;
    round.closed_at.us = now_us();
    add_own(round);
    flush();
    for (const SignedCheckpoint& note : signer_.sign({{0, chain_.tree}}, chain_.keys.in_force(size())))
      log_->put_checkpoint(0, note.size, note.note);
  }
  uint64_t size() const { return chain_.head.next_seq; }

 private:
  int64_t now_us() const { return kBegan + static_cast<int64_t>(size()) * 1000; }
  template <class Body>
  void add_own(const Body& body) {
    add(own_record({"bench", "sealer"}, body, {0, size()}, size(), now_us()));
  }
  void add(const std::string& stamp_and_statement) {
    const uint64_t position = size();
    sealed_.push_back(seal_next(chain_.head, {stamp_and_statement, {}, 0, false}, 0, now_us()));
    const SealedRecord& record = sealed_.back();
    chain_.apply(decode_record(record.record), record.leaf, position);
    if (sealed_.size() >= kBatch) flush();
  }
  void flush() {
    std::vector<SealedWriter::Entry> entries;
    entries.reserve(sealed_.size());
    for (const SealedRecord& record : sealed_) entries.push_back({record.record, {}});
    writer_->append(entries);
    sealed_.clear();
  }

  std::unique_ptr<LmdbLog> log_;
  std::unique_ptr<SealedWriter> writer_;
  Signer signer_;
  ChainState chain_;
  std::deque<SealedRecord> sealed_;
};

}  // namespace

void make_big_ledger(const std::string& data, uint64_t records) {
  const Home home{data, data + ".keys"};
  Maker maker(home, make_descriptor(home, {}, kBegan));
  for (uint64_t n = 0; maker.size() + 1 < records; ++n) {
    maker.event(n);
    if (maker.size() % kRoundEvery == 0) maker.round();
  }
  maker.round();
}

}  // namespace custody
