#include "projections/projector.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "ledger/base/file.h"
#include "projections/rebuild.h"
#include "projections/store/generations.h"

namespace custody {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Projector::Core {
  Core(const std::string& folder, Log& the_log, const ProjectorOptions& the_options, ProcessLock the_lock)
      : log(the_log), options(the_options), lock(std::move(the_lock)), generations(folder), views([this] {
          const std::lock_guard guard(mutex);
          return std::shared_ptr<const ViewStore>(store);
        }) {}

  void changed();
  std::unique_ptr<Crew> crew_of(const std::shared_ptr<ViewStore>& its_store) {
    return std::make_unique<Crew>(log, its_store, options, [this] { changed(); });
  }
  // Waits until `done` gives an answer, asking after every report of a worker; false at `until`.
  bool wait(steady_clock::time_point until, const std::function<std::optional<bool>()>& done);
  void wait_for_equal_ground(Crew& rebuilt, const Position& position, const std::function<void()>& still);
  void take_over(uint64_t next, std::shared_ptr<ViewStore>& rebuilt, const std::function<void()>& still);
  RebuildReport rebuild(const std::function<void(const RebuildProgress&)>& report, bool all_attested);
  bool has_no_views() const;
  bool is_long_log(const std::stop_token& stop) const;
  void fold_first(const std::stop_token& stop);

  Log& log;
  ProjectorOptions options;
  ProcessLock lock;
  Generations generations;

  std::mutex calls;       // start and stop: one at a time
  std::mutex control;     // of the crew: who starts, stops or exchanges it
  std::mutex rebuilding;  // held for a whole rebuild

  mutable std::mutex mutex;  // guards what follows
  std::condition_variable condition;
  uint64_t generation = 0;
  std::shared_ptr<ViewStore> store;
  std::shared_ptr<Crew> crew;
  std::function<void()> callback;
  uint64_t reports = 0;

