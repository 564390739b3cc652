#include "caascan/plan.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "scanner/plan/chunk_file.h"
#include "tests/plan/run_fixture.h"

namespace caascan::plan {
namespace {

using testing::HasSubstr;

class PlanTest : public RunFixture {
 protected:
  std::string Text(uint32_t chunk) const {
    auto text = ReadChunk(run_, manifest_, chunk);
    EXPECT_TRUE(text.ok()) << text.status();
    return text.ok() ? std::string(text->text()) : "";
  }
  std::string AllText() const {
    std::string text;
    for (uint32_t i = 0; i < manifest_.chunks.size(); ++i) text += Text(i);
    return text;
  }
};

TEST_F(PlanTest, EveryLineIsInOneChunk) {
  ASSERT_TRUE(Plan(Names(25) + "not a name\n*.wild.example\n", 10).ok());
  EXPECT_EQ(summary_.names, 27u);
  EXPECT_EQ(summary_.invalid, 1u);
  EXPECT_EQ(summary_.chunks, 3u);
  EXPECT_EQ(summary_.chunks_written, 3u);
  const std::string all = AllText();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 27);
  for (int i = 0; i < 25; ++i) {
    EXPECT_THAT(all, HasSubstr("{\"name\":\"n" + std::to_string(i) + ".example\"}\n"));
  }
  EXPECT_THAT(all, HasSubstr("{\"invalid\":\"not a name\",\"line\":26,"));
  EXPECT_EQ(manifest_.chunks[0].names, 10u);
  EXPECT_EQ(manifest_.chunks[2].names, 7u);
}

TEST_F(PlanTest, TheOrderIsMixedAndAlwaysTheSame) {
  ASSERT_TRUE(Plan(Names(1000), 1000).ok());
  const std::string once = Text(0);
  size_t in_a_row = 0;  // Names that stand behind the one that they followed in the input.
  for (int i = 0; i + 1 < 1000; ++i) {
    const std::string next = "n" + std::to_string(i) + ".example\"}\n{\"name\":\"n" +
                             std::to_string(i + 1) + ".example\"";
    in_a_row += once.find(next) != std::string::npos ? 1 : 0;
  }
  EXPECT_LT(in_a_row, 20u);
  std::filesystem::remove_all(run_);
  ASSERT_TRUE(Plan(Names(1000), 1000).ok());
  EXPECT_EQ(Text(0), once);
}

TEST_F(PlanTest, UpTo64NamesOfADomainStayTogether) {
  std::string lines;
  for (int i = 0; i < 20'000; ++i) {
    lines += "h" + std::to_string(i) + (i % 200 == 0 ? ".giant.example\n" : ".d") +
             (i % 200 == 0 ? "" : std::to_string(i % 200) + ".example\n");
  }
  ASSERT_TRUE(Plan(lines, 50'000).ok());
  const std::string text = Text(0);
  std::map<std::string, std::vector<size_t>> runs;  // Lengths, by domain.
  std::string before;
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    const size_t dot = text.find('.', at);
    std::string domain = text.substr(dot + 1, text.find('"', dot) - dot - 1);
    if (domain != before) runs[domain].push_back(0);
    ++runs[domain].back();
    before = domain;
  }
  EXPECT_EQ(runs.size(), 200u);
  for (const auto& [domain, lengths] : runs) {
    size_t names = 0;
    for (const size_t length : lengths) names += length;
    EXPECT_EQ(names, 100u) << domain;
    EXPECT_LE(lengths.size(), 2u) << domain;
  }
}

TEST_F(PlanTest, PlanningAgainWritesWhatIsMissing) {
  ASSERT_TRUE(Plan(Names(30), 10).ok());
  const std::string run = summary_.run;
  ASSERT_TRUE(Plan(Names(30), 10).ok());
  EXPECT_EQ(summary_.run, run);
  EXPECT_EQ(summary_.chunks_written, 0u);
  std::filesystem::remove(ChunkPath(run_, 1));
  std::ofstream(ChunkPath(run_, 2)) << "broken";
  ASSERT_TRUE(Plan(Names(30), 10).ok());
  EXPECT_EQ(summary_.chunks_written, 2u);
  EXPECT_THAT(AllText(), HasSubstr("n29.example"));
}

TEST_F(PlanTest, AnotherRunIsNotTouched) {
  ASSERT_TRUE(Plan(Names(30), 10).ok());
  const std::string before = AllText();
  for (const uint32_t chunk : {10u, 11u}) {
    const absl::Status status = Plan(Names(chunk == 10 ? 31 : 30), chunk);
    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_THAT(std::string(status.message()), HasSubstr("holds another run"));
  }
  EXPECT_EQ(AllText(), before);
}

TEST_F(PlanTest, LeftoversOfAKilledPlanGo) {
  ASSERT_TRUE(Plan(Names(5), 10).ok());
  const std::string leftover = ChunkPath(run_, 0) + ".part0123456789abcdef";
  std::ofstream(leftover) << "torn";
  ASSERT_TRUE(Plan(Names(5), 10).ok());
  EXPECT_FALSE(IsThere(leftover));
}

TEST_F(PlanTest, NoNamesAreARunOfNoChunks) {
  ASSERT_TRUE(Plan("", 10).ok());
  EXPECT_EQ(summary_.chunks, 0u);
  EXPECT_TRUE(IsRun(run_));
}

TEST_F(PlanTest, WhatIsNoListIsRefusedAndLeavesNoRun) {
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += "not a name\n";
  EXPECT_TRUE(absl::IsInvalidArgument(Plan(lines, 10)));
  EXPECT_FALSE(IsRun(run_));
}

TEST_F(PlanTest, AZoneFilesDelegationsTravelWithTheirNames) {
  const std::string zone =
      "example. 3600 IN SOA ns.example. h.example. 1 2 3 4 5\n"
      "a.example. 3600 IN NS ns.a.example.\n"
      "ns.a.example. 3600 IN A 192.0.2.1\n"
      "a.example. 3600 IN DS 1 8 1 2BB183AF5F22588179A53B0A98631FAD1A292118\n"
      "example. 3600 IN SOA ns.example. h.example. 1 2 3 4 5\n";
  ASSERT_TRUE(Plan(zone, 10).ok());
  EXPECT_THAT(Text(0), HasSubstr(R"("delegation":{"ttl":3600,"hosts":["ns.a.example"],)"
                                 R"("glue":[[0,"wAACAQ=="]],"ds":[")"));
}

}  // namespace
}  // namespace caascan::plan
