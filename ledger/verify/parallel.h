// A few jobs on a few threads.
#pragma once

#include <cstddef>
#include <functional>

namespace custody {

// Calls job(0) ... job(n - 1), each once, lower ones begun first, on at most `threads` threads (0 = as many as there
// are processors). Returns when all have ended; the first exception of any is then thrown.
void run_parallel(size_t n, unsigned threads, const std::function<void(size_t)>& job);

}  // namespace custody
