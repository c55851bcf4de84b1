// Known answers of the standards, then the properties they cannot show: refusals, limits, speed that does not depend on
// luck.
#include "ledger/base/crypto.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/unit/base/caught_error.h"

namespace custody {
namespace {

std::string hex(std::string_view bytes) {
  return to_hex(bytes);
}
template <size_t N>
std::string hex(const ByteArray<N>& bytes) {
  return to_hex(view_of(bytes));
}
std::string un(std::string_view text) {
  return from_hex(text);
}

// RFC 8032 §7.1, tests 1, 2, 3 and "SHA(abc)".
struct SignatureVector {
  const char *seed, *key, *message, *signature;
};
constexpr SignatureVector kSignatures[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
     "55141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
     "00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc"
     "027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2"
     "a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad"
     "9bef1177331a704"},
};

TEST(Ed25519, Rfc8032) {
  for (const SignatureVector& v : kSignatures) {
    Ed25519PrivateKey key = Ed25519PrivateKey::from_seed(un(v.seed));
    EXPECT_EQ(hex(key.public_key()), v.key);
    EXPECT_EQ(hex(key.seed().view()), v.seed);
    Ed25519Signature signature = key.sign(un(v.message));
    EXPECT_EQ(hex(signature), v.signature);
    EXPECT_TRUE(ed25519_verify(key.public_key(), un(v.message), signature));
  }
}

TEST(Ed25519, RefusesEveryChangedBit) {
  Ed25519PrivateKey key = Ed25519PrivateKey::generate();
  std::string message = "one share, one step";
  Ed25519Signature signature = key.sign(message);
  for (size_t bit = 0; bit < 512; ++bit) {
    Ed25519Signature changed = signature;
    changed[bit / 8] ^= static_cast<uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(ed25519_verify(key.public_key(), message, changed)) << bit;
  }
  EXPECT_FALSE(ed25519_verify(key.public_key(), message + " ", signature));
  EXPECT_FALSE(ed25519_verify(Ed25519PrivateKey::generate().public_key(), message, signature));
  Ed25519PublicKey no_point;
  no_point.fill(0xff);
  EXPECT_FALSE(ed25519_verify(no_point, message, signature));
}

TEST(Ed25519, KeysDiffer) {
  EXPECT_NE(Ed25519PrivateKey::generate().public_key(), Ed25519PrivateKey::generate().public_key());
}

TEST(Ed25519, SeedOfAnotherLength) {
  EXPECT_EQ(error_of([] { Ed25519PrivateKey::from_seed("short"); }).code, ErrorCode::kUsage);
}

// RFC 4231 §4.2 – 4.8 (test 5 is about truncation).
struct HmacVector {
  std::string key, message;
  const char* out;
};

TEST(Hmac, Rfc4231) {
  const std::string long_key(131, '\xaa');
  const HmacVector vectors[] = {
      {std::string(20, '\x0b'), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {un("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {long_key, "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {long_key,
       "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
       "hashed before "
       "being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
  for (const HmacVector& v : vectors) {
    EXPECT_EQ(hex(hmac_sha256(v.key, v.message)), v.out);
    std::string_view m = v.message;
    EXPECT_EQ(hex(hmac_sha256(v.key, {m.substr(0, 3), m.substr(3)})), v.out);
  }
}

// RFC 5869 appendix A.1 – A.3.
TEST(Hkdf, Rfc5869) {
  std::string key1(22, '\x0b');
  Digest prk = hkdf_extract(un("000102030405060708090a0b0c"), key1);
  EXPECT_EQ(hex(prk), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
  EXPECT_EQ(hex(hkdf_expand(prk, un("f0f1f2f3f4f5f6f7f8f9"), 42).view()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(hex(hkdf_sha256(key1, un("000102030405060708090a0b0c"), un("f0f1f2f3f4f5f6f7f8f9"))),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");

  std::string key2, salt2, info2;
  for (int i = 0; i < 80; ++i) {
    key2.push_back(static_cast<char>(i));
    salt2.push_back(static_cast<char>(0x60 + i));
    info2.push_back(static_cast<char>(0xb0 + i));
  }
  prk = hkdf_extract(salt2, key2);
  EXPECT_EQ(hex(prk), "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244");
  EXPECT_EQ(hex(hkdf_expand(prk, info2, 82).view()),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
            "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");

  prk = hkdf_extract("", key1);
  EXPECT_EQ(hex(prk), "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04");
  EXPECT_EQ(hex(hkdf_expand(prk, "", 42).view()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  EXPECT_EQ(hex(hkdf_sha256(key1, "", "")), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(Hkdf, Limit) {
  Digest prk = hkdf_extract("", "key");
  EXPECT_EQ(hkdf_expand(prk, "info", 8160).size(), 8160U);
  EXPECT_EQ(error_of([&] { hkdf_expand(prk, "info", 8161); }).code, ErrorCode::kUsage);
}

// The GCM specification (McGrew, Viega), test cases 13 to 16.
struct GcmVector {
  const char *key, *nonce, *text, *associated, *sealed;
};
constexpr const char* kGcmKey = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
constexpr const char* kZeroKey = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr GcmVector kGcm[] = {
    {kZeroKey, "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {kZeroKey, "000000000000000000000000", "00000000000000000000000000000000", "",
     "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {kGcmKey, "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657b"
     "a637b391aafd255",
     "",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0ab"
     "cc9f662898015ad"
     "b094dac5d93471bdec1a502270e3cc6c"},
    {kGcmKey, "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657b"
     "a637b39",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0ab"
     "cc9f662"
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};

TEST(Aead, GcmSpecification) {
  for (const GcmVector& v : kGcm) {
    EXPECT_EQ(hex(aead_seal(un(v.key), un(v.nonce), un(v.associated), un(v.text))), v.sealed);
    EXPECT_EQ(aead_open(un(v.key), un(v.nonce), un(v.associated), un(v.sealed)), un(v.text));
  }
}

TEST(Aead, RefusesEveryChangedBit) {
  const GcmVector& v = kGcm[3];
  std::string sealed = un(v.sealed);
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(aead_open(un(v.key), un(v.nonce), un(v.associated), changed), std::nullopt) << bit;
  }
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(aead_open(un(v.key), un(v.nonce), un(v.associated), sealed.substr(0, size)), std::nullopt) << size;
  }
  EXPECT_EQ(aead_open(un(v.key), un(v.nonce), "other", sealed), std::nullopt);
  EXPECT_EQ(aead_open(un(v.key), std::string(12, '\0'), un(v.associated), sealed), std::nullopt);
  EXPECT_EQ(aead_open(un(kZeroKey), un(v.nonce), un(v.associated), sealed), std::nullopt);
  EXPECT_NE(aead_open(un(v.key), un(v.nonce), un(v.associated), sealed), std::nullopt);
}

TEST(Aead, ThreadsDoNotMeet) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      std::string key(32, static_cast<char>(t)), nonce(12, 'n'), text(static_cast<size_t>(t) * 100, 'x');
      for (int i = 0; i < 200; ++i) ASSERT_EQ(aead_open(key, nonce, "a", aead_seal(key, nonce, "a", text)), text);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Aead, WrongLengths) {
  EXPECT_EQ(error_of([] { aead_seal("short", std::string(12, 'n'), "", ""); }).code, ErrorCode::kUsage);
  EXPECT_EQ(error_of([] { aead_seal(std::string(32, 'k'), "short", "", ""); }).code, ErrorCode::kUsage);
}

// RFC 7914 §12, first three vectors.
TEST(Scrypt, Rfc7914) {
  EXPECT_EQ(hex(scrypt("", "", {16, 1, 1}, 64).view()),
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e"
            "0d3628cf35e20c38d18906");
  EXPECT_EQ(hex(scrypt("password", "NaCl", {1024, 8, 16}, 64).view()),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a"
            "83ee6d8360cbdfa2cc0640");
  EXPECT_EQ(hex(scrypt("pleaseletmein", "SodiumChloride", {16384, 8, 1}, 64).view()),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d"
            "651e40dfcf017b45575887");
}

TEST(Scrypt, ImpossibleCosts) {
  EXPECT_EQ(error_of([] { scrypt("p", "s", {15, 8, 1}, 32); }).code, ErrorCode::kUsage);
  EXPECT_EQ(error_of([] { scrypt("p", "s", {uint64_t{1} << 40, 8, 1}, 32); }).code, ErrorCode::kUsage);
}

TEST(Secret, OwnsItsBytes) {
  Secret a(std::string_view("the key"));
  Secret b = a.copy();
  EXPECT_EQ(b.view(), "the key");
  b.data()[0] = 'T';
  EXPECT_EQ(a.view(), "the key");
  Secret c = std::move(a);
  EXPECT_EQ(c.view(), "the key");
  EXPECT_TRUE(Secret().empty());
  EXPECT_NE(Secret::random(32).view(), Secret::random(32).view());
  // More than the locked heap holds: the rest comes from the ordinary one.
  std::vector<Secret> many;
  for (int i = 0; i < 50000; ++i) many.emplace_back(std::string_view("0123456789abcdef0123456789abcdef"));
  EXPECT_EQ(many.back().view(), many.front().view());
}

TEST(Random, FillsAndDiffers) {
  EXPECT_NE(random_array<32>(), random_array<32>());
  EXPECT_FALSE(is_zero(random_array<32>()));
}

TEST(Compare, ConstantTime) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
}

}  // namespace
}  // namespace custody
