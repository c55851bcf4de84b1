// Signed notes from outside, and the keys they are verified with.
#include "ledger/proof/note.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "ledger/base/file.h"
#include "ledger/proof/checkpoint.h"
#include "tests/unit/base/caught_error.h"

namespace custody {
namespace {

const Ed25519PrivateKey& operator_key() {
  static const auto key = Ed25519PrivateKey::from_seed(std::string(32, 'o'));
  return key;
}
const Ed25519PrivateKey& witness_key() {
  static const auto key = Ed25519PrivateKey::from_seed(std::string(32, 'w'));
  return key;
}
VerifierKey log_vkey() {
  return {"example.org/log", VerifierKey::kEd25519, operator_key().public_key()};
}
VerifierKey witness_vkey() {
  return {"witness.example", VerifierKey::kCosignature, witness_key().public_key()};
}
std::string note() {
  return sign_checkpoint({"example.org/log", 7, sha256("root")}, operator_key());
}

// A line as C2SP tlog-cosignature makes it.
std::string cosignature(const std::string& body, uint64_t time, uint64_t told) {
  std::string bytes(view_of(witness_vkey().id()));
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>((told >> shift) & 0xff);
  bytes += view_of(witness_key().sign("cosignature/v1\ntime " + std::to_string(time) + "\n" + body));
  return "\xE2\x80\x94 witness.example " + to_base64(bytes) + "\n";
}

TEST(Note, IsReadAsItIsSigned) {
  const SignedNote parsed = parse_note(note());
  EXPECT_EQ(note_state(parsed, log_vkey()), NoteState::kSigned);
  EXPECT_EQ(checkpoint_of(parsed), (Checkpoint{"example.org/log", 7, sha256("root")}));
  VerifierKey other = log_vkey();
  other.name = "example.org/other";
  EXPECT_EQ(note_state(parsed, other), NoteState::kNotSigned);
  EXPECT_EQ(note_state(parsed, {"example.org/log", VerifierKey::kEd25519, witness_key().public_key()}),
            NoteState::kNotSigned);
}

TEST(Note, AlteredAnywhereIsNotTaken) {
  const std::string good = note();
  for (size_t i = 0; i < good.size(); ++i)
    for (const char flip : {'\x01', '\x20', '\x80'}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ flip);
      try {
        EXPECT_NE(note_state(parse_note(bad), log_vkey()), NoteState::kSigned) << i;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kRefused) << i;
      }
    }
}

TEST(Note, CutOffAnywhereIsRefused) {
  const std::string good = note();
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(error_of([&] { parse_note(good.substr(0, size)); }).code, ErrorCode::kRefused) << size;
}

TEST(Note, HasBounds) {
  const std::string line = "\xE2\x80\x94 a " + to_base64(std::string(68, 'x')) + "\n";
  std::string many = note();
  while (many.size() + line.size() <= kMaxNoteBytes) many += line;
  EXPECT_EQ(note_state(parse_note(many), log_vkey()), NoteState::kSigned);
  EXPECT_EQ(error_of([&] { parse_note(many + line); }).code, ErrorCode::kRefused);
}

TEST(Note, ASignatureOfAKnownKeyThatDoesNotHoldSpoilsTheNote) {
  const std::string good = note();
  const std::string wrong = sign_checkpoint({"example.org/log", 8, sha256("root")}, operator_key());
  const std::string added = good + wrong.substr(wrong.find("\n\n") + 2);
  EXPECT_EQ(note_state(parse_note(added), log_vkey()), NoteState::kWrong);
}

TEST(Note, ACheckpointHasThreeLinesAndExtensionsThatAreNotEmpty) {
  const auto signed_body = [](const std::string& body) {
    const std::string signature =
        std::string(view_of(log_vkey().id())) + std::string(view_of(operator_key().sign(body)));
    return parse_note(body + "\n\xE2\x80\x94 example.org/log " + to_base64(signature) + "\n");
  };
  const std::string root = to_base64(view_of(sha256("root")));
  EXPECT_EQ(checkpoint_of(signed_body("example.org/log\n7\n" + root + "\nmore\n")).size, 7U);
  for (const std::string& body :
       {std::string("example.org/log\n"), std::string("example.org/log\n7\n"), "\n7\n" + root + "\n",
        "example.org/log\n07\n" + root + "\n", "example.org/log\n-7\n" + root + "\n",
        "example.org/log\n7\n" + root.substr(4) + "\n", "example.org/log\n7\n" + root + "\n\nmore\n",
        "example.org/log\n99999999999999999999\n" + root + "\n"})
    EXPECT_EQ(error_of([&] { checkpoint_of(signed_body(body)); }).code, ErrorCode::kRefused) << body;
}

