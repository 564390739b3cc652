#include "caascan/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/temp_file.h"
#include "tests/record/record_lines.h"

namespace caascan {
namespace {

using io::TempFile;
using record::Line;
using testing::HasSubstr;

std::string CaaLine(const char* name, const char* records) {
  return Line(name, "issuer_authorized",
              std::string(R"(,"caa":{"owner":"x","ttl":300,"records":[)") + records + "]}") +
         "\n";
}

constexpr const char* kOne = R"({"flags":0,"tag":"issue","value":"a.test"})";
constexpr const char* kTwo = R"({"flags":0,"tag":"issue","value":"b.test"})";

class RunDiffTest : public testing::Test {
 protected:
  std::string Json(const std::string& before, const std::string& after) {
    const TempFile old_file(before);
    const TempFile new_file(after);
    const TempFile output;
    DiffOptions options;
    options.old_path = old_file.path();
    options.new_path = new_file.path();
    options.output_path = output.path();
    options.changes_path = changes_.path();
    options.format = ReportFormat::kJson;
    options.threads = 3;
    const absl::Status status = RunDiff(options, &summary_);
    EXPECT_TRUE(status.ok()) << status.message();
    return output.Read();
  }

  TempFile changes_;
  DiffSummary summary_;
};

TEST_F(RunDiffTest, TellsWhatChangedWhateverTheOrder) {
  const std::string op = R"(,"operator":"Op")";
  const std::string old_text = Line("same.example") + "\n" + Line("gone.example") + "\n" +
                               Line("mended.example", "refused", op) + "\n" +
                               Line("broken.example") + "\n" + "torn\n" +
                               Line("reason.example", "refused", op) + "\n" +
                               CaaLine("set.example", kOne) + Line("added.example") + "\n";
  const std::string new_text = CaaLine("added.example", kOne) +
                               CaaLine("set.example", (std::string(kTwo) + "," + kOne).c_str()) +
                               Line("new.example") + "\n" +
                               Line("reason.example", "no_response", op) + "\n" +
                               Line("broken.example", "servfail", op) + "\n" +
                               Line("mended.example") + "\n" + Line("same.example") + "\n";
  const std::string json = Json(old_text, new_text);
  EXPECT_EQ(summary_.old_names, 7u);
  EXPECT_EQ(summary_.new_names, 7u);
  EXPECT_EQ(summary_.changed, 5u);
  EXPECT_EQ(summary_.broken, 1u);
  for (const char* part :
       {R"({"fact":"in_both","count":6,)", R"({"fact":"only_in_old","count":1,)",
        R"({"fact":"outcome_changed","count":3,)", R"({"fact":"reason_changed","count":4,)",
        R"({"old":"permit","permit":3,"deny":0,"servfail":1,"timeout":0,"lame":0,"error":0})",
        R"({"old":"lame","permit":1,"deny":0,"servfail":0,"timeout":1,"lame":0,"error":0})",
        R"({"old":"refused","new":"no_response","names":1})",
        R"({"operator":"Op","old_failed":2,"new_failed":2,"mended":1,"broken":1})",
        R"({"change":"added","names":1})", R"({"change":"replaced","names":1})"}) {
    EXPECT_THAT(json, HasSubstr(part));
  }
  EXPECT_THAT(changes_.Read(),
              HasSubstr(R"({"name":"set.example","changed":["caa"],)"
                        R"("old":{"outcome":"permit","reason":"issuer_authorized",)"
                        R"("caa":["0 issue \"a.test\""]},"new":{"outcome":"permit",)"
                        R"("reason":"issuer_authorized",)"
                        R"("caa":["0 issue \"a.test\"","0 issue \"b.test\""]}})"));
}

TEST_F(RunDiffTest, TakesTheLatestOfSeveral) {
  std::string late = Line("a.example", "refused");
  late.replace(late.find("08:00"), 5, "09:00");
  const std::string early = Line("a.example");
  for (const std::string& text : {early + "\n" + late + "\n", late + "\n" + early + "\n"}) {
    EXPECT_THAT(Json(text, late + "\n"), HasSubstr(R"({"fact":"changed","count":0,)"));
  }
}

/// The order of a set's records means nothing.
TEST_F(RunDiffTest, ComparesSetsAsSets) {
  const std::string one_two = std::string(kOne) + "," + kTwo;
  const std::string two_one = std::string(kTwo) + "," + kOne;
  Json(CaaLine("a.example", one_two.c_str()), CaaLine("a.example", two_one.c_str()));
  EXPECT_EQ(summary_.changed, 0u);
}

/// A failed look-up says nothing of the CAA set.
TEST_F(RunDiffTest, MakesNoSetOfAFailure) {
  EXPECT_THAT(Json(CaaLine("a.example", kOne), Line("a.example", "refused") + "\n"),
              HasSubstr(R"({"fact":"caa_changed","count":0,)"));
}

}  // namespace
}  // namespace caascan
