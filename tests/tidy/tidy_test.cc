// The house rules hold on this tree; and each rule finds what it is there to find, shown on a small tree that breaks
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "rules.h"

namespace custody::tidy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const SourceTree& project() {
  static const SourceTree tree = read_tree(CUSTODY_SOURCE_DIR);
  return tree;
}

std::string lines(const Faults& faults) {
  std::string text;
  for (const std::string& fault : faults) text += "\n  " + fault;
  return text;
}

SourceTree one(const std::string& path, const std::string& text) {
  return {source_file(path, text)};
}

TEST(House, HasEveryFloor) {
  for (const char* folder :
       {"ledger/base/", "ledger/codec/", "ledger/event/", "ledger/proof/", "ledger/verify/", "ledger/keys/",
        "ledger/log/", "ledger/gateway/", "ledger/seal/", "projections/", "producers/", "tools/"})
    EXPECT_TRUE(std::ranges::any_of(project(), [&](const auto& file) {
      return file.is_cpp() && file.path.starts_with(folder);
    })) << folder;
}
TEST(House, KeepsItsFloors) {
  EXPECT_TRUE(check_floors(project()).empty()) << lines(check_floors(project()));
}
TEST(House, WrapsALibraryOnce) {
  EXPECT_TRUE(check_includes(project()).empty()) << lines(check_includes(project()));
}
TEST(House, MakesNoBannedCall) {
  EXPECT_TRUE(check_calls(project()).empty()) << lines(check_calls(project()));
}
TEST(House, KeepsItsSizes) {
  std::cout << describe_sizes(project()) << '\n';
  EXPECT_TRUE(check_sizes(project()).empty()) << lines(check_sizes(project()));
}
TEST(House, TestsEveryRuleItClaims) {
  EXPECT_TRUE(check_claims(project()).empty()) << lines(check_claims(project()));
}
TEST(House, ExplainsEveryFolder) {
  EXPECT_TRUE(check_readmes(project()).empty()) << lines(check_readmes(project()));
}
TEST(House, SpeaksOfItselfAlone) {
  EXPECT_TRUE(check_words(project()).empty()) << lines(check_words(project()));
}

TEST(Floors, LowerMayNotIncludeHigher) {
  EXPECT_THAT(check_floors(one("ledger/base/a.cc", "#include \"ledger/codec/types.h\"\n")),
              ElementsAre("ledger/base/a.cc:1: ledger/base may not include ledger/codec/types.h"));
  EXPECT_THAT(check_floors(one("ledger/codec/a.cc", "#include \"ledger/base/error.h\"\n")), IsEmpty());
}
TEST(Floors, NeighboursDoNotKnowEachOther) {
  EXPECT_THAT(check_floors(one("ledger/keys/a.cc", "#include \"ledger/log/log.h\"\n")), testing::SizeIs(1));
  EXPECT_THAT(check_floors(one("ledger/verify/a.cc", "#include \"ledger/proof/merkle.h\"\n")), testing::SizeIs(1));
  EXPECT_THAT(check_floors(one("projections/a.cc", "#include \"producers/adapters/csv.h\"\n")), testing::SizeIs(1));
}
TEST(Floors, SourcesHoldNoKeys) {
  EXPECT_THAT(check_floors(one("producers/a.cc", "#include \"ledger/keys/keyring.h\"\n")), testing::SizeIs(1));
  EXPECT_THAT(check_floors(one("producers/a.cc", "#include \"ledger/proof/merkle.h\"\n")), IsEmpty());
}
TEST(Floors, OnlyThePrivatePartOfProjectionsUsesKeys) {
  EXPECT_THAT(check_floors(one("projections/views/a.cc", "#include \"ledger/keys/keyring.h\"\n")),
              ElementsAre(HasSubstr("only projections/private")));
  EXPECT_THAT(check_floors(one("projections/private/a.cc", "#include \"ledger/keys/keyring.h\"\n")), IsEmpty());
}
TEST(Floors, IncludesAreWrittenFromTheRoot) {
  EXPECT_THAT(check_floors(one("ledger/log/a.cc", "#include \"log.h\"\n")), ElementsAre(HasSubstr("from the root")));
  EXPECT_THAT(check_floors(one("tests/unit/a_test.cc", "#include \"helper.h\"\n")), IsEmpty());
}

