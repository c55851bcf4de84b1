#include "projections/store/generations.h"

#include <filesystem>
#include <optional>

#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/base/ids.h"

namespace custody {
namespace {

constexpr std::string_view kPrefix = "gen-";

std::optional<uint64_t> number_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  return parse_u64(name.substr(kPrefix.size()));
}

}  // namespace

uint64_t Generations::open() {
  make_folders(folder_);
  std::optional<std::string> current = read_file_if_present(folder_ + "/CURRENT", 64);
  if (!current) {
    make_current(1);
    current = read_file(folder_ + "/CURRENT", 64);
  }
  if (!current->empty() && current->back() == '\n') current->pop_back();
  const auto number = number_of(*current);
  if (!number)
    throw Error(ErrorCode::kStore, folder_ + "/CURRENT does not name a generation: remove the folder " + folder_ +
                                       ", the views are folded anew");
  sync_folder(folder_);  // who named it may have died before that; what it replaced is needed until then
  remove_all_but(*number);
  return *number;
}

std::string Generations::path(uint64_t generation) const {
  return folder_ + "/" + std::string(kPrefix) + std::to_string(generation);
}

void Generations::make_current(uint64_t generation) {
  write_file_durably(folder_ + "/CURRENT", std::string(kPrefix) + std::to_string(generation) + "\n");
}

void Generations::remove(uint64_t generation) {
  std::error_code ignored;  // what remains is removed at the next start
  std::filesystem::remove_all(path(generation), ignored);
}

void Generations::remove_all_but(uint64_t generation) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    const auto number = number_of(entry.path().filename().string());
    if (number && *number != generation) remove(*number);
  }
}

}  // namespace custody
