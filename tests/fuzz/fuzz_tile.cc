// Paths of tiles and verifier keys: each has one spelling.
#include "ledger/proof/note.h"
#include "ledger/proof/tile.h"
#include "tests/fuzz/fuzz.h"

using namespace custody;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = fuzz::bytes(data, size);
  if (const auto path = parse_tile_path(text)) {
    const std::string written =
        path->level ? tile_path({*path->level, path->index, path->width}) : entries_path(path->index, path->width);
    fuzz::require(written == text, "one spelling for one tile");
  }
  try {
    fuzz::require(parse_vkey(text).text() == text, "one spelling for one key");
  } catch (const Error&) {
  }
  try {
    fuzz::require(!parse_note(text).signatures.empty(), "a note is signed");
  } catch (const Error&) {
  }
  return 0;
}
