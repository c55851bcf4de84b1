#include "tests/fault/trace.h"

#include "ledger/base/bytes.h"
#include "ledger/base/file.h"

namespace custody::fault {

std::string encode(const TraceStep& step) {
  std::string out(1, static_cast<char>(step.step));
  append_le(out, step.path.size(), 4);
  out += step.path;
  append_le(out, step.second.size(), 4);
  out += step.second;
  append_le(out, step.offset, 8);
  append_le(out, step.data.size(), 4);
  return out += step.data;
}

std::vector<TraceStep> read_trace(const std::string& file) {
  const std::string bytes = read_file(file, uint64_t{1} << 32);
  std::vector<TraceStep> steps;
  size_t at = 0;
  const auto number = [&](size_t width) {
    const uint64_t value = read_le(bytes, at, width);
    at += width;
    return value;
  };
  const auto text = [&] {
    const size_t size = number(4);
    at += size;
    return bytes.substr(at - size, size);
  };
  while (at < bytes.size()) {
    TraceStep step;
    step.step = static_cast<Step>(number(1));
    step.path = text();
    step.second = text();
    step.offset = number(8);
    step.data = text();
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace custody::fault
