#include "tests/unit/codec/memory_meter.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<size_t> in_use{0};
std::atomic<size_t> peak{0};

}  // namespace

// Sanitizers bring an operator new of their own: under them nothing is counted, and the other builds do the measuring.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CUSTODY_OTHER_OPERATOR_NEW
#endif
#endif
#ifndef CUSTODY_OTHER_OPERATOR_NEW

namespace {

void* allocate(size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  const size_t now = in_use += malloc_usable_size(memory);
  size_t most = peak;
  while (most < now && !peak.compare_exchange_weak(most, now)) {
  }
  return memory;
}

void release(void* memory) noexcept {
  if (memory == nullptr) return;
  in_use -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(size_t size) {
  return allocate(size);
}
void* operator new[](size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete[](void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, size_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, size_t) noexcept {
  release(memory);
}

#endif

namespace custody {

MemoryMeter::MemoryMeter() : start_bytes_(in_use) {
  peak = start_bytes_;
}

size_t MemoryMeter::peak_bytes() const {
  return peak - start_bytes_;
}

}  // namespace custody
