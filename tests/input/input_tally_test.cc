#include "scanner/input/input_tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace caascan::input {
namespace {

using testing::AllOf;
using testing::HasSubstr;

NameJob Valid() {
  NameJob job;
  job.valid = true;
  return job;
}

NameJob Invalid(std::string_view text, uint64_t line = 1) {
  NameJob job;
  MarkInvalid(text, &job, "empty label");
  job.mutable_details()->line = line;
  return job;
}

void AddMany(uint64_t count, const NameJob& job, InputTally* tally) {
  for (uint64_t i = 0; i < count; ++i) tally->Add(job);
}

std::string Refusal(InputFormat format) {
  InputTally tally;
  tally.set_format(format);
  AddMany(InputTally::kMaxInvalid, Invalid("a..b", 3), &tally);
  EXPECT_TRUE(tally.IsSomethingElse());
  const absl::Status status = tally.Refuse("a.txt");
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  return std::string(status.message());
}

TEST(InputTallyTest, AThousandLinesWithoutANameAreSomethingElse) {
  InputTally tally;
  AddMany(InputTally::kMaxInvalid - 1, Invalid("a..b"), &tally);
  EXPECT_FALSE(tally.IsSomethingElse());
  tally.Add(Invalid("a..b"));
  EXPECT_TRUE(tally.IsSomethingElse());
}

TEST(InputTallyTest, OneNameInFrontIsEnough) {
  InputTally tally;
  AddMany(InputTally::kMaxInvalid - 1, Invalid("a..b"), &tally);
  tally.Add(Valid());
  AddMany(InputTally::kMaxInvalid, Invalid("a..b"), &tally);
  EXPECT_FALSE(tally.IsSomethingElse());
  EXPECT_EQ(tally.Remark("a.txt"), "");
}

TEST(InputTallyTest, AddressesAreAnHonestList) {
  InputTally tally;
  for (const char* address : {"192.0.2.1", "192.0.2.1.", "2001:db8::1", "192.0.2.0/24"}) {
    AddMany(InputTally::kMaxInvalid, Invalid(address), &tally);
  }
  EXPECT_FALSE(tally.IsSomethingElse());
  EXPECT_EQ(tally.Remark("a.txt"), "a.txt holds IP addresses alone: CAA is looked up for names");
  AddMany(InputTally::kMaxInvalid, Invalid("a..b"), &tally);
  EXPECT_TRUE(tally.IsSomethingElse()) << "among addresses they count as elsewhere";
}

TEST(InputTallyTest, AZoneFilesRecordsCountAsNamesDo) {
  InputTally tally;
  tally.set_format(InputFormat::kZone);
  AddMany(InputTally::kMaxInvalid, Invalid("x"), &tally);
  EXPECT_TRUE(tally.IsSomethingElse());
  tally.set_has_records();
  EXPECT_FALSE(tally.IsSomethingElse());
  EXPECT_THAT(tally.Remark("a.zone"),
              AllOf(HasSubstr("a.zone delegates nothing"), HasSubstr("--zone-names owners")));
  tally.Add(Valid());
  EXPECT_EQ(tally.Remark("a.zone"), "");
}

TEST(InputTallyTest, OwnersAreNotSentToOwners) {
  InputTally tally(ZoneNames::kOwners);
  tally.set_has_records();
  EXPECT_EQ(tally.Remark("a.zone"), "a.zone has no records at names that CAA can be looked up for");
}

TEST(InputTallyTest, SaysHowItWasReadAndWhatToGive) {
  EXPECT_EQ(
      Refusal(InputFormat::kLines),
      "what is this? a.txt was read as a list of names, but its first 1000 lines hold no name "
      "(line 3 is \"a..b\": empty label); give a name a line, or say what it is: --input-format "
      "csv, zone or ndjson");
  EXPECT_THAT(Refusal(InputFormat::kCsv), AllOf(HasSubstr("read as CSV"), HasSubstr("column")));
  EXPECT_THAT(Refusal(InputFormat::kZone),
              AllOf(HasSubstr("read as a zone file"), HasSubstr("hold no record")));
  EXPECT_THAT(Refusal(InputFormat::kNdjson),
              AllOf(HasSubstr("read as NDJSON"), HasSubstr("JSON object")));
}

TEST(InputTallyTest, ARemarkShowsTheFirstLineThatIsNone) {
  InputTally tally;
  EXPECT_EQ(tally.Remark("a.txt"), "") << "nothing is in it";
  tally.Add(Invalid("192.0.2.1", 1));
  tally.Add(Invalid(std::string(100, 'x') + "..", 2));
  tally.Add(Invalid("b..c", 3));
  EXPECT_THAT(tally.Remark("a.txt"),
              HasSubstr("a.txt holds no name: it was read as a list of names, and line 2 is \"" +
                        std::string(60, 'x') + "...\": empty label; "));
}

}  // namespace
}  // namespace caascan::input
