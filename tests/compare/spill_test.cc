// Rows that are put on disk by name, and read back in shares.
#include "scanner/compare/spill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/io/temp_file.h"
#include "tests/record/record_lines.h"

namespace caascan::compare {
namespace {

class SpillRowTest : public testing::Test {
 protected:
  const io::TempFolder folder_;
  std::unique_ptr<Spill> spill_ = *Spill::Create(folder_.path());
};

TEST_F(SpillRowTest, GivesBackAllThatARowSays) {
  SpillRow row;
  row.input = 1;
  row.outcome = Outcome::kLame;
  row.reason = Reason::kRefused;
  row.dnssec = DnssecStatus::kSecure;
  row.may_issue = true;
  row.ttl_s = 86400;
  row.time_ms = -5;
  row.name = "a.example";
  row.operator_name = "Op";
  row.caa = std::string_view("0 issue \"\0\"\n", 12);
  spill_->Add(row);
  ASSERT_TRUE(spill_->Finish().ok());
  size_t rows = 0;
  for (const Spill::Share& share : spill_->Shares(100)) {
    const absl::Status status = spill_->ForEach(share, [&](const SpillRow& read) {
      ++rows;
      EXPECT_EQ(read.input, row.input);
      EXPECT_EQ(read.outcome, row.outcome);
      EXPECT_EQ(read.reason, row.reason);
      EXPECT_EQ(read.dnssec, row.dnssec);
      EXPECT_EQ(read.may_issue, row.may_issue);
      EXPECT_EQ(read.time_ms, row.time_ms);
      EXPECT_EQ(read.name, row.name);
      EXPECT_EQ(read.operator_name, row.operator_name);
      EXPECT_EQ(read.caa, row.caa);
    });
    EXPECT_TRUE(status.ok()) << status;
  }
  EXPECT_EQ(rows, 1u);
}

TEST_F(SpillRowTest, CutsTextsThatAreTooLong) {
  const std::string name(100'000, 'x');
  SpillRow row;
  row.name = name;
  spill_->Add(row);
  ASSERT_TRUE(spill_->Finish().ok());
  size_t size = 0;
  for (const Spill::Share& share : spill_->Shares(1)) {
    EXPECT_TRUE(
        spill_->ForEach(share, [&](const SpillRow& read) { size += read.name.size(); }).ok());
  }
  EXPECT_EQ(size, 65'535u);
}

TEST(SpillTest, GivesBackWhatItWasGiven) {
  auto spill = Spill::Create("");
  ASSERT_TRUE(spill.ok());
  uint64_t sum = 0;
  for (uint64_t i = 0; i < 200'000; ++i) {
    const std::string name = "n" + std::to_string(i % 50'000);
    const std::string caa(i % 300, 'c');
    (*spill)->Add({.input = static_cast<uint8_t>(i % 3),
                   .outcome = Outcome::kLame,
                   .may_issue = i % 2 == 0,
                   .time_ms = static_cast<int64_t>(i),
                   .name = name,
                   .operator_name = "op",
                   .caa = caa});
    sum += i;
  }
  ASSERT_TRUE((*spill)->Finish().ok());
  uint64_t rows = 0;
  for (const Spill::Share& share : (*spill)->Shares(100)) {
    const absl::Status status = (*spill)->ForEach(share, [&](const SpillRow& row) {
      const auto i = static_cast<uint64_t>(row.time_ms);
      EXPECT_EQ(row.name, "n" + std::to_string(i % 50'000));
      EXPECT_EQ(row.operator_name, "op");
      EXPECT_EQ(row.caa.size(), i % 300);
      EXPECT_EQ(row.input, i % 3);
      EXPECT_EQ(row.may_issue, i % 2 == 0);
      sum -= i;
      ++rows;
    });
    ASSERT_TRUE(status.ok());
  }
  EXPECT_EQ(rows, 200'000u);
  EXPECT_EQ(sum, 0u);
}

TEST(SpillTest, SharesAreAsSmallAsAskedForAndKeepNamesTogether) {
  constexpr size_t kRowMemory = 100;
  constexpr size_t kShareMemory = 4000;
  auto spill = Spill::Create("");
  ASSERT_TRUE(spill.ok());
  for (uint64_t i = 0; i < 60'000; ++i) {
    const std::string name = "n" + std::to_string(i % 20'000);
    (*spill)->Add({.name = name, .operator_name = {}, .caa = "0 issue \"ca.test\""});
  }
  ASSERT_TRUE((*spill)->Finish().ok());
  const std::vector<Spill::Share> shares = (*spill)->Shares(kRowMemory, kShareMemory);
  EXPECT_GT(shares.size(), 60'000 * kRowMemory / kShareMemory);
  std::map<std::string, size_t> names;
  for (const Spill::Share& share : shares) {
    std::map<std::string, size_t> found;
    size_t memory = 0;
    const absl::Status status = (*spill)->ForEach(share, [&](const SpillRow& row) {
      ++found[std::string(row.name)];
      memory += kRowMemory + row.name.size() + row.caa.size();
    });
    ASSERT_TRUE(status.ok());
    EXPECT_LT(memory, 3 * kShareMemory);
    for (const auto& [name, rows] : found) EXPECT_EQ(rows, 3u) << name;
    names.merge(found);
    EXPECT_TRUE(found.empty()) << "a name in two shares";
  }
  EXPECT_EQ(names.size(), 20'000u);
}

TEST(SpillTest, SaysWhereItCannotWrite) {
  const auto spill = Spill::Create("/no/such/folder");
  EXPECT_EQ(spill.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(spill.status().message()), testing::HasSubstr("/no/such/folder"));
}

// RFC 2181 §5: a set has no order, so two that differ in it alone compare equal.
TEST(RowOfTest, ASetIsTheSameInAnyOrder) {
  const auto caa_of = [](const std::string& records) {
    record::LineReader reader;
    EXPECT_EQ(reader.Read(record::Line(
                  "a.example", "issuer_authorized",
                  R"(,"caa":{"owner":"a.example","ttl":1,"records":[)" + records + "]}")),
              "");
    std::string operator_name;
    std::string caa;
    return std::string(RowOf(reader.record(), 0, &operator_name, &caa).caa);
  };
  const std::string one = R"({"flags":0,"tag":"issue","value":"a.test"})";
  const std::string two = R"({"flags":128,"tag":"issue","value":"a.test"})";
  EXPECT_EQ(caa_of(one + "," + two), caa_of(two + "," + one));
  EXPECT_NE(caa_of(one), caa_of(two)) << "flags count";
  EXPECT_NE(caa_of(one), caa_of(one + "," + two));
}

}  // namespace
}  // namespace caascan::compare
