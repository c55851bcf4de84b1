#include "tools/serve/event_lines.h"

#include <algorithm>

namespace custody {
namespace {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

void EventLines::push(std::string_view bytes) {
  buffer_.erase(0, at_);
  at_ = 0;
  if (skipping_) {
    const size_t end = bytes.find('\n');
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    skipping_ = false;
    ++line_;
  }
  line_feeds_ += static_cast<size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  buffer_.append(bytes);
}

bool EventLines::next_line(bool end, std::string_view& line) {
  const std::string_view rest = std::string_view(buffer_).substr(at_);
  const size_t size = rest.find('\n');
  if (size == std::string_view::npos && (!end || rest.empty())) return false;
  line = rest.substr(0, size);
  return true;
}

EventLines::Batch EventLines::next(bool end) {
  Batch batch;
  size_t bytes = 0;
  std::string_view line;
  while (batch.lines.size() < limits_.batch_lines && bytes < limits_.batch_bytes && next_line(end, line)) {
    const bool fits = line.size() <= limits_.line_bytes;
    const bool usable = fits && !is_blank(line);
    if (!usable && !batch.empty()) return batch;
    if (usable && batch.empty()) batch.first_line = line_;
    if (usable) batch.lines.push_back(line);
    bytes += line.size();
    const bool fed = at_ + line.size() < buffer_.size();
    at_ += line.size() + (fed ? 1 : 0);
    if (fed) --line_feeds_;
    if (!fits) return {line_++, {}, true};
    ++line_;
  }
  if (batch.empty() && buffer_.size() - at_ > limits_.line_bytes) {
    at_ = buffer_.size();
    skipping_ = true;
    return {line_, {}, true};
  }
  return batch;
}

}  // namespace custody
