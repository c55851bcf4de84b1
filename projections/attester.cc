#include "projections/attester.h"

#include "ledger/base/file.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/seal/own_records.h"

namespace custody {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr uint64_t kMaxTreeFile = uint64_t{1} << 32;
constexpr milliseconds kScheduledPatience{60'000};
constexpr milliseconds kLook{50};

// A stored tree: which round it is of, then the tree. A derived file; what does not read is made again.
struct TreeFile {
  Magic magic{"CVF1"};
  uint64_t round = 0;
  std::string rules{kViewRules};
  std::string tree;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(magic, field("round", round), field("rules", rules), field("tree", as_bytes32(tree)));
  }
};

Error contradicted(const AttestedAnswer& stated, const ViewTree& tree) {
  return Error(ErrorCode::kConflict,
               "record " + stated.ref + " attests for the view " + stated.view + " at round " +
                   std::to_string(stated.round) + " the root " + to_hex(view_of(stated.root)) + " over " +
                   std::to_string(stated.rows) + " rows; as folded here it is " + to_hex(view_of(tree.root())) +
                   " over " + std::to_string(tree.rows()) +
                   ": whoever stated it, or this program, has folded wrongly; run `custody rebuild --check-attested`");
}

bool agrees(const AttestedAnswer& stated, const ViewTree& tree) {
  return stated.rows == tree.rows() && stated.root == tree.root();
}

View view_of_name(std::string_view name) {
  for (View view : kAllViews)
    if (view_name(view) == name) return view;
  throw Error(ErrorCode::kUsage, "there is no view " + std::string(name));
}

}  // namespace

Attester::Attester(Log& log, Projector& projector, std::string folder, const Clock& clock,
                   const AttesterOptions& options)
    : log_(log), projector_(projector), folder_(std::move(folder)), clock_(clock), options_(options) {}

Attester::~Attester() {
  stop();
}

void Attester::start() {
  stopping_ = false;
  thread_ = std::thread([this] { run(); });
}

void Attester::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string Attester::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

void Attester::note(std::string fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

void Attester::run() {
  for (;;) {
    try {
      if (const auto round = due()) attest_round(*round, steady_clock::now() + kScheduledPatience);
    } catch (const std::exception& error) {
      if (!stopping_) note(error.what());
    }
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, options_.look, [this] { return stopping_.load(); })) return;
  }
}

// The first round of the newest period in which none was attested. The period that the ledger began in has none.
std::optional<RoundAnswer> Attester::due() const {
  const Views& views = projector_.views();
  const Position position = views.resolve({});
  if (position.round == 0) return std::nullopt;
  const int64_t every_us = std::chrono::duration_cast<std::chrono::microseconds>(options_.every).count();
  const int64_t period = position.closed_at->us / every_us;
  auto round = views.first_round_from(period * every_us);
  if (!round || round->round == 1 || round->round > position.round) return std::nullopt;
  for (View view : kAllViews)
    if (!stated(view, round->round)) return round;
  return std::nullopt;
}

// What the ledger's own have said of the view at the round by the rules of this program.
std::optional<AttestedAnswer> Attester::stated(View view, uint64_t round) const {
  for (AttestedAnswer& answer : projector_.views().attested(view, round))
    if (answer.rules == kViewRules) return std::move(answer);
  return std::nullopt;
}

std::vector<AttestedAnswer> Attester::attest(milliseconds patience) {
  const Position position = projector_.views().resolve({});
  if (position.round == 0)
    throw Error(ErrorCode::kNotFound, "no round has been closed yet: there is nothing to attest");
  return attest_round(projector_.views().round(position.round).value(), steady_clock::now() + patience);
}

std::vector<AttestedAnswer> Attester::attest_round(const RoundAnswer& round, steady_clock::time_point until) {
  std::map<View, std::shared_ptr<const Stored>> trees;
  for (View view : kAllViews) {
    trees[view] = tree_at(view, round);
    if (!stated(view, round.round)) state(view, round, trees[view]->tree);
  }
  std::vector<AttestedAnswer> answers;
  answers.reserve(kAllViews.size());
  for (View view : kAllViews) answers.push_back(wait_for(view, round, trees[view]->tree, until));
  note("");
  return answers;
}

