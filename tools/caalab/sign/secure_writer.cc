// Faults of a zone's signing act here: on signatures by the type that they cover, on proofs for the
// type that was asked. Tested by secure_answer_test.cc.
#include "tools/caalab/sign/secure_writer.h"

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RRType;
using dns::Section;

constexpr uint32_t kDsTtl = 3600;

bool IsDenial(RRType type) { return type == RRType::kNSEC || type == RRType::kNSEC3; }

}  // namespace

std::string ExpandRdata(const Rdata& rdata, const ZoneContext& zone) {
  std::string out;
  for (const RdataPart& part : rdata) {
    std::optional<dns::Name> name;
    switch (part.kind) {
      case RdataPart::Kind::kOctets:
      case RdataPart::Kind::kName:
        out += part.octets;
        continue;
      case RdataPart::Kind::kRelativeName:
        name = Complete(part.name(), zone.apex);
        break;
      case RdataPart::Kind::kServerHost:
        if (const auto host = zone.member->ServerHost(part.server)) {
          name = dns::Name(*host);
        } else {
          name = Complete(HostLabel(part.server), zone.apex);
        }
        break;
      case RdataPart::Kind::kServerAddress:
        if (const auto address = zone.member->ServerAddress(part.server)) {
          const auto bytes = address->bytes();
          out.append(bytes.begin(), bytes.end());
        }
        continue;
      case RdataPart::Kind::kZoneKey:
        out += zone.signer->DnskeyRdata(zone.apex, SigningAlgorithm::kEcdsaP256OwnKey);
        continue;
    }
    if (!name) return {};
    out += name->view().bytes();
  }
  return out;
}

std::optional<SignatureShape> SignatureShapeOf(const SigningDescription& signing, RRType type,
                                               bool empty_answer) {
  const bool strikes_empty = empty_answer && (IsDenial(type) || type == RRType::kSOA);
  if (signing.Strikes(SigningFault::kMissing, type)) return std::nullopt;
  if (signing.Strikes(SigningFault::kInvalid, type) ||
      (strikes_empty && signing.Has(SigningFault::kEmptyAnswersInvalid))) {
    return SignatureShape{SignatureState::kInvalid};
  }
  if (const SigningFaultRule* rule = signing.Find(SigningFault::kFuture, type)) {
    return SignatureShape{SignatureState::kFuture, rule->begins_in_s, rule->lifetime_s};
  }
  if (const SigningFaultRule* rule = signing.Find(SigningFault::kExpiring, type)) {
    return SignatureShape{SignatureState::kExpiring, rule->begins_in_s, rule->lifetime_s};
  }
  if (signing.Strikes(SigningFault::kExpired, type)) {
    return SignatureShape{SignatureState::kExpired};
  }
  return SignatureShape{};
}

SigningAlgorithm OtherAlgorithm(SigningAlgorithm algorithm) {
  return algorithm == SigningAlgorithm::kEd25519 ? SigningAlgorithm::kEcdsaP256Sha256
                                                 : SigningAlgorithm::kEd25519;
}

bool SecureWriter::Sign(Section section, NameView owner, ToSign set, uint32_t ttl) {
  const auto shape = SignatureShapeOf(*signing_, set.type, empty_);
  if (!shape) return true;
  set.shape = *shape;
  set.apex = context_.apex;
  set.algorithm = signing_->algorithm;
  const std::string signature = signer_->SignatureRdata(set);
  return signature.empty() || message_->AddWire(section, owner, RRType::kRRSIG, ttl, signature);
}

bool SecureWriter::AddSignature(Section section, NameView owner, const RRset& set,
                                NameView signed_owner, std::optional<uint32_t> ttl) {
  if (!is_active()) return true;
  if (presigned_ != nullptr) {
    const Node* node = zone_->FindNode(RelativePart(signed_owner, context_.apex));
    return AddStored(section, owner, set, node == nullptr ? nullptr : node->Find(RRType::kRRSIG),
                     ttl.value_or(set.ttl));
  }
  std::vector<std::string> rdata;
  for (const Rdata& each : set.rdata) rdata.push_back(ExpandRdata(each, context_));
  return Sign(section, owner,
              {.owner = signed_owner, .type = set.type, .ttl = set.ttl, .rdata = rdata},
              ttl.value_or(set.ttl));
}

bool SecureWriter::AddStored(Section section, NameView owner, const RRset& set,
                             const RRset* signatures, uint32_t ttl) {
  for (const Rdata* rdata : SignaturesOver(signatures, set.type)) {
    if (!message_->Add(section, owner, RRType::kRRSIG, ttl, *rdata, context_)) return false;
  }
  return true;
}

bool SecureWriter::AddStoredProof(const DenialQuestion& question) {
  for (const StoredSet& stored : presigned_->Prove(context_.apex, question)) {
    const auto owner = Complete(stored.owner, context_.apex);
    if (!owner || !message_->AddSet(Section::kAuthority, *owner, *stored.set, context_) ||
        !AddStored(Section::kAuthority, *owner, *stored.set, stored.signatures, stored.set->ttl)) {
      return false;
    }
  }
  return true;
}

bool SecureWriter::AddProof(const DenialQuestion& question) {
  if (presigned_ != nullptr) return AddStoredProof(question);
  if (!is_active() || signing_->Strikes(SigningFault::kDenialMissing, asked_)) return true;
  DenialQuestion asked = question;
  asked.type = asked_;
  for (const SigningFaultRule& rule : signing_->faults) {
    if (rule.fault == SigningFault::kDenialLacks) asked.hidden = &rule.types;
  }
  asked.lie = signing_->Strikes(SigningFault::kDenialInvalid, asked_);
  const uint32_t ttl = zone_->negative_ttl();
  for (const DenialRecord& record : Prove(*zone_, context_.apex, asked)) {
    const std::vector<std::string> rdata = {record.rdata};
    if (!message_->AddWire(Section::kAuthority, record.owner, record.type, ttl, record.rdata) ||
        !Sign(Section::kAuthority, record.owner,
              {.owner = record.owner, .type = record.type, .ttl = ttl, .rdata = rdata}, ttl)) {
      return false;
    }
  }
  return true;
}

bool SecureWriter::AddDs(Section section, NameView cut, const SigningDescription& child,
                         Signature signature) {
  if (!is_active() || !child.ds) return true;
  std::vector<std::string> rdata = {
      signer_->DsRdata(cut, child.algorithm, child.Has(SigningFault::kDsMismatch))};
  if (child.Has(SigningFault::kExtraDs)) {
    rdata.push_back(signer_->DsRdata(cut, OtherAlgorithm(child.algorithm), false));
  }
  for (const std::string& each : rdata) {
    if (!message_->AddWire(section, cut, RRType::kDS, kDsTtl, each)) return false;
  }
  return (signature == Signature::kLeftOut ||
          Sign(section, cut, {.owner = cut, .type = RRType::kDS, .ttl = kDsTtl, .rdata = rdata},
               kDsTtl));
}

}  // namespace caascan::lab
