#include "scanner/scan/parked_jobs.h"

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/net/client.h"
#include "tests/net/fake_server.h"

namespace caascan::scan {
namespace {

input::NameJob Job(std::string_view name) {
  input::NameJob job;
  job.valid = true;
  dns::Name parsed;
  EXPECT_EQ(dns::Name::FromText(name, &parsed), dns::NameError::kNone);
  job.name = parsed;
  return job;
}

std::vector<std::string> TakeAllReady(ParkedJobs* parked) {
  std::vector<std::string> names;
  input::NameJob job;
  while (parked->TakeReady(&job)) names.push_back(job.name.view().ToText());
  return names;
}

/// Two servers: one that never answers and may be asked one query at a time, and one nobody asks.
class ParkedJobsTest : public testing::Test {
 protected:
  /// Puts more queries into the first one's queue than it makes anyone wait for.
  void MakeBusy() {
    for (net::Got& got : got_) {
      client_.Start(client_.AskTask(slow_->address(), net::Protocol::kUdp,
                                    std::chrono::milliseconds(10), "www.example.com", &got));
    }
    client_.network()->Flush();
    ASSERT_TRUE(slow_->busy());
  }

  net::FakeServer server_{[](const net::Arrival&, net::Outbox*) {}};
  net::Client client_{pacing::LimitOptions{.server_inflight = 1}};
  const net::PeerRef slow_ = client_.network()->PeerFor(server_.At("127.0.0.1"));
  const net::PeerRef idle_ = client_.network()->PeerFor(server_.At("127.0.0.2"));
  std::deque<net::Got> got_{24};
  ParkedJobs parked_{8};
};

TEST_F(ParkedJobsTest, WaitAsLongAsTheirServerIsBusy) {
  parked_.Park(slow_, Job("a.example."));
  parked_.Park(idle_, Job("b.example."));
  parked_.Park(slow_, Job("c.example."));
  parked_.Park(idle_, Job("d.example."));
  MakeBusy();
  EXPECT_EQ(TakeAllReady(&parked_), (std::vector<std::string>{"b.example", "d.example"}));
  EXPECT_FALSE(parked_.empty());
  client_.Wait();
  EXPECT_EQ(TakeAllReady(&parked_), (std::vector<std::string>{"a.example", "c.example"}));
  EXPECT_TRUE(parked_.empty());
}

TEST_F(ParkedJobsTest, ServersTakeTurns) {
  for (const char* name : {"a1", "a2.", "a3."}) parked_.Park(slow_, Job(name));
  for (const char* name : {"b1", "b2."}) parked_.Park(idle_, Job(name));
  EXPECT_EQ(TakeAllReady(&parked_), (std::vector<std::string>{"a1", "b1", "a2", "b2", "a3"}));
}

TEST_F(ParkedJobsTest, GiveBackEachOneOnce) {
  parked_.Park(slow_, Job("a.example."));
  parked_.Park(idle_, Job("b.example."));
  parked_.Park(slow_, Job("c.example."));
  MakeBusy();
  std::vector<std::string> names;
  input::NameJob job;
  while (parked_.TakeAny(&job)) names.push_back(job.name.view().ToText());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"a.example", "b.example", "c.example"}));
  EXPECT_TRUE(parked_.empty());
  client_.Wait();
}

TEST_F(ParkedJobsTest, HaveRoomForSoMany) {
  for (int i = 0; i < 8; ++i) {
    EXPECT_TRUE(parked_.has_room());
    parked_.Park(idle_, Job("a.example."));
  }
  EXPECT_FALSE(parked_.has_room());
}

}  // namespace
}  // namespace caascan::scan
