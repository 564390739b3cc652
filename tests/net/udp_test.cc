// Exchanges over UDP with a server on loopback.
#include "scanner/net/udp.h"

#include <atomic>
#include <cerrno>
#include <deque>
#include <string>
#include <vector>

#include <absl/strings/ascii.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds kShort(40);
constexpr milliseconds kLong = seconds(20);

void AnswerAll(const Arrival& query, Outbox* out) { out->Send(Reply(query.bytes).bytes()); }
void Ignore(const Arrival&, Outbox*) {}

TEST(UdpTest, GivesTheMatchedAnswer) {
  FakeServer server([](const Arrival& query, Outbox* out) {
    out->Send(Reply(query.bytes)
                  .Answer("www.example.com", dns::RRType::kCAA, CaaBytes(0, "issue", ";"))
                  .bytes());
  });
  Client client;
  const Got got = client.Ask(server.At("127.0.0.1"));
  ASSERT_EQ(got.result.status, ExchangeStatus::kReply);
  EXPECT_FALSE(got.result.mismatches.any());
  EXPECT_GT(got.result.rtt.count(), 0);
  dns::Message message;
  ASSERT_EQ(dns::Message::Parse(got.message, &message).error, dns::ParseError::kNone);
  EXPECT_EQ(message.count(dns::Section::kAnswer), 1);
  EXPECT_EQ(client.network()->stats().udp_queries, 1u);
  EXPECT_EQ(client.network()->stats().replies, 1u);
  EXPECT_EQ(client.network()->stats().strays, 0u);
}

TEST(UdpTest, SendsTheQueryItWasGiven) {
  FakeServer server(AnswerAll);
  Client client;
  client.Ask(server.At("127.0.0.7"), Protocol::kUdp, kLong, "a.b.example");
  const std::vector<SeenQuery> seen = server.seen();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].name, "a.b.example");
  EXPECT_EQ(seen[0].type, dns::RRType::kCAA);
  EXPECT_EQ(seen[0].server, "127.0.0.7");
  EXPECT_TRUE(seen[0].edns);
  EXPECT_FALSE(seen[0].recursion_desired);
}

TEST(UdpTest, SilenceIsATimeout) {
  FakeServer server(Ignore);
  Client client;
  const auto begun = steady_clock::now();
  const Got got = client.Ask(server.At("127.0.0.1"), Protocol::kUdp, kShort);
  EXPECT_EQ(got.result.status, ExchangeStatus::kTimeout);
  EXPECT_GE(steady_clock::now() - begun, kShort);
  EXPECT_EQ(client.network()->stats().timeouts, 1u);
}

TEST(UdpTest, APeerKnowsHowFastAndHowSilentItsServerIs) {
  std::atomic<bool> silent{true};
  FakeServer server([&silent](const Arrival& query, Outbox* out) {
    if (silent) return;
    AnswerAll(query, out);
  });
  Client client;
  const PeerRef peer = client.network()->PeerFor(server.At("127.0.0.1"));
  EXPECT_EQ(peer->srtt().count(), 0);
  client.Ask(server.At("127.0.0.1"), Protocol::kUdp, kShort);
  client.Ask(server.At("127.0.0.1"), Protocol::kUdp, kShort);
  EXPECT_EQ(peer->silences(), 2u);
  EXPECT_EQ(peer->srtt().count(), 0);
  silent = false;
  client.Ask(server.At("127.0.0.1"));
  EXPECT_EQ(peer->silences(), 0u);
  EXPECT_GT(peer->srtt().count(), 0);
  EXPECT_EQ(client.network()->PeerFor(server.At("127.0.0.1")), peer);
}

void SendBareServfail(const Arrival& query, Outbox* out) {
  out->Send(BareError(query.bytes, dns::RCode::kServFail));
}

// RFC 5452 §9.1: what does not match is no answer, and the wait goes on.
struct StrayRow {
  const char* name;
  void (*stray)(const Arrival&, Outbox*);
  Mismatches expected;
  uint64_t strays;
};

class UdpStrayTest : public testing::TestWithParam<StrayRow> {};

