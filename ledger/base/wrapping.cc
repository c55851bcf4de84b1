#include "ledger/base/wrapping.h"

#include <sys/stat.h>

#include <cstdlib>

#include "ledger/base/file.h"

namespace custody {
namespace {

constexpr uint64_t kMaxScryptMemoryBytes = uint64_t{1} << 30;
constexpr uint64_t kMaxScryptRounds = 64;
constexpr size_t kSaltBytes = 32;
constexpr size_t kParameterBytes = 8 + 4 + 4 + kSaltBytes;
constexpr ByteArray<kAeadNonceBytes> kNoNonce{};  // the salt makes each wrapping key unique

// A wrong byte here would otherwise ask scrypt for terabytes or hours.
bool is_sound(const ScryptCost& cost) {
  return cost.n >= 2 && (cost.n & (cost.n - 1)) == 0 && cost.r >= 1 && cost.p >= 1 && cost.p <= kMaxScryptRounds &&
         cost.r <= kMaxScryptMemoryBytes / 128 && cost.n <= kMaxScryptMemoryBytes / 128 / cost.r;
}

}  // namespace

std::string wrap_secret(std::string_view head, const Secret& secret, const Secret& passphrase, const ScryptCost& cost) {
  const auto salt = random_array<kSaltBytes>();
  std::string file(head);
  append_le(file, cost.n, 8);
  append_le(file, cost.r, 4);
  append_le(file, cost.p, 4);
  file += view_of(salt);
  const Secret key = scrypt(passphrase.view(), view_of(salt), cost, kAeadKeyBytes);
  return file + aead_seal(key.view(), view_of(kNoNonce), file, secret.view());
}

Secret unwrap_secret(std::string_view file, size_t head_bytes, size_t secret_bytes, const Secret& passphrase,
                     const std::string& path) {
  const auto altered = [&] {
    return Error(ErrorCode::kStore, path + " is damaged: restore it from where keys are kept");
  };
  const size_t sealed_at = head_bytes + kParameterBytes;
  if (file.size() != sealed_at + secret_bytes + kAeadTagBytes) throw altered();
  const ScryptCost cost{read_le(file, head_bytes, 8), read_le(file, head_bytes + 8, 4),
                        read_le(file, head_bytes + 12, 4)};
  if (!is_sound(cost)) throw altered();
  if (passphrase.empty())
    throw Error(ErrorCode::kDenied,
                path +
                    " is wrapped by a passphrase: give it in CUSTODY_PASSPHRASE, or in a file named "
                    "by CUSTODY_PASSPHRASE_FILE");
  const std::string_view salt = file.substr(sealed_at - kSaltBytes, kSaltBytes);
  const Secret key = scrypt(passphrase.view(), salt, cost, kAeadKeyBytes);
  std::optional<std::string> secret =
      aead_open(key.view(), view_of(kNoNonce), file.substr(0, sealed_at), file.substr(sealed_at));
  if (!secret) throw Error(ErrorCode::kDenied, "the passphrase does not open " + path);
  Secret out(*secret);
  wipe(*secret);
  return out;
}

Secret passphrase_from_environment() {
  if (const char* text = std::getenv("CUSTODY_PASSPHRASE"); text != nullptr && *text != '\0') {
    return Secret(std::string_view(text));
  }
  const char* file = std::getenv("CUSTODY_PASSPHRASE_FILE");
  if (file == nullptr || *file == '\0') return {};
  std::string content = read_file(file, 4096);
  Secret line(std::string_view(content).substr(0, content.find_first_of("\r\n")));
  wipe(content);
  if (line.empty()) throw Error(ErrorCode::kUsage, std::string(file) + " has no passphrase in its first line");
  return line;
}

void need_private(const std::string& path) {
  struct stat file{};
  if (stat(path.c_str(), &file) == 0 && (file.st_mode & 077) != 0) {
    throw Error(ErrorCode::kStore,
                path + " can be read by others than its owner: chmod 600 it, and think about who did");
  }
}

}  // namespace custody
