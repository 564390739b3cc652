// What TCP connections may take of a process's descriptors.
#include "scanner/net/descriptors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace caascan::net {
namespace {

struct Row {
  const char* name;
  size_t limit;
  unsigned workers;
  unsigned udp_sockets;
  size_t each;
};

class ConnectionsEachTest : public testing::TestWithParam<Row> {};

TEST_P(ConnectionsEachTest, LeavesTheRestToOthers) {
  const Row& row = GetParam();
  const size_t each = ConnectionsEach(row.limit, row.workers, row.udp_sockets);
  EXPECT_EQ(each, row.each);
}

INSTANTIATE_TEST_SUITE_P(Rows, ConnectionsEachTest,
                         testing::Values(Row{"Usual", 1024, 2, 16, 432},
                                         Row{"OneWorker", 1024, 1, 16, 912},
                                         Row{"Many", 65'536, 8, 16, 8136}, Row{"Few", 64, 2, 16, 4},
                                         Row{"None", 0, 1, 16, 4},
                                         Row{"NoWorker", 1024, 0, 16, 960}),
                         [](const auto& row) { return row.param.name; });

TEST(DescriptorLimitTest, IsWhatTheSystemSays) {
  rlimit low{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &low), 0);
  low.rlim_cur = 256;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(DescriptorLimit(), 256u);
}

}  // namespace
}  // namespace caascan::net
