// What TCP connections may take of a process's descriptors.
#include "scanner/scan/descriptors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace caascan::scan {
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

struct IdleRow {
  const char* name;
  size_t limit;
  unsigned workers;
  unsigned each;
};

class IdleSocketsEachTest : public testing::TestWithParam<IdleRow> {};

TEST_P(IdleSocketsEachTest, TakeAQuarterAtMost) {
  const IdleRow& row = GetParam();
  EXPECT_EQ(IdleSocketsEach(row.limit, row.workers), row.each);
  EXPECT_LE(size_t{2} * row.each * row.workers, row.limit / 4);
}

INSTANTIATE_TEST_SUITE_P(Rows, IdleSocketsEachTest,
                         testing::Values(IdleRow{"Usual", 65'536, 2, 768},
                                         IdleRow{"ManyWorkers", 65'536, 64, 128},
                                         IdleRow{"HardLimit", 1024, 1, 128},
                                         IdleRow{"Few", 64, 2, 4}, IdleRow{"None", 0, 1, 0},
                                         IdleRow{"NoWorker", 1024, 0, 128}),
                         [](const auto& row) { return row.param.name; });

TEST(DescriptorLimitTest, IsWhatTheSystemSays) {
  rlimit low{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &low), 0);
  low.rlim_cur = 256;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(DescriptorLimit(), 256u);
}

}  // namespace
}  // namespace caascan::scan
