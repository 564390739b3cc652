// How a look-up reads a reply, which replies it sets aside, and what it may say of them. Nothing is
// sent.
#include "scanner/resolve/walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "scanner/dns/query.h"
#include "tests/net/reply.h"
#include "tests/query/offline_fixture.h"

namespace caascan::resolve {
namespace {

using dns::RCode;
using dns::RRType;
using net::CaaBytes;
using net::NameBytes;
using net::Reply;
using net::SoaBytes;
using query::N;
using Purpose = Walk::Purpose;

constexpr uint16_t kPlain = dns::kFlagQR;  // AA clear.

using Fill = std::function<void(Reply*)>;

void Records(Reply* reply) {
  reply->Answer("www.example.com", RRType::kCAA, CaaBytes(0, "issue", "ca.example"));
}
void OtherRecords(Reply* reply) {
  reply->Answer("www.example.com", RRType::kCAA, CaaBytes(0, "issue", "other.example"));
}
void Soa(Reply* reply) { reply->Authority("example.com", RRType::kSOA, SoaBytes()); }
void Nothing(Reply*) {}
void Loop(Reply* reply) {
  reply->Answer("www.example.com", RRType::kCNAME, NameBytes("www.example.com"));
}

/// A look-up for www.example.com at a server of example.com.
class WalkTest : public query::OfflineFixture {
 protected:
  WalkTest() {
    walk_.zone = zones_.FindOrInsert(N("example.com"));
    address_.peer = network_.PeerFor(*async::Address::FromText("192.0.2.1", 53));
  }

  void Receive(const Fill& fill, uint16_t flags = Reply::kAuthoritative,
               RCode rcode = RCode::kNoError) {
    Receive(&walk_, fill, flags, rcode);
  }
  void Receive(Walk* walk, const Fill& fill, uint16_t flags = Reply::kAuthoritative,
               RCode rcode = RCode::kNoError) {
    std::array<uint8_t, dns::kMaxQuerySize> query{};
    const size_t size = dns::WriteQuery({.name = walk->chain.start()}, 1, 0, query);
    Reply reply({query.begin(), query.begin() + size}, flags, rcode);
    fill(&reply);
    bytes_ = reply.bytes();
    walk->asked = async::MakePooled<query::Asked>();
    walk->asked->replied = true;
    ASSERT_EQ(dns::Message::Parse(bytes_, &walk->asked->message).error, dns::ParseError::kNone);
    walk->ReadReply();
  }
  /// Of the reply that is there.
  std::string Issuer() const {
    query::CaaAnswer answer;
    query::TakeCaaAnswer(walk_.asked->message, walk_.asked->classified, walk_.chain.current(),
                         &answer);
    return answer.rrset.records.empty() ? "none" : answer.rrset.records[0].value;
  }

