#include "scanner/record/record_view.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "caascan/record.h"
#include "tests/record/record_lines.h"

namespace caascan::record {
namespace {

TEST(RecordReaderTest, ReadsEveryMember) {
  LineReader reader;
  ASSERT_EQ(
      reader.Read(
          R"({"name":"*.a.example","input":"x","outcome":"deny","reason":"issuer_not_authorized",)"
          R"("may_issue":false,"would_issue":false,"caa":{"owner":"example","ttl":300,"records":[)"
          R"({"flags":128,"tag":"issue","value":"ca.example"},{"flags":0,"tag":"iodef","value":"\\\\"}]},)"
          R"("cname":["b.example"],"dnssec":"secure","zone":"example","operator":"Op \u00e9",)"
          R"("servers":[{"host":"ns.example","address":"192.0.2.1","result":"rcode_11","rtt_ms":1.5,)"
          R"("ede":[22,65535]}],)"
          R"("findings":[{"code":"c","host":"h","address":"a","zone":"z","evidence":"e","ede":9}],)"
          R"("decisions":{"A \"CA\"":"permit","B":"deny"},)"
          R"("persist":{"name":"x","result":"none","dnssec":"secure"},)"
          R"("valid_until":"2026-11-22T16:00:00.000Z",)"
          R"("queries":4,"retries":1,"attempts":2,"elapsed_ms":31.7,)"
          R"("time":"2026-11-22T08:00:00.123Z","rank":4294967295,"id":7,"order":{"a": [1]}})"),
      "");
  const RecordView& record = reader.record();
  EXPECT_EQ(record.name, "*.a.example");
  EXPECT_EQ(record.outcome, Outcome::kDeny);
  EXPECT_EQ(record.reason, Reason::kIssuerNotAuthorized);
  EXPECT_FALSE(record.may_issue);
  EXPECT_FALSE(record.would_issue);
  EXPECT_EQ(record.cname, std::vector<std::string_view>({"b.example"}));
  EXPECT_EQ(record.dnssec, DnssecStatus::kSecure);
  ASSERT_TRUE(record.has_caa);
  EXPECT_EQ(record.caa_owner, "example");
  EXPECT_EQ(record.caa_ttl_s, 300u);
  ASSERT_EQ(record.caa.size(), 2u);
  EXPECT_EQ(record.caa[0].flags, 128);
  EXPECT_EQ(record.caa[0].value, "ca.example");
  EXPECT_EQ(record.caa[1].value, R"(\\)");
  EXPECT_EQ(record.zone, "example");
  EXPECT_EQ(record.operator_name, "Op \xC3\xA9");
  ASSERT_EQ(record.servers.size(), 1u);
  EXPECT_EQ(record.servers[0].result, "rcode_11");
  ASSERT_EQ(record.findings.size(), 1u);
  EXPECT_EQ(record.findings[0].evidence, "e");
  EXPECT_EQ(record.findings[0].ede, 9);
  EXPECT_EQ(record.server_ede, (std::vector<uint16_t>{22, 65535}));
  EXPECT_EQ(record.rank, 4294967295u);
  ASSERT_EQ(record.decisions.size(), 2u);
  EXPECT_EQ(record.decisions[0].ca, "A \"CA\"");
  EXPECT_TRUE(record.decisions[0].permit);
  EXPECT_FALSE(record.decisions[1].permit);
  EXPECT_EQ(record.persist, "none");
  EXPECT_EQ(record.queries, 4u);
  EXPECT_EQ(record.retries, 1u);
  EXPECT_EQ(record.attempts, 2u);
  EXPECT_EQ(record.elapsed_ms, 31.7);
  EXPECT_EQ(record.time_ms % 86'400'000, 8 * 3'600'000 + 123);
  EXPECT_EQ(record.order, R"({"a": [1]})");
}

