// A validator that trusts a test's own root, and replies signed by test keys.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "scanner/dns/name.h"
#include "scanner/zones/validator.h"
#include "tests/dnssec/signed_message.h"

namespace caascan::zones {

/// The root is signed with algorithm 13; zones below it with what the test says. Names end with a
/// dot.
class TrustFixture : public testing::Test {
 protected:
  explicit TrustFixture(crypto::Policy policy = {}) : validator_(Options(policy)) {}

  static ValidatorOptions Options(crypto::Policy policy) {
    ValidatorOptions options;
    options.anchors = {{dns::Name(), dns::RRType::kDS, dnssec::TestKey::Of(13).Ds(".")}};
    options.wall_clock = [] { return dnssec::kNow; };
    options.policy = policy;
    options.denials = std::make_shared<dnssec::DenialStore>(1 << 20, 150);
    return options;
  }

  /// A zone's keys, signed by the first of them.
  static dnssec::SignedMessage KeysReply(const std::string& zone,
                                         const std::vector<std::string>& keys,
                                         const dnssec::Signing& signing) {
    dnssec::SignedMessage message(zone, dns::RRType::kDNSKEY);
    for (const std::string& key : keys) {
      message.Record(dns::Section::kAnswer, zone, dns::RRType::kDNSKEY, key);
    }
    message.Signature(dns::Section::kAnswer, zone, dns::RRType::kDNSKEY, keys, signing);
    return message;
  }
  /// Fetches them.
  bool TakeKeys(const std::string& zone, const std::vector<std::string>& keys,
                const dnssec::Signing& signing) {
    dnssec::SignedMessage message = KeysReply(zone, keys, signing);
    const dns::Name apex = dnssec::NameOf(zone);
    const TrustCache::Handle trust = validator_.FindOrInsert(apex);
    const bool good =
        validator_.TakeKeys(message.message(), apex, &*trust, now_, &work_).is_secure();
    trust->Keep();
    return good;
  }
  bool TakeRootKeys(const std::vector<std::string>& others = {}) {
    std::vector<std::string> keys = {dnssec::TestKey::Of(13).Dnskey()};
    keys.insert(keys.end(), others.begin(), others.end());
    return TakeKeys(".", keys, {.signer = "."});
  }
  /// The parent's referral. What the child's delegation is then.
  Zone Refer(const std::string& parent, const std::string& child, const std::string& ds,
             const dnssec::Signing& by_parent) {
    dnssec::SignedMessage message("www." + child);
    message.SignedRecords(dns::Section::kAuthority, child, dns::RRType::kDS, {ds}, by_parent);
    const dns::Name apex = dnssec::NameOf(parent);
    const dns::Name cut = dnssec::NameOf(child);
    Zone zone;
    zone.trust = Zone::Trust::kSeeTrusts;
    validator_.NoteDelegation(
        validator_.JudgeDelegation(message.message(), cut, zone, apex, now_, &work_), cut, &zone,
        now_);
    return zone;
  }

  Validator validator_;
  dnssec::Work work_;
  std::chrono::nanoseconds now_{1};
};

}  // namespace caascan::zones