  zones::ZoneCache zones_{100, 1 << 20};
  const dns::Name name_ = N("www.example.com");
  Walk walk_{name_, RRType::kCAA, Purpose::kData};
  zones::Zone::ServerAddress address_;
  std::vector<uint8_t> bytes_;
};

TEST_F(WalkTest, NoReplyIsOfNoUse) {
  walk_.ok = true;
  walk_.asked = async::MakePooled<query::Asked>();
  walk_.ReadReply();
  EXPECT_FALSE(walk_.ok);
}

// RFC 4035 §3.1.4.1: the DS is the parent's to give, and so are denials of it.
TEST_F(WalkTest, AReferralToTheNameItselfIsNoAnswerAboutItsDs) {
  const auto refer = [](Reply* reply) {
    reply->Authority("www.example.com", RRType::kNS, NameBytes("ns.example.net"));
  };
  Receive(refer, kPlain);
  EXPECT_TRUE(walk_.referred());
  Walk about_ds(name_, RRType::kDS, Purpose::kDs);
  about_ds.zone = walk_.zone;
  Receive(&about_ds, refer, kPlain);
  EXPECT_FALSE(about_ds.ok);
  EXPECT_EQ(about_ds.asked->classified.kind, query::ResponseKind::kNotAuthoritative);
}

TEST_F(WalkTest, AMessageThatIsKeptOutlivesItsOctets) {
  Receive(Records);
  walk_.KeepMessage();
  std::fill(bytes_.begin(), bytes_.end(), uint8_t{0xFF});
  EXPECT_EQ(Issuer(), "ca.example");
}

TEST_F(WalkTest, WhatIsWeak) {
  const struct {
    const char* name;
    Fill fill;
    uint16_t flags;
    bool weak;
    bool weak_if_proven;
  } rows[] = {
      {"records with authority", Records, Reply::kAuthoritative, false, false},
      {"records without", Records, kPlain, true, true},
      {"a denial with its SOA", Soa, Reply::kAuthoritative, false, false},
      {"one without", Nothing, Reply::kAuthoritative, true, false},
      {"aliases in a circle", Loop, Reply::kAuthoritative, true, true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    walk_.chain.Rewind(0);
    Receive(row.fill, row.flags);
    ASSERT_TRUE(walk_.ok);
    EXPECT_EQ(walk_.IsWeak(), row.weak);
    walk_.reply = async::MakePooled<zones::ReplyVerdict>();
    EXPECT_EQ(walk_.IsWeak(), row.weak_if_proven);
    if (walk_.asked->classified.kind == query::ResponseKind::kAliasFailed) continue;
    walk_.reply->verdict.security = dnssec::Security::kBogus;
    EXPECT_FALSE(walk_.IsWeak()) << "what is bogus counts nowhere";
  }
  Walk about_ds(name_, RRType::kDS, Purpose::kDs);
  about_ds.zone = walk_.zone;
  Receive(&about_ds, Nothing);
  EXPECT_FALSE(about_ds.IsWeak()) << "what is no data decides nothing";
}

TEST_F(WalkTest, TheStrongestReplyIsHeld) {
  const struct {
    const char* name;
    Fill first;
    Fill second;
    uint16_t first_flags;
    uint16_t second_flags;
    const char* held;
  } rows[] = {
      {"of equals the first one", Records, OtherRecords, kPlain, kPlain, "ca.example"},
      {"a stronger one", Nothing, OtherRecords, Reply::kAuthoritative, kPlain, "other.example"},
      {"no weaker one", Records, Nothing, kPlain, Reply::kAuthoritative, "ca.example"},
      {"records before an equal denial", Soa, Records, kPlain, kPlain, "ca.example"},
      {"but not the reverse", Records, Soa, kPlain, kPlain, "ca.example"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    walk_.BeginVisit();
    Receive(row.first, row.first_flags);
    walk_.Hold(address_);
    EXPECT_FALSE(walk_.ok) << "other servers are asked";
    Receive(row.second, row.second_flags);
    walk_.Hold(address_);
    bytes_.clear();
    EXPECT_EQ(walk_.TakeHeld().peer, address_.peer);
    EXPECT_EQ(walk_.held, nullptr);
    walk_.ReadReply();
    EXPECT_TRUE(walk_.ok);
    EXPECT_EQ(Issuer(), row.held);
  }
}

TEST_F(WalkTest, AliasesOfAReplyThatIsHeldAreNotFollowed) {
  Receive(
      [](Reply* reply) {
        reply->Answer("www.example.com", RRType::kCNAME, NameBytes("a.example.com"));
        reply->Answer("a.example.com", RRType::kCAA, CaaBytes(0, "issue", "ca.example"));
      },
      kPlain);
  EXPECT_EQ(walk_.chain.hops(), 1u);
  walk_.Hold(address_);
  EXPECT_EQ(walk_.chain.hops(), 0u);
  walk_.TakeHeld();
  walk_.ReadReply();
  EXPECT_EQ(walk_.chain.hops(), 1u);
  EXPECT_EQ(Issuer(), "ca.example");
}

TEST_F(WalkTest, TheDeepestZoneIsOneThatAReplyOrItsEvidenceShows) {
  const dns::Name name = N("www.sub.example.com");
  Walk walk(name, RRType::kCAA, Purpose::kData);
  walk.zone = walk_.zone;
  Receive(&walk,
          [](Reply* reply) { reply->Authority("sub.example.com", RRType::kSOA, SoaBytes()); });
  EXPECT_EQ(walk.DeepestZone().view().ToText(), "sub.example.com");
  walk.Fail(Reason::kServfail);
  EXPECT_EQ(walk.DeepestZone().view().ToText(), "example.com");
  walk.proof.bogus = std::make_unique<dnssec::Verdict>();
  walk.proof.bogus->evidence.zone = N("sub.example.com");
  EXPECT_EQ(walk.DeepestZone().view().ToText(), "example.com") << "that was another server's";
  walk.Fail(Reason::kDnssecBogus);
  EXPECT_EQ(walk.DeepestZone().view().ToText(), "sub.example.com");
}

TEST_F(WalkTest, AServerOfTheZoneAboveIsNotBlamedForItsSoa) {
  const async::Address shared = *async::Address::FromText("192.0.2.1", 53);
  zones::Delegations delegations(&network_, {}, {}, {{N("a.root-servers.test"), {shared}}});
  const net::PeerRef other = network_.PeerFor(*async::Address::FromText("192.0.2.2", 53));
  const struct {
    const char* name;
    const char* soa;
    net::PeerRef peer;
    bool wrong;
  } rows[] = {
      {"the root's, of a server that serves both", ".", address_.peer, false},
      {"the root's, of another one", ".", other, true},
      {"one of a zone between, which the referral left out", "com", other, false},
      {"a stranger's", "example.net", address_.peer, true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    Receive([&row](Reply* reply) { reply->Authority(row.soa, RRType::kSOA, SoaBytes()); });
    ASSERT_TRUE(walk_.asked->classified.soa_wrong_zone);
    EXPECT_EQ(RemarksOf(walk_, row.peer, &delegations).soa_wrong_zone, row.wrong);
  }
}

}  // namespace
}  // namespace caascan::resolve
