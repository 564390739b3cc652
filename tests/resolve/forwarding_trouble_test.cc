// Resolvers that cannot be reached as the user wants it: what is said of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <memory>
#include <string>

#include "scanner/resolve/forwarding.h"
#include "scanner/stream/stream_error.h"
#include "tests/net/client.h"
#include "tests/net/fake_transport.h"

namespace caascan::resolve {
namespace {

struct Row {
  const char* name;
  net::ExchangeStatus status;
  int error;
  const char* detail;
  const char* evidence;
  const char* trouble;
};
class ForwardingTroubleTest : public testing::TestWithParam<Row> {};

async::Task<> LookUp(Resolver* resolver, query::Account* account, query::CaaAnswer* answer) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText("www.example.com", &name), dns::NameError::kNone);
  *answer = std::move(*co_await resolver->LookupCaa(name, account, query::WhenBusy::kWait));
  co_await resolver->Explain(name, account, answer);
}

TEST_P(ForwardingTroubleTest, IsSaidOfTheResolver) {
  const Row& row = GetParam();
  net::FakeTransport::Counts counts;
  net::Client client({}, {},
                     net::FakeTransports(
                         [&row](net::Exchange* exchange, net::TransportClient* transport_client) {
                           transport_client->Complete(exchange, row.status, row.error);
                         },
                         &counts));
  const stream::Channel channel{stream::Channel::Kind::kTls, "r.example"};
  const stream::Endpoint at(async::Address::FromText("192.0.2.1", 853).value(), &channel);
  ForwardingOptions options;
  options.ask.timeout = std::chrono::milliseconds(100);
  ForwardingResolver resolver(client.network(), options, {at});
  query::Account account;
  account.budget.max_queries = 50;
  query::CaaAnswer answer;
  client.Run(LookUp(&resolver, &account, &answer));
  EXPECT_EQ(OutcomeOf(answer.failure), Outcome::kTimeout) << "no server is blamed";
  ASSERT_FALSE(answer.attempts.empty());
  EXPECT_TRUE(answer.attempts.front().by_resolver);
  EXPECT_EQ(answer.attempts.front().detail, row.detail);
  ASSERT_EQ(account.observations.size(), 1u);
  EXPECT_EQ(account.observations.front().kind, query::Observation::Kind::kResolverDown);
  EXPECT_EQ(account.observations.front().evidence, row.evidence);
  EXPECT_FALSE(resolver.has_answered());
  EXPECT_EQ(resolver.Trouble(), row.trouble);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ForwardingTroubleTest,
    testing::Values(
        Row{"Certificate", net::ExchangeStatus::kUnreachable,
            stream::CertificateError(X509_V_ERR_CERT_HAS_EXPIRED),
            "the resolver's certificate: certificate has expired",
            "SOA of the root: the resolver's certificate: certificate has expired",
            "tls://192.0.2.1:853#r.example: the resolver's certificate: certificate has expired"},
        Row{"HttpStatus", net::ExchangeStatus::kUnreachable, stream::HttpStatusError(503),
            "the resolver answers with HTTP status 503",
            "SOA of the root: the resolver answers with HTTP status 503",
            "tls://192.0.2.1:853#r.example: the resolver answers with HTTP status 503"},
        Row{"Refused", net::ExchangeStatus::kUnreachable, ECONNREFUSED, "",
            "SOA of the root: no answer", ""},
        Row{"Silent", net::ExchangeStatus::kTimeout, 0, "", "SOA of the root: no answer", ""}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace caascan::resolve
