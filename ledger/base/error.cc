#include "ledger/base/error.h"

#include <array>

namespace custody {
namespace {

struct Mapping {
  std::string_view name;
  int http;
  int exit;
};

constexpr std::array<Mapping, 7> kMappings{{{"usage", 400, 2},
                                            {"refused", 422, 2},
                                            {"denied", 403, 2},
                                            {"not-found", 404, 2},
                                            {"conflict", 409, 2},
                                            {"unavailable", 503, 3},
                                            {"store", 500, 4}}};

const Mapping& mapping(ErrorCode code) {
  return kMappings.at(static_cast<size_t>(code));
}

}  // namespace

int http_status(ErrorCode code) {
  return mapping(code).http;
}
int exit_status(ErrorCode code) {
  return mapping(code).exit;
}
std::string_view error_name(ErrorCode code) {
  return mapping(code).name;
}

}  // namespace custody
