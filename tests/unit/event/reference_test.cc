// The generated documents are the ones in the tree. `ninja event_reference` writes them anew.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "ledger/event/catalogue.h"

namespace custody {
namespace {

void expect_file(const std::string& path, const std::string& expected) {
  const std::filesystem::path file = std::filesystem::path(CUSTODY_SOURCE_DIR) / path;
  if (std::getenv("CUSTODY_WRITE_REFERENCE") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << expected;
  }
  std::ifstream in(file, std::ios::binary);
  ASSERT_TRUE(in) << path << " is missing: build the target event_reference";
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_TRUE(text.str() == expected) << path << " is stale: build the target event_reference";
}

TEST(Reference, DocumentIsTheCatalogues) {
  expect_file("docs/events/README.md", reference_markdown());
}

TEST(Reference, SchemasAreTheGoldenOnes) {
  for (const char* type : {"data.collected", "data.shared", "hold.placed", "policy.adopted"}) {
    const TypeInfo* info = find_type(type);
    ASSERT_NE(info, nullptr);
    expect_file("tests/vectors/events/" + std::string(type) + ".schema.json", schema_json(*info) + "\n");
    expect_file("tests/vectors/events/" + std::string(type) + ".json", example_event(*info) + "\n");
  }
}

}  // namespace
}  // namespace custody
