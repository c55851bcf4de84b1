// make_log_vectors FOLDER: writes every golden case and the table of them (README.md) into FOLDER.
#include <fstream>
#include <iostream>

#include "tests/reference/log_maker.h"

namespace {

void write(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out) throw custody::Error(custody::ErrorCode::kUnavailable, "cannot write " + path);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_log_vectors FOLDER\n";
    return 2;
  }
  const std::string folder = argv[1];
  std::string table =
      "# tests/vectors/log\n\n"
      "Small ledgers as raw logs (`docs/formats/log.md`), whole or with one fault each, named for it. Made by\n"
      "`make_log_vectors`; the files are golden: a verifier in any language must find the first fault of each as "
      "below.\n\n"
      "| file | first fault | at |\n|---|---|---|\n";
  for (const custody::maker::Case& each : custody::maker::cases()) {
    if (!each.golden) continue;
    write(folder + "/" + each.name + ".csx", each.raw());
    table += "| " + each.name + ".csx | " +
             (each.kind.empty() ? "none | |\n" : each.kind + " | " + custody::to_text(each.place) + " |\n");
  }
  write(folder + "/README.md", table);
  return 0;
}
