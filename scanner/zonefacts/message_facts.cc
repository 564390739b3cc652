// Tested by message_facts_test.cc.
#include "scanner/zonefacts/message_facts.h"

#include <bit>

#include "scanner/crypto/algorithm.h"
#include "scanner/crypto/rdata.h"
#include "scanner/dns/cursor.h"

namespace caascan::zonefacts {
namespace {

using dns::RRType;
using dns::Section;

constexpr auto kCds = static_cast<RRType>(59);      // RFC 7344.
constexpr auto kCdnskey = static_cast<RRType>(60);  // Likewise.
constexpr uint16_t kReportChannel = 18;             // RFC 9567 §6.1.

/// Null for what is not below the source's apex, or says nothing to the question.
using FactsBelow = absl::FunctionRef<Facts*(dns::NameView zone)>;

/// The zone whose data a message has: where a server serves a zone and one below it, the latter's
/// SOA stands in its denials.
class MessageZone {
 public:
  MessageZone(const dns::Message& message, const MessageSource& source, FactsBelow facts_below)
      : name_(source.apex), facts_(source.facts) {
    for (const dns::RecordView& record : message.records(Section::kAuthority)) {
      if (record.type != RRType::kSOA || record.owner.Equals(source.apex)) continue;
      const dns::Name owner = record.owner.ToName();
      Facts* const facts = facts_below(owner);
      if (facts == nullptr) continue;
      name_ = owner;
      facts_ = facts;
    }
  }

  dns::NameView name() const { return name_; }
  Facts* facts() const { return facts_; }

