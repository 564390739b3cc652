// What is secure must not depend on the machine: CMakeLists.txt runs this program under OpenSSL
// configurations that refuse SHA-1, or everything. The signatures are of "caascan" and were made by
// `openssl dgst` and `openssl pkeyutl`: under such configurations nothing can be signed.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "scanner/crypto/algorithm.h"
#include "scanner/crypto/public_key.h"
#include "scanner/dnssec/nsec3.h"
#include "scanner/dnssec/signature_memo.h"

namespace caascan::crypto {
namespace {

constexpr std::string_view kData = "caascan";

// Public keys as in DNSKEY records (RFC 3110 §2, RFC 6605 §4, RFC 8080 §3).
constexpr std::string_view kRsa =
    "03010001ccb325de581397c116a8134d28639021256b485324429907c358a2e72dc3702c9f36aa5f71ede8f6"
    "553d6350149802584ddb2fe080468ba2d3e148a87ce3f507fb36a8fda21553135fcba3309e44aeae20b3be20"
    "32afb1a3542c2e9f54f88fe4126aeab5ee903d94270e3026b34d5f45592fe332d0c3bdb5a768cad6ab2a847b";
constexpr std::string_view kP256 =
    "139af783ac317ac9336d9c36cf4f1dd0bf1e9f72a3298ccdf5882d99390e132832ae1007c35a5d128551744c"
    "6803d6422d134781a7e5bcedae569a954242c567";
constexpr std::string_view kEd25519 =
    "35b177afde63ad54759d782970a17ac224df81d283ce238ce4600e4636ddcb1b";

constexpr std::string_view kRsaSha1 =
    "7a44c0d9c1dc516800b6d0dfedc01afff91498ab3c67998eebe8a2b0f3cdcc6690bce79f0db3c1738e661f32"
    "38ea6f218936341858d0307930cf8a3236049d5f330f3f4f4abfb61fd108308e617254ab61e341b502a86670"
    "c77df48240f7955b16b80d103555803dc23e463f94817a8ce518226f672ca96537bad721b2b7b384";
constexpr std::string_view kRsaSha256 =
    "1ec3662ca35122f76eca8639ba7f819a2887ff746570af5fcddaef1fbfb1aff639106b69bea950a0b7cae76f"
    "c783db1d8e2cb98b0e7240e8ce42a35311e58022064fe30f471e5eda69708d1bf9d6ff6d9882105a0ae735a7"
    "888d7ad271bfac932078543bc15934bc4cce2c74e3008e190e4e7cca463c9dcc9d25bafc47e09fcc";
// The digest alone, without the DigestInfo around it.
constexpr std::string_view kBareSha1 =
    "17a6f98f021a13c73a6341dec386997807c5ab81c26296cfb5abec6c61190281300ebb067aeece600c45b68a"
    "78a991bb81f3747c967f20dc3f79921e5b0690695f704451fd066fac7485ce03c4a81b688f4de8e1a193f0e2"
    "df259bd850fcd7f0ee1a104a10d0f3c66d0888b4e9bdca27a8fc2ebba3c0fb098058761dce2224b0";
// A DigestInfo whose algorithm has no parameters, where PKCS #1 wants NULL.
constexpr std::string_view kSha1WithoutNull =
    "c0e8e1adc11609be3eebece17dcfb49e5cfdcbcf21111a5f336e84bce7515b5941e69320e8e064599bfe490a"
    "ccc044d9c3cc8b60987162fbbead3fd333ff8c510cd45e8874e033f61caefa01ff48d6b2d95abb9fef50d1db"
    "f2d78ab6ed76e69968aca03a0d1bbb78a14292ee252730c07b3f0ec0059f51747ce85cef8c9b0b95";
// A right DigestInfo, and octets behind it.
constexpr std::string_view kSha1AndMore =
    "16f905fb5f4ad94a4fc0d9e15bf6c39a2483508b134c74e896bf4c65968aea184c30e53ae1e216fd430c68ce"
    "8b0df54d76a0a71527cd94b7d9750d5b076b4bb362ee4203e64e588caea3a3430fe46c81a7258340392372f6"
    "1a294dce94157169e0d290b3b279747de79498cb133f57ebeadac664ca895a6ec037c0d97b03c668";
constexpr std::string_view kP256Signature =
    "afc07eef2cec73bf3e955ed60b6b111d5de8e105e694394474f49a92469b246fd4b43489ac7494874f8dcb4e"
    "0c2ef58d8d6dcbbe0082f05d74a65e3a6606fc76";
constexpr std::string_view kEd25519Signature =
    "e2d739110ba4367f919fce7f55c82c6c86bbb8c14ebc434125a14a176a3bd497fca181939840a389a2cbb1b2"
    "79df7c9451d9e93c39607bba46047f6361a63809";

unsigned HexDigit(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

std::string FromHex(std::string_view hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<char>(HexDigit(hex[i]) << 4 | HexDigit(hex[i + 1])));
  }
  return out;
}

std::span<const uint8_t> Octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string Dnskey(uint8_t algorithm, std::string_view key_hex) {
  return std::string("\1\1\3", 3) + static_cast<char>(algorithm) + FromHex(key_hex);
}

struct SignatureRow {
  const char* name;
  uint8_t algorithm;
  std::string_view key;
  std::string_view signature;
  bool good;
};

const SignatureRow kSignatures[] = {
    {"RSASHA1", 5, kRsa, kRsaSha1, true},
    {"RSASHA1-NSEC3-SHA1", 7, kRsa, kRsaSha1, true},
    {"SHA-256 where SHA-1 is due", 5, kRsa, kRsaSha256, false},
    {"SHA-1 where SHA-256 is due", 8, kRsa, kRsaSha1, false},
    {"no DigestInfo", 5, kRsa, kBareSha1, false},
    {"DigestInfo without NULL", 5, kRsa, kSha1WithoutNull, false},
    {"octets behind the DigestInfo", 5, kRsa, kSha1AndMore, false},
    {"RSASHA256", 8, kRsa, kRsaSha256, true},
    {"ECDSAP256SHA256", 13, kP256, kP256Signature, true},
    {"ED25519", 15, kEd25519, kEd25519Signature, true},
};

TEST(OpensslPolicyTest, ConfigurationIsTheOneThatWasMeant) {
  const char* const refuses = std::getenv("OPENSSL_REFUSES_ALL");
  EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  EXPECT_EQ(digest == nullptr, refuses != nullptr);
  EVP_MD_free(digest);
}

TEST(OpensslPolicyTest, SignaturesVerifyAllTheSame) {
  for (const SignatureRow& row : kSignatures) {
    SCOPED_TRACE(row.name);
    EXPECT_TRUE(IsSupported(row.algorithm));
    const PublicKey key(Octets(Dnskey(row.algorithm, row.key)));
    const std::string signature = FromHex(row.signature);
    EXPECT_EQ(key.Verify(Octets(kData), Octets(signature)), row.good);
    EXPECT_FALSE(key.Verify(Octets("caascaN"), Octets(signature)));
    for (size_t bit = 0; bit < 8 * signature.size(); bit += 5) {
      std::string spoilt = signature;
      spoilt[bit / 8] = static_cast<char>(spoilt[bit / 8] ^ 1 << bit % 8);
      EXPECT_FALSE(key.Verify(Octets(kData), Octets(spoilt))) << "bit " << bit;
    }
    EXPECT_FALSE(key.Verify(Octets(kData), Octets(signature + '\0')));
    EXPECT_FALSE(key.Verify(Octets(kData), Octets(std::string(1, '\0') + signature)));
    EXPECT_EQ(key.Verify(Octets(kData), Octets(signature)), row.good) << "errors leave no trace";
  }
}

TEST(OpensslPolicyTest, DigestsAreComputedAllTheSame) {
  EXPECT_EQ(DigestOf(1, Octets("abc")), FromHex("a9993e364706816aba3e25717850c26c9cd0d89d"));
  EXPECT_EQ(DigestOf(2, Octets("abc")),
            FromHex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  EXPECT_EQ(DigestOf(4, Octets("abc")).size(), 48u);
  EXPECT_TRUE(dnssec::HashForNsec3(dns::NameView(), {}, 10));
  EXPECT_TRUE(dnssec::SignatureMemo::IdOf(Octets("a"), Octets("b"), Octets("c")));
}

}  // namespace
}  // namespace caascan::crypto