TEST_P(UdpStrayTest, IsCountedAndTheAnswerBehindItTaken) {
  FakeServer server([](const Arrival& query, Outbox* out) {
    GetParam().stray(query, out);
    AnswerAll(query, out);
  });
  Client client;
  const Got got = client.Ask(server.At("127.0.0.1"));
  EXPECT_EQ(got.result.status, ExchangeStatus::kReply);
  EXPECT_EQ(got.result.mismatches.source, GetParam().expected.source);
  EXPECT_EQ(got.result.mismatches.question, GetParam().expected.question);
  EXPECT_EQ(got.result.mismatches.letter_case, GetParam().expected.letter_case);
  EXPECT_EQ(got.result.mismatches.id, GetParam().expected.id);
  EXPECT_EQ(got.result.mismatches.bare_error, GetParam().expected.bare_error);
  EXPECT_EQ(client.network()->stats().strays, GetParam().strays);
}

TEST_P(UdpStrayTest, AloneIsNoAnswer) {
  FakeServer server(GetParam().stray);
  Client client;
  const Got got = client.Ask(server.At("127.0.0.1"), Protocol::kUdp, kShort);
  EXPECT_EQ(got.result.status, GetParam().expected.from_server() > 0 ? ExchangeStatus::kDoubtful
                                                                     : ExchangeStatus::kTimeout);
  EXPECT_EQ(got.result.mismatches.any(), GetParam().expected.any());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, UdpStrayTest,
    testing::Values(
        StrayRow{"OtherId",
                 [](const Arrival& query, Outbox* out) {
                   out->Send(Reply(query.bytes).FlipId().bytes());
                 },
                 {.id = 1},
                 1},
        StrayRow{"OtherIdAndType",
                 [](const Arrival& query, Outbox* out) {
                   out->Send(Reply(query.bytes).FlipId().ChangeType(dns::RRType::kA).bytes());
                 },
                 {},
                 1},
        StrayRow{"OtherPort",
                 [](const Arrival& query, Outbox* out) {
                   out->SendFromElsewhere(Reply(query.bytes).bytes());
                 },
                 {.source = 1},
                 1},
        StrayRow{"OtherType",
                 [](const Arrival& query, Outbox* out) {
                   out->Send(Reply(query.bytes).ChangeType(dns::RRType::kA).bytes());
                 },
                 {.question = 1},
                 1},
        StrayRow{"QueryReflected",
                 [](const Arrival& query, Outbox* out) { out->Send(query.bytes); },
                 {.question = 1},
                 1},
        StrayRow{"LostCase",
                 [](const Arrival& query, Outbox* out) {
                   out->Send(Reply(query.bytes).LoseCase().bytes());
                 },
                 {.letter_case = 1},
                 1},
        StrayRow{"BareServfail", SendBareServfail, {.bare_error = 1}, 1},
        StrayRow{"EmptyDatagram", [](const Arrival&, Outbox* out) { out->Send({}); }, {}, 1},
        StrayRow{"OneOctet",
                 [](const Arrival& query, Outbox* out) { out->Send(query.bytes.first(1)); },
                 {},
                 1},
        StrayRow{"IdOnly",
                 [](const Arrival& query, Outbox* out) { out->Send(query.bytes.first(2)); },
                 {.question = 1},
                 1},
        StrayRow{"LargerThanAnyPayloadSizeWeAnnounce",
                 [](const Arrival& query, Outbox* out) {
                   std::vector<uint8_t> large = Reply(query.bytes).bytes();
                   large.resize(4097);
                   out->Send(large);
                 },
                 {},
                 1}),
    [](const auto& row) { return row.param.name; });

// What comes with the ID of a query that has timed out, in front of the next answer.
struct LateRow {
  const char* name;
  void (*late)(std::span<const uint8_t> query, Outbox* out);
  uint64_t known;
  uint64_t strays;
};

class UdpLateTest : public testing::TestWithParam<LateRow> {};