TEST(RecordReaderTest, ReadsEveryCodeThatTheWriterHas) {
  LineReader reader;
  for (size_t i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    Record record;
    record.name = "a.example";
    record.reason = reason;
    record.dnssec = static_cast<DnssecStatus>(i % kDnssecStatusCount);
    std::string line;
    AppendRecord(record, &line);
    line.pop_back();
    EXPECT_EQ(reader.Read(line), "") << ReasonCode(reason);
    EXPECT_EQ(reader.record().reason, reason);
    EXPECT_EQ(reader.record().outcome, OutcomeOf(reason));
    EXPECT_EQ(reader.record().dnssec, record.dnssec);
  }
}

TEST(RecordReaderTest, ForgetsTheLineBefore) {
  LineReader reader;
  ASSERT_EQ(reader.Read(Line("a.example", "refused",
                             R"(,"operator":"x","servers":[{"result":"refused"}])")),
            "");
  ASSERT_EQ(reader.Read(Line("b.example")), "");
  EXPECT_EQ(reader.record().operator_name, "");
  EXPECT_TRUE(reader.record().servers.empty());
}

TEST(RecordReaderTest, TakesMembersInAnyOrderAndTimesInAnyForm) {
  LineReader reader;
  ASSERT_EQ(reader.Read(R"( { "time":"2026-11-22T08:00:00Z","dnssec":"bogus","may_issue":false,)"
                        R"("reason":"refused","outcome":"lame","name":"a.example" } )"
                        "\r"),
            "");
  EXPECT_EQ(reader.record().reason, Reason::kRefused);
  const int64_t second = reader.record().time_ms;
  ASSERT_EQ(reader.Read(Line("a")), "");
  EXPECT_EQ(reader.record().time_ms, second);
}

struct BrokenRow {
  const char* name;
  std::string line;
  std::string problem;
};

class BrokenLineTest : public testing::TestWithParam<BrokenRow> {};

TEST_P(BrokenLineTest, IsRefusedAndTheNextLineIsRead) {
  LineReader reader;
  EXPECT_EQ(reader.Read(GetParam().line), GetParam().problem);
  EXPECT_EQ(reader.Read(Line("good.example")), "");
  EXPECT_EQ(reader.record().name, "good.example");
}

const std::string kGood = Line("a.example");

