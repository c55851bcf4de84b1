// custody prove: one record with its proof as a file to carry away.
#include <boost/json.hpp>
#include <iostream>

#include "ledger/base/file.h"
#include "ledger/event/record.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"

namespace custody {
namespace {

int run(const Invocation& call) {
  const auto ref = parse_ref(call.argument(0, "the record, shard:seq"));
  if (!ref) throw Error(ErrorCode::kUsage, "a record is named shard:seq, such as 0:12");
  std::map<std::string, std::string> query;
  if (call.has("--earliest")) query["checkpoint"] = "earliest";
  const std::string proof =
      connect(call)->get("/v1/proofs/" + std::to_string(ref->shard) + "/" + std::to_string(ref->seq), query);
  const auto file = call.value("-o");
  if (file) write_file_durably(*file, proof);
  if (call.json()) {
    boost::json::object said{{"ref", to_text(*ref)}};
    if (file)
      said["file"] = *file;
    else
      said["proof"] = proof;
    std::cout << boost::json::serialize(said) << "\n";
  } else if (file) {
    std::cout << *file << " proves record " << to_text(*ref) << "; `custody check " << *file
              << " --trust VKEYFILE` needs nothing else\n";
  } else {
    std::cout << proof;
  }
  return 0;
}

}  // namespace

Command prove_command() {
  return {"prove",
          "SHARD:SEQ",
          "one record and its proof, as a file that is checked offline",
          "The file is a C2SP tlog-proof and holds the record, never encrypted values (docs/formats/proof.md).\n",
          {{"-o", "FILE", "where to (default: standard output)"},
           {"--earliest", "",
            "by the first checkpoint that covers it and others have vouched for: says best by when it was there"}},
          run};
}

}  // namespace custody
