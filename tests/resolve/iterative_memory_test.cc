// How much hostile delegations may fill.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/resolve/iterative_fixture.h"

namespace caascan::resolve {
namespace {

constexpr size_t kNames = 400;

/// 400 zones, each with 32 addresses that no other one has.
class MemoryTest : public IterativeFixture {
 protected:
  MemoryTest() {
    int next = 0;
    for (size_t i = 0; i < kNames; ++i) {
      const std::string zone = "n" + std::to_string(i) + ".test";
      names_.push_back(zone);
      for (size_t j = 0; j < zones::Zone::kMaxAddresses; ++j, ++next) {
        const std::string host = "ns" + std::to_string(j % 4) + "." + zone;
        const std::string address =
            "127.60." + std::to_string(next / 250) + "." + std::to_string(1 + next % 250);
        if (j < 4) tree_.Add("test", zone + " NS " + host);
        tree_.Add("test", host + " A " + address);
        tree_.Serve(zone, address);
      }
      tree_.Add(zone, zone + " CAA 0 issue ca.example");
    }
  }

  /// Looks all names up, some at a time, and gives the largest number of peers that was met.
  size_t LookUpAll() {
    size_t most = 0;
    for (size_t first = 0; first < kNames; first += kAtOnce) {
      const std::vector<std::string> some(
          names_.begin() + static_cast<std::ptrdiff_t>(first),
          names_.begin() + static_cast<std::ptrdiff_t>(first + kAtOnce));
      for (const Looked& looked : LookupAll(some)) {
        EXPECT_EQ(Summary(looked.answer), "issue ca.example");
      }
      client_->network()->Flush();
      most = std::max(most, client_->network()->peer_count());
    }
    return most;
  }

  static constexpr size_t kAtOnce = 20;
  static constexpr size_t kOthers = 2;  // The root's server and the TLD's.
  std::vector<std::string> names_;
};

TEST_F(MemoryTest, PeersAreForgottenWithTheZonesThatNameThem) {
  options_.zone_capacity = 10;
  Start({}, {.peer_capacity = 100});
  EXPECT_LE(LookUpAll(), 100 + 10 * zones::Zone::kMaxAddresses + kOthers);
}

TEST_F(MemoryTest, AZoneIsAsLargeAsItsPeers) {
  options_.zone_bytes = 256 << 10;
  Start({}, {.peer_capacity = 100});
  EXPECT_LE(LookUpAll(), 100 + options_.zone_bytes / sizeof(net::Peer) + kOthers);
}

TEST_F(MemoryTest, PeersInTheCachesAreBoundedByTheseAlone) {
  Start({}, {.peer_capacity = 0});
  EXPECT_EQ(LookUpAll(), kNames * zones::Zone::kMaxAddresses + kOthers)
      << "all of them are in the cache";
  resolver_.reset();
  client_->network()->Flush();
  EXPECT_EQ(client_->network()->peer_count(), 4u) << "those that answered last: see net::Outage";
}

}  // namespace
}  // namespace caascan::resolve
