#include "ledger/proof/checkpoint.h"

#include "ledger/base/ids.h"

namespace custody {
namespace {

constexpr char kEd25519 = 0x01;
constexpr std::string_view kDash = "\xE2\x80\x94 ";  // em dash and space start a signature line

// First four bytes of SHA-256(name ‖ '\n' ‖ type ‖ key).
std::string key_hash(std::string_view name, const Ed25519PublicKey& key) {
  const Digest hash = sha256({name, "\n", std::string_view(&kEd25519, 1), view_of(key)});
  return std::string(view_of(hash).substr(0, 4));
}

std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) throw Error(ErrorCode::kRefused, "a note whose last line does not end");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Checkpoint parse_body(std::string_view body) {
  Checkpoint checkpoint;
  checkpoint.origin = take_line(body);
  const auto size = parse_u64(take_line(body));
  const std::string root = from_base64(take_line(body));
  if (checkpoint.origin.empty() || !size || root.size() != 32)
    throw Error(ErrorCode::kRefused, "a note that holds no checkpoint");
  checkpoint.size = *size;
  checkpoint.root = array_of<32>(root);
  return checkpoint;
}

bool is_signature_of(std::string_view line, std::string_view body, const std::string& name,
                     const Ed25519PublicKey& key) {
  if (!line.starts_with(kDash)) throw Error(ErrorCode::kRefused, "a note with a line that is no signature");
  line.remove_prefix(kDash.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) throw Error(ErrorCode::kRefused, "a note with a line that is no signature");
  if (line.substr(0, space) != name) return false;
  const std::string bytes = from_base64(line.substr(space + 1));
  if (bytes.size() != 4 + 64 || bytes.substr(0, 4) != key_hash(name, key)) return false;
  return ed25519_verify(key, body, array_of<64>(std::string_view(bytes).substr(4)));
}

}  // namespace

std::string checkpoint_body(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + to_base64(view_of(checkpoint.root)) + "\n";
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const Ed25519PrivateKey& key) {
  const std::string body = checkpoint_body(checkpoint);
  const std::string signature = key_hash(checkpoint.origin, key.public_key()) + std::string(view_of(key.sign(body)));
  return body + "\n" + std::string(kDash) + checkpoint.origin + " " + to_base64(signature) + "\n";
}

std::optional<Checkpoint> open_checkpoint(std::string_view note, const Ed25519PublicKey& key) {
  const size_t gap = note.find("\n\n");
  if (gap == std::string_view::npos) throw Error(ErrorCode::kRefused, "a note without signatures");
  const std::string_view body = note.substr(0, gap + 1);
  const Checkpoint checkpoint = parse_body(body);
  std::string_view lines = note.substr(gap + 2);
  bool proved = false;
  while (!lines.empty()) proved = is_signature_of(take_line(lines), body, checkpoint.origin, key) || proved;
  if (!proved) return std::nullopt;
  return checkpoint;
}

std::string vkey_text(const std::string& name, const Ed25519PublicKey& key) {
  return name + "+" + to_hex(key_hash(name, key)) + "+" +
         to_base64(std::string(1, kEd25519) + std::string(view_of(key)));
}

}  // namespace custody