INSTANTIATE_TEST_SUITE_P(
    Hostile, BrokenLineTest,
    testing::Values(
        BrokenRow{"Text", "hello", "no JSON object"}, BrokenRow{"Array", "[1]", "no JSON object"},
        BrokenRow{"Torn", kGood.substr(0, kGood.size() / 2), "no JSON object"},
        BrokenRow{"NotUtf8", Line("a\xFF.example"), "no JSON object"},
        BrokenRow{"Empty", "{}", "name is missing"},
        BrokenRow{"TwoObjects", kGood + kGood, "text follows the object"},
        BrokenRow{"Trailing", kGood + " x", "no JSON object"},
        BrokenRow{"NxdomainNoBoolean", Line("a", "no_caa", R"(,"nxdomain":1)"),
                  "nxdomain is not a boolean"},
        BrokenRow{"DetailNoString", Line("a", "no_caa", R"(,"detail":1)"),
                  "detail is not a string"},
        BrokenRow{"RankNegative", Line("a", "no_caa", R"(,"rank":-1)"), "rank is not a count"},
        BrokenRow{"RankTooLarge", Line("a", "no_caa", R"(,"rank":4294967296)"),
                  "rank is not a count"},
        BrokenRow{"NxdomainTwice", Line("a", "no_caa", R"(,"nxdomain":true,"nxdomain":true)"),
                  "nxdomain occurs twice"},
        BrokenRow{"Twice", Line("a", "no_caa", R"(,"name":"b")"), "name occurs twice"},
        BrokenRow{"HugeCount", Line("a", "no_caa", R"(,"attempts":1e999)"),
                  "attempts is not a count"},
        BrokenRow{"NegativeCount", Line("a", "no_caa", R"(,"attempts":-1)"),
                  "attempts is not a count"},
        BrokenRow{"HugeTtl",
                  Line("a", "no_caa", R"(,"caa":{"owner":"a","ttl":4294967296,"records":[]})"),
                  "caa is not a set of CAA records"},
        BrokenRow{"NoRecords", Line("a", "no_caa", R"(,"caa":{"owner":"a","ttl":1,"records":[]})"),
                  "caa is not a set of CAA records"},
        BrokenRow{"OtherOutcome",
                  R"({"name":"a","outcome":"deny","reason":"no_caa","may_issue":false,)"
                  R"("dnssec":"insecure","time":"2026-11-22T08:00:00.000Z"})",
                  "reason belongs to another outcome"},
        BrokenRow{"UnknownReason", R"({"name":"a","outcome":"deny","reason":"mood"})",
                  "reason is not one that this version knows"},
        BrokenRow{"UnknownOutcome", R"({"name":"a","outcome":"maybe"})",
                  "outcome is not one of the six"},
        BrokenRow{"BadTime", R"({"name":"a","time":"2026-13-22T08:00:00.000Z"})",
                  "time is not a time in UTC of the years 1970 to 2100"},
        BrokenRow{"PersistWithoutResult", Line("a", "no_caa", R"(,"persist":{"dnssec":"secure"})"),
                  "persist is not an object with a result"},
        BrokenRow{"HugeRank", Line("a", "no_caa", R"(,"rank":4294967296)"), "rank is not a count"},
        BrokenRow{"HugeEde", Line("a", "no_caa", R"(,"servers":[{"result":"x","ede":[65536]}])"),
                  "servers is not an array of servers"},
        BrokenRow{"EdeThatIsNoArray", Line("a", "no_caa", R"(,"servers":[{"result":"x","ede":9}])"),
                  "servers is not an array of servers"},
        BrokenRow{"HugeEdeOfAFinding",
                  Line("a", "no_caa", R"(,"findings":[{"code":"c","ede":65536}])"),
                  "findings is not an array of findings"},
        BrokenRow{"PersistThatIsNoObject", Line("a", "no_caa", R"(,"persist":"valid")"),
                  "persist is not an object with a result"},
        BrokenRow{"BadDecision", Line("a", "no_caa", R"(,"decisions":{"A":"maybe"})"),
                  "decisions holds something else than permit and deny"},
        BrokenRow{"Overlong", "{" + std::string(RecordReader::kMaxLineSize, ' '),
                  "longer than 1 MiB"}),
    [](const auto& row) { return std::string(row.param.name); });

std::string Padded(const std::string& line) {
  return line + std::string(RecordReader::kPadding, '}');
}

TEST(RecordReaderTest, ReadsWhatDecidesWithItsPlaces) {
  const std::string line =
      R"({ "n\u0061me" : "*.a.example" ,"outcome":"deny","reason":"of_a_later_version","may_issue":false,)"
      R"("caa":{"ttl":300,"records":[{"fl\u0061gs":0,"tag":"issue","value":"\\\\\\059"}]},)"
      R"("zone":7,"zone":7,"decisions":{"A":[]} ,"time":"2026-11-22T08:00:00.123Z"})";
  const std::string padded = Padded(line);
  RecordReader reader;
  ASSERT_EQ(reader.ReadToDecide(std::string_view(padded).substr(0, line.size())), "");
  const RecordView& record = reader.record();
  EXPECT_EQ(record.name, "*.a.example");
  EXPECT_EQ(record.outcome, Outcome::kDeny);
  EXPECT_EQ(record.reason_code, "of_a_later_version");
  EXPECT_EQ(record.caa_ttl_s, 300u);
  ASSERT_EQ(record.caa.size(), 1u);
  EXPECT_EQ(record.caa[0].value, R"(\\\059)");
  EXPECT_EQ(record.time_ms % 1000, 123);
  const MemberPlace& name = reader.place(Member::kName);
  EXPECT_EQ(name.key - padded.data(), 2);
  EXPECT_EQ(name.value, R"("*.a.example")");
  EXPECT_EQ(reader.place(Member::kReason).value, R"("of_a_later_version")");
  EXPECT_EQ(reader.place(Member::kMayIssue).value, "false");
  EXPECT_EQ(reader.place(Member::kDecisions).value, R"({"A":[]})");
  EXPECT_EQ(reader.place(Member::kValidUntil).key, nullptr);
  EXPECT_EQ(reader.place(Member::kZone).key, nullptr) << "it does not decide";
}

