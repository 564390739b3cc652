// A lost datagram takes no finding away: each server is examined once for every query of its
// examination, which gets no answer that time. The network is scripted, and no time passes.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scanner/diagnose/probe.h"
#include "scanner/dns/query.h"
#include "tests/fuzz/skipped_time.h"
#include "tests/net/client.h"
#include "tests/net/fake_transport.h"
#include "tests/net/reply.h"
#include "tests/query/names.h"

namespace caascan::diagnose {
namespace {

using dns::RCode;
using dns::RRType;
using net::Protocol;
using net::Reply;

constexpr const char* kZone = "example.test";
constexpr const char* kServer = "192.0.2.1";

struct Query {
  std::vector<uint8_t> bytes;
  RRType type;
  bool edns;
  bool over_tcp;
};

/// What a server does with a query: a message, or silence.
using Reaction = std::optional<std::vector<uint8_t>>;
using Server = Reaction (*)(const Query&);

Reaction Soa(const Query& query) {
  return Reply(query.bytes).Answer(kZone, RRType::kSOA, net::SoaBytes()).bytes();
}

Reaction Nothing(const Query& query) {
  return Reply(query.bytes).Authority(kZone, RRType::kSOA, net::SoaBytes()).bytes();
}

Reaction Honest(const Query& query) {
  return query.type == RRType::kSOA ? Soa(query) : Nothing(query);
}

Reaction Error(const Query& query, RCode rcode) {
  return Reply(query.bytes, dns::kFlagQR, rcode).bytes();
}

template <RCode kRcode>
Reaction FailForCaa(const Query& query) {
  return query.type == RRType::kCAA ? Error(query, kRcode) : Honest(query);
}

template <RCode kRcode>
Reaction FailForNewTypes(const Query& query) {
  const bool is_new = query.type == RRType::kCAA || query.type == RRType::kUnassigned;
  return is_new ? Error(query, kRcode) : Honest(query);
}

template <RCode kRcode>
Reaction FailAtName(const Query& query) {
  return query.type == RRType::kSOA ? Soa(query) : Error(query, kRcode);
}

template <RCode kRcode>
Reaction FailForAll(const Query& query) {
  return Error(query, kRcode);
}

template <RCode kRcode>
Reaction FailForKeys(const Query& query) {
  return query.type == RRType::kDNSKEY ? Error(query, kRcode) : Honest(query);
}

Reaction DropCaa(const Query& query) {
  return query.type == RRType::kCAA ? std::nullopt : Honest(query);
}

Reaction DropNewTypes(const Query& query) {
  const bool is_new = query.type == RRType::kCAA || query.type == RRType::kUnassigned;
  return is_new ? std::nullopt : Honest(query);
}

Reaction DropKeys(const Query& query) {
  return query.type == RRType::kDNSKEY ? std::nullopt : Honest(query);
}

Reaction DropAll(const Query&) { return std::nullopt; }

Reaction DropUdp(const Query& query) { return query.over_tcp ? Honest(query) : std::nullopt; }

Reaction DropEdns(const Query& query) { return query.edns ? std::nullopt : Honest(query); }

Reaction Truncate(const Query& query) {
  if (query.over_tcp) return std::nullopt;
  return Reply(query.bytes, Reply::kAuthoritative | dns::kFlagTC).bytes();
}

Reaction TruncateCaa(const Query& query) {
  return query.type == RRType::kCAA ? Truncate(query) : Honest(query);
}

Reaction TruncateKeys(const Query& query) {
  return query.type == RRType::kDNSKEY ? Truncate(query) : Honest(query);
}

struct Row {
  const char* name;
  Server server;
  /// What the look-up met, and how it ended.
  ServerResult met;
  Reason reason;
  /// What the probes make of it.
  Reason refined;
  std::vector<std::string> codes;
  /// The look-up failed for want of the zone's keys.
  bool keyless = false;
  /// What it would have met was lost each time: it is to be made again.
  bool unheard = false;
};

struct Tries {
  const char* name;
  query::Look look;
  bool brisk;
  std::chrono::milliseconds time_left = std::chrono::seconds(60);
};
constexpr std::array kTries = {
    Tries{"Usual", query::Look::kOnly, false},
    Tries{"Patient", query::Look::kPatient, false},
    Tries{"Overlapping", query::Look::kPatient, true},
    // Five tries one after the other would wait for 3.4 s.
    Tries{"ShortOfTime", query::Look::kPatient, false, std::chrono::milliseconds(2500)},
};

/// What one run came to.
struct Outcome {
  ProbeVerdict verdict = ProbeVerdict::kUnchanged;
  Reason reason{};
  std::vector<std::string> codes;
  size_t queries = 0;
};

async::Task<> Probe(net::Network* network, const query::AskOptions* options,
                    query::CaaAnswer* answer, query::Account* account, ProbeVerdict* verdict) {
  dns::Name name;
  (void)dns::Name::FromText("www.example.test", &name);
  Examinations examined;
  *verdict = co_await ProbeFailure(network, *options, name, answer, account, &examined);
}

/// Does the query over this protocol get no answer? They are counted from 0, each protocol's.
using IsLost = std::function<bool(Protocol, size_t)>;

Outcome Examine(const Row& row, const Tries& tries, const IsLost& is_lost) {
  const net::SkippedTime skipped_time;
  Outcome outcome;
  std::array<size_t, 2> sent{};
  const auto handle = [&](net::Exchange* exchange, net::TransportClient* client) {
    const bool over_tcp = exchange->protocol() == Protocol::kTcp;
    ++outcome.queries;
    if (is_lost(exchange->protocol(), sent[over_tcp ? 1 : 0]++)) return;
    std::array<uint8_t, dns::kMaxQuerySize> octets;
    const size_t size = dns::WriteQuery(exchange->query(), /*id=*/0, /*case_bits=*/0, octets);
    const Query query{{octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size)},
                      exchange->query().type,
                      exchange->query().edns,
                      over_tcp};
    if (const Reaction reaction = row.server(query)) client->CompleteReply(exchange, *reaction);
  };
  net::FakeTransport::Counts counts;
  net::Client client({}, {}, net::FakeTransports(handle, &counts));
  query::AskOptions options;
  options.timeout = std::chrono::milliseconds(500);
  options.brisk = tries.brisk;
  options.dnssec_ok = true;
  query::Account account;
  account.budget.max_queries = 100;
  account.budget.max_wait = tries.time_left;
  account.look = tries.look;
  query::CaaAnswer answer;
  answer.failure = row.reason;
  answer.zone = query::ZoneNamed(kZone);
  if (row.keyless) answer.keyless_zone = query::ZoneNamed(kZone);
  query::Attempt attempt;
  attempt.host = query::ZoneNamed("ns.example.test");
  attempt.peer = client.network()->PeerFor(async::Address::FromText(kServer, 53).value());
  attempt.result = row.met;
  answer.attempts.push_back(attempt);
  client.Run(Probe(client.network(), &options, &answer, &account, &outcome.verdict));
  outcome.reason = answer.failure;
  for (const Finding& finding : answer.findings) {
    outcome.codes.emplace_back(FindingCodeText(finding.code));
  }
  return outcome;
}

class LostDatagramTest : public testing::TestWithParam<std::tuple<Row, Tries>> {};

TEST_P(LostDatagramTest, TakesNoFindingAway) {
  const auto& [row, tries] = GetParam();
  const Outcome whole = Examine(row, tries, [](Protocol, size_t) { return false; });
  ASSERT_EQ(whole.codes, row.codes);
  ASSERT_EQ(whole.reason, row.refined);
  EXPECT_EQ(whole.verdict == ProbeVerdict::kSpeaksNow, row.unheard);
  for (size_t lost = 0; lost < whole.queries; ++lost) {
    SCOPED_TRACE(lost);
    const Outcome outcome = Examine(row, tries, [lost](Protocol protocol, size_t number) {
      return protocol == Protocol::kUdp && number == lost;
    });
    EXPECT_EQ(outcome.verdict, whole.verdict);
    EXPECT_EQ(outcome.reason, whole.reason);
    EXPECT_EQ(outcome.codes, whole.codes);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Servers, LostDatagramTest,
    testing::Combine(testing::Values(Row{"NotimpOnCaa",
                                         FailForCaa<RCode::kNotImp>,
                                         ServerResult::kNotimp,
                                         Reason::kNotimp,
                                         Reason::kNotimp,
                                         {"notimp_on_caa", "notimp_for_type"}},
                                     Row{"FormerrOnCaa",
                                         FailForCaa<RCode::kFormErr>,
                                         ServerResult::kFormerr,
                                         Reason::kFormerr,
                                         Reason::kFormerr,
                                         {"formerr_on_caa"}},
                                     Row{"RefusedOnCaa",
                                         FailForCaa<RCode::kRefused>,
                                         ServerResult::kRefused,
                                         Reason::kRefused,
                                         Reason::kRefusedCaa,
                                         {"refused_on_caa"}},
                                     Row{"ServfailOnCaa",
                                         FailForCaa<RCode::kServFail>,
                                         ServerResult::kServfail,
                                         Reason::kServfail,
                                         Reason::kServfail,
                                         {"servfail_on_caa"}},
                                     Row{"ServfailOnNewTypes",
                                         FailForNewTypes<RCode::kServFail>,
                                         ServerResult::kServfail,
                                         Reason::kServfail,
                                         Reason::kServfail,
                                         {"servfail_on_caa", "unknown_types_rejected"}},
                                     Row{"NameBroken",
                                         FailAtName<RCode::kServFail>,
                                         ServerResult::kServfail,
                                         Reason::kServfail,
                                         Reason::kServfail,
                                         {"name_broken"}},
                                     Row{"CaaDropped",
                                         DropCaa,
                                         ServerResult::kTimeout,
                                         Reason::kNoResponse,
                                         Reason::kCaaDropped,
                                         {"caa_dropped"}},
                                     Row{"NewTypesDropped",
                                         DropNewTypes,
                                         ServerResult::kTimeout,
                                         Reason::kNoResponse,
                                         Reason::kCaaDropped,
                                         {"caa_dropped", "unknown_types_dropped"}},
                                     Row{"Lame",
                                         FailForAll<RCode::kRefused>,
                                         ServerResult::kRefused,
                                         Reason::kRefused,
                                         Reason::kRefused,
                                         {"lame_refused"}},
                                     Row{"LameServfail",
                                         FailForAll<RCode::kServFail>,
                                         ServerResult::kServfail,
                                         Reason::kServfail,
                                         Reason::kServfail,
                                         {"lame_servfail"}},
                                     Row{"Silent",
                                         DropAll,
                                         ServerResult::kTimeout,
                                         Reason::kNoResponse,
                                         Reason::kNoResponse,
                                         {"server_silent"}},
                                     Row{"UdpDropped",
                                         DropUdp,
                                         ServerResult::kTimeout,
                                         Reason::kNoResponse,
                                         Reason::kNoResponse,
                                         {"udp_dropped"}},
                                     Row{"EdnsDropped",
                                         DropEdns,
                                         ServerResult::kTimeout,
                                         Reason::kNoResponse,
                                         Reason::kNoResponse,
                                         {"edns_dropped"}},
                                     Row{"Truncated",
                                         Truncate,
                                         ServerResult::kTruncated,
                                         Reason::kTruncated,
                                         Reason::kTruncated,
                                         {"truncated_no_tcp"}},
                                     Row{"CaaTruncated",
                                         TruncateCaa,
                                         ServerResult::kTruncated,
                                         Reason::kTruncated,
                                         Reason::kTruncated,
                                         {"truncated_no_tcp"}},
                                     Row{"UnheardNotimpOnCaa",
                                         FailForCaa<RCode::kNotImp>,
                                         ServerResult::kTimeout,
                                         Reason::kNoResponse,
                                         Reason::kNoResponse,
                                         {"notimp_on_caa", "notimp_for_type"},
                                         false,
                                         true},
                                     Row{"UnheardServfailOnCaa",
                                         FailForCaa<RCode::kServFail>,
                                         ServerResult::kTimeout,
                                         Reason::kNoResponse,
                                         Reason::kNoResponse,
                                         {"servfail_on_caa"},
                                         false,
                                         true},
                                     Row{"UnheardLame",
                                         FailForAll<RCode::kRefused>,
                                         ServerResult::kTimeout,
                                         Reason::kNoResponse,
                                         Reason::kNoResponse,
                                         {"lame_refused"},
                                         false,
                                         true},
                                     Row{"UnheardTruncated",
                                         Truncate,
                                         ServerResult::kTimeout,
                                         Reason::kNoResponse,
                                         Reason::kNoResponse,
                                         {"truncated_no_tcp"},
                                         false,
                                         true},
                                     Row{"UnheardCaaTruncated",
                                         TruncateCaa,
                                         ServerResult::kTimeout,
                                         Reason::kNoResponse,
                                         Reason::kNoResponse,
                                         {"truncated_no_tcp"},
                                         false,
                                         true},
                                     Row{"KeysDropped",
                                         DropKeys,
                                         ServerResult::kAnswer,
                                         Reason::kNoResponse,
                                         Reason::kNoResponse,
                                         {"dnskey_dropped", "dnssec_no_dnskey"},
                                         true},
                                     Row{"KeysRefused",
                                         FailForKeys<RCode::kRefused>,
                                         ServerResult::kAnswer,
                                         Reason::kRefused,
                                         Reason::kRefused,
                                         {"dnskey_refused", "dnssec_no_dnskey"},
                                         true},
                                     Row{"KeysServfail",
                                         FailForKeys<RCode::kServFail>,
                                         ServerResult::kAnswer,
                                         Reason::kServfail,
                                         Reason::kServfail,
                                         {"dnskey_servfail", "dnssec_no_dnskey"},
                                         true},
                                     Row{"KeysTruncated",
                                         TruncateKeys,
                                         ServerResult::kAnswer,
                                         Reason::kTruncated,
                                         Reason::kTruncated,
                                         {"truncated_no_tcp", "dnssec_no_dnskey"},
                                         true}),
                     testing::ValuesIn(kTries)),
    [](const auto& test) {
      return std::string(std::get<0>(test.param).name) + std::get<1>(test.param).name;
    });

// A chance that one name in some ten thousand has, where a tenth of the datagrams is lost.
TEST(ManyLostDatagramsTest, DoNotSilenceAServerThatSpokeToTheLookUp) {
  constexpr size_t kFirst = 5;
  const Row row{
      "", FailForAll<RCode::kRefused>, ServerResult::kRefused, Reason::kRefused, Reason::kRefused,
      {}};
  for (const Tries& tries : {kTries[1], kTries[2]}) {
    SCOPED_TRACE(tries.name);
    const Outcome outcome =
        Examine(row, tries, [](Protocol, size_t number) { return number < kFirst; });
    EXPECT_EQ(outcome.codes, std::vector<std::string>{"lame_refused"});
  }
}

Reaction TruncateOverTcpToo(const Query& query) {
  return Reply(query.bytes, Reply::kAuthoritative | dns::kFlagTC).bytes();
}

// It is there over TCP, as the other tries have shown.
TEST(ManyLostDatagramsTest, OneSilenceOverTcpIsNoLackOfTcp) {
  const Row row{
      "", TruncateOverTcpToo, ServerResult::kTruncated, Reason::kTruncated, Reason::kTruncated, {}};
  for (const Tries& tries : kTries) {
    for (size_t lost = 0; lost < 5; ++lost) {
      SCOPED_TRACE(lost);
      const Outcome outcome = Examine(row, tries, [lost](Protocol protocol, size_t number) {
        return protocol == Protocol::kTcp && number == lost;
      });
      EXPECT_EQ(outcome.codes, std::vector<std::string>{});
    }
  }
}

}  // namespace
}  // namespace caascan::diagnose
