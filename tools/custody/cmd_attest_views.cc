// custody attest-views: has the digests of the views sealed in the ledger.
#include <boost/json.hpp>
#include <iostream>

#include "ledger/codec/json.h"
#include "tools/custody/command.h"
#include "tools/custody/connection.h"
#include "tools/custody/text.h"

namespace custody {
namespace {

int run(const Invocation& call) {
  const auto connection = connect(call);
  if (connection->local()) connection->post("/v1/projections/wait", "");
  const std::string answer = connection->post("/v1/projections/attest", "");
  if (call.json()) {
    std::cout << answer;
    return 0;
  }
  const boost::json::value document = parse_json(answer);
  for (const auto& view : document.at("views").as_array()) std::cout << attested_line(view.as_object()) << "\n";
  return 0;
}

}  // namespace

Command attest_views_command() {
  return {
      "attest-views",
      "",
      "state the digests of the views in the ledger",
      "A digest is the root of a tree over all rows of a view at a round. Once it is sealed, the ledger is bound to\n"
      "it: evidence can show that records are all there are, and `custody rebuild` finds a false one by replay.\n"
      "A projector does this by itself once a day.\n",
      {},
      run};
}

}  // namespace custody
