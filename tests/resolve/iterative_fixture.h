// An iterative resolver before a tree of servers on loopback.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/resolve/iterative.h"
#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/resolve/fake_tree.h"

namespace caascan::resolve {

/// What a look-up gave, and what it cost.
struct Looked {
  query::CaaAnswer answer;
  query::Account account;
};

/// How a look-up is to be made: see Account.
struct LookUp {
  uint32_t max_queries = 200;
  query::Look look = query::Look::kFirst;
  bool keep_all_attempts = false;
  query::WhenBusy when_busy = query::WhenBusy::kWait;
};

/// The tree has a root (kRoot) and the TLD "test" (kTld) to begin with. Fill `tree_` and
/// `options_`, then Start().
class IterativeFixture : public testing::Test {
 protected:
  static constexpr const char* kRoot = "127.53.0.1";
  static constexpr const char* kTld = "127.53.0.2";
  // Where silence is what is tested.
  static constexpr std::chrono::milliseconds kShort{50};

  IterativeFixture();
  ~IterativeFixture() override;

  void Start(const pacing::LimitOptions& limits = {}, const net::NetworkOptions& network = {});
  Looked Lookup(std::string_view name, const LookUp& how = {});
  /// All at once.
  std::deque<Looked> LookupAll(const std::vector<std::string>& names, const LookUp& how = {});

  size_t Seen(std::string_view server, std::string_view name = {}) const {
    return server_->CountSeen(server, name);
  }

  FakeTree tree_;
  IterativeOptions options_;
  std::unique_ptr<net::FakeServer> server_;
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<IterativeResolver> resolver_;
};

/// "issue value" of each record, or how it ended: "empty", or the reason's code.
std::string Summary(const query::CaaAnswer& answer);

/// The kinds of a look-up's observations, in order.
std::vector<query::Observation::Kind> Kinds(const query::Account& account);

// What an address may do instead of answering.
bool Silent(const net::Arrival& query, net::Outbox* out);
FakeTree::Override Always(dns::RCode rcode);

/// With the zone example.test, which has two servers and a record at its apex.
class TwoServersFixture : public IterativeFixture {
 protected:
  static constexpr const char* kFirst = "127.53.1.1";
  static constexpr const char* kSecond = "127.53.1.2";

  TwoServersFixture();

  /// "address result" each; the host's name where it has no address.
  static std::set<std::string> Results(const std::vector<query::Attempt>& attempts);
};

}  // namespace caascan::resolve
