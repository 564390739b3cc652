// Every name of the lab's scenario of signed zones: the chain is walked from the root's trust
// anchor over what the lab's servers really send, and must come to what the lab knows of the zones
// without any cryptography.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "scanner/dnssec/judge.h"
#include "scanner/dnssec/signature_memo.h"
#include "tests/dnssec/signed_message.h"
#include "tests/lab/lab_asker.h"
#include "tools/caalab/sign/security.h"
#include "tools/caalab/world/scenario.h"

namespace caascan::dnssec {
namespace {

using dns::RRType;

constexpr char kScenario[] = "datasets/lab/dnssec.json";

/// A zone of the lab, as the walk found it.
struct Walked {
  dns::Name apex;
  Verdict verdict;
  KeySet keys;
};

class LabWalk {
 public:
  explicit LabWalk(const lab::World& world)
      : world_(world),
        responder_(world),
        now_(static_cast<uint32_t>(
            std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()))) {
    for (const auto& zone : world.DescribedZones()) {
      zones_[std::string(zone.apex.bytes())] = zone;
    }
  }

  Walked* Zone(dns::NameView apex) {
    const auto [it, is_new] = walked_.try_emplace(std::string(apex.bytes()));
    if (is_new) Walk(apex, &it->second);
    return &it->second;
  }

  /// The look-up at one name, as far as one zone says it.
  Verdict Judge(dns::NameView name, const lab::Place& place, const lab::Match& match) {
    Walked* zone = Zone(place.apex);
    if (!zone->verdict.is_secure()) return zone->verdict;
    const auto answer = Ask(place.apex, name, RRType::kCAA);
    Question question{name, RRType::kCAA, name, Claim::kNoData};
    dns::Name target;
    switch (match.kind) {
      case lab::Match::Kind::kAnswer:
        question.claim = Claim::kAnswer;
        break;
      case lab::Match::Kind::kAlias:
      case lab::Match::Kind::kDname:
        question.claim = Claim::kAlias;
        target = FirstTarget(answer->message, name);
        question.end = target;
        break;
      case lab::Match::Kind::kNxDomain:
        question.claim = Claim::kNxDomain;
        break;
      case lab::Match::Kind::kNoData:
      case lab::Match::Kind::kDelegation:
        break;
    }
    const KnownZone known[] = {{zone->apex, Security::kSecure, &zone->keys}};
    return JudgeAnswer(answer->message, question, known, means()).verdict;
  }

  Work& work() { return work_; }

 private:
  Means means() { return {now_, &work_, &memo_}; }

  std::unique_ptr<lab::Answer> Ask(dns::NameView apex, dns::NameView name, RRType type) {
    const auto& zone = zones_.at(std::string(apex.bytes()));
    const std::string name_text = name.ToText();
    const std::string server = zone.servers.front().ToText();
    return lab::AskResponder(&responder_, {.name = name_text,
                                           .type = type,
                                           .server = server,
                                           .transport = lab::Transport::kTcp,
                                           .dnssec_ok = true});
  }

  static dns::Name FirstTarget(const dns::Message& message, dns::NameView name) {
    for (const dns::RecordView& record : message.records(dns::Section::kAnswer)) {
      if (record.type == RRType::kCNAME && record.owner.Equals(name)) {
        return record.NameRdata().ToName();
      }
    }
    ADD_FAILURE() << "no alias at " << name.ToText();
    return dns::Name();
  }

  void Walk(dns::NameView apex, Walked* out) {
    out->apex = apex;
    DsSet ds;
    if (apex.is_root()) {
      SignedMessage anchor(".");  // Reads the line.
      anchor.Unsigned(dns::Section::kAnswer, {world_.anchor()});
      ds.Add((*anchor.message().records().begin()).rdata);
    } else {
      const lab::Place parent = world_.Enclosing(apex.parent());
      Walked* above = Zone(parent.apex);
      if (!above->verdict.is_secure()) {
        out->verdict = above->verdict;
        return;
      }
      const auto referral = Ask(parent.apex, apex, RRType::kCAA);
      const KnownZone known[] = {{above->apex, Security::kSecure, &above->keys}};
      DelegationJudgement judged = JudgeDelegation(referral->message, apex, known, means());
      EXPECT_NE(judged.kind, DelegationJudgement::Kind::kNoCut);
      out->verdict = std::move(judged.verdict);
      ds = std::move(judged.ds);
      if (!out->verdict.is_secure()) return;
    }
    const auto answer = Ask(apex, apex, RRType::kDNSKEY);
    VerifiedKeys verified = JudgeKeys(answer->message, apex, ds, means());
    out->verdict = std::move(verified.verdict);
    out->keys = std::move(verified.keys);
  }

  const lab::World& world_;
  lab::Responder responder_;
  const uint32_t now_;
  std::map<std::string, lab::World::DescribedZone> zones_;
  std::map<std::string, Walked> walked_;
  SignatureMemo memo_;
  Work work_;
};

std::string SecurityText(Security security) {
  return security == Security::kSecure     ? "secure"
         : security == Security::kInsecure ? "insecure"
                                           : "bogus";
}

TEST(LabJudgeTest, EveryNameOfTheScenario) {
  std::ifstream file(kScenario);
  std::stringstream text;
  text << file.rdbuf();
  const auto scenario = lab::ParseScenario(text.str(), kScenario);
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  const auto built = lab::World::Build(*scenario, nullptr, std::chrono::system_clock::now());
  ASSERT_TRUE(built.ok()) << built.status();
  const lab::World& world = **built;
  LabWalk walk(world);
  std::map<std::string, int> states;
  for (const lab::ZoneDescription& zone : scenario->zones) {
    for (const lab::Expectation& expect : zone.expect) {
      const std::string_view outcome = lab::OutcomeOfReason(expect.reason);
      const bool answers =
          outcome == "permit" || outcome == "deny" || expect.reason == "dnssec_bogus";
      if (!answers) continue;
      for (dns::Name name = NameOf(expect.name); !name.view().is_root();
           name = dns::Name(name.view().parent())) {
        SCOPED_TRACE(name.view().ToText());
        const lab::Place place = world.Enclosing(name);
        const lab::Match match =
            place.zone->Find(lab::RelativePart(name, place.apex), RRType::kCAA);
        lab::Verdict truth = lab::JudgeZone(world, place);
        if (truth.security == lab::Security::kSecure) truth = lab::JudgeAnswer(place, match);
        const Verdict found = walk.Judge(name, place, match);
        EXPECT_EQ(SecurityText(found.security), lab::SecurityText(truth.security))
            << found.evidence.ToText();
        if (!truth.findings.empty()) {
          EXPECT_EQ(CodeText(found.finding), truth.findings[0]) << found.evidence.ToText();
        }
        ++states[SecurityText(found.security)];
      }
    }
  }
  EXPECT_GT(states["secure"], 50);
  EXPECT_GT(states["insecure"], 10);
  EXPECT_GT(states["bogus"], 20);
  EXPECT_GT(walk.work().remembered, 50u) << "nothing is verified twice";
}

}  // namespace
}  // namespace caascan::dnssec
