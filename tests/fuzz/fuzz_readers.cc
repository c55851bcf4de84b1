// Foreign files: whatever the bytes, each reader ends, gives records or refusals with a place, and never more records
// than bytes.
#include <sys/mman.h>
#include <unistd.h>

#include "ledger/base/error.h"
#include "producers/adapters/record_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace custody;

namespace {

void read_all(RecordReader& reader, size_t size) {
  for (size_t taken = 0; taken <= size + 1;) {
    try {
      const auto record = reader.next();
      if (!record) return;
      for (const auto& member : record->fields)
        fuzz::require(!reader.where(*record, std::string(member.key())).empty(), "a member has a place");
      ++taken;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kRefused) return;
      fuzz::require(std::string_view(error.what()).find(':') != std::string_view::npos, "a refusal names its place");
      ++taken;
    }
  }
  fuzz::require(false, "a reader ends");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const int file = memfd_create("fuzz", 0);
  fuzz::require(file >= 0 && write(file, data, size) == static_cast<ssize_t>(size), "a file in memory");
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  for (int kind = 0; kind < 4; ++kind) {
    try {
      const auto reader = kind == 0   ? read_csv(path, ',', {})
                          : kind == 1 ? read_csv(path, ';', {"one", "two"})
                          : kind == 2 ? read_ndjson(path)
                                      : read_cloudtrail(path);
      read_all(*reader, size);
    } catch (const Error&) {  // the file as a whole is none of this kind
    }
  }
  close(file);
  return 0;
}
