// What a server may answer to queries for CAA of example.test that is not what it should.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "tests/net/reply.h"
#include "tests/resolve/iterative_fixture.h"

namespace caascan::resolve {

using dns::RCode;
using dns::RRType;
using net::Arrival;
using net::Outbox;
using net::Reply;

constexpr const char* kFirst = "127.53.1.1";
constexpr const char* kSecond = "127.53.1.2";
constexpr uint16_t kPlain = dns::kFlagQR;  // AA clear.
constexpr uint16_t kResolver = dns::kFlagQR | dns::kFlagRA;

using Fill = std::function<void(Reply*)>;

inline bool AsksForCaa(const Arrival& query) {
  return net::ParseQuery(query.bytes).question_type() == RRType::kCAA;
}

/// Answers every query for CAA like this.
inline FakeTree::Override Caa(uint16_t flags, Fill fill, RCode rcode = RCode::kNoError) {
  return [flags, fill = std::move(fill), rcode](const Arrival& query, Outbox* out) {
    if (!AsksForCaa(query)) return false;
    Reply reply(query.bytes, flags, rcode);
    fill(&reply);
    out->Send(reply.bytes());
    return true;
  };
}

inline FakeTree::Override Records(uint16_t flags, const std::string& issuer) {
  return Caa(flags, [issuer](Reply* reply) {
    reply->Answer("example.test", RRType::kCAA, net::CaaBytes(0, "issue", issuer));
  });
}

inline FakeTree::Override Empty(uint16_t flags) {
  return Caa(flags, [](Reply*) {});
}

inline FakeTree::Override Authority(uint16_t flags, RRType type, const std::string& owner) {
  return Caa(flags, [type, owner](Reply* reply) {
    reply->Authority(owner, type,
                     type == RRType::kSOA ? net::SoaBytes() : net::NameBytes("ns.nic.test"));
  });
}

class OddRepliesTest : public IterativeFixture {
 protected:
  void ServeByTwo() {
    tree_.Delegate("test", "example.test",
                   {{"ns1.example.test", kFirst}, {"ns2.example.test", kSecond}});
  }
  void ServeByOne() { tree_.Delegate("test", "example.test", {{"ns1.example.test", kFirst}}); }

  static std::string How(const Looked& looked) {
    return looked.answer.status == query::LookupStatus::kFailed
               ? std::string(ReasonCode(looked.answer.failure))
               : Summary(looked.answer);
  }
  /// Both servers, whichever is asked first: several scans.
  std::string AlwaysTheSame(const char* name = "example.test") {
    std::string first;
    for (int i = 0; i < 6; ++i) {
      const std::string how = How(Lookup(name));
      if (i > 0 && how != first) return first + " or " + how;
      first = how;
    }
    return first;
  }
};

}  // namespace caascan::resolve
