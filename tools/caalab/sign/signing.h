// How a zone is signed, and what is wrong with it: plain data of descriptions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scanner/dns/codes.h"

namespace caascan::lab {

enum class SigningAlgorithm : uint8_t {
  kRsaSha256,
  kEcdsaP256Sha256,
  kEd25519,
  kUnsupported,      // A number that no software implements: the zone is insecure (RFC 4035 §5.2).
  kEcdsaP256OwnKey,  // ECDSA by a key that no other zone has.
};

enum class DenialKind : uint8_t {
  kNsec,
  kNsec3,
  kNsec3OptOut,  // Unsigned delegations are not in the chain (RFC 5155 §6).
  kMinimal,      // NSEC made for each question, around its name alone (RFC 4470).
};

enum class SigningFault : uint8_t {
  kNoDnskey,
  kDsMismatch,           // The parent's DS is of another key.
  kExpired,              // Signatures whose time is over,
  kFuture,               // or has not begun,
  kExpiring,             // or that end soon,
  kInvalid,              // or that do not verify,
  kMissing,              // or that are not there.
  kDenialMissing,        // Empty answers without NSEC or NSEC3.
  kDenialInvalid,        // They say that the type is there.
  kDenialLacks,          // They do not say that the name has the types.
  kExtraDs,              // The parent has a DS besides, of an algorithm that signs nothing.
  kEmptyAnswersInvalid,  // Only empty answers have signatures that do not verify.
};

struct SigningFaultRule {
  SigningFault fault = SigningFault::kInvalid;
  /// Of the sets whose signatures it strikes, or for denial-* of the questions; empty: all.
  std::vector<dns::RRType> types;
  /// Of kFuture: in so many seconds the signatures begin; 0 is in two months. Of kExpiring: so many
  /// are left; 0 is three days.
  uint32_t begins_in_s = 0;
  /// How long they are valid; 0 is as long as all others.
  uint32_t lifetime_s = 0;
};

struct SigningDescription {
  SigningAlgorithm algorithm = SigningAlgorithm::kEcdsaP256Sha256;
  DenialKind denial = DenialKind::kNsec;
  uint16_t iterations = 0;  // Of NSEC3.
  std::string salt;         // Of NSEC3, as octets.
  bool ds = true;           // Does the parent have a DS?
  std::vector<SigningFaultRule> faults;

  bool Has(SigningFault fault) const {
    for (const SigningFaultRule& rule : faults) {
      if (rule.fault == fault) return true;
    }
    return false;
  }
  /// The rule by which the fault strikes this type; null where it does not.
  const SigningFaultRule* Find(SigningFault fault, dns::RRType type) const {
    for (const SigningFaultRule& rule : faults) {
      const auto& types = rule.types;
      const bool fits = types.empty() || std::find(types.begin(), types.end(), type) != types.end();
      if (rule.fault == fault && fits) return &rule;
    }
    return nullptr;
  }
  /// Does the fault strike this type?
  bool Strikes(SigningFault fault, dns::RRType type) const { return Find(fault, type) != nullptr; }
};

}  // namespace caascan::lab
