// Records at places all over the log, as the trees have them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/node/node.h"

namespace custody {

// Ascending places. `each` is given record and blob, which live until it returns. kUnavailable where one cannot be read
// now, or where the stored tree was damaged and is made anew.
void for_each_at(Node& node, std::span<const Ref> places,
                 const std::function<void(const Ref& ref, std::string_view record, std::string_view blob)>& each);

// One behind the other in one piece of memory.
class RecordsAt {
 public:
  static RecordsAt read(Node& node, std::vector<Ref> places);
  const std::vector<Ref>& places() const { return places_; }
  size_t size() const { return places_.size(); }
  std::string_view operator[](size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }

 private:
  std::vector<Ref> places_;
  std::vector<size_t> ends_;
  std::string bytes_;
};

}  // namespace custody
