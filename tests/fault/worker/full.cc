// A disk that runs full, more than once, at a moment the seed chooses, and gets room again.
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <span>

#include "ledger/base/hash.h"
#include "tests/fault/worker/script.h"
#include "tests/fault/worker/session.h"

namespace custody::fault {
namespace {

using namespace std::chrono_literals;

constexpr size_t kTimesFull = 6;

// A disk of 32 MiB at `path` that only this process sees. Empty, or why it cannot be had.
std::string mount_small_disk(const std::string& path) {
  if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
    return std::string("no mount namespace: ") + std::strerror(errno);
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", path.c_str(), "tmpfs", 0, "size=32m") != 0)
    return std::string("no tmpfs: ") + std::strerror(errno);
  return "";
}

// Takes all room but some pages.
void fill_disk(const std::string& root, uint64_t leave_pages) {
  struct statvfs space{};
  statvfs(root.c_str(), &space);
  const std::string page(4096, 'x');
  FILE* file = fopen((root + "/filler").c_str(), "ab");
  for (uint64_t at = 0; at + leave_pages < space.f_bavail * space.f_frsize / page.size(); ++at)
    if (fwrite(page.data(), 1, page.size(), file) != page.size() || fflush(file) != 0) break;
  fclose(file);
}

// Who listens hears of each record once and in order, whatever fails in between.
class Told : public TailListener {
 public:
  void on_accepted(uint32_t, std::span<const Accepted> records) override {
    for (const Accepted& record : records) gap_ = gap_ || record.seq != next_++;
  }
  void on_round(const RoundMark&) override {}
  bool all(uint64_t size) const { return !gap_ && next_ == size; }

 private:
  uint64_t next_ = 0;
  bool gap_ = false;
};

struct Progress {
  std::string promises;
  size_t next = 0;  // event to submit
  size_t refused = 0;
};

// Submits the next event. The refusal, where there was one; what was acknowledged is added to the promises.
std::string submit_next(Node& node, const std::vector<ScriptEvent>& events, Progress& progress) {
  if (progress.next >= events.size()) throw std::runtime_error("the script is too short for this disk");
  const std::string_view json = events[progress.next].json;
  SubmitOptions options;
  options.wait = Wait::kSealed;
  options.patience = 300ms;
  try {
    const Outcome outcome = node.gateway().submit({&json, 1}, anyone(), options).front();
    if (!outcome.faults.empty()) throw std::runtime_error("refused for good: " + outcome.faults[0].message);
    const std::string index = std::to_string(progress.next++);
    progress.promises += outcome.receipt ? "sealed " + index + " " + std::to_string(outcome.receipt->at.seq) + " " +
                                               to_hex(view_of(outcome.receipt->leaf)) + "\n"
                                         : "taken " + index + "\n";
    return "";
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kUnavailable) throw;
    ++progress.refused;
    return error.what();
  }
}

std::string fill_once(Node& node, const std::string& root, const std::vector<ScriptEvent>& events, uint64_t leave_pages,
                      Progress& progress) {
  fill_disk(root, leave_pages);
  std::string refusal;
  while (refusal.empty()) refusal = submit_next(node, events, progress);
  if (refusal.find("disk full") == std::string::npos) return "refused without the reason: " + refusal;
  unlink((root + "/filler").c_str());
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (!(refusal = submit_next(node, events, progress)).empty() || !(refusal = node.not_ready()).empty()) {
    if (std::chrono::steady_clock::now() > until) return "there is room again, but: " + refusal;
    node.tails()[0]->wait_for(UINT64_MAX, 20ms);
  }
  return "";
}

// A ledger opened, or made, while only so many pages are left: it works or says why not, and is whole afterwards.
std::string open_with(const std::string& disk, const std::string& root, uint64_t leave_pages) {
  fill_disk(disk, leave_pages);
  std::string wrong;
  try {
    open_node(root);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kUnavailable || std::string(error.what()).find("disk full") == std::string::npos)
      wrong = "with " + std::to_string(leave_pages) + " pages left: " + error.what();
  }
  unlink((disk + "/filler").c_str());
  if (wrong.empty()) open_node(root);
  return wrong;
}

}  // namespace

std::string run_full(const std::string& root, uint64_t seed) {
  if (const std::string wrong = mount_small_disk(root); !wrong.empty()) return "skipped: " + wrong;
  constexpr size_t kScript = 4096;
  const auto events = script(seed, kScript);
  std::mt19937_64 random(seed);
  Progress progress;
  {
    Told told;
    const auto node = open_node(root);
    node->tails()[0]->add(told);
    node->start();
    for (size_t i = 0; i < kTimesFull; ++i)
      if (std::string wrong = fill_once(*node, root, events, random() % 64, progress); !wrong.empty()) return wrong;
    node->stop();
    if (!told.all(node->tails()[0]->size())) return "a listener was not told of each record";
  }
  for (size_t i = 0; i < kTimesFull; ++i) {
    if (std::string wrong = open_with(root, root, random() % 8); !wrong.empty()) return wrong;
    const std::string other = root + "/new";
    if (std::string wrong = open_with(root, other, random() % 64); !wrong.empty()) return "a new ledger " + wrong;
    std::filesystem::remove_all(other);
  }
  printf("full %zu times: %zu events acknowledged, %zu refused\n", kTimesFull, progress.next, progress.refused);
  return judge(root, seed, kScript, progress.promises);
}

}  // namespace custody::fault