TEST(Includes, LibrariesAndHeavyHeaders) {
  EXPECT_THAT(check_includes(one("tools/a.cc", "#include <lmdb.h>\n#include <openssl/evp.h>\n")), testing::SizeIs(2));
  EXPECT_THAT(check_includes(one("ledger/base/a.cc", "#include <lmdb.h>\n")), IsEmpty());
  EXPECT_THAT(check_includes(one("tools/a.h", "#pragma once\n#include <boost/beast.hpp>\n")), testing::SizeIs(1));
  EXPECT_THAT(check_includes(one("tools/a.cc", "#include <boost/beast.hpp>\n// #include <lmdb.h>\n")), IsEmpty());
  const SourceFile socket = source_file("tools/serve/socket.h", "#pragma once\n#include <boost/asio.hpp>\n");
  const SourceFile user = source_file("tools/a.cc", "#include \"tools/serve/socket.h\"\n");
  EXPECT_THAT(check_includes({socket, user}), IsEmpty());
  EXPECT_THAT(check_includes({socket, user, user}), ElementsAre(HasSubstr("2 include it")));
  EXPECT_THAT(check_includes(one("tools/a.h", "\n")), ElementsAre(HasSubstr("#pragma once")));
}

TEST(Calls, AreFoundAsCallsOnly) {
  for (const char* call :
       {"int x = rand();", "std::system(command);", "return ::localtime(&now);", "f(std::regex(text));"})
    EXPECT_THAT(check_calls(one("ledger/a.cc", call)), testing::SizeIs(1)) << call;
  for (const char* fine : {"Secret::random(3);", "localtime_r(&a, &b);", "std::snprintf(a, 3, b);", "// rand()",
                           "\"rand()\"", "disk.system(1);", "std::mt19937 random(7);", "int rand_count(3);"})
    EXPECT_THAT(check_calls(one("ledger/a.cc", fine)), IsEmpty()) << fine;
  EXPECT_THAT(check_calls(one("tests/a.cc", "system(command);")), IsEmpty());
}

TEST(Sizes, ALongFunctionIsFoundWhereverItStands) {
  std::string body;
  for (int i = 0; i < 70; ++i) body += "  if (a) { b = {1}; }\n";
  for (const std::string head : {"int f(int a) {\n", "namespace n {\nstruct S {\nint f() const noexcept {\n",
                                 "S::S() : a_{1}, b_{2} {\n", "bool operator==(const S& s) {\n", "TEST(A, B) {\n"}) {
    const Faults faults = check_sizes(one("ledger/a.cc", head + body + "}\n"));
    EXPECT_THAT(faults, ElementsAre(HasSubstr("a function of 72 lines"))) << head;
  }
  EXPECT_THAT(check_sizes(one("ledger/a.cc", "const T kTable[] = {\n" + body + "};\n")), IsEmpty());
  EXPECT_THAT(
      check_sizes(one("ledger/a.cc", "/* int f() {\n" + body + "} */ const char* s = R\"({{{)\";\nint c = '{';\n")),
      IsEmpty());
}
TEST(Sizes, FilesHaveLimits) {
  EXPECT_THAT(check_sizes(one("ledger/a.cc", std::string(401, '\n'))), testing::SizeIs(1));
  EXPECT_THAT(check_sizes(one("ledger/a.cc", std::string(400, '\n'))), IsEmpty());
  EXPECT_THAT(check_sizes(one("ledger/a.h", std::string(251, '\n'))), testing::SizeIs(1));
}

TEST(Texts, AClaimNeedsATest) {
  const SourceFile claim = source_file("docs/a.md", "# Rules proved\n\nR-B1 and R-B22.\n\n# Later\n\nR-C3\n");
  const SourceFile test = source_file("tests/unit/a_test.cc", "// R-B1\n");
  EXPECT_THAT(check_claims({claim, test}), ElementsAre("docs/a.md: says that R-B22 is proved, but no test names it"));
  EXPECT_THAT(check_claims({claim, test, source_file("tests/b.cc", "R-B22")}), IsEmpty());
}
TEST(Texts, AFolderOfCodeNeedsAReadme) {
  const SourceFile code = source_file("ledger/new/a.cc", "");
  EXPECT_THAT(check_readmes({code}), testing::Contains(HasSubstr("ledger/new")));
  EXPECT_THAT(check_readmes({code, source_file("ledger/new/README.md", "1\n2\n3\n4\n")}),
              testing::Contains(HasSubstr("ledger/new")));
  EXPECT_THAT(check_readmes({code, source_file("ledger/new/README.md", "1\n2\n3\n4\n5\n")}),
              testing::Not(testing::Contains(HasSubstr("ledger/new"))));
}
TEST(Texts, PlacesOfAWorkshopAreNamedNowhere) {
  EXPECT_THAT(check_words(one("docs/a.md", std::string("see /wo") + "rk/x\n")), ElementsAre(HasSubstr("docs/a.md:1")));
}

}  // namespace
}  // namespace custody::tidy