void Attester::state(View view, const RoundAnswer& round, const ViewTree& tree) {
  ViewAttested body;
  body.view = view_name(view);
  body.rules = kViewRules;
  body.round = round.round;
  body.rows = tree.rows();
  body.root = tree.root();
  const std::string source_id = std::string(ViewAttested::kType) + ":" + std::string(kViewRules) + ":" +
                                std::string(view_name(view)) + ":" + std::to_string(round.round);
  const std::string event = own_event({"custody", "projector"}, body, source_id, round.closed_at.us,
                                      projector_.progress().shards[0].next_seq, clock_.now_us());
  const std::string entry = encode_intake(event, {}, {});
  const IntakeAppend append{0, entry};
  log_.append_intake({&append, 1});
}

// Returns once the views show it: it is sealed then, and the ledger says so to everybody.
AttestedAnswer Attester::wait_for(View view, const RoundAnswer& round, const ViewTree& tree,
                                  steady_clock::time_point until) {
  for (;;) {
    const std::vector<uint64_t> seen = projector_.snapshot().sizes();
    if (auto answer = stated(view, round.round)) {
      if (!agrees(*answer, tree)) throw contradicted(*answer, tree);
      return *std::move(answer);
    }
    if (stopping_ || steady_clock::now() > until)
      throw Error(ErrorCode::kUnavailable, "the digest of the view " + std::string(view_name(view)) + " at round " +
                                               std::to_string(round.round) +
                                               " was handed to the sealer and is not sealed yet: try again");
    projector_.wait_until({seen.at(0) + 1}, kLook);
  }
}

std::shared_ptr<const Attester::Stored> Attester::load(View view) {
  try {
    const auto bytes = read_file_if_present(folder_ + "/" + std::string(view_name(view)), kMaxTreeFile);
    if (!bytes) return nullptr;
    const auto file = from_canonical<TreeFile>(*bytes);
    if (file.rules != kViewRules) return nullptr;
    return std::make_shared<const Stored>(Stored{file.round, ViewTree::decode(file.tree)});
  } catch (const Error&) {
    return nullptr;
  }
}

std::shared_ptr<const Attester::Stored> Attester::make(View view, const RoundAnswer& round) {
  const ViewSnapshot snapshot = projector_.snapshot();
  auto made = std::make_shared<Stored>();
  made->round = round.round;
  made->tree = ViewTree::of(snapshot, view, round.sizes, [this](uint64_t) {
    if (stopping_) throw Error(ErrorCode::kUnavailable, "the service is stopping");
  });
  TreeFile file;
  file.round = round.round;
  file.tree = made->tree.encode();
  make_folders(folder_);
  write_file_durably(folder_ + "/" + std::string(view_name(view)), to_canonical(file));
  return made;
}

std::shared_ptr<const Attester::Stored> Attester::tree_at(View view, const RoundAnswer& round) {
  const std::lock_guard alone(making_);
  std::shared_ptr<const Stored> stored;
  {
    const std::lock_guard lock(mutex_);
    stored = trees_[view];
  }
  if (!stored) stored = load(view);
  if (!stored || stored->round != round.round) stored = make(view, round);
  const std::lock_guard lock(mutex_);
  return trees_[view] = stored;
}

CompletenessProof Attester::prove(const Subject& subject, size_t most, uint64_t before) {
  const View view = view_of_name(view_about(subject.about));
  const KeyRange keys = keys_about(subject);
  std::optional<AttestedAnswer> stands;
  for (AttestedAnswer& answer : projector_.views().attested(view))
    if (answer.rules == kViewRules && parse_ref(answer.ref)->seq < before) stands = std::move(answer);
  const auto round = stands ? projector_.views().round(stands->round) : std::nullopt;
  if (!round)
    throw Error(ErrorCode::kNotFound, "the view " + std::string(view_name(view)) +
                                          " was not attested yet: run `custody attest-views`, then ask again");
  const auto stored = tree_at(view, *round);
  if (!agrees(*stands, stored->tree)) {
    note(contradicted(*stands, stored->tree).what());
    throw contradicted(*stands, stored->tree);
  }
  CompletenessProof proof{*stands, {subject, parse_ref(stands->ref)->seq, {}}, {}};
  const ViewSnapshot snapshot = projector_.snapshot();
  proof.section.range = stored->tree.prove(snapshot, view, round->sizes, keys, most);
  proof.verdict = judge_rows(proof.section, stands->rows, stands->root, snapshot.shards());
  if (!proof.verdict.fault.empty())
    throw Error(ErrorCode::kStore, "a proof of the view failed: " + proof.verdict.fault);
  return proof;
}

}  // namespace custody