INSTANTIATE_TEST_SUITE_P(
    Rows, UdpLateTest,
    testing::Values(LateRow{"Answer",
                            [](std::span<const uint8_t> query, Outbox* out) {
                              out->Send(Reply(query).bytes());
                            },
                            1, 0},
                    LateRow{"Twice",
                            [](std::span<const uint8_t> query, Outbox* out) {
                              out->Send(Reply(query).bytes());
                              out->Send(Reply(query).bytes());
                            },
                            1, 1},
                    LateRow{"OtherType",
                            [](std::span<const uint8_t> query, Outbox* out) {
                              out->Send(Reply(query).ChangeType(dns::RRType::kA).bytes());
                            },
                            0, 1},
                    LateRow{"OtherId",
                            [](std::span<const uint8_t> query, Outbox* out) {
                              out->Send(Reply(query).FlipId().bytes());
                            },
                            0, 1},
                    LateRow{"OtherPort",
                            [](std::span<const uint8_t> query, Outbox* out) {
                              out->SendFromElsewhere(Reply(query).bytes());
                            },
                            0, 1},
                    LateRow{"NoQuestion",
                            [](std::span<const uint8_t> query, Outbox* out) {
                              out->Send(query.first(4));
                            },
                            0, 1}),
    [](const auto& row) { return row.param.name; });

TEST_P(UdpLateTest, IsNobodysAndYetNoStrayWhereItAnswers) {
  std::vector<uint8_t> first;
  FakeServer server([&first](const Arrival& query, Outbox* out) {
    if (first.empty()) {
      first.assign(query.bytes.begin(), query.bytes.end());
      return;
    }
    GetParam().late(first, out);
    AnswerAll(query, out);
  });
  // One socket, or the late answer would find its port closed to it by chance.
  Client client({}, {.udp_sockets = 1});
  const async::Address address = server.At("127.0.0.1");
  EXPECT_EQ(client.Ask(address, Protocol::kUdp, kShort).result.status, ExchangeStatus::kTimeout);
  EXPECT_EQ(client.Ask(address).result.status, ExchangeStatus::kReply);
  EXPECT_EQ(client.network()->stats().late, GetParam().known);
  if (std::string_view(GetParam().name) == "OtherPort") return;  // It may be under way still.
  EXPECT_EQ(client.network()->stats().strays, GetParam().strays);
}

TEST(UdpTest, TheSecondOfTwoAnswersIsNobodys) {
  FakeServer server([](const Arrival& query, Outbox* out) {
    AnswerAll(query, out);
    AnswerAll(query, out);
  });
  Client client({}, {.udp_sockets = 1});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.Ask(server.At("127.0.0.1")).result.status, ExchangeStatus::kReply);
  }
  EXPECT_EQ(client.network()->stats().replies, 3u);
  EXPECT_GE(client.network()->stats().strays, 2u) << "the last one may still be under way";
}

TEST(UdpTest, AClosedPortIsUnreachableLongBeforeTheTimeout) {
  Client client;
  const auto begun = steady_clock::now();
  const Got got = client.Ask(async::Address::FromText("127.0.0.1", ClosedPort()).value(),
                             Protocol::kUdp, kLong);
  EXPECT_EQ(got.result.status, ExchangeStatus::kUnreachable);
  EXPECT_EQ(got.result.error, ECONNREFUSED);
  EXPECT_LT(steady_clock::now() - begun, kLong / 2);
}

TEST(UdpTest, ClosedPortsDoNotDisturbOthersOfTheSameBatches) {
  FakeServer server(AnswerAll);
  Client client({}, {.udp_sockets = 2});
  const uint16_t closed = ClosedPort();
  std::deque<Got> good;
  std::deque<Got> bad;
  for (int i = 1; i <= 200; ++i) {
    const std::string host = "127.0.1." + std::to_string(i);
    client.Start(client.AskTask(server.At(host), Protocol::kUdp, kLong, "www.example.com",
                                &good.emplace_back()));
    client.Start(client.AskTask(async::Address::FromText(host, closed).value(), Protocol::kUdp,
                                kLong, "www.example.com", &bad.emplace_back()));
  }
  client.Wait();
  for (const Got& got : good) EXPECT_EQ(got.result.status, ExchangeStatus::kReply);
  for (const Got& got : bad) EXPECT_EQ(got.result.status, ExchangeStatus::kUnreachable);
}

/// Without and with segments.
class UdpSegmentsTest : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Both, UdpSegmentsTest, testing::Bool(), [](const auto& row) {
  return std::string(row.param ? "Segments" : "Datagrams");
});

