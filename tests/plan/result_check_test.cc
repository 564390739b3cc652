#include "scanner/plan/result_check.h"

#include <gmock/gmock.h>

#include "tests/plan/run_fixture.h"

namespace caascan::plan {
namespace {

using testing::HasSubstr;

class ResultCheckTest : public RunFixture {
 protected:
  void SetUp() override { ASSERT_TRUE(Plan("a.example\nb.example\nB.example\n", 10).ok()); }
  std::string ErrorOf(const std::string& content) const {
    return std::string(CheckResult(Write("result", content), manifest_.chunks[0]).message());
  }
  const std::string a_ = RecordOf("a.example");
  const std::string b_ = RecordOf("b.example");
  const std::string big_ =
      R"({"name":"b.example","input":"B.example","outcome":"permit","reason":"no_caa"})"
      "\n";
};

TEST_F(ResultCheckTest, AnyOrderIsWhole) {
  EXPECT_EQ(ErrorOf(a_ + b_ + big_), "");
  EXPECT_EQ(ErrorOf(big_ + a_ + b_), "");
}

TEST_F(ResultCheckTest, ItSaysWhatIsWrong) {
  EXPECT_THAT(ErrorOf(a_ + b_), HasSubstr("2 records for 3 names"));
  EXPECT_THAT(ErrorOf(a_ + b_ + big_ + a_), HasSubstr("4 records for 3 names"));
  EXPECT_THAT(ErrorOf(a_ + a_ + big_), HasSubstr("not those of the chunk's names"));
  EXPECT_THAT(ErrorOf(a_ + b_ + big_.substr(0, 20)), HasSubstr("torn"));
  EXPECT_THAT(ErrorOf(a_ + "x\n" + big_), HasSubstr("line 2 is not a record"));
  EXPECT_THAT(ErrorOf(a_ + b_ +
                      R"({"name":"b.example","input":"B.example","outcome":"error",)"
                      R"("reason":"stopped"})"
                      "\n"),
              HasSubstr("line 3 is not a record of a name"));
}

TEST_F(ResultCheckTest, AMissingFileIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(CheckResult(folder_.path() + "/none", manifest_.chunks[0])));
}

}  // namespace
}  // namespace caascan::plan