TEST(Vkey, IsReadAsItIsWritten) {
  for (const VerifierKey& key : {log_vkey(), witness_vkey()}) {
    const VerifierKey read = parse_vkey(key.text());
    EXPECT_EQ(read.text(), key.text());
    EXPECT_EQ(read.key, key.key);
    EXPECT_EQ(read.type, key.type);
  }
}

// The key of the Go module sum.golang.org/x/mod/sumdb/note documents as an example of the encoding.
TEST(Vkey, OfOthersIsRead) {
  const VerifierKey key = parse_vkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  EXPECT_EQ(key.name, "PeterNeumann");
  const SignedNote note = parse_note(
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
      "\xE2\x80\x94 PeterNeumann "
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n");
  EXPECT_EQ(note_state(note, key), NoteState::kSigned);
}

TEST(Vkey, WithAnythingWrongIsRefused) {
  const std::string good = log_vkey().text();
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_EQ(error_of([&] { parse_vkey(bad); }).code, ErrorCode::kUsage) << bad;
    EXPECT_EQ(error_of([&] { parse_vkey(good.substr(0, i)); }).code, ErrorCode::kUsage) << i;
  }
  VerifierKey unknown = log_vkey();
  unknown.type = 0x06;
  EXPECT_EQ(error_of([&] { parse_vkey(unknown.text()); }).code, ErrorCode::kUsage);
}

TEST(Cosignature, TellsWhenTheWitnessSawIt) {
  const std::string body = parse_note(note()).body;
  EXPECT_EQ(cosigned_at(parse_note(note()), witness_vkey()), std::nullopt);
  EXPECT_EQ(cosigned_at(parse_note(note() + cosignature(body, 1'700'000'000, 1'700'000'000)), witness_vkey()),
            1'700'000'000U);
  EXPECT_EQ(cosigned_at(parse_note(note() + cosignature(body, 1'700'000'000, 1'700'000'001)), witness_vkey()),
            std::nullopt);
  EXPECT_EQ(cosigned_at(parse_note(note() + cosignature(body + "x\n", 17, 17)), witness_vkey()), std::nullopt);
  EXPECT_EQ(cosigned_at(parse_note(note()), log_vkey()), std::nullopt);  // the log's own is no witness
}

// Made by openssl (tests/vectors/cosignature/make.py).
std::string vector_file(const std::string& name) {
  return read_file(CUSTODY_SOURCE_DIR "/tests/vectors/cosignature/" + name, kMaxNoteBytes);
}
VerifierKey vector_key(const std::string& name) {
  const std::string line = vector_file(name);
  return parse_vkey(line.substr(0, line.find('\n')));
}

TEST(Cosignature, OfAnotherHandIsReadAndMadeByteByByte) {
  const std::string valid = vector_file("valid.note");
  const SignedNote read = parse_note(valid);
  EXPECT_EQ(note_state(read, vector_key("log.vkey")), NoteState::kSigned);
  EXPECT_EQ(cosigned_at(read, vector_key("witness.vkey")), 1'700'000'000U);
  const auto log = Ed25519PrivateKey::from_seed(std::string(32, 'l'));
  const std::string mine = sign_checkpoint(checkpoint_of(read), log);
  EXPECT_EQ(mine + cosign(parse_note(mine), "witness.example/w1", witness_key(), 1'700'000'000), valid);
  const SignedNote last = parse_note(vector_file("valid_last_time.note"));
  EXPECT_EQ(cosigned_at(last, vector_key("witness.vkey")), uint64_t{INT64_MAX});
  EXPECT_EQ(error_of([&] { cosign(read, "w", witness_key(), uint64_t{1} << 63); }).code, ErrorCode::kUsage);
}

TEST(Cosignature, WithOneFaultIsNotBelieved) {
  size_t faults = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CUSTODY_SOURCE_DIR "/tests/vectors/cosignature")) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".note") || name.starts_with("valid")) continue;
    const SignedNote read = parse_note(vector_file(name));
    EXPECT_EQ(note_state(read, vector_key("log.vkey")), NoteState::kSigned) << name;
    EXPECT_EQ(cosigned_at(read, vector_key("witness.vkey")), std::nullopt) << name;
    ++faults;
  }
  EXPECT_EQ(faults, 6U);
}

}  // namespace
}  // namespace custody
