#include "tests/dnssec/signed_message.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "scanner/dns/ldns.h"

namespace caascan::dnssec {
namespace {

constexpr uint16_t kRsaBits = 1024;

void Require(bool condition, const char* what) {
  if (condition) return;
  (void)std::fprintf(stderr, "signed_message: %s\n", what);
  std::abort();
}

std::string RdataOf(const ldns_rr* rr) {
  std::string out;
  for (size_t i = 0; i < ldns_rr_rd_count(rr); ++i) {
    const ldns_rdf* rdf = ldns_rr_rdf(rr, i);
    out.append(reinterpret_cast<const char*>(ldns_rdf_data(rdf)), ldns_rdf_size(rdf));
  }
  return out;
}

std::string U16(unsigned value) {
  return {static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff)};
}

std::string U32(uint32_t value) { return U16(value >> 16) + U16(value & 0xffff); }

std::string WireRecord(std::string_view owner, dns::RRType type, uint32_t ttl,
                       std::string_view rdata) {
  std::string out(owner);
  out += U16(static_cast<unsigned>(type)) + U16(dns::kClassIn) + U32(ttl);
  out += U16(static_cast<unsigned>(rdata.size()));
  return out.append(rdata);
}

ldns_rr* ToLdns(std::string_view owner, dns::RRType type, uint32_t ttl, std::string_view rdata) {
  const std::string wire = WireRecord(owner, type, ttl, rdata);
  ldns_rr* rr = nullptr;
  size_t position = 0;
  const ldns_status status = ldns_wire2rr(&rr, reinterpret_cast<const uint8_t*>(wire.data()),
                                          wire.size(), &position, LDNS_SECTION_ANSWER);
  Require(status == LDNS_STATUS_OK, "ldns does not take the record");
  return rr;
}

struct Parsed {
  std::string owner;  // Wire form.
  dns::RRType type{};
  uint32_t ttl = 0;
  std::vector<std::string> rdata;
};

Parsed ParseLines(const std::vector<std::string>& lines) {
  Parsed out;
  for (const std::string& line : lines) {
    ldns_rr* rr = nullptr;
    if (ldns_rr_new_frm_str(&rr, line.c_str(), 300, nullptr, nullptr) != LDNS_STATUS_OK) {
      (void)std::fprintf(stderr, "signed_message: no record: %s\n", line.c_str());
      std::abort();
    }
    const ldns_rdf* owner = ldns_rr_owner(rr);
    out.owner = {reinterpret_cast<const char*>(ldns_rdf_data(owner)), ldns_rdf_size(owner)};
    out.type = static_cast<dns::RRType>(ldns_rr_get_type(rr));
    out.ttl = ldns_rr_ttl(rr);
    out.rdata.push_back(RdataOf(rr));
    ldns_rr_free(rr);
  }
  return out;
}

}  // namespace

struct TestKey::Pair {
  ldns_key_list* list = nullptr;
  std::string public_key;
  uint8_t algorithm = 0;

  ldns_key* key() const { return ldns_key_list_key(list, 0); }
};

dns::Name NameOf(std::string_view text) {
  dns::Name out;
  Require(dns::Name::FromText(text, &out) == dns::NameError::kNone, "no name");
  return out;
}

