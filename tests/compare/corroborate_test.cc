#include "caascan/corroborate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <list>
#include <tuple>

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
    if (absl::Status status = NamePerspectives(primary, remotes, regions_, &options);
        !status.ok()) {
      return status;
    }
    options.output_path = output_.path();
    // An hour behind Line()'s.
    options.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(9);
    return RunCorroborate(options, &summary_);
  }

  std::vector<std::string> regions_;
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
                R"("time":"2026-11-22T08:00:00.000Z","perspective":")" +
                primary +
                R"(","age_s":3600,"max_age_s":28800},"not_corroborating":[)"
                R"({"result":"missing","perspective":")" +
                twice + R"("}],"remotes":[{"result":"corroborates",)"));
  EXPECT_THAT(written, HasSubstr(R"(},{"result":"missing","perspective":")" + twice +
                                 R"("}],"time":"2026-11-22T09:00:00.000Z"})"));
  EXPECT_THAT(written,
              HasSubstr(R"({"name":"bad.example","decision":"do not issue","quorum":"1/3")"));
  EXPECT_THAT(written, HasSubstr(R"({"result":"duplicate","perspective":")" + twice));
  EXPECT_THAT(written, HasSubstr(R"({"result":"denies","outcome":"deny","reason":)"));
  EXPECT_THAT(written,
              HasSubstr(R"({"name":"closed.example","decision":"do not issue","quorum":"1/3")"));
  EXPECT_EQ(written.find("other.example"), std::string::npos);
}

/// For the audit log (BR 5.4.1): who saw what, when, and in which region.
TEST_F(RunCorroborateTest, WritesEveryPerspectivesResult) {
  const std::string caa =
      R"(,"caa":{"owner":"a.example","ttl":86400,"records":[{"flags":0,"tag":"issue","value":";"}]})";
  const std::string permits = Line("a.example") + "\n";
  const std::string denies = Line("a.example", "issuance_forbidden", caa) + "\n";
  const std::string primary = AddFile(permits);
  const std::vector<std::string> remotes = {"tokyo=" + AddFile(permits), "paris=" + AddFile(denies),
                                            "lagos=" + AddFile(permits)};
  regions_ = {"tokyo=APNIC", "paris=RIPE", "lagos=AFRINIC", "ashburn=ARIN"};
  const absl::Status status = Run("ashburn=" + primary, remotes);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(
      output_.Read(),
      R"({"name":"a.example","decision":"issue","quorum":"2/3","required":2,)"
      R"("primary":{"result":"corroborates","outcome":"permit","reason":"no_caa",)"
      R"("time":"2026-11-22T08:00:00.000Z","perspective":"ashburn","region":"ARIN",)"
      R"("age_s":3600,"max_age_s":28800},"not_corroborating":[{"result":"denies",)"
      R"("outcome":"deny","reason":"issuance_forbidden","time":"2026-11-22T08:00:00.000Z",)"
      R"("perspective":"paris"}],"remotes":[{"result":"corroborates","outcome":"permit",)"
      R"("reason":"no_caa","time":"2026-11-22T08:00:00.000Z","perspective":"tokyo",)"
      R"("region":"APNIC","age_s":3600,"max_age_s":28800},{"result":"denies","outcome":"deny",)"
      R"("reason":"issuance_forbidden","time":"2026-11-22T08:00:00.000Z","perspective":"paris",)"
      R"("region":"RIPE NCC","age_s":3600,"max_age_s":86400},{"result":"corroborates",)"
      R"("outcome":"permit","reason":"no_caa","time":"2026-11-22T08:00:00.000Z",)"
      R"("perspective":"lagos","region":"AFRINIC","age_s":3600,"max_age_s":28800}],)"
      R"("regions":["AFRINIC","APNIC"],"regions_required":2,)"
      R"("time":"2026-11-22T09:00:00.000Z"})"
      "\n");
  EXPECT_EQ(summary_.remarks,
            std::vector<std::string>({"3 remote perspectives: BR 3.2.2.9 wants 4 at least"}));
}

