// What of a record outlives its request, and for how long.
#include "scanner/investigate/lasting_answer.h"

#include <gtest/gtest.h>

namespace caascan::investigate {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

Record PermitAt(LastingAnswer::Time time, uint32_t ttl_s) {
  Record record;
  record.name = "*.www.example.com";
  record.input = "*.WWW.example.com";
  record.id.text = "7";
  record.reason = Reason::kIssuerAuthorized;
  record.may_issue = true;
  record.caa = CaaRrset{"example.com", ttl_s, {{0, "issue", "letsencrypt.org"}}};
  record.zone = "example.com";
  record.queries = 4;
  record.time = time;
  return record;
}

TEST(LastingAnswerTest, HoldsForEightHoursOrTheTtl) {
  const LastingAnswer::Time time{seconds(1'000'000)};
  struct Row {
    const char* name;
    uint32_t ttl_s;
    seconds later;
    bool valid;
  };
  for (const Row& row : {Row{"at once", 300, seconds(0), true},
                         Row{"just within eight hours", 300, hours(8) - seconds(1), true},
                         Row{"eight hours", 300, hours(8), false},
                         Row{"within a longer TTL", 86'400, hours(23), true},
                         Row{"behind it", 86'400, hours(24), false}}) {
    SCOPED_TRACE(row.name);
    LastingAnswer answer;
    answer.Take(PermitAt(time, row.ttl_s));
    EXPECT_EQ(answer.IsValid(time + row.later), row.valid);
  }
}

TEST(LastingAnswerTest, AnEmptyOneIsNotValid) {
  EXPECT_FALSE(LastingAnswer().IsValid(LastingAnswer::Time{seconds(1)}));
  EXPECT_TRUE(LastingAnswer().rrset().empty());
}

TEST(LastingAnswerTest, GivesWhatTheDnsSaidAndNothingOfTheRequest) {
  const LastingAnswer::Time time{seconds(1'000'000)};
  LastingAnswer answer;
  answer.Take(PermitAt(time, 300));
  Record record;
  record.name = "www.example.com";
  answer.Give(&record);
  EXPECT_EQ(record.name, "www.example.com");
  EXPECT_TRUE(record.input.empty());
  EXPECT_TRUE(record.id.text.empty());
  EXPECT_FALSE(record.may_issue) << "that is decided anew";
  EXPECT_EQ(record.queries, 0u);
  EXPECT_EQ(record.time, time);
  EXPECT_EQ(record.zone, "example.com");
  ASSERT_TRUE(record.caa);
  EXPECT_EQ(record.caa->records, answer.rrset());
}

TEST(LastingAnswerTest, LargeRecordSetsWeighMore) {
  Record record = PermitAt(LastingAnswer::Time{}, 300);
  LastingAnswer small;
  small.Take(record);
  record.caa->records.push_back({0, "issue", std::string(5000, 'x')});
  LastingAnswer large;
  large.Take(record);
  EXPECT_GT(large.HeapBytes(), small.HeapBytes() + 5000);
}

}  // namespace
}  // namespace caascan::investigate
