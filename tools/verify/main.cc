// custody-verify [--json] [--descriptor HASH] [--saved FILE] FILE|-
//
//   Verifies a raw log (custody log --raw). Exit status: 0 nothing wrong, 1 a fault was found, 2 usage, 3 not now,
//   4 damaged or foreign.
//   --descriptor HASH  the SHA-256 (hex or base64) of the descriptor you trust, had from somewhere else than this file
//   --saved FILE       prove that the log continues what FILE remembers; FILE is made or brought up to date
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>

#include "ledger/base/file.h"
#include "ledger/verify/raw.h"

namespace custody {
namespace {

constexpr const char* kUsageText = "usage: custody-verify [--json] [--descriptor HASH] [--saved FILE] FILE|-\n";
constexpr uint64_t kMaxSavedHeadBytes = 64 * 1024;

struct Arguments {
  bool json = false;
  bool help = false;
  std::optional<Digest> descriptor;
  std::string saved_file;
  std::string file;
};

Digest parse_hash(const std::string& text) {
  return array_of<32>(text.size() == 64 ? from_hex(text) : from_base64(text));
}

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--json") {
      arguments.json = true;
    } else if (word == "--help" || word == "-h") {
      arguments.help = true;
    } else if (word == "--descriptor" && has_value) {
      arguments.descriptor = parse_hash(argv[++i]);
    } else if (word == "--saved" && has_value) {
      arguments.saved_file = argv[++i];
    } else if (arguments.file.empty() && (word == "-" || !word.starts_with("-"))) {
      arguments.file = word;
    } else {
      throw Error(ErrorCode::kUsage, "cannot make sense of " + word + "\n" + kUsageText);
    }
  }
  if (arguments.file.empty() && !arguments.help) throw Error(ErrorCode::kUsage, kUsageText);
  return arguments;
}

int run(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  if (arguments.help) {
    std::cout << kUsageText;
    return 0;
  }
  VerifyOptions options;
  options.descriptor = arguments.descriptor;
  if (!arguments.saved_file.empty()) {
    if (const auto bytes = read_file_if_present(arguments.saved_file, kMaxSavedHeadBytes))
      options.saved = decode_saved_head(*bytes);
  }
  std::ifstream file;
  if (arguments.file != "-") {
    file.open(arguments.file, std::ios::binary);
    if (!file) throw Error(ErrorCode::kNotFound, "cannot open " + arguments.file);
  }
  std::istream& in = arguments.file == "-" ? std::cin : file;
  const VerifyReport report = verify_raw(in, options);
  std::cout << (arguments.json ? report_json(report) + "\n" : report_text(report, isatty(STDOUT_FILENO) == 1));
  const auto head = saved_head(report);
  if (head && !arguments.saved_file.empty()) write_file_durably(arguments.saved_file, encode_saved_head(*head));
  return report.ok() ? 0 : 1;
}

}  // namespace
}  // namespace custody

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  try {
    return custody::run(argc, argv);
  } catch (const custody::Error& error) {
    std::fprintf(stderr, "custody-verify: %s\n", error.what());
    return custody::exit_status(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "custody-verify: %s\n", error.what());
    return 3;
  }
}
