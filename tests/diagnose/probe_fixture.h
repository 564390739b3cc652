// Servers on loopback that answer one type and not another, and the probes that are sent to them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scanner/diagnose/probe.h"
#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"
#include "tests/query/names.h"

// survey_fixture.h has servers and addresses of the same names.
namespace caascan::diagnose::probe_fixture {

using dns::RCode;
using dns::RRType;
using net::Arrival;
using net::Outbox;
using net::Reply;
using query::Attempt;
using query::CaaAnswer;

inline constexpr const char* kFirst = "127.70.0.1";
inline constexpr const char* kSecond = "127.70.0.2";
inline constexpr std::chrono::milliseconds kShort(60);

inline RRType TypeOf(const Arrival& query) { return net::ParseQuery(query.bytes).question_type(); }

inline void ServeSoa(const Arrival& query, Outbox* out) {
  Reply reply(query.bytes);
  out->Send(reply.Answer("example.test", RRType::kSOA, net::SoaBytes()).bytes());
}

inline void Refuse(const Arrival& query, Outbox* out) {
  out->Send(Reply(query.bytes, dns::kFlagQR, RCode::kRefused).bytes());
}

inline void RefuseCaa(const Arrival& query, Outbox* out) {
  (TypeOf(query) == RRType::kCAA ? Refuse : ServeSoa)(query, out);
}

inline void DropCaa(const Arrival& query, Outbox* out) {
  if (TypeOf(query) != RRType::kCAA) ServeSoa(query, out);
}

inline void Serve(const Arrival& query, Outbox* out) {
  if (TypeOf(query) != RRType::kCAA) return ServeSoa(query, out);
  Reply reply(query.bytes);
  out->Send(reply.Authority("example.test", RRType::kSOA, net::SoaBytes()).bytes());
}

inline void Ignore(const Arrival&, Outbox*) {}

/// Serves it as a cache does, without authority.
inline void ServeFromCache(const Arrival& query, Outbox* out) {
  if (TypeOf(query) == RRType::kCAA) return Refuse(query, out);
  Reply reply(query.bytes, dns::kFlagQR);
  out->Send(reply.Answer("example.test", RRType::kSOA, net::SoaBytes()).bytes());
}

class ProbeTest : public testing::Test {
 protected:
  using Handler = std::function<void(const Arrival&, Outbox*)>;

  ~ProbeTest() override {
    answer_ = {};  // They refer to the client's peers.
    examined_ = {};
    account_ = {};
    client_.reset();
    server_.reset();
  }

  void Start(std::map<std::string, Handler> handlers, const net::NetworkOptions& network = {}) {
    server_ = std::make_unique<net::FakeServer>(
        [handlers = std::move(handlers)](const Arrival& query, Outbox* out) {
          handlers.at(query.server.ToText())(query, out);
        });
    client_ = std::make_unique<net::Client>(pacing::LimitOptions(), network);
    options_.timeout = kShort;
    account_.budget.max_queries = 100;
  }

  /// What the failed look-up had met.
  void Met(std::string_view address, ServerResult result) {
    Attempt attempt;
    attempt.peer = client_->network()->PeerFor(server_->At(address));
    attempt.host = query::ZoneNamed("ns.example.test");
    attempt.result = result;
    answer_.attempts.push_back(attempt);
  }

  ProbeVerdict Probe(Reason plain, std::string_view zone = "example.test") {
    answer_.failure = plain;
    answer_.zone = query::ZoneNamed(zone);
    ProbeVerdict verdict = ProbeVerdict::kUnchanged;
    client_->Run([](ProbeTest* test, ProbeVerdict* out) -> async::Task<> {
      dns::Name name;
      (void)dns::Name::FromText("www.example.test", &name);
      *out = co_await ProbeFailure(test->client_->network(), test->options_, name, &test->answer_,
                                   &test->account_, &test->examined_);
    }(this, &verdict));
    return verdict;
  }

  std::vector<std::string> Codes() const {
    std::vector<std::string> codes;
    for (const Finding& finding : answer_.findings) {
      codes.emplace_back(FindingCodeText(finding.code));
    }
    return codes;
  }
  bool SaysWhyFewTries() const {
    return answer_.findings.at(0).evidence.ends_with("for other names before");
  }

  query::AskOptions options_;
  CaaAnswer answer_;
  query::Account account_;
  Examinations examined_;
  std::unique_ptr<net::FakeServer> server_;
  std::unique_ptr<net::Client> client_;
};

}  // namespace caascan::diagnose::probe_fixture