TEST(RecordReaderTest, NeedsLittleOfAFailureToDecide) {
  const std::string line = R"({"name":"a","outcome":"lame"})";
  const std::string padded = Padded(line);
  RecordReader reader;
  EXPECT_EQ(reader.ReadToDecide(std::string_view(padded).substr(0, line.size())), "");
  EXPECT_FALSE(reader.record().has_caa);
}

struct OriginRow {
  const char* name;
  std::string line;
  bool record;
  std::string origin;  // Its name, input, id, order and reason.
};

class OriginTest : public testing::TestWithParam<OriginRow> {};

TEST_P(OriginTest, TellsTheLineOfInput) {
  const std::string& line = GetParam().line;
  const std::string padded = Padded(line);
  RecordReader reader;
  const std::string before = Padded(R"({"name":"n","input":"i","id":1,"order":2,"reason":"r"})");
  ASSERT_TRUE(reader.ReadOrigin(std::string_view(before).substr(0, before.find('}') + 1)));
  EXPECT_EQ(reader.ReadOrigin(std::string_view(padded).substr(0, line.size())), GetParam().record);
  if (!GetParam().record) return;
  const RecordView& record = reader.record();
  std::string origin;
  for (const std::string_view text :
       {record.name, record.input, record.id, record.order, record.reason_code}) {
    origin.append(text).push_back('|');
  }
  EXPECT_EQ(origin, GetParam().origin);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, OriginTest,
    testing::Values(
        OriginRow{"Whole",
                  R"({"name":"a","input":"A","x":1,"reason":"no_caa","id":{"a": 1} ,"order":[ ]})",
                  true, R"(a|A|{"a": 1}|[ ]|no_caa|)"},
        OriginRow{"ReasonAlone", R"({"reason":"of_a_later_version"})", true,
                  "||||of_a_later_version|"},
        OriginRow{"EscapedKey", R"({"re\u0061son":"no_caa","\u0069d":7})", true, "||7||no_caa|"},
        OriginRow{"LastOfTwo", R"({"name":"a","name":"b","reason":"x","reason":"y"})", true,
                  "b||||y|"},
        OriginRow{"NoReason", R"({"name":"a"})", false, ""},
        OriginRow{"EmptyReason", R"({"reason":""})", false, ""},
        OriginRow{"ReasonNumber", R"({"reason":7})", false, ""},
        OriginRow{"NameNumber", R"({"name":7,"reason":"no_caa"})", false, ""},
        OriginRow{"KeyIsNoText", R"({"\ud800":7,"reason":"no_caa"})", false, ""},
        OriginRow{"Torn", R"({"reason":"no_caa")", false, ""},
        OriginRow{"Array", R"([1])", false, ""}, OriginRow{"Text", "a.example", false, ""}),
    [](const auto& row) { return std::string(row.param.name); });

/// A record cut off anywhere is none.
TEST(RecordReaderTest, RefusesEveryBeginningOfALine) {
  const std::string line = Line("a.example", "refused",
                                R"(,"servers":[{"host":"h","result":"refused"}],"order":[1,{}])");
  LineReader reader;
  for (size_t size = 0; size < line.size(); ++size) {
    EXPECT_NE(reader.Read(line.substr(0, size)), "") << size;
  }
  EXPECT_EQ(reader.Read(line), "");
}

