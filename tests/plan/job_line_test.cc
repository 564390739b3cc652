#include "scanner/plan/job_line.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scanner/input/ndjson_line.h"

namespace caascan::plan {
namespace {

using input::NameJob;

class Sink final : public zonefile::DenialSink {
 public:
  void TakeDenial(dns::NameView zone, dns::NameView owner, dns::RRType type,
                  std::span<const uint8_t> rdata) override {
    taken.push_back(zone.ToText() + " " + owner.ToText() + " " +
                    std::to_string(static_cast<unsigned>(type)) + " " +
                    std::string(rdata.begin(), rdata.end()));
  }
  void NoteUnreadable() override {}
  std::vector<std::string> taken;
};

dns::Name NameOf(const std::string& text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone);
  return name;
}

std::string LineOf(const NameJob& job) {
  std::string line;
  AppendJobLine(job, &line);
  return line;
}

bool Read(std::string line, NameJob* job, zonefile::DenialSink* denials = nullptr) {
  static JobLineReader reader;
  const size_t size = line.size();
  line.append(JobLineReader::kPadding, ' ');
  return reader.Read(std::string_view(line).substr(0, size), job, denials);
}

struct Row {
  const char* name;
  std::function<void(NameJob*)> make;
  std::string want;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

NameJob Made(const Row& row) {
  NameJob job;
  row.make(&job);
  return job;
}

class JobLineTest : public testing::TestWithParam<Row> {};

TEST_P(JobLineTest, HoldsAllOfTheJob) {
  const std::string line = LineOf(Made(GetParam()));
  EXPECT_EQ(line, GetParam().want + "\n");
  NameJob back;
  Sink sink;
  ASSERT_TRUE(Read(line, &back, &sink));
  EXPECT_EQ(back.valid, Made(GetParam()).valid);
  EXPECT_EQ(input::RecordName(back), input::RecordName(Made(GetParam())));
  EXPECT_EQ(LineOf(back), line);
}

TEST_P(JobLineTest, NoBeginningOfItIsAJob) {
  const std::string line = GetParam().want;
  for (size_t size = 0; size < line.size(); ++size) {
    NameJob job;
    EXPECT_FALSE(Read(line.substr(0, size), &job)) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, JobLineTest,
    testing::ValuesIn(std::vector<Row>{
        {"Plain", [](NameJob* job) { SetTypedName("a.example", false, job); },
         R"({"name":"a.example"})"},
        {"Root", [](NameJob* job) { job->valid = true; }, R"({"name":"."})"},
        {"Wildcard", [](NameJob* job) { SetTypedName("*.A.example", false, job); },
         R"({"name":"a.example","wildcard":true,"input":"*.A.example"})"},
        {"Invalid",
         [](NameJob* job) {
           MarkInvalid(std::string("no\0name", 7), job, "why");
           job->mutable_details()->line = 7;
         },
         R"({"invalid":"no\\000name","input":"no\u0000name","line":7,"detail":"why"})"},
        {"EmptyInvalid", [](NameJob* job) { MarkInvalid("", job); }, R"({"invalid":""})"},
        {"Columns",
         [](NameJob* job) {
           SetTypedName("b.example", false, job);
           job->rank = 12;
           job->mutable_details()->id.text = R"({"deep":[1,"x"]})";
           job->mutable_details()->order.text = "null";
           job->mutable_details()->input_columns.text = R"({"a":"b"})";
           job->mutable_details()->account_uris = {"", "urn:b"};
           job->mutable_details()->validation_methods = {"dns-01"};
           job->purpose = Purpose::kSmime;
         },
         R"({"name":"b.example","for":"smime","id":{"deep":[1,"x"]},"order":null,"columns":{"a":"b"},"rank":12,)"
         R"("account_uri":["","urn:b"],"validation_method":["dns-01"]})"},
        {"Delegation",
         [](NameJob* job) {
           SetTypedName("c.example", false, job);
           auto delegation = std::make_unique<dns::Delegation>();
           delegation->hosts.append(NameOf("ns1.c.example").view().bytes());
           delegation->hosts.append(NameOf("n\\.s.Other").view().bytes());
           delegation->ttl_s = 3600;
           delegation->AddGlue(0, std::vector<uint8_t>{192, 0, 2, 1});
           delegation->AddGlue(1, std::vector<uint8_t>(16, 1));
           delegation->ds = {"abc", "de"};
           delegation->proofs.push_back({dns::RRType{47}, "xyz"});
           job->mutable_details()->delegation = std::move(delegation);
         },
         R"({"name":"c.example","delegation":{"ttl":3600,"hosts":["ns1.c.example","n\\.s.Other"],)"
         R"("glue":[[0,"wAACAQ=="],[1,"AQEBAQEBAQEBAQEBAQEBAQ=="]],"ds":["YWJj","ZGU="],)"
         R"("proofs":[[47,"eHl6"]]}})"},
    }),
    [](const testing::TestParamInfo<Row>& row) { return row.param.name; });

TEST(JobLineReaderTest, DenialsGoToTheSink) {
  NameJob job;
  SetTypedName("a.example", false, &job);
  std::string line = LineOf(job);
  AddDenials(DenialsOf::kName, {}, &line);
  EXPECT_EQ(line, LineOf(job));
  AddDenials(DenialsOf::kName,
             {{NameOf("example"), NameOf("hash.example"), dns::RRType{50}, "rdata"},
              {NameOf("example"), NameOf("hash.example"), dns::RRType{46}, "sig"}},
             &line);
  AddDenials(DenialsOf::kApex,
             {{NameOf("example"), NameOf("apex.example"), dns::RRType{50}, "more"}}, &line);
  Sink sink;
  NameJob back;
  ASSERT_TRUE(Read(line, &back, &sink));
  EXPECT_EQ(sink.taken, (std::vector<std::string>{"example hash.example 50 rdata",
                                                  "example hash.example 46 sig",
                                                  "example apex.example 50 more"}));
  ASSERT_TRUE(Read(line, &back));
}

TEST(JobLineReaderTest, ProofsAreLeftOutWhereNoneAreWanted) {
  const std::string line =
      R"({"name":"a.example","delegation":{"ttl":1,"hosts":["b"],"proofs":[[47,"eHl6"]]}})";
  Sink sink;
  NameJob job;
  ASSERT_TRUE(Read(line, &job, &sink));
  EXPECT_EQ(job.details().delegation->proofs.size(), 1u);
  ASSERT_TRUE(Read(line, &job));
  EXPECT_TRUE(job.details().delegation->proofs.empty());
}

TEST(JobLineReaderTest, OtherLinesAreRefused) {
  for (const char* line :
       {"", "[]", "{}", R"({"name":7})", R"({"name":"a..b"})", R"({"input":"a"})",
        R"({"name":"a","name":"b"})", R"({"name":"a","invalid":"b"})", R"({"name":"a","more":1})",
        R"({"name":"a","rank":-1})", R"({"name":"a","rank":4294967296})",
        R"({"name":"a","wildcard":1})", R"({"name":"a","delegation":{"ttl":1}})",
        R"({"name":"a","delegation":{"ttl":1,"hosts":["b"],"glue":[[1,"wAACAQ=="]]}})",
        R"({"name":"a","delegation":{"ttl":1,"hosts":["b"],"glue":[[0,"wAAC"]]}})",
        R"({"name":"a","delegation":{"ttl":1,"hosts":["b"],"ds":["*"]}})",
        R"({"name":"a","denials":[["b","c",70000,"YQ=="]]})",
        R"({"name":"a","denials":[["b","c",50,"YQ==",1]]})"}) {
    NameJob job;
    EXPECT_FALSE(Read(line, &job)) << line;
  }
}

}  // namespace
}  // namespace caascan::plan
