#include "scanner/plan/record_set.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace caascan::plan {
namespace {

struct Record {
  std::string name;
  std::string input;
  std::string id;
  std::string order;
};

std::string DigestOf(const std::vector<Record>& records) {
  RecordSet set;
  for (const Record& record : records) set.Add(record.name, record.input, record.id, record.order);
  EXPECT_EQ(set.count(), records.size());
  return set.Digest();
}

const Record kOne = {"one.example", "", "1", ""};
const Record kTwo = {"two.example", "Two.Example", "", "\"o\""};

TEST(RecordSetTest, TheEmptySetIsZero) { EXPECT_EQ(DigestOf({}), std::string(32, '0')); }

TEST(RecordSetTest, TheOrderDoesNotMatter) {
  EXPECT_EQ(DigestOf({kOne, kTwo, kOne}), DigestOf({kOne, kOne, kTwo}));
}

TEST(RecordSetTest, EqualRecordsCount) {
  EXPECT_NE(DigestOf({kOne, kTwo}), DigestOf({kOne, kOne, kTwo}));
}

TEST(RecordSetTest, EachMemberCounts) {
  const std::string whole = DigestOf({kTwo});
  for (std::string Record::*member : {&Record::name, &Record::input, &Record::id, &Record::order}) {
    Record other = kTwo;
    other.*member += "x";
    EXPECT_NE(DigestOf({other}), whole);
  }
}

TEST(RecordSetTest, NoMemberGoesOnInTheNext) {
  EXPECT_NE(DigestOf({{"ab", "c", "", ""}}), DigestOf({{"a", "bc", "", ""}}));
}

TEST(RecordSetTest, IsTheSameInEveryRelease) {
  EXPECT_EQ(DigestOf({kOne}), "743fdaa8a64437f54825970672b098af");
}

}  // namespace
}  // namespace caascan::plan