 private:
  dns::Name name_;
  Facts* facts_;
};

void NoteBitmap(const crypto::TypeBitmap& types, Facts* facts) {
  facts->cds = types.Has(kCds);
  facts->cdnskey = types.Has(kCdnskey);
}

void TakeNsec(const dns::RecordView& record, const MessageZone& zone) {
  const auto nsec = crypto::ReadNsec(record.rdata);
  if (!nsec) return;
  if (!zone.facts()->denial) zone.facts()->denial.emplace();
  // Only at a zone's apex is a SOA.
  if (nsec->types.Has(RRType::kSOA)) NoteBitmap(nsec->types, zone.facts());
}

void TakeNsec3(const dns::RecordView& record, const MessageZone& zone) {
  const auto nsec3 = crypto::ReadNsec3(record.rdata);
  if (!nsec3) return;
  auto& denial = zone.facts()->denial;
  const bool opt_out = (nsec3->flags & crypto::Nsec3::kOptOut) != 0;
  denial = {true, nsec3->iterations, static_cast<uint8_t>(nsec3->salt.size()),
            opt_out || (denial && denial->opt_out)};
  if (nsec3->types.Has(RRType::kSOA)) NoteBitmap(nsec3->types, zone.facts());
}

void TakeRrsig(const dns::RecordView& record, const MessageSource& source, const MessageZone& zone,
               FactsBelow facts_below) {
  const auto rrsig = crypto::ReadRrsig(record.rdata);
  if (!rrsig) return;
  Facts* const facts = rrsig->signer == source.apex   ? source.facts
                       : rrsig->signer == zone.name() ? zone.facts()
                                                      : facts_below(rrsig->signer);
  if (facts == nullptr) return;
  facts->NoteSignature({rrsig->expiration, rrsig->original_ttl, rrsig->covered});
}

void TakeDs(const dns::RecordView& record, FactsBelow facts_below) {
  const auto ds = crypto::ReadDs(record.rdata);
  Facts* const facts = ds ? facts_below(record.owner.ToName()) : nullptr;
  if (facts != nullptr) facts->AddDs({ds->key_tag, ds->algorithm, ds->digest_type});
}

void TakeKey(const dns::RecordView& record, const MessageSource& source) {
  const auto key = crypto::ReadDnskey(record.rdata);
  if (!key || !record.owner.Equals(source.apex)) return;
  source.facts->AddKey({crypto::KeyTag(record.rdata), key->algorithm,
                        KeyBits(key->algorithm, key->key), key->flags});
}

/// The zone's own set; NS records in a referral are the parent's.
void TakeChildSet(const dns::Message& message, const MessageSource& source) {
  if (!message.authoritative()) return;
  bool begun = false;
  for (const dns::RecordView& record : message.records()) {
    if (record.section == Section::kAdditional || record.type != RRType::kNS ||
        !record.owner.Equals(source.apex)) {
      continue;
    }
    if (!begun) source.facts->BeginChildSet();
    begun = true;
    (void)source.facts->AddHost(record.NameRdata().ToName(), false, true);
  }
}

void TakeReportChannel(const dns::Message& message, Facts* facts) {
  if (!message.edns() || message.edns()->options.empty()) return;
  dns::Cursor cursor(message.edns()->options);
  while (cursor.ok() && !cursor.AtEnd()) {
    const uint16_t code = cursor.ReadU16();
    const auto data = cursor.ReadBytes(cursor.ReadU16());
    if (!cursor.ok()) return;
    const auto agent = code == kReportChannel ? dns::NameView::FromWire(data) : std::nullopt;
    if (agent && !agent->is_root()) facts->report_channel = agent->ToLowerText();
  }
}

}  // namespace

uint32_t KeyBits(uint8_t algorithm, std::span<const uint8_t> key) {
  constexpr uint32_t kP256 = 256;
  constexpr uint32_t kP384 = 384;
  constexpr uint32_t kEd448 = 456;
  constexpr uint8_t kRsaMd5 = 1;  // RFC 4034 appendix A.1: of RSA's form too.
  switch (static_cast<crypto::Algorithm>(algorithm)) {
    case crypto::Algorithm::kEcdsaP256Sha256:
    case crypto::Algorithm::kEd25519:
      return kP256;
    case crypto::Algorithm::kEcdsaP384Sha384:
      return kP384;
    case crypto::Algorithm::kEd448:
      return kEd448;
    default:
      break;
  }
  if ((!crypto::IsRsa(algorithm) && algorithm != kRsaMd5) || key.size() < 3) return 0;
  // RFC 3110 §2: the exponent's size in one octet, or in two behind a zero.
  const bool is_long = key[0] == 0;
  const size_t front = is_long ? 3 : 1;
  const size_t exponent = is_long ? static_cast<size_t>(key[1]) << 8 | key[2] : key[0];
  if (key.size() < front + exponent) return 0;
  std::span<const uint8_t> modulus = key.subspan(front + exponent);
  while (!modulus.empty() && modulus[0] == 0) modulus = modulus.subspan(1);
  if (modulus.empty()) return 0;
  return static_cast<uint32_t>(8 * (modulus.size() - 1)) +
         static_cast<uint32_t>(std::bit_width(modulus[0]));
}

void TakeMessage(const dns::Message& message, const MessageSource& source,
                 absl::FunctionRef<Facts*(dns::NameView zone)> facts_of) {
  if (!message.has_question()) return;
  const dns::Name question = message.question_name().ToName();
  const auto facts_below = [&](dns::NameView zone) {
    return zone.IsBelow(source.apex) && question.view().IsAtOrBelow(zone) ? facts_of(zone)
                                                                          : nullptr;
  };
  const MessageZone zone(message, source, facts_below);
  TakeReportChannel(message, source.facts);
  bool has_ns = false;
  for (const dns::RecordView& record : message.records()) {
    switch (record.type) {
      case RRType::kNS:
        has_ns = true;
        break;
      case RRType::kDS:
        TakeDs(record, facts_below);
        break;
      case RRType::kDNSKEY:
        TakeKey(record, source);
        break;
      case RRType::kRRSIG:
        TakeRrsig(record, source, zone, facts_below);
        break;
      case RRType::kNSEC:
        TakeNsec(record, zone);
        break;
      case RRType::kNSEC3:
        TakeNsec3(record, zone);
        break;
      case RRType::kSOA:
        if (source.server != nullptr && record.owner.Equals(source.apex)) {
          source.server->serial = dns::ReadSoa(record).serial;
        }
        break;
      default:
        break;
    }
  }
  if (has_ns) TakeChildSet(message, source);
}

}  // namespace caascan::zonefacts
