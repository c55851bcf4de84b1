#include "tools/custody/hex_dump.h"

#include <cstdio>

#include "ledger/codec/json.h"
#include "ledger/event/record.h"

namespace custody {
namespace {

// An archive that writes what the canonical one would, with the place and name of each field before it.
class HexDumper : public cereal::OutputArchive<HexDumper, 0> {
 public:
  HexDumper(std::string& out, size_t offset) : OutputArchive(this), out_(out), offset_(offset) {}
  void line(const char* name, std::string_view bytes, const std::string& reading) {
    char start[64];
    std::snprintf(start, sizeof start, "%6zu  %-14s ", offset_, name);
    out_ += start;
    out_ += to_hex(bytes);
    if (!reading.empty()) out_ += "  " + reading;
    out_ += '\n';
    offset_ += bytes.size();
  }

 private:
  std::string& out_;
  size_t offset_;
};

template <class T>
std::string reading_of(const T& value) {
  if constexpr (requires(JsonWriter& ar) { ar(value); })
    return to_json_text(value);
  else
    return "";
}

template <class T>
void save(HexDumper& ar, const cereal::NameValuePair<T>& pair) {
  std::string bytes;
  CanonicalWriter writer(bytes);
  writer(pair.value);
  ar.line(pair.name, bytes, std::string(pair.name) == "body" ? "" : reading_of(pair.value));
}

void save(HexDumper& ar, const Magic& magic) {
  ar.line("magic", {magic.text, 4}, std::string(magic.text, 4));
}

}  // namespace

std::string hex_dump(std::string_view bytes) {
  Record record = decode_record(bytes);
  std::string out = "record " + to_text(record.ref()) + ", " + std::to_string(bytes.size()) + " bytes, leaf " +
                    to_base64(view_of(leaf_hash(bytes))) + "\n";
  HexDumper seal(out, 0);
  seal(record.seal);
  HexDumper stamp(out, kSealBytes);
  stamp(record.stamp);
  HexDumper statement(out, kSealBytes + record.stamp_bytes.size());
  statement(record.statement);
  return out;
}

}  // namespace custody