  Views views;
  std::atomic<bool> folding_first{false};
  std::jthread first;  // last: it uses all of the above
};

void Projector::Core::changed() {
  std::function<void()> call;
  {
    const std::lock_guard guard(mutex);
    ++reports;
    call = callback;
  }
  condition.notify_all();
  if (call) call();
}

bool Projector::Core::wait(steady_clock::time_point until, const std::function<std::optional<bool>()>& done) {
  std::unique_lock guard(mutex);
  for (;;) {
    const uint64_t seen = reports;
    guard.unlock();
    if (const auto answer = done()) return *answer;
    guard.lock();
    if (!condition.wait_until(guard, until, [&] { return reports != seen; })) return false;
  }
}

Projector::Projector(std::unique_ptr<Core> core) : core_(std::move(core)) {}

std::unique_ptr<Projector> Projector::open(const std::string& folder, Log& log, const ProjectorOptions& options) {
  make_folders(folder);
  auto core = std::make_unique<Core>(folder, log, options, ProcessLock::take(folder + "/lock"));
  core->generation = core->generations.open();
  core->store = ViewStore::open(core->generations.path(core->generation), log.descriptor());
  core->crew = core->crew_of(core->store);
  return std::unique_ptr<Projector>(new Projector(std::move(core)));
}

Projector::~Projector() {
  stop();
}

void Projector::start() {
  const std::lock_guard call(core_->calls);
  if (core_->first.joinable()) return;
  if (core_->has_no_views()) {
    core_->folding_first = true;
    core_->first = std::jthread([core = core_.get()](const std::stop_token& stop) { core->fold_first(stop); });
    return;
  }
  const std::lock_guard control(core_->control);
  core_->crew->start();
}

void Projector::stop() {
  const std::lock_guard call(core_->calls);
  core_->first = {};
  const std::lock_guard control(core_->control);
  core_->crew->stop();
}

bool Projector::Core::has_no_views() const {
  const std::lock_guard guard(mutex);
  const std::vector<uint64_t> sizes = store->sizes();
  return std::all_of(sizes.begin(), sizes.end(), [](uint64_t size) { return size == 0; });
}

bool Projector::Core::is_long_log(const std::stop_token& stop) const {
  for (uint32_t shard = 0; shard < log.descriptor().shards; ++shard) {
    const auto reader = log.read_sealed(shard, options.first_fold_records);
    while (!stop.stop_requested() && !reader->caught_up())
      if (reader->next(milliseconds(100))) return true;
  }
  return false;
}

// Empty views of a long log: record by record they would be folded into ever larger trees; sorted first they take a
// fraction of the time.
void Projector::Core::fold_first(const std::stop_token& stop) {
  try {
    if (is_long_log(stop))
      rebuild(
          [&stop](const RebuildProgress&) {
            if (stop.stop_requested()) throw Error(ErrorCode::kUnavailable, "the projector is stopping");
          },
          false);
  } catch (const std::exception&) {  // called off, or trouble that the workers will meet as well, and tell
  }
  {
    const std::lock_guard hold(control);
    if (!stop.stop_requested()) crew->start();
  }
  folding_first = false;
}

ProjectorProgress Projector::progress() const {
  ProjectorProgress progress;
  std::shared_ptr<Crew> crew;
  {
    const std::lock_guard guard(core_->mutex);
    progress.generation = core_->generation;
    crew = core_->crew;
  }
  progress.running = crew->running() || core_->folding_first;
  progress.shards = crew->progress();
  progress.round = core_->views.resolve({}).round;
  return progress;
}

bool Projector::wait_until(const std::vector<uint64_t>& sizes, milliseconds wait) {
  return core_->wait(steady_clock::now() + wait, [&] {
    std::shared_ptr<Crew> crew;
    {
      const std::lock_guard guard(core_->mutex);
      crew = core_->crew;
    }
    return crew->reached(sizes);
  });
}

bool Projector::wait_until_round(uint64_t round, milliseconds wait) {
  const auto until = steady_clock::now() + wait;
  std::optional<RoundAnswer> answer;
  const bool known = core_->wait(until, [&]() -> std::optional<bool> {
    answer = core_->views.round(round);
    if (answer) return true;
    const std::lock_guard guard(core_->mutex);
    if (core_->crew->progress()[0].stopped) return false;
    return std::nullopt;
  });
  return known && wait_until(answer->sizes, std::chrono::ceil<milliseconds>(until - steady_clock::now()));
}

void Projector::on_progress(std::function<void()> callback) {
  const std::lock_guard guard(core_->mutex);
  core_->callback = std::move(callback);
}

ViewSnapshot Projector::snapshot() const {
  std::shared_ptr<const ViewStore> store;
  {
    const std::lock_guard guard(core_->mutex);
    store = core_->store;
  }
  return ViewSnapshot(std::move(store));
}

const Views& Projector::views() const {
  return core_->views;
}

// Returns once the rebuilt views have reached the position. `still` is asked meanwhile and may throw.
void Projector::Core::wait_for_equal_ground(Crew& rebuilt, const Position& position,
                                            const std::function<void()>& still) {
  constexpr milliseconds kAskEvery{200};
  for (;;) {
    std::optional<bool> there;
    wait(steady_clock::now() + kAskEvery, [&] { return there = rebuilt.reached(position.sizes); });
    if (there == true) return;
    if (there == false) break;
    still();
  }
  std::string why;
  for (const ShardProgress& shard : rebuilt.progress())
    if (shard.stopped && why.empty()) why = shard.stopped->message;
  throw Error(ErrorCode::kUnavailable, "the views cannot be rebuilt up to round " + std::to_string(position.round) +
                                           ", the old ones stay: " + why);
}

// Live and rebuilt views are equal so far. The live ones end; the rebuilt ones are brought to where these ended, so
// that no answer goes back, made durable, and put in their place.
void Projector::Core::take_over(uint64_t next, std::shared_ptr<ViewStore>& rebuilt,
                                const std::function<void()>& still) {
  const std::lock_guard hold(control);
  const bool was_running = crew->running();
  crew->stop();
  try {
    {
      const std::unique_ptr<Crew> last = crew_of(rebuilt);
      last->start();
      Position end;
      end.sizes = store->sizes();
      wait_for_equal_ground(*last, end, still);
      last->stop();
    }
    rebuilt->sync();
    rebuilt.reset();
    rebuilt = ViewStore::open(generations.path(next), log.descriptor());
    generations.make_current(next);
  } catch (...) {  // whatever it was: the live views go on
    if (was_running) crew->start();
    throw;
  }
  std::shared_ptr<Crew> new_crew = crew_of(rebuilt);
  uint64_t old = next;
  {
    const std::lock_guard guard(mutex);
    std::swap(old, generation);
    store = rebuilt;
    crew.swap(new_crew);
  }
  new_crew.reset();
  generations.remove(old);  // answers in progress keep the files until they are done
  if (was_running) crew->start();
  changed();
}

RebuildReport Projector::rebuild(const std::function<void(const RebuildProgress&)>& report, bool all_attested) {
  return core_->rebuild(report, all_attested);
}

RebuildReport Projector::Core::rebuild(const std::function<void(const RebuildProgress&)>& report, bool all_attested) {
  const std::unique_lock alone(rebuilding, std::try_to_lock);
  if (!alone.owns_lock()) throw Error(ErrorCode::kConflict, "the views are being rebuilt already");
  const auto began = steady_clock::now();
  const uint64_t next = generation + 1;
  const std::string folder = generations.path(next);
  generations.remove(next);
  RebuildReport result;
  std::shared_ptr<const ViewStore> live = store;
  auto rebuilt = ViewStore::open(folder, log.descriptor(), true);
  const auto phase = [&report](std::string_view name) {
    if (report) report({name, 0, 0, 0, 0});
  };
  try {
    uint64_t expected = 0;
    for (uint64_t size : live->sizes()) expected += size;
    Rebuild bulk(log, *rebuilt, folder, options, report);
    bulk.bulk(expected);
    result.records = bulk.records();
    phase("catch up");
    std::unique_ptr<Crew> workers = crew_of(rebuilt);
    workers->start();
    result.position = views.resolve({});
    Moment frontier;
    frontier.frontier = true;
    if (result.position.round == 0) result.position = views.resolve(frontier);
    wait_for_equal_ground(*workers, result.position, [&] { phase("catch up"); });
    workers.reset();
    if (expected > 0) {
      phase("digest");
      result.views = bulk.compare(live, rebuilt, result.position.sizes);
    }
    result.swapped = all_equal(result.views);
    live.reset();
    if (result.swapped) {
      phase("attested");
      result.attested = check_attested(ViewSnapshot(rebuilt), all_attested, [&](uint64_t) { phase("attested"); });
      phase("swap");
      take_over(next, rebuilt, [&] { phase("swap"); });
    }
  } catch (...) {
    rebuilt.reset();
    if (generation != next) generations.remove(next);
    throw;
  }
  if (!result.swapped) {
    rebuilt.reset();
    generations.remove(next);
  }
  result.generation = generation;
  result.milliseconds =
      static_cast<uint64_t>(std::chrono::duration_cast<milliseconds>(steady_clock::now() - began).count());
  return result;
}

}  // namespace custody