// A broadcast address cannot be sent to, and the system says so at once: our own side's fault.
TEST_P(UdpSegmentsTest, WhatCannotBeSentFailsAndLetsTheRestOfItsBatchPass) {
  FakeServer server(AnswerAll);
  Client client({}, {.udp_sockets = 1, .udp_segments = GetParam()});
  const async::Address broadcast =
      async::Address::FromText("255.255.255.255", server.port()).value();
  std::deque<Got> got(5);
  for (size_t i = 0; i < got.size(); ++i) {
    client.Start(client.AskTask(i % 2 == 1 ? broadcast : server.At("127.0.0.1"), Protocol::kUdp,
                                kLong, "www.example.com", &got[i]));
  }
  client.Wait();
  for (size_t i = 0; i < got.size(); ++i) {
    const ExchangeResult& result = got[i].result;
    EXPECT_EQ(result.status, i % 2 == 1 ? ExchangeStatus::kSendFailed : ExchangeStatus::kReply);
    EXPECT_EQ(result.error, i % 2 == 1 ? EACCES : 0);
  }
  EXPECT_EQ(client.network()->stats().send_errors, 2u);
}

TEST_P(UdpSegmentsTest, QueriesOfAllSizesToSeveralServersEachGetTheirAnswer) {
  FakeServer server(AnswerAll);
  Client client({}, {.udp_segments = GetParam()});
  std::deque<Got> got;
  std::deque<std::string> names;
  for (size_t i = 0; i < 500; ++i) {
    names.push_back(std::string(1 + i % 9, 'x') + std::to_string(i) + ".example");
    client.Start(client.AskTask(server.At("127.0.1." + std::to_string(i % 3)), Protocol::kUdp,
                                kLong, names.back(), &got.emplace_back()));
  }
  client.Wait();
  for (const Got& each : got) EXPECT_EQ(each.result.status, ExchangeStatus::kReply);
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(server.CountSeen("127.0.1." + std::to_string(i % 3), names[i]), 1u) << names[i];
  }
}

TEST_P(UdpSegmentsTest, AClosedPortIsUnreachableForEachQuery) {
  Client client({}, {.udp_segments = GetParam()});
  const async::Address closed = async::Address::FromText("127.0.0.1", ClosedPort()).value();
  std::deque<Got> got;
  for (size_t i = 0; i < 200; ++i) {
    client.Start(
        client.AskTask(closed, Protocol::kUdp, kLong, "www.example.com", &got.emplace_back()));
  }
  client.Wait();
  for (const Got& each : got) EXPECT_EQ(each.result.status, ExchangeStatus::kUnreachable);
}

// A train of answers, cut by the kernel or handed over whole (UDP_GRO): a stray among them, and a
// last datagram that is too short to be a message.
TEST_P(UdpSegmentsTest, AnswersThatComeTogetherAreToldApart) {
  constexpr size_t kQueries = 40;
  std::vector<uint8_t> train;
  size_t waiting = 0;
  FakeServer server([&](const Arrival& query, Outbox* out) {
    const Reply reply(query.bytes);
    train.insert(train.end(), reply.bytes().begin(), reply.bytes().end());
    if (++waiting == kQueries / 2) train.insert(train.end(), reply.bytes().size(), 0xff);
    if (waiting < kQueries) return;
    train.push_back(0);
    out->SendTogether(train, static_cast<uint16_t>(reply.bytes().size()));
  });
  Client client({}, {.udp_sockets = 1, .udp_segments = GetParam()});
  std::deque<Got> got;
  std::deque<std::string> names;
  for (size_t i = 0; i < kQueries; ++i) {
    names.push_back(std::to_string(100 + i) + ".example");
    client.Start(client.AskTask(server.At("127.0.0.1"), Protocol::kUdp, kLong, names.back(),
                                &got.emplace_back()));
  }
  client.Wait();
  for (size_t i = 0; i < kQueries; ++i) {
    ASSERT_EQ(got[i].result.status, ExchangeStatus::kReply);
    const auto peek = dns::PeekQuestion(got[i].message);
    ASSERT_TRUE(peek.has_value());
    EXPECT_EQ(absl::AsciiStrToLower(peek->name.ToText()), names[i]);
  }
  EXPECT_EQ(client.network()->stats().strays, 2u);
}

