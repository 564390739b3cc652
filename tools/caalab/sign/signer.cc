// Records are handed to ldns in wire form; it brings them into canonical form and order (RFC 4034
// §6) and signs. The algorithm that nobody implements is Ed25519 under another number. Tested by
// secure_answer_test.cc, and by Unbound in secure_lab_test.py.
#include "tools/caalab/sign/signer.h"

#include <vector>

#include "tools/caalab/sign/ldns.h"

namespace caascan::lab {
namespace {

using std::chrono::hours;
using std::chrono::system_clock;

constexpr uint16_t kRsaBits = 2048;
constexpr uint16_t kKeyFlags = 257;  // ZONE and SEP: one key for everything.
constexpr uint8_t kUnsupportedNumber = 200;
constexpr size_t kAlgorithmInDnskey = 3;
constexpr size_t kAlgorithmInRrsig = 2;
constexpr size_t kMaxKept = 100000;
constexpr hours kBegun(1);
constexpr hours kLifetime(30 * 24);
constexpr hours kLeft(3 * 24);  // Of those that end soon.

/// When a signature is valid.
struct Validity {
  system_clock::time_point begin;
  system_clock::time_point end;
};

Validity ValidityOf(const SignatureShape& shape, system_clock::time_point now) {
  const std::chrono::seconds lifetime =
      shape.lifetime_s > 0 ? std::chrono::seconds(shape.lifetime_s) : kLifetime;
  system_clock::time_point begin = now - kBegun;
  if (shape.state == SignatureState::kExpired) begin -= 2 * kLifetime;
  if (shape.state == SignatureState::kFuture) {
    begin = shape.begins_in_s > 0 ? now + std::chrono::seconds(shape.begins_in_s)
                                  : begin + 2 * kLifetime;
  }
  if (shape.state == SignatureState::kExpiring) {
    const std::chrono::seconds left =
        shape.begins_in_s > 0 ? std::chrono::seconds(shape.begins_in_s) : kLeft;
    return {now + left - lifetime, now + left};
  }
  return {begin, begin + lifetime};
}

uint32_t ToSeconds(system_clock::time_point time) {
  return static_cast<uint32_t>(system_clock::to_time_t(time) & 0xffffffff);
}

ldns_signing_algorithm LdnsAlgorithm(SigningAlgorithm algorithm) {
  switch (algorithm) {
    case SigningAlgorithm::kRsaSha256:
      return LDNS_SIGN_RSASHA256;
    case SigningAlgorithm::kEcdsaP256Sha256:
    case SigningAlgorithm::kEcdsaP256OwnKey:
      return LDNS_SIGN_ECDSAP256SHA256;
    case SigningAlgorithm::kEd25519:
    case SigningAlgorithm::kUnsupported:
      break;
  }
  return LDNS_SIGN_ED25519;
}

struct FreeRecord {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};
struct FreeList {
  void operator()(ldns_rr_list* list) const { ldns_rr_list_deep_free(list); }
};
using RecordPtr = std::unique_ptr<ldns_rr, FreeRecord>;
using ListPtr = std::unique_ptr<ldns_rr_list, FreeList>;

std::string RdataOf(const ldns_rr& rr) {
  std::string out;
  for (size_t i = 0; i < ldns_rr_rd_count(&rr); ++i) {
    const ldns_rdf& rdf = *ldns_rr_rdf(&rr, i);
    out.append(reinterpret_cast<const char*>(ldns_rdf_data(&rdf)), ldns_rdf_size(&rdf));
  }
  return out;
}

void AppendU16(uint16_t value, std::string* out) {
  out->push_back(static_cast<char>(value >> 8));
  out->push_back(static_cast<char>(value & 0xff));
}

/// The record as ldns has it; null where it finds the RDATA unsound.
RecordPtr ToLdns(const ToSign& set, const std::string& rdata) {
  std::string wire(set.owner.bytes());
  AppendU16(static_cast<uint16_t>(set.type), &wire);
  AppendU16(dns::kClassIn, &wire);
  AppendU16(static_cast<uint16_t>(set.ttl >> 16), &wire);
  AppendU16(static_cast<uint16_t>(set.ttl & 0xffff), &wire);
  AppendU16(static_cast<uint16_t>(rdata.size()), &wire);
  wire += rdata;
  ldns_rr* rr = nullptr;
  size_t position = 0;
  const ldns_status status = ldns_wire2rr(&rr, reinterpret_cast<const uint8_t*>(wire.data()),
                                          wire.size(), &position, LDNS_SECTION_ANSWER);
  return RecordPtr(status == LDNS_STATUS_OK ? rr : nullptr);
}

std::string CacheKey(const ToSign& set) {
  std::string key;
  dns::Name owner(set.owner);
  owner.ToLower();
  key += owner.view().bytes();
  key += set.apex.bytes();
  AppendU16(static_cast<uint16_t>(set.type), &key);
  AppendU16(static_cast<uint16_t>(set.ttl >> 16), &key);
  AppendU16(static_cast<uint16_t>(set.ttl & 0xffff), &key);
  key.push_back(static_cast<char>(set.algorithm));
  key.push_back(static_cast<char>(set.shape.state));
  for (const uint32_t seconds : {set.shape.begins_in_s, set.shape.lifetime_s}) {
    AppendU16(static_cast<uint16_t>(seconds >> 16), &key);
    AppendU16(static_cast<uint16_t>(seconds & 0xffff), &key);
  }
  for (const std::string& rdata : set.rdata) {
    AppendU16(static_cast<uint16_t>(rdata.size()), &key);
    key += rdata;
  }
  return key;
}

/// RFC 4034 appendix B.
uint16_t KeyTag(std::string_view dnskey) {
  uint32_t sum = 0;
  for (size_t i = 0; i < dnskey.size(); ++i) {
    const auto octet = static_cast<uint8_t>(dnskey[i]);
    sum += (i & 1) != 0 ? octet : static_cast<uint32_t>(octet) << 8;
  }
  sum += sum >> 16 & 0xffff;
  return static_cast<uint16_t>(sum & 0xffff);
}

}  // namespace

struct Signer::Key {
  ldns_key_list* list = nullptr;  // Of one key, which it owns.
  std::string dnskey;
  uint16_t tag = 0;

