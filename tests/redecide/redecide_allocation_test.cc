// By itself, since counting_new.cc replaces operator new for the whole program.
#include <gtest/gtest.h>

#include <string>

#include "caascan/record.h"
#include "scanner/record/record_view.h"
#include "scanner/redecide/redecide.h"
#include "tests/caa/counting_new.h"
#include "tests/record/record_samples.h"

namespace caascan::redecide {
namespace {

TEST(RedeciderTest, AllocatesNothingOnceItsMemoryHasGrown) {
  const IssuanceRequest request = {{"ca.example.net"}, false, {"https://a.example/1"}, {"dns-01"}};
  Redecider redecider(request, {{"A", {"ca.example.net"}}});
  std::string line;
  AppendRecord(FullRecord(), &line);
  const size_t size = line.size() - 1;
  line.append(record::RecordReader::kPadding, ' ');
  std::string out;
  redecider.Append(std::string_view(line).substr(0, size), &out);
  out.clear();
  const size_t before = AllocationCount();
  EXPECT_EQ(redecider.Append(std::string_view(line).substr(0, size), &out).problem, "");
  EXPECT_EQ(AllocationCount(), before);
}

}  // namespace
}  // namespace caascan::redecide
