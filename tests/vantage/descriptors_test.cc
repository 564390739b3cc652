// What a scan takes of a process's descriptors.
#include "scanner/vantage/descriptors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace caascan::vantage {
namespace {

struct Row {
  const char* name;
  size_t free;
  unsigned workers;
  unsigned udp_sockets;  // 0: they cannot work.
  unsigned udp_idle_sockets;
  size_t tcp_connections;
};

class PlanDescriptorsTest : public testing::TestWithParam<Row> {};

TEST_P(PlanDescriptorsTest, SharesThemOut) {
  const Row& row = GetParam();
  const std::optional<DescriptorPlan> plan = PlanDescriptors(row.free, row.workers);
  EXPECT_EQ(row.free >= LeastDescriptors(row.workers), plan.has_value());
  EXPECT_EQ(row.workers <= MostWorkers(row.free), plan.has_value());
  if (!plan) {
    EXPECT_EQ(row.udp_sockets, 0u);
    return;
  }
  EXPECT_EQ(plan->udp_sockets, row.udp_sockets);
  EXPECT_EQ(plan->udp_idle_sockets, row.udp_idle_sockets);
  EXPECT_EQ(plan->tcp_connections, row.tcp_connections);
  EXPECT_EQ(row.free >= WantedDescriptors(row.workers), plan->udp_sockets == kWantedUdpSockets);
  const size_t sockets = size_t{2} * (plan->udp_sockets + plan->udp_idle_sockets);
  EXPECT_LE(row.workers * (sockets + plan->tcp_connections + 5), row.free) << "none is given twice";
  EXPECT_LE(size_t{2} * plan->udp_idle_sockets * row.workers, row.free / 4);
}

INSTANTIATE_TEST_SUITE_P(Rows, PlanDescriptorsTest,
                         testing::Values(Row{"Usual", 65'532, 2, 16, 1520, 29'669},
                                         Row{"ManyWorkers", 65'532, 64, 16, 127, 732},
                                         Row{"OneUnderAHardLimit", 1020, 1, 16, 127, 689},
                                         Row{"ThirtyUnderAHardLimit", 1020, 30, 7, 4, 5},
                                         Row{"EightUnderALowOne", 252, 8, 5, 3, 5},
                                         Row{"JustEnough", 49, 1, 1, 0, 2},
                                         Row{"TooFew", 48, 1, 0, 0, 0},
                                         Row{"FewerThanFiles", 10, 1, 0, 0, 0},
                                         Row{"None", 0, 1, 0, 0, 0}),
                         [](const auto& row) { return row.param.name; });

TEST(PlanDescriptorsTest, MoreIsNeverLess) {
  for (const unsigned workers : {1u, 2u, 30u, 1024u}) {
    unsigned before = 0;
    for (size_t free = 0; free <= 65'536; free += 97) {
      const std::optional<DescriptorPlan> plan = PlanDescriptors(free, workers);
      if (!plan) continue;
      EXPECT_GE(plan->udp_sockets, 1u);
      EXPECT_GE(plan->tcp_connections, 2u);
      EXPECT_GE(plan->udp_sockets + plan->udp_idle_sockets, before) << free << " of " << workers;
      before = plan->udp_sockets + plan->udp_idle_sockets;
    }
  }
}

struct ConnectionsRow {
  const char* name;
  size_t free;
  unsigned workers;
  size_t connections;  // 0: they cannot work.
};

class PlanConnectionsTest : public testing::TestWithParam<ConnectionsRow> {};

// Without UDP.
TEST_P(PlanConnectionsTest, GivesThemAllToConnections) {
  const ConnectionsRow& row = GetParam();
  const std::optional<DescriptorPlan> plan = PlanConnections(row.free, row.workers);
  ASSERT_EQ(plan.has_value(), row.connections != 0);
  if (!plan) return;
  EXPECT_EQ(plan->udp_sockets, 0u);
  EXPECT_EQ(plan->udp_idle_sockets, 0u);
  EXPECT_EQ(plan->tcp_connections, row.connections);
  EXPECT_LE(row.workers * (plan->tcp_connections + 5), row.free) << "none is given twice";
}

INSTANTIATE_TEST_SUITE_P(Rows, PlanConnectionsTest,
                         testing::Values(ConnectionsRow{"Usual", 65'532, 2, 32'741},
                                         ConnectionsRow{"ThirtyUnderAHardLimit", 1020, 30, 27},
                                         ConnectionsRow{"JustEnough", 49, 1, 4},
                                         ConnectionsRow{"TooFew", 48, 1, 0},
                                         ConnectionsRow{"None", 0, 1, 0}),
                         [](const auto& row) { return row.param.name; });

TEST(FreeDescriptorsTest, AreThoseOfTheLimitThatAreNotOpen) {
  rlimit low{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &low), 0);
  low.rlim_cur = 256;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  const size_t before = FreeDescriptors();
  EXPECT_LT(before, 256u);
  EXPECT_GT(before, 200u);
  const int copy = dup(STDERR_FILENO);
  EXPECT_EQ(FreeDescriptors(), before - 1);
  close(copy);
  EXPECT_EQ(FreeDescriptors(), before);
}

}  // namespace
}  // namespace caascan::vantage