  Key() = default;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key() { ldns_key_list_free(list); }
  ldns_key* key() const { return ldns_key_list_key(list, 0); }
};

Signer::Signer(system_clock::time_point now) : now_(now) {}

Signer::~Signer() = default;

absl::StatusOr<std::unique_ptr<Signer>> Signer::Create(system_clock::time_point now) {
  std::unique_ptr<Signer> signer(new Signer(now));
  if (absl::Status status = signer->AddKeys(); !status.ok()) return status;
  return signer;
}

absl::Status Signer::AddKeys() {
  for (size_t i = 0; i < std::size(keys_); ++i) {
    keys_[i] = MakeKey(static_cast<SigningAlgorithm>(i));
    if (keys_[i] == nullptr) return absl::UnavailableError("ldns cannot make a signing key");
  }
  return absl::OkStatus();
}

std::unique_ptr<Signer::Key> Signer::MakeKey(SigningAlgorithm algorithm) {
  ldns_key* made = ldns_key_new_frm_algorithm(LdnsAlgorithm(algorithm), kRsaBits);
  if (made == nullptr) return nullptr;
  auto key = std::make_unique<Key>();
  key->list = ldns_key_list_new();
  ldns_key_list_push_key(key->list, made);
  ldns_key_set_flags(made, kKeyFlags);
  ldns_key_set_pubkey_owner(made, ldns_dname_new_frm_str("."));
  const RecordPtr dnskey(ldns_key2rr(made));
  key->dnskey = RdataOf(*dnskey);
  if (algorithm == SigningAlgorithm::kUnsupported) {
    key->dnskey[kAlgorithmInDnskey] = static_cast<char>(kUnsupportedNumber);
  }
  key->tag = KeyTag(key->dnskey);
  ldns_key_set_keytag(made, key->tag);
  return key;
}

/// Where ldns made a key once, it makes another: a zone's own is there.
const Signer::Key& Signer::KeyOf(dns::NameView apex, SigningAlgorithm algorithm) {
  if (algorithm != SigningAlgorithm::kEcdsaP256OwnKey) {
    return *keys_[static_cast<size_t>(algorithm)];
  }
  dns::Name name(apex);
  name.ToLower();
  std::unique_ptr<Key>& key = own_keys_[std::string(name.view().bytes())];
  if (key == nullptr) key = MakeKey(algorithm);
  return *key;
}

const std::string& Signer::DnskeyRdata(dns::NameView apex, SigningAlgorithm algorithm) {
  return KeyOf(apex, algorithm).dnskey;
}

std::string Signer::DsRdata(dns::NameView apex, SigningAlgorithm algorithm, bool mismatch) {
  const Key& key = KeyOf(apex, algorithm);
  dns::Name owner(apex);
  owner.ToLower();
  std::string hashed(owner.view().bytes());
  hashed += key.dnskey;
  uint8_t digest[LDNS_SHA256_DIGEST_LENGTH];
  ldns_sha256(reinterpret_cast<unsigned char*>(hashed.data()), static_cast<unsigned>(hashed.size()),
              digest);
  if (mismatch) digest[0] ^= 0xff;
  std::string out;
  AppendU16(key.tag, &out);
  out.push_back(key.dnskey[kAlgorithmInDnskey]);
  out.push_back(LDNS_SHA256);
  out.append(reinterpret_cast<const char*>(digest), sizeof digest);
  return out;
}

std::string Signer::Sign(const ToSign& set) {
  const ListPtr records(ldns_rr_list_new());
  for (const std::string& rdata : set.rdata) {
    RecordPtr record = ToLdns(set, rdata);
    if (record == nullptr) return {};
    ldns_rr_list_push_rr(records.get(), record.release());
  }
  const Key& key = KeyOf(set.apex, set.algorithm);
  const Validity validity = ValidityOf(set.shape, now_);
  ldns_key_set_inception(key.key(), ToSeconds(validity.begin));
  ldns_key_set_expiration(key.key(), ToSeconds(validity.end));
  ldns_rdf_deep_free(ldns_key_pubkey_owner(key.key()));
  ldns_key_set_pubkey_owner(
      key.key(), ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, set.apex.size(), set.apex.data()));
  const ListPtr signatures(ldns_sign_public(records.get(), key.list));
  if (signatures == nullptr || ldns_rr_list_rr_count(signatures.get()) != 1) return {};
  std::string out = RdataOf(*ldns_rr_list_rr(signatures.get(), 0));
  if (set.algorithm == SigningAlgorithm::kUnsupported) {
    out[kAlgorithmInRrsig] = static_cast<char>(kUnsupportedNumber);
  }
  if (set.shape.state == SignatureState::kInvalid)
    out.back() = static_cast<char>(out.back() ^ 0x55);
  return out;
}

std::string Signer::SignatureRdata(const ToSign& set) {
  const std::string key = CacheKey(set);
  const auto found = made_.find(key);
  if (found != made_.end()) return found->second;
  if (made_.size() >= kMaxKept) made_.clear();
  std::string signature = Sign(set);
  made_.emplace(key, signature);
  return signature;
}

}  // namespace caascan::lab
