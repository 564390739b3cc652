#include "scanner/report/partial.h"

#include <gtest/gtest.h>

#include <vector>

#include "scanner/report/formats/formats.h"
#include "scanner/report/tables.h"
#include "tests/record/record_lines.h"

namespace caascan::report {
namespace {

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string_view Read(std::string line, Aggregate* sum) {
  PartialReader reader;
  const size_t size = line.size();
  line.append(record::RecordReader::kPadding, '\0');
  return reader.Read(std::string_view(line).substr(0, size), sum);
}

std::string Json(const Aggregate& aggregate) {
  return JsonReport(MakeReport(aggregate, {}, {.inputs = {}, .min_names = 1}));
}

/// Records with something in every table.
Aggregate Sample(int from, int to) {
  Aggregate aggregate;
  record::LineReader reader;
  for (int i = from; i < to; ++i) {
    const std::string name = "n" + std::to_string(i) + ".t" + std::to_string(i % 5);
    const std::string line =
        i % 2 == 0
            ? record::Line(
                  name, "refused",
                  R"(,"operator":"Op \"\u00e9\"","servers":[{"host":"h","address":"192.0.2.1",)"
                  R"("result":"refused","ede":[20]}],"rank":77,"nxdomain":)" +
                      std::string(i % 4 == 0 ? "true" : "false") +
                      R"(,"findings":[{"code":"lame_refused","host":"h","ede":20},)"
                      R"({"code":"server_nxdomain","host":"m"},)"
                      R"({"code":"server_domain_unregistered","host":"l"}],"order":)" +
                      std::to_string(i % 3))
            : record::Line(
                  name, "issuer_authorized",
                  R"(,"operator":"Op","caa":{"owner":"t","ttl":300,"records":[{"flags":0,"tag":"issue",)"
                  R"("value":"ca.example; accounturi=urn:a"},{"flags":0,"tag":"issuemail",)"
                  R"("value":"mail.example"}]},"for":")" +
                      std::string(i % 3 == 0 ? "smime" : "tls") +
                      R"(","decisions":{"A":"permit"},"attempts":2,"nxdomain":true,)"
                      R"("servers":[{"host":"h","address":"192.0.2.1","result":"answer"},)"
                      R"({"host":"g","address":"192.0.2.2","result":"answer"}])");
    EXPECT_EQ(reader.Read(line), "") << line;
    aggregate.Add(reader.record());
  }
  return aggregate;
}

TEST(PartialTest, AddsUpToTheWhole) {
  Aggregate sum;
  for (const auto& [from, to] : {std::pair(0, 30), std::pair(30, 100)}) {
    for (const std::string& line : Lines(WritePartial(Sample(from, to), 2))) {
      ASSERT_TRUE(line.starts_with(kPartialPrefix)) << line;
      EXPECT_EQ(Read(line, &sum), "") << line;
    }
  }
  EXPECT_TRUE(sum.complete());
  EXPECT_EQ(sum.broken(), 4u);
  EXPECT_EQ(Json(sum), Json(Sample(0, 100)));
}

TEST(PartialTest, TellsATornOne) {
  const std::vector<std::string> lines = Lines(WritePartial(Sample(0, 10), 0));
  for (size_t missing = 0; missing < lines.size(); ++missing) {
    Aggregate sum;
    for (size_t i = 0; i < lines.size(); ++i) {
      if (i == missing) continue;
      EXPECT_EQ(Read(lines[i], &sum), "");
    }
    EXPECT_FALSE(sum.complete()) << lines[missing];
  }
}

/// Reasons are added at the end of their enum: a report from before then has fewer counts.
TEST(PartialTest, ReadsThoseOfAnEarlierVersion) {
  std::string numbers;
  for (size_t i = 0; i < static_cast<size_t>(Reason::kLocalFault); ++i) {
    numbers += (i == 0 ? "" : ",") + std::to_string(i);
  }
  const auto line = [](const std::string& counts) {
    return R"({"caascan_partial":"reasons","numbers":[)" + counts + R"(],"texts":[]})";
  };
  Aggregate sum;
  EXPECT_EQ(Read(line(numbers), &sum), "");
  EXPECT_EQ(sum.of(Reason::kStopped), static_cast<uint64_t>(Reason::kStopped));
  EXPECT_EQ(sum.of(Reason::kLocalFault), 0u);
  EXPECT_EQ(Read(line(numbers + ",7"), &sum), "");
  EXPECT_EQ(sum.of(Reason::kLocalFault), 7u);
  EXPECT_NE(Read(line(numbers.substr(0, numbers.rfind(','))), &sum), "");
}

/// Which had no count of the names that were asked.
TEST(PartialTest, ReadsServersOfAnEarlierVersion) {
  const auto line = [](const std::string& numbers) {
    return R"({"caascan_partial":"servers","key":"192.0.2.1 h","numbers":[)" + numbers +
           R"(],"texts":["timeout","op"]})";
  };
  Aggregate sum;
  EXPECT_EQ(Read(line("3,1,3,1000,2000"), &sum), "");
  EXPECT_EQ(sum.servers().Sorted()[0].second->asked, 3u);
  EXPECT_EQ(Read(line("3,1,3,1000,2000,8"), &sum), "");
  EXPECT_EQ(sum.servers().Sorted()[0].second->asked, 11u);
  EXPECT_NE(Read(line("3,1,3,1000,2000,2"), &sum), "") << "fewer than it failed";
}

/// Which did not tell what of an operator's names do not exist: shares of those that do are left
/// out then, and tables that need them.
TEST(PartialTest, ReadsOperatorsOfAnEarlierVersion) {
  const auto line = [](const std::string& numbers) {
    return R"({"caascan_partial":"operators","key":"Op","numbers":[)" + numbers +
           R"(],"texts":[]})";
  };
  Aggregate sum;
  EXPECT_EQ(Read(R"({"caascan_partial":"outcomes","numbers":[3,3,0,0,0,0,0],"texts":[]})", &sum),
            "");
  EXPECT_EQ(Read(line("3,3,0,0,0,0,0,0,0,1000,2000,1"), &sum), "");
  EXPECT_FALSE(sum.has_facts());
  Report report = MakeReport(sum, {}, {.inputs = {}});
  EXPECT_TRUE(report.Find("caa_operators")->rows.empty());
  const std::vector<Cell> row = report.Find("operators")->rows.at(0);
  EXPECT_EQ(row.at(9), Cell(Share(0, 3)));
  EXPECT_EQ(row.at(10), Cell());
  Aggregate newer;
  EXPECT_EQ(Read(line("3,3,0,0,0,0,0,0,0,1000,2000,1,2,1,0,1,1"), &newer), "");
  EXPECT_EQ(newer.operators().Sorted()[0].second->facts.with_caa, 2u);
  EXPECT_EQ(newer.operators().Sorted()[0].second->facts.missing_with_caa, 1u);
  EXPECT_NE(Read(line("3,3,0,0,0,0,0,0,0,1000,2000,1,2,1,0,1,1,1"), &newer), "");
}

TEST(PartialTest, TellsThatALaterVersionWroteALine) {
  Aggregate sum;
  const std::string_view problem =
      Read(R"({"caascan_partial":"nothing","numbers":[],"texts":[]})", &sum);
  EXPECT_NE(problem.find("later version"), std::string_view::npos) << problem;
}

/// Whatever a line holds, it is read or refused.
TEST(PartialTest, RefusesWhatDoesNotFit) {
  for (
      const char* line :
      {R"({"caascan_partial":)", R"({"caascan_partial":1,"numbers":[],"texts":[]})",
       R"({"caascan_partial":"nothing","numbers":[],"texts":[]})",
       R"({"caascan_partial":"reasons","numbers":[1],"texts":[]})",
       R"({"caascan_partial":"outcomes","numbers":[1,2,3,4,5,6,7,8],"texts":[]})",
       R"({"caascan_partial":"tlds","key":"x","numbers":[1],"texts":[]})",
       R"({"caascan_partial":"tlds","key":"x","numbers":[1,2,3,4,5,6,7,8],"texts":["x"]})",
       R"({"caascan_partial":"tlds","numbers":[],"texts":[]})",
       R"({"caascan_partial":"operators","key":"x","numbers":[1,1,0,0,0,0,0,99999999999],"texts":[]})",
       R"({"caascan_partial":"orders","key":"x","numbers":[1,200],"texts":["a"]})",
       R"({"caascan_partial":"queries","numbers":[1,1,1,1,18446744073709551615,1],"texts":[]})",
       R"({"caascan_partial":"queries","numbers":[5,1,1,1,1,1],"texts":[]})",
       R"({"caascan_partial":"queries","numbers":[1,1,2,1,1,1],"texts":[]})",
       R"({"caascan_partial":"queries","numbers":[-1],"texts":[]})",
       R"({"caascan_partial":"end","numbers":[],"texts":[]})"}) {
    Aggregate sum;
    EXPECT_NE(Read(line, &sum), "") << line;
    EXPECT_EQ(Json(sum), Json(Aggregate())) << line;
  }
}

}  // namespace
}  // namespace caascan::report
