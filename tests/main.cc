// The tests of a room: `net_tests` runs them all, `net_tests udp_test.cc` those of one file.
// GoogleTest's own options, such as --gtest_filter, go with either.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace {

bool IsOf(std::string_view file, const testing::TestInfo& test) {
  const std::string_view path = test.file();
  return path.ends_with(file) && path.substr(0, path.size() - file.size()).ends_with('/');
}

/// The filter that chooses the tests of one file; empty where there are none. Suites are chosen
/// whole: one that two files share would run with both, and its name says too little.
std::string FilterOf(std::string_view file) {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  std::string filter;
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    int own = 0;
    for (int j = 0; j < suite.total_test_count(); ++j) {
      if (IsOf(file, *suite.GetTestInfo(j))) ++own;
    }
    if (own == 0) continue;
    if (own < suite.total_test_count()) {
      std::fprintf(stderr, "%s: several files have tests of this suite\n", suite.name());
      return {};
    }
    filter.append(suite.name()).append(".*:");
  }
  return filter;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  if (argc > 2) {
    std::fprintf(stderr, "usage: %s [FILE_test.cc]\n", argv[0]);
    return 2;
  }
  if (argc == 2) {
    const std::string filter = FilterOf(argv[1]);
    if (filter.empty()) {
      std::fprintf(stderr, "%s: no tests to run\n", argv[1]);
      return 2;
    }
    testing::GTEST_FLAG(filter) = filter;
  }
  return RUN_ALL_TESTS();
}
