#include "caascan/corroborate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>

#include "tests/io/temp_file.h"
#include "tests/record/record_lines.h"

namespace caascan {
namespace {

using io::TempFile;
using record::Line;
using testing::HasSubstr;

class RunCorroborateTest : public testing::Test {
 protected:
  std::string AddFile(const std::string& text) { return files_.emplace_back(text).path(); }

  absl::Status Run(const std::string& primary, std::vector<std::string> remotes) {
    CorroborateOptions options;
    options.primary = primary;
    options.remotes = std::move(remotes);
    options.output_path = output_.path();
    // An hour behind Line()'s.
    options.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(9);
    return RunCorroborate(options, &summary_);
  }

  std::list<TempFile> files_;
  TempFile output_;
  CorroborateSummary summary_;
};

TEST_F(RunCorroborateTest, DecidesEachNameOfThePrimary) {
  const std::string good = Line("good.example") + "\n";
  const std::string bad = Line("bad.example") + "\n";
  const std::string primary =
      AddFile(good + bad + Line("closed.example", "issuance_forbidden") + "\n");
  const std::string all = AddFile(good + bad + Line("closed.example") + "\n");
  const std::string two = AddFile(good + Line("bad.example", "issuer_not_authorized") + "\n" +
                                  Line("other.example") + "\n");
  const std::string twice = AddFile(bad + bad);
  const absl::Status status = Run(primary, {all, two, twice});
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(summary_.names, 3u);
  EXPECT_EQ(summary_.issue, 1u);
  const std::string written = output_.Read();
  EXPECT_THAT(
      written,
      HasSubstr(R"({"name":"good.example","decision":"issue","quorum":"2/3","required":2,)"
                R"("primary":{"result":"corroborates","outcome":"permit","reason":"no_caa",)"
                R"("time":"2026-11-22T08:00:00.000Z"},"not_corroborating":[)"
                R"({"result":"missing","perspective":")" +
                twice + R"("}],"time":"2026-11-22T09:00:00.000Z"})"));
  EXPECT_THAT(written,
              HasSubstr(R"({"name":"bad.example","decision":"do not issue","quorum":"1/3")"));
  EXPECT_THAT(written, HasSubstr(R"({"result":"duplicate","perspective":")" + twice));
  EXPECT_THAT(written, HasSubstr(R"({"result":"denies","outcome":"deny","reason":)"));
  EXPECT_THAT(written,
              HasSubstr(R"({"name":"closed.example","decision":"do not issue","quorum":"1/3")"));
  EXPECT_EQ(written.find("other.example"), std::string::npos);
}

TEST_F(RunCorroborateTest, TellsAWildcardFromItsParent) {
  const std::string primary = AddFile(Line("*.a.example") + "\n");
  const std::string one = AddFile(Line("a.example") + "\n");
  const std::string two = AddFile(Line("a.example") + "\n");
  ASSERT_TRUE(Run(primary, {one, two}).ok());
  EXPECT_EQ(summary_.issue, 0u);
}

TEST_F(RunCorroborateTest, RefusesWhatMayHideADenial) {
  const std::string good = AddFile(Line("a.example") + "\n");
  const std::string other = AddFile(Line("a.example") + "\n");
  const std::string torn = AddFile(Line("a.example") + "\n{\"name\":\"a.example\",\"outcome\":\n");
  for (const std::string& primary : {good, torn}) {
    const absl::Status status = Run(primary, {other, primary == good ? torn : good});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(torn + ":2: no record"));
  }
  EXPECT_EQ(output_.Read(), "");
}

TEST_F(RunCorroborateTest, RefusesTooFewAndTheSamePerspectiveTwice) {
  const std::string one = AddFile(Line("a.example") + "\n");
  const std::string two = AddFile(Line("a.example") + "\n");
  EXPECT_THAT(std::string(Run(one, {two}).message()), HasSubstr("no quorum"));
  EXPECT_THAT(std::string(Run(one, {two, two}).message()), HasSubstr("the same file"));
  EXPECT_THAT(std::string(Run(one, {two, one}).message()), HasSubstr("the same file"));
}

/// The same records cannot both let a CA issue and not.
TEST_F(RunCorroborateTest, RefusesScansForDifferentCas) {
  const std::string caa =
      R"(,"caa":{"owner":"a.example","ttl":1,"records":[{"flags":0,"tag":"issue","value":"x.example"}]})";
  const std::string other =
      R"(,"caa":{"owner":"a.example","ttl":9,"records":[{"flags":0,"tag":"issue","value":"y.example"}]})";
  const auto line = [](const char* reason, const std::string& more) {
    return Line("a.example", reason, more) + "\n";
  };
  const std::string authorized = AddFile(line("issuer_authorized", caa));
  const std::string again = AddFile(line("issuer_authorized", caa));
  const std::string denied = AddFile(line("issuer_not_authorized", caa));
  const std::string changed = AddFile(line("issuer_not_authorized", other));
  const absl::Status status = Run(authorized, {again, denied});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(denied + " were not scanned for the same CA, account and method"));
  EXPECT_EQ(output_.Read(), "");
  // Other records, another decision: that is what perspectives are for.
  EXPECT_TRUE(Run(authorized, {again, changed}).ok());
  EXPECT_EQ(summary_.issue, 1u);
}

}  // namespace
}  // namespace caascan
