// When a failure through resolvers is proven to lie below an insecure delegation (BR 4.2.2.1).
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "scanner/resolve/forwarding.h"
#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::resolve {
namespace {

using dns::RCode;
using dns::RRType;
using net::Arrival;
using net::Outbox;
using net::Reply;

constexpr const char* kAddress = "127.61.1.1";
constexpr uint16_t kRecursive = dns::kFlagQR | dns::kFlagRA;

/// NSEC RDATA: the next name, and a bitmap of types below 64 as RFC 4034 §4.1.2 has it.
std::string NsecBytes(std::initializer_list<RRType> types) {
  std::string bitmap(8, '\0');
  for (const RRType type : types) {
    const auto number = static_cast<unsigned>(type);
    bitmap[number / 8] = static_cast<char>(bitmap[number / 8] | (0x80 >> (number % 8)));
  }
  return net::NameBytes("next.test") + '\0' + '\x08' + bitmap;
}

/// What the resolver says of a name's DS.
struct Ds {
  enum class Kind : uint8_t { kFails, kSigned, kDelegation, kNoDelegation, kApex, kUnproven };
  Kind kind = Kind::kFails;
  bool authenticated = true;
};

class InsecureTest : public testing::Test {
 protected:
  void Start() {
    server_ = std::make_unique<net::FakeServer>(
        [this](const Arrival& query, Outbox* out) { Answer(query, out); });
    resolver_.reset();  // It refers to the client's peers.
    client_ = std::make_unique<net::Client>();
    options_.validate = true;
    options_.ask.dnssec_ok = true;
    options_.retries = 1;
    resolver_ = std::make_unique<ForwardingResolver>(
        client_->network(), options_, std::vector<stream::Endpoint>{server_->At(kAddress)});
  }

  query::CaaAnswer Fail(std::string_view text) {
    if (resolver_ == nullptr) Start();
    query::CaaAnswer answer;
    client_->Run(FailTask(resolver_.get(), std::string(text), &answer));
    return answer;
  }

  bool validates_ = true;
  std::map<std::string, Ds> ds_;
  std::map<std::string, std::string> aliases_;

 private:
  static async::Task<> FailTask(Resolver* resolver, std::string text, query::CaaAnswer* answer) {
    dns::Name name;
    EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone);
    query::Account account;
    account.budget.max_queries = 100;
    *answer = std::move(*co_await resolver->LookupCaa(name, &account, query::WhenBusy::kWait));
    EXPECT_EQ(answer->status, query::LookupStatus::kFailed);
    co_await resolver->Explain(name, &account, answer);
  }

  void Answer(const Arrival& query, Outbox* out) const {
    const RRType type = net::ParseQuery(query.bytes).question_type();
    const std::string name = net::QuestionText(query.bytes);
    if (type == RRType::kSOA) {
      Reply reply(query.bytes, kRecursive | (validates_ ? dns::kFlagAD : 0));
      out->Send(reply.Answer(".", RRType::kSOA, net::SoaBytes()).Opt().bytes());
    } else if (type == RRType::kDS && ds_.contains(name)) {
      AnswerDs(query, name, ds_.at(name), out);
    } else if (type == RRType::kCNAME && aliases_.contains(name)) {
      Reply reply(query.bytes, kRecursive);
      reply.Answer(name, RRType::kCNAME, net::NameBytes(aliases_.at(name)));
      out->Send(reply.Opt().bytes());
    } else {
      out->Send(Reply(query.bytes, kRecursive, RCode::kServFail).Opt().bytes());
    }
  }

  static void AnswerDs(const Arrival& query, const std::string& name, const Ds& ds, Outbox* out) {
    if (ds.kind == Ds::Kind::kFails) {
      out->Send(Reply(query.bytes, kRecursive, RCode::kServFail).Opt().bytes());
      return;
    }
    Reply reply(query.bytes, kRecursive | (ds.authenticated ? dns::kFlagAD : 0));
    switch (ds.kind) {
      case Ds::Kind::kSigned:
        reply.Answer(name, RRType::kDS, std::string("\0\1\15\2", 4) + std::string(32, 'x'));
        break;
      case Ds::Kind::kDelegation:
        reply.Authority(name, RRType::kNSEC, NsecBytes({RRType::kNS}));
        break;
      case Ds::Kind::kNoDelegation:
        reply.Authority(name, RRType::kNSEC, NsecBytes({RRType::kA}));
        break;
      case Ds::Kind::kApex:
        reply.Authority(name, RRType::kNSEC, NsecBytes({RRType::kNS, RRType::kSOA}));
        break;
      default:
        reply.Authority("test", RRType::kSOA, net::SoaBytes());
        break;
    }
    out->Send(reply.Opt().bytes());
  }

  ForwardingOptions options_;
  std::unique_ptr<net::FakeServer> server_;
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<ForwardingResolver> resolver_;
};

struct DsRow {
  const char* name;
  Ds ds;
  bool insecure;
};

class DelegationTest : public InsecureTest, public testing::WithParamInterface<DsRow> {};

TEST_P(DelegationTest, IsProvenInsecureOrNot) {
  ds_["example.test"] = GetParam().ds;
  ds_["test"] = {Ds::Kind::kSigned};
  const query::CaaAnswer answer = Fail("www.example.test");
  EXPECT_EQ(answer.failure, Reason::kServfail);
  EXPECT_EQ(answer.all_insecure, GetParam().insecure);
  EXPECT_TRUE(answer.retried);
  EXPECT_EQ(answer.dnssec == DnssecStatus::kInsecure, GetParam().insecure);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, DelegationTest,
    testing::Values(DsRow{"DelegationWithoutDs", {Ds::Kind::kDelegation}, true},
                    DsRow{"WithoutAd", {Ds::Kind::kDelegation, false}, false},
                    DsRow{"Signed", {Ds::Kind::kSigned}, false},
                    DsRow{"NoDelegation", {Ds::Kind::kNoDelegation}, false},
                    DsRow{"TheChildsOwnNsec", {Ds::Kind::kApex}, false},
                    DsRow{"WithoutTheRecordAtTheName", {Ds::Kind::kUnproven}, false},
                    DsRow{"TheDsFailsToo", {Ds::Kind::kFails}, false}),
    [](const auto& row) { return row.param.name; });

TEST_F(InsecureTest, AResolverThatDoesNotValidateVouchesForNothing) {
  validates_ = false;
  ds_["example.test"] = {Ds::Kind::kDelegation};
  EXPECT_FALSE(Fail("www.example.test").all_insecure);
}

TEST_F(InsecureTest, EveryZoneOfTheAliasesCounts) {
  ds_["example.test"] = {Ds::Kind::kDelegation};
  ds_["signed.test"] = {Ds::Kind::kSigned};
  ds_["other.test"] = {Ds::Kind::kDelegation};
  aliases_["www.example.test"] = "web.signed.test";
  aliases_["good.example.test"] = "web.other.test";
  aliases_["loop.example.test"] = "loop.example.test";
  EXPECT_FALSE(Fail("www.example.test").all_insecure);
  EXPECT_TRUE(Fail("good.example.test").all_insecure);
  EXPECT_FALSE(Fail("loop.example.test").all_insecure);
}

}  // namespace
}  // namespace caascan::resolve
