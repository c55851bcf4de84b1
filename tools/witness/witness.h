// A witness of other people's logs (c2sp.org/tlog-witness): it cosigns a checkpoint that it has seen grow out of the
// one before, and never two histories of one log.
//
// The state is a folder: `witness.key` (seed of the Ed25519 key), `witness.vkey`, and for each log one file
// `logs/<SHA-256 of its origin>` with the body of the checkpoint that was cosigned last. It is replaced in one step and
// durable before the cosignature leaves. A lock keeps the folder to one process.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/file.h"
#include "ledger/base/time.h"
#include "ledger/proof/checkpoint.h"
#include "tools/api/api.h"

namespace custody {

class Witness {
 public:
  // Makes the state where there is none, then with this name. Errors: kUsage where the name is another than the
  // state's, or missing; kConflict where another process has it; kStore where it is damaged.
  // `logs`: the keys that checkpoints are taken of, by their names; a log may have several.
  static Witness open(const std::string& folder, const std::string& name, std::vector<VerifierKey> logs,
                      const Clock& clock);

  const VerifierKey& vkey() const { return vkey_; }
  // The body of POST /add-checkpoint, and what is answered. From one thread. Errors of the disk pass through, and then
  // nothing is cosigned.
  ApiResponse add_checkpoint(std::string_view request);

 private:
  Witness(std::string folder, ProcessLock lock, Ed25519PrivateKey key, VerifierKey vkey, std::vector<VerifierKey> logs,
          const Clock& clock);
  void load();
  std::string file_of(const std::string& origin) const;

  std::string folder_;
  ProcessLock lock_;
  Ed25519PrivateKey key_;
  VerifierKey vkey_;
  std::vector<VerifierKey> logs_;
  const Clock* clock_;
  std::map<std::string, Checkpoint> seen_;  // by origin: what was cosigned last
};

}  // namespace custody