TEST(UdpTest, AFamilyThatIsOffIsOurOwnFault) {
  Client client({}, {.ipv6 = false});
  EXPECT_FALSE(client.network()->has_ipv6());
  const Got got = client.Ask(async::Address::FromText("::1", 53).value());
  EXPECT_EQ(got.result.status, ExchangeStatus::kSendFailed);
  EXPECT_EQ(got.result.error, EAFNOSUPPORT);
}

TEST(UdpTest, NoFamilyAtAllIsAnError) {
  async::Loop loop;
  pacing::SharedLimits limits{pacing::LimitOptions()};
  Network network(&loop, &limits, {.ipv4 = false, .ipv6 = false});
  EXPECT_FALSE(network.Open().ok());
}

TEST(UdpTest, SpeaksIpv6) {
  FakeServer server(AnswerAll);
  Client client;
  if (!server.has_ipv6() || !client.network()->has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  EXPECT_EQ(client.Ask(server.At("::1")).result.status, ExchangeStatus::kReply);
  EXPECT_EQ(server.CountSeen("::1"), 1u);
  const Got refused = client.Ask(async::Address::FromText("::1", ClosedPort()).value());
  EXPECT_EQ(refused.result.status, ExchangeStatus::kUnreachable);
  EXPECT_EQ(refused.result.error, ECONNREFUSED);
}

/// Asks until there is an answer: the kernel drops datagrams when so many come at once.
async::Task<> AskUntilAnswered(Client* client, async::Address server, int number, int* answered) {
  const std::string name = "n" + std::to_string(number) + ".example";
  Got got;
  while (got.result.status != ExchangeStatus::kReply) {
    co_await client->AskTask(server, Protocol::kUdp, milliseconds(500), name, &got);
    if (got.result.status == ExchangeStatus::kCancelled) co_return;
  }
  if (QuestionText(got.message) == name) ++*answered;
}

TEST(UdpTest, TenThousandInFlightEachGetTheirOwn) {
  constexpr int kMany = 10'000;
  FakeServer server(AnswerAll);
  Client client;
  int answered = 0;
  for (int i = 0; i < kMany; ++i) {
    client.Start(AskUntilAnswered(&client, server.At("127.0.0.1"), i, &answered));
  }
  EXPECT_EQ(client.running(), static_cast<size_t>(kMany));
  client.Wait();
  EXPECT_EQ(answered, kMany);
}

/// A port that takes datagrams and is never read.
class UnreadPort {
 public:
  UnreadPort() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage storage{};
    socklen_t size = async::Address::FromText("127.0.0.1", 0).value().ToSockaddr(&storage);
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&storage), size), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&storage), &size), 0);
    address_ = async::Address::FromSockaddr(storage);
  }
  UnreadPort(const UnreadPort&) = delete;
  UnreadPort& operator=(const UnreadPort&) = delete;
  ~UnreadPort() { close(fd_); }

  const async::Address& address() const { return address_; }

 private:
  const int fd_;
  async::Address address_;
};

async::Task<> AskInVain(Client* client, async::Address server, int* cancelled) {
  Got got;
  co_await client->AskTask(server, Protocol::kUdp, kLong, "www.example.com", &got);
  if (got.result.status == ExchangeStatus::kCancelled) ++*cancelled;
}

// An ID is 16 bits: what is beyond must wait for an answer or a deadline, not spin.
TEST(UdpTest, MoreInFlightThanASocketHasIdsWaitTheirTurn) {
  constexpr int kMany = 70'000;
  const UnreadPort server;
  Client client({}, {.udp_sockets = 1});
  int cancelled = 0;
  for (int i = 0; i < kMany; ++i) {
    client.Start(AskInVain(&client, server.address(), &cancelled));
  }
  client.network()->Flush();
  EXPECT_EQ(client.running(), static_cast<size_t>(kMany));
  EXPECT_GT(client.network()->stats().udp_queries, 32'000u);
  EXPECT_LE(client.network()->stats().udp_queries, 65'536u);
  client.AtNextTurn([&client] { client.network()->CancelAll(); });
  client.Wait();
  EXPECT_EQ(cancelled, kMany);
}

}  // namespace
}  // namespace caascan::net
