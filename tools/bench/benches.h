// The benchmarks, one file each (bench_*.cc), and the large ledger that some of them stand on.
#pragma once

#include "tools/bench/bench.h"

namespace custody {

std::vector<Figure> bench_append(const BenchOptions& options);
std::vector<Figure> bench_commit(const BenchOptions& options);
std::vector<Figure> bench_http(const BenchOptions& options);
std::vector<Figure> bench_http_values(const BenchOptions& options);
std::vector<Figure> bench_values(const BenchOptions& options);
std::vector<Figure> bench_trees(const BenchOptions& options);
std::vector<Figure> bench_proofs(const BenchOptions& options);
std::vector<Figure> bench_completeness(const BenchOptions& options);
std::vector<Figure> bench_bundle(const BenchOptions& options);
std::vector<Figure> bench_verify(const BenchOptions& options);
std::vector<Figure> bench_rebuild(const BenchOptions& options);
std::vector<Figure> bench_kafka(const BenchOptions& options);
std::vector<Figure> bench_kafka_latency(const BenchOptions& options);
std::vector<Figure> bench_memory_serve(const BenchOptions& options);
std::vector<Figure> bench_memory_verify(const BenchOptions& options);
std::vector<Figure> bench_memory_import(const BenchOptions& options);

// A ledger of `records` records as `custody serve` would have left it, in DATA with its keys in DATA/keys: made by the
// sealer's own core and the log's own writer, with rounds and signed checkpoints, and without a gateway before them.
void make_big_ledger(const std::string& data, uint64_t records);

}  // namespace custody