/// The names of records that ReadRun() and, behind them, Read() find in the text.
std::vector<std::string> NamesByRun(std::string text, size_t* run) {
  const size_t size = text.size();
  text.append(RecordReader::kPadding, '"');
  const std::string_view whole = std::string_view(text).substr(0, size);
  RecordReader reader;
  std::vector<std::string> names;
  const auto add = [&] { names.emplace_back(reader.record().name); };
  *run = reader.ReadRun(whole, [&](std::string_view line) {
    EXPECT_EQ(line.find('\n'), std::string_view::npos);
    add();
  });
  for (size_t begin = *run; begin < size;) {
    const size_t end = std::min(whole.find('\n', begin), size);
    if (reader.Read(whole.substr(begin, end - begin)).empty()) add();
    begin = end + 1;
  }
  return names;
}

std::vector<std::string> NamesByLine(const std::string& text) {
  LineReader reader;
  std::vector<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (reader.Read(line).empty()) names.emplace_back(reader.record().name);
  }
  return names;
}

TEST(RecordReaderTest, ReadsARunOfLinesAcrossBatches) {
  std::string text;
  for (int i = 0; i < 2000; ++i) {
    text += Line("n" + std::to_string(i), "refused",
                 R"(,"order":"o\"","servers":[{"host":"h","result":"refused"}])") +
            "\n";
  }
  size_t run = 0;
  EXPECT_EQ(NamesByRun(text, &run), NamesByLine(text));
  EXPECT_EQ(run, text.size());
  text.pop_back();  // The last line may lack its line feed.
  EXPECT_EQ(NamesByRun(text, &run).size(), 2000u);
}

struct RunRow {
  const char* name;
  std::string line;  // Between good ones.
};

class RunTest : public testing::TestWithParam<RunRow> {};

TEST_P(RunTest, EndsBeforeWhatItDoesNotJudge) {
  const std::string good = kGood + "\n";
  const std::string text = good + good + GetParam().line + "\n" + good;
  size_t run = 0;
  EXPECT_EQ(NamesByRun(text, &run), NamesByLine(text));
  EXPECT_LE(run, 2 * good.size());
}

INSTANTIATE_TEST_SUITE_P(
    Hostile, RunTest,
    testing::Values(RunRow{"Blank", " "}, RunRow{"Torn", kGood.substr(0, kGood.size() / 2)},
                    RunRow{"OpenString", R"({"name":"a)"}, RunRow{"TwoInALine", kGood + kGood},
                    RunRow{"OneInTwoLines", "{\n" + kGood.substr(1)},
                    RunRow{"OverTheEnd", kGood.substr(0, kGood.size() - 1) + ",\"x\":\n1}"},
                    RunRow{"EscapeOverTheEnd",
                           kGood.substr(0, kGood.size() - 1) + ",\"operator\":\n\"\\\\\"}"},
                    RunRow{"BackslashInTheNextLine",
                           kGood.substr(0, kGood.size() - 1) + ",\"operator\":\"x\"\n\\}"},
                    RunRow{"NotUtf8", Line("a\xFF")}, RunRow{"Behind", kGood + " x"},
                    RunRow{"Before", "x " + kGood}, RunRow{"Brace", kGood + "}"},
                    RunRow{"Backslash", kGood + "\\"}, RunRow{"Scalar", "7"},
                    RunRow{"NoRecord", "{}"}, RunRow{"Nul", std::string(1, '\0') + kGood}),
    [](const auto& row) { return std::string(row.param.name); });

/// Cut and changed anywhere, a text reads the same by runs and by lines.
TEST(RecordReaderTest, ReadsRunsAsItReadsLines) {
  const std::string line = Line("a.example", "refused",
                                R"(,"servers":[{"host":"h","result":"refused"}],"order":["\\"])");
  const std::string text = Line("first") + "\n" + line + "\n" + Line("last") + "\n";
  size_t run = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const std::string cut = text.substr(0, at);
    EXPECT_EQ(NamesByRun(cut, &run), NamesByLine(cut)) << at;
    for (const char c : {'"', '\\', '\n', '{', '}', ',', ' ', '\0'}) {
      std::string changed = text;
      changed[at] = c;
      EXPECT_EQ(NamesByRun(changed, &run), NamesByLine(changed)) << at << " " << c;
    }
  }
}

}  // namespace
}  // namespace caascan::record
