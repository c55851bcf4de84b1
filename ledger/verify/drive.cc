// Pulls a source through the verifier.
#include "ledger/verify/parallel.h"
#include "ledger/verify/verifier.h"

namespace custody {
namespace {

// Feeds entries while `more` says so; true when there were any.
template <class More>
bool read_on(EntrySource& source, LedgerVerifier& verifier, uint32_t shard, const More& more) {
  bool any = false;
  while (more()) {
    const auto entry = source.next(shard);
    if (!entry) break;
    verifier.feed(shard, entry->record, entry->blob);
    any = true;
  }
  return any;
}

}  // namespace

VerifyReport verify(EntrySource& source, const VerifyOptions& options) {
  LedgerVerifier verifier(source.descriptor_bytes(), options);
  const uint32_t shards = verifier.shards();
  if (shards > 0)
    for (const CheckpointNote& note : source.checkpoints())
      if (note.shard < shards) verifier.checkpoint(note);
  run_parallel(shards, options.threads,
               [&](size_t at) { read_on(source, verifier, static_cast<uint32_t>(at), [] { return true; }); });
  // The log may have grown while it was read: a round then speaks of records that were not there before, or a record of
  // a registry that was shorter. Each is older than what names it, so this ends.
  for (bool grew = true; grew;) {
    grew = false;
    for (uint32_t shard = 0; shard < shards; ++shard)
      grew |= read_on(source, verifier, shard,
                      [&] { return !verifier.stopped(shard) && verifier.size(shard) < verifier.referred_size(shard); });
  }
  return verifier.finish();
}

}  // namespace custody
