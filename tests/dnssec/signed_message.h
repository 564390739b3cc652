// Messages for tests of validation, written as lines of zone files; keys and signatures are real,
// and made by ldns.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/dns/message.h"
#include "scanner/dnssec/key_set.h"
#include "scanner/dnssec/verdict.h"
#include "scanner/dnssec/work.h"

namespace caascan::dnssec {

/// The tests' present, seconds since 1970.
constexpr uint32_t kNow = 1'790'000'000;
constexpr uint32_t kDay = 86'400;

dns::Name NameOf(std::string_view text);
std::string_view Chars(std::span<const uint8_t> bytes);
std::span<const uint8_t> Octets(std::string_view text);
/// As a record has it; empty for kNone.
std::string CodeText(Finding finding);

/// A key pair. The same number and `index` give the same key within one run.
class TestKey {
 public:
  static const TestKey& Of(uint8_t algorithm, int index = 0);
  ~TestKey();
  TestKey(const TestKey&) = delete;
  TestKey& operator=(const TestKey&) = delete;

  /// DNSKEY RDATA, as a zone key with SEP (257) unless told otherwise.
  std::string Dnskey(uint16_t flags = 257, uint8_t protocol = 3) const;
  /// DS RDATA of Dnskey(flags).
  std::string Ds(std::string_view zone, uint8_t digest_type = 2, uint16_t flags = 257) const;
  uint16_t tag(uint16_t flags = 257) const;
  uint8_t algorithm() const;

 private:
  friend class SignedMessage;
  struct Pair;
  TestKey();
  std::unique_ptr<Pair> pair_;
};

/// How a set is signed.
struct Signing {
  const TestKey* key = &TestKey::Of(13);
  std::string signer = "example.";
  uint32_t inception = kNow - kDay;
  uint32_t expiration = kNow + kDay;
  std::string signed_owner = {};  // The wildcard's, where one was expanded.
  uint32_t original_ttl = 0;      // 0: the records' own.
  uint16_t flags = 257;           // Of the DNSKEY whose tag the signature has.
  bool spoilt = false;            // One bit of it is wrong.
};

/// A message in the making. Calls return it.
class SignedMessage {
 public:
  explicit SignedMessage(std::string_view question, dns::RRType type = dns::RRType::kCAA,
                         dns::RCode rcode = dns::RCode::kNoError);

  /// Lines of zone files, all of one owner and type.
  SignedMessage& Unsigned(dns::Section section, const std::vector<std::string>& lines);
  SignedMessage& Signed(dns::Section section, const std::vector<std::string>& lines,
                        const Signing& signing = Signing());
  SignedMessage& Record(dns::Section section, std::string_view owner, dns::RRType type,
                        std::string_view rdata, uint32_t ttl = 300);
  /// One RRset in wire form, signed.
  SignedMessage& SignedRecords(dns::Section section, std::string_view owner, dns::RRType type,
                               const std::vector<std::string>& rdata,
                               const Signing& signing = Signing(), uint32_t ttl = 300);

  /// The signature alone, of a set that stands there already.
  SignedMessage& Signature(dns::Section section, std::string_view owner, dns::RRType type,
                           const std::vector<std::string>& rdata,
                           const Signing& signing = Signing(), uint32_t ttl = 300);

  /// Parsed anew; holds until the next call.
  const dns::Message& message();

 private:
  std::string head_;
  std::string sections_[3];
  uint16_t counts_[3] = {0, 0, 0};
  std::string bytes_;
  dns::Message parsed_;
};

/// A key set of these.
KeySet KeysOf(const std::vector<std::string>& dnskeys);

/// Other keys with the same tag: those of RSA with 16-bit words of the modulus exchanged, as
/// KeyTrap makes them. The first one is the key itself.
std::vector<std::string> Colliding(const std::string& dnskey, size_t count);

/// The hash of a name for NSEC3 as ldns has it: 32 digits in base32hex, moved by `step`.
std::string HashLabel(std::string_view name, std::string_view salt_hex, uint16_t iterations,
                      int step);

}  // namespace caascan::dnssec
