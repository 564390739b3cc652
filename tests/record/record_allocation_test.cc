// By itself, since counting_new.cc replaces operator new for the whole program.
#include <gtest/gtest.h>

#include <string>

#include "caascan/record.h"
#include "tests/caa/counting_new.h"
#include "tests/record/record_samples.h"

namespace caascan {
namespace {

TEST(RecordAllocationTest, MakesNoTemporaries) {
  const Record record = FullRecord();
  std::string out;
  AppendRecord(record, &out);  // The line's memory, and the calendar's cache.
  out.clear();
  const size_t before = AllocationCount();
  AppendRecord(record, &out);
  EXPECT_EQ(AllocationCount(), before);
}

}  // namespace
}  // namespace caascan
