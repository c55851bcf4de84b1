// custody attest: a source sends what is left in its spool, and signs what it has stated.
#include "tools/custody/spooled.h"

namespace custody {
namespace {

int run(const Invocation& call) {
  return run_spooled(call, {});
}

}  // namespace

Command attest_command() {
  return {
      "attest",
      "",
      "a source empties its spool and signs what it has stated, so that it cannot deny it nor others change it",
      "Exit status 1 where the ledger does not do what it must: a statement that it does not prove to hold in time\n"
      "(omission), another in its place (altered), a history other than the one seen before (fork).\n",
      spool_options(),
      run};
}

}  // namespace custody