std::string_view Chars(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const uint8_t> Octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

TestKey::TestKey() : pair_(std::make_unique<Pair>()) {}

TestKey::~TestKey() { ldns_key_list_free(pair_->list); }

const TestKey& TestKey::Of(uint8_t algorithm, int index) {
  static std::map<std::pair<uint8_t, int>, std::unique_ptr<TestKey>> keys;
  std::unique_ptr<TestKey>& made = keys[{algorithm, index}];
  if (made != nullptr) return *made;
  made.reset(new TestKey);
  ldns_key* key =
      ldns_key_new_frm_algorithm(static_cast<ldns_signing_algorithm>(algorithm), kRsaBits);
  Require(key != nullptr, "ldns cannot make such a key");
  made->pair_->algorithm = algorithm;
  made->pair_->list = ldns_key_list_new();
  ldns_key_list_push_key(made->pair_->list, key);
  ldns_key_set_pubkey_owner(key, ldns_dname_new_frm_str("."));
  ldns_rr* dnskey = ldns_key2rr(key);
  made->pair_->public_key = RdataOf(dnskey).substr(4);
  ldns_rr_free(dnskey);
  return *made;
}

std::string TestKey::Dnskey(uint16_t flags, uint8_t protocol) const {
  std::string out = U16(flags);
  out.push_back(static_cast<char>(protocol));
  out.push_back(static_cast<char>(pair_->algorithm));
  return out + pair_->public_key;
}

std::string TestKey::Ds(std::string_view zone, uint8_t digest_type, uint16_t flags) const {
  ldns_rr* dnskey = ToLdns(NameOf(zone).view().bytes(), dns::RRType::kDNSKEY, 300, Dnskey(flags));
  ldns_rr* ds = ldns_key_rr2ds(dnskey, static_cast<ldns_hash>(digest_type));
  Require(ds != nullptr, "ldns cannot make such a DS");
  std::string out = RdataOf(ds);
  ldns_rr_free(ds);
  ldns_rr_free(dnskey);
  return out;
}

uint16_t TestKey::tag(uint16_t flags) const {
  const std::string rdata = Dnskey(flags);
  return ldns_calc_keytag_raw(reinterpret_cast<const uint8_t*>(rdata.data()), rdata.size());
}

uint8_t TestKey::algorithm() const { return pair_->algorithm; }

SignedMessage::SignedMessage(std::string_view question, dns::RRType type, dns::RCode rcode) {
  head_ = NameOf(question).view().bytes();
  head_ += U16(static_cast<unsigned>(type)) + U16(dns::kClassIn);
  head_ = U16(0x1234) + U16(0x8400u | static_cast<unsigned>(rcode)) + U16(1) + head_;
}

SignedMessage& SignedMessage::Record(dns::Section section, std::string_view owner, dns::RRType type,
                                     std::string_view rdata, uint32_t ttl) {
  const size_t index = static_cast<size_t>(section) - static_cast<size_t>(dns::Section::kAnswer);
  sections_[index] += WireRecord(NameOf(owner).view().bytes(), type, ttl, rdata);
  ++counts_[index];
  return *this;
}

SignedMessage& SignedMessage::SignedRecords(dns::Section section, std::string_view owner,
                                            dns::RRType type, const std::vector<std::string>& rdata,
                                            const Signing& signing, uint32_t ttl) {
  for (const std::string& each : rdata) Record(section, owner, type, each, ttl);
  return Signature(section, owner, type, rdata, signing, ttl);
}

SignedMessage& SignedMessage::Signature(dns::Section section, std::string_view owner,
                                        dns::RRType type, const std::vector<std::string>& rdata,
                                        const Signing& signing, uint32_t ttl) {
  const dns::Name signed_owner =
      NameOf(signing.signed_owner.empty() ? owner : std::string_view(signing.signed_owner));
  ldns_rr_list* list = ldns_rr_list_new();
  for (const std::string& each : rdata) {
    const uint32_t signed_ttl = signing.original_ttl != 0 ? signing.original_ttl : ttl;
    ldns_rr_list_push_rr(list, ToLdns(signed_owner.view().bytes(), type, signed_ttl, each));
  }
  ldns_key* key = signing.key->pair_->key();
  ldns_key_set_inception(key, signing.inception);
  ldns_key_set_expiration(key, signing.expiration);
  ldns_key_set_keytag(key, signing.key->tag(signing.flags));
  ldns_rdf_deep_free(ldns_key_pubkey_owner(key));
  ldns_key_set_pubkey_owner(key, ldns_dname_new_frm_str(signing.signer.c_str()));
  ldns_rr_list* signatures = ldns_sign_public(list, signing.key->pair_->list);
  Require(signatures != nullptr && ldns_rr_list_rr_count(signatures) == 1, "ldns does not sign");
  std::string signature = RdataOf(ldns_rr_list_rr(signatures, 0));
  if (signing.spoilt) signature.back() = static_cast<char>(signature.back() ^ 1);
  ldns_rr_list_deep_free(signatures);
  ldns_rr_list_deep_free(list);
  return Record(section, owner, dns::RRType::kRRSIG, signature, ttl);
}

SignedMessage& SignedMessage::Unsigned(dns::Section section,
                                       const std::vector<std::string>& lines) {
  const Parsed parsed = ParseLines(lines);
  const auto owner = dns::NameView::FromWire(Octets(parsed.owner));
  for (const std::string& rdata : parsed.rdata) {
    Record(section, owner->ToText(), parsed.type, rdata, parsed.ttl);
  }
  return *this;
}

SignedMessage& SignedMessage::Signed(dns::Section section, const std::vector<std::string>& lines,
                                     const Signing& signing) {
  const Parsed parsed = ParseLines(lines);
  const auto owner = dns::NameView::FromWire(Octets(parsed.owner));
  return SignedRecords(section, owner->ToText(), parsed.type, parsed.rdata, signing, parsed.ttl);
}

const dns::Message& SignedMessage::message() {
  bytes_ = head_.substr(0, 6) + U16(counts_[0]) + U16(counts_[1]) + U16(counts_[2]) +
           head_.substr(6) + sections_[0] + sections_[1] + sections_[2];
  const dns::ParseFailure failure = dns::Message::Parse(Octets(bytes_), &parsed_);
  Require(failure.error == dns::ParseError::kNone, "the message is not sound");
  return parsed_;
}

KeySet KeysOf(const std::vector<std::string>& dnskeys) {
  KeySet out;
  for (const std::string& rdata : dnskeys) out.Add(Octets(rdata));
  return out;
}

std::vector<std::string> Colliding(const std::string& dnskey, size_t count) {
  std::vector<std::string> out = {dnskey};
  for (size_t i = 1; i < count; ++i) {
    std::string other = dnskey;
    const size_t at = other.size() - other.size() % 2 - 2;
    std::swap_ranges(other.begin() + static_cast<std::ptrdiff_t>(at - 2 * i),
                     other.begin() + static_cast<std::ptrdiff_t>(at - 2 * i + 2),
                     other.begin() + static_cast<std::ptrdiff_t>(at));
    out.push_back(other);
  }
  return out;
}

std::string HashLabel(std::string_view name, std::string_view salt_hex, uint16_t iterations,
                      int step) {
  std::string salt;
  for (size_t i = 0; i + 1 < salt_hex.size(); i += 2) {
    salt.push_back(
        static_cast<char>(std::strtoul(std::string(salt_hex.substr(i, 2)).c_str(), nullptr, 16)));
  }
  const std::string text(name);
  ldns_rdf* owner = ldns_dname_new_frm_str(text.c_str());
  ldns_rdf* hashed = ldns_nsec3_hash_name(owner, 1, iterations, static_cast<uint8_t>(salt.size()),
                                          reinterpret_cast<const uint8_t*>(salt.data()));
  std::string label(reinterpret_cast<const char*>(ldns_rdf_data(hashed)) + 1, 32);
  ldns_rdf_deep_free(hashed);
  ldns_rdf_deep_free(owner);
  // One digit up or down moves the hash by one, carried where it must be.
  static const std::string kDigits = "0123456789abcdefghijklmnopqrstuv";
  for (size_t i = label.size(); step != 0 && i > 0; --i) {
    const size_t digit = kDigits.find(label[i - 1]);
    label[i - 1] = kDigits[(digit + (step > 0 ? 1 : kDigits.size() - 1)) % kDigits.size()];
    if (step > 0 ? digit != kDigits.size() - 1 : digit != 0) break;
  }
  return label;
}

std::string CodeText(Finding finding) {
  const std::optional<FindingCode> code = CodeOf(finding);
  return code ? std::string(FindingCodeText(*code)) : "";
}

}  // namespace caascan::dnssec
