#include "scanner/query/answer.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/query/names.h"

namespace caascan::query {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(NameTextTest, IsWhatRecordsHave) {
  EXPECT_EQ(NameText(std::nullopt), "");
  EXPECT_EQ(NameText(LowerCase(dns::NameView())), ".");
  EXPECT_EQ(NameText(LowerCase(N("WWW.Example.COM"))), "www.example.com");
  EXPECT_EQ(NameText(LowerCase(N("A\\.b.\\255.example"))), "a\\.b.\\255.example");
  EXPECT_THAT(NameTexts({}), IsEmpty());
  EXPECT_THAT(NameTexts(NamesOf({"b.example", "a.example"})),
              ElementsAre("b.example", "a.example"));
}

// What the cache of parents' answers counts.
TEST(CaaAnswerTest, WeighsItsRecordsAndWhatTheyHold) {
  CaaAnswer answer;
  EXPECT_EQ(answer.HeapBytes(), 0u);
  answer.rrset.records.assign(4000, {0, "issue", ";"});
  const size_t plain = answer.HeapBytes();
  EXPECT_GE(plain, 4000 * sizeof(CaaRecord));
  for (CaaRecord& record : answer.rrset.records) record.value.assign(1000, 'x');
  EXPECT_GE(answer.HeapBytes(), plain + size_t{4000} * 1000);
  CaaAnswer failed;
  failed.attempts.resize(3);
  failed.attempts[0].told.push_back({22, std::string(100, 't')});
  failed.findings.emplace_back(FindingCode::kLameRefused).evidence.assign(500, 'e');
  EXPECT_GE(failed.HeapBytes(), 3 * sizeof(Attempt) + sizeof(ToldError) + sizeof(Finding) + 600);
}

TEST(CaaAnswerTest, WeighsLongNames) {
  const std::string label(63, 'a');
  CaaAnswer answer;
  answer.zone = ZoneNamed("short.example");
  EXPECT_EQ(answer.HeapBytes(), 0u);
  answer.zone = ZoneNamed(label);
  EXPECT_EQ(answer.HeapBytes(), 65u);
  answer.cname = NamesOf({label});
  EXPECT_GE(answer.HeapBytes(), size_t{2} * 65 + sizeof(dns::CompactName));
  CaaAnswer failed;
  failed.attempts.emplace_back().host = ZoneNamed(label);
  EXPECT_GE(failed.HeapBytes(), sizeof(Attempt) + 65);
}

}  // namespace
}  // namespace caascan::query
