// What evidence costs: sealing while the tree is stored, and proofs made of a large tree.
#include <algorithm>
#include <chrono>
#include <random>

#include "ledger/proof/merkle.h"
#include "ledger/seal/tree_store.h"
#include "tools/bench/benches.h"
#include "tools/bench/made_events.h"
#include "tools/bench/running.h"
#include "tools/bench/scratch.h"

namespace custody {
namespace {

constexpr size_t kBatch = 256;
constexpr size_t kLeavesAtOnce = 65'536;
constexpr std::chrono::minutes kTreePatience{5};

// From the intake to sealed and read back and, with the tree, to where a proof of the last record can be made.
Sample seal(const std::string& folder, const std::vector<std::string>& entries, bool with_tree) {
  const auto node = start_node(folder, {Role::kSealer});
  if (!with_tree) node->tree(0).stop();
  return timed([&] {
    std::vector<IntakeAppend> appends;
    for (size_t begin = 0; begin < entries.size(); begin += kBatch) {
      appends.clear();
      for (size_t n = begin; n < std::min(entries.size(), begin + kBatch); ++n) appends.push_back({0, entries[n]});
      node->log().append_intake(appends);
    }
    wait_for_sealed(*node, entries.size());
    if (with_tree) node->tree(0).tree(node->tails()[0]->size(), kTreePatience);
    return static_cast<double>(entries.size());
  });
}

// Leaves that are as different as those of records.
std::vector<Digest> leaves_from(uint64_t first, size_t count) {
  std::vector<Digest> leaves;
  for (size_t i = 0; i < count; ++i) {
    std::string bytes;
    append_le(bytes, first + i, 8);
    leaves.push_back(sha256(bytes));
  }
  return leaves;
}

struct MadeProof {
  uint64_t index = 0;
  Digest leaf{};
  std::vector<Digest> path;
};

}  // namespace

std::vector<Figure> bench_trees(const BenchOptions& options) {
  const uint64_t count = options.count(200'000, 1'024);
  std::vector<std::string> entries;
  for (uint64_t n = 0; n < count; ++n) entries.push_back(intake_entry_of(made_event(1, n), {}, 0));
  Figure figure;
  figure.name = "trees";
  figure.work = "intake entries made durable, sealed, read back, and the tree stored up to the last of them; embedded";
  figure.unit = "events/s";
  figure.baseline = "the same without a stored tree; rounds are closed and checkpoints signed in both";
  figure.floor = {0.8, {}};
  figure.goal = {0.95, {}};
  const auto side = [&](bool with_tree) {
    return [&options, &entries, with_tree] {
      const Scratch scratch(options.folder);
      return seal(scratch / "data", entries, with_tree);
    };
  };
  in_turns(options.turns(5), figure, side(true), side(false));
  figure.facts = {{"events a turn", static_cast<double>(count)}};
  return {figure};
}

std::vector<Figure> bench_proofs(const BenchOptions& options) {
  const Scratch scratch(options.folder);
  const uint64_t records = options.count(10'000'000, 5'000);
  const uint64_t proofs = options.smoke ? 200 : 200'000;
  const auto store = TreeStore::open(scratch / "tree");
  const Sample made = timed([&] {
    for (uint64_t n = 0; n < records; n += kLeavesAtOnce)
      store->append(leaves_from(n, std::min<uint64_t>(kLeavesAtOnce, records - n)));
    return static_cast<double>(records);
  });
  const Digest root = store->root();
  std::mt19937_64 random(1);
  std::vector<MadeProof> kept(proofs);
  std::vector<double> slowest;
  const auto make = [&] {
    std::vector<double> micros;
    Sample sample = timed([&] {
      for (MadeProof& proof : kept) {
        const auto begin = std::chrono::steady_clock::now();
        const auto tree = store->snapshot();  // as each question takes its own
        proof.index = random() % records;
        proof.leaf = tree->node(0, proof.index);
        proof.path = inclusion_proof(*tree, proof.index, records);
        micros.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
      }
      return static_cast<double>(proofs);
    });
    std::ranges::sort(micros);
    slowest.push_back(micros[micros.size() * 99 / 100]);
    sample.value = sample.work / sample.cpu_seconds;
    return sample;
  };
  const auto check = [&] {
    Sample sample = timed([&] {
      for (const MadeProof& proof : kept)
        if (!proof.path.empty() && !proves_inclusion(proof.index, records, proof.leaf, proof.path, root))
          throw Error(ErrorCode::kStore, "a proof does not hold");
      return static_cast<double>(proofs);
    });
    sample.value = sample.work / sample.cpu_seconds;
    return sample;
  };
  Figure figure;
  figure.name = "proofs";
  figure.work =
      "inclusion proofs of records at random, out of the stored tree; rates are of a second of processor time";
  figure.unit = "proofs/s";
  figure.baseline = "the same proofs checked: one hash for each digest of the path";
  figure.floor = {{}, 10'000};
  figure.goal = {{}, 50'000};
  make();  // so that the first turn has proofs to check
  in_turns(options.turns(3), figure, make, check);
  figure.facts = {{"records", static_cast<double>(records)},
                  {"p99 of the wall, microseconds", spread(slowest).median},
                  {"records stored/s", made.value}};
  return {figure};
}

}  // namespace custody