TEST_F(RunCorroborateTest, OneRegionForAllIsNoQuorum) {
  const std::string good = Line("a.example") + "\n";
  const std::string primary = AddFile(good);
  const std::vector<std::string> remotes = {"one=" + AddFile(good), "two=" + AddFile(good)};
  regions_ = {"one=ARIN", "two=ARIN"};
  ASSERT_TRUE(Run(primary, remotes).ok());
  EXPECT_THAT(output_.Read(), HasSubstr(R"("decision":"do not issue","quorum":"2/2")"));
  regions_ = {"one=ARIN", "two=LACNIC"};
  ASSERT_TRUE(Run(primary, remotes).ok());
  EXPECT_THAT(output_.Read(), HasSubstr(R"("decision":"issue","quorum":"2/2")"));
  regions_ = {};
  ASSERT_TRUE(Run(primary, remotes).ok());
  EXPECT_EQ(summary_.issue, 1u);
  ASSERT_EQ(summary_.remarks.size(), 2u);
  EXPECT_THAT(summary_.remarks[0], HasSubstr("no --region is given"));
}

TEST_F(RunCorroborateTest, TellsAWildcardFromItsParent) {
  const std::string primary = AddFile(Line("*.a.example") + "\n");
  const std::string one = AddFile(Line("a.example") + "\n");
  const std::string two = AddFile(Line("a.example") + "\n");
  ASSERT_TRUE(Run(primary, {one, two}).ok());
  EXPECT_EQ(summary_.issue, 0u);
}

TEST_F(RunCorroborateTest, TellsPurposesApart) {
  const std::string mail = Line("a.example", "no_caa", R"(,"for":"smime")") + "\n";
  const std::string primary = AddFile(Line("a.example") + "\n" + mail);
  const std::string one = AddFile(Line("a.example") + "\n" + mail);
  const std::string two = AddFile(mail + Line("a.example") + "\n");
  ASSERT_TRUE(Run(primary, {one, two}).ok());
  EXPECT_EQ(summary_.names, 2u);
  EXPECT_EQ(summary_.issue, 2u);
  EXPECT_THAT(output_.Read(), HasSubstr(R"({"name":"a.example","for":"smime","decision":"issue")"));
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

/// What decides must be the same; whom a perspective asks need not.
TEST_F(RunCorroborateTest, RefusesScansWhoseMetadataDifferInWhatDecides) {
  const io::TempFolder folder;
  const auto scan = [&folder](const std::string& name, const std::string& deciding) {
    const std::string path = folder.path() + "/" + name;
    std::ofstream(path) << Line("a.example") << "\n";
    std::ofstream(path + ".meta.json")
        << R"({"schema":"urn:caascan:schema:metadata:1","deciding":{)" << deciding << "}}";
    return path;
  };
  const std::string usual =
      R"("--ca":"a.example","--parameters":"enforce","--dnssec":"auto","--nsec3-limit":"150")";
  const std::string one = scan("one", usual);
  const std::string two = scan("two", usual);
  const std::string how = scan("how", usual + R"(,"--resolver":"forwarding","--on-failure":"ca")");
  EXPECT_TRUE(Run(one, {two, how}).ok());
  const std::string told =
      scan("told", R"("--ca":"a.example","--dnssec":"validate","--nsec3-limit":"150")");
  EXPECT_TRUE(Run(one, {two, told}).ok()) << "the default, typed";
  for (const auto& [name, deciding, complaint] :
       {std::tuple("ca", R"("--ca":"b.example")", "--ca: a.example and b.example"),
        std::tuple("parameters", R"("--parameters":"ignore")", "--parameters: enforce and ignore"),
        std::tuple("off", R"("--dnssec":"off")", "--dnssec: validate and off"),
        std::tuple("limit", R"("--nsec3-limit":"50")", "--nsec3-limit: 150 and 50")}) {
    const absl::Status status = Run(one, {two, scan(name, deciding)});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(complaint));
  }
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
