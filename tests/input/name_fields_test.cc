// What NameSource reads of rows and objects: columns, ranks, URLs, keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "scanner/input/name_source.h"
#include "tests/io/compressed.h"
#include "tests/io/temp_file.h"

namespace caascan::input {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A job as one word: the name, or `!text` where it is invalid; `<input`, `@rank`, its columns and
/// `#id` where it has these.
std::string Show(const NameJob& job) {
  const JobDetails& details = job.details();
  std::string shown = job.valid ? job.name.view().ToText() : "!" + details.invalid_name;
  if (job.valid && job.wildcard) shown.insert(0, "*.");
  if (job.valid && !details.input.empty()) shown += "<" + details.input;
  if (job.rank != kNoRank) shown += "@" + std::to_string(job.rank);
  shown += details.input_columns.text;
  if (!details.id.text.empty()) shown += "#" + details.id.text;
  return shown;
}

struct Read {
  std::vector<std::string> jobs;
  std::vector<std::string> notices;
  absl::Status status;
};

Read ReadAll(NameSourceOptions options) {
  Read read;
  options.on_notice = [&read](const std::string& notice) { read.notices.push_back(notice); };
  auto source = NameSource::Open(std::move(options), nullptr);
  if (!source.ok()) {
    read.status = source.status();
    return read;
  }
  NameJob job;
  while ((*source)->Next(&job, true) == NextJob::kJob) read.jobs.push_back(Show(job));
  read.status = (*source)->status();
  return read;
}

std::vector<std::string> Jobs(std::string_view content, InputFields fields = {},
                              InputFormat format = InputFormat::kAuto) {
  const io::TempFile file(content);
  const Read read =
      ReadAll({.paths = {file.path()}, .format = format, .fields = std::move(fields)});
  EXPECT_TRUE(read.status.ok()) << read.status;
  return read.jobs;
}

TEST(NameFieldsTest, Ranks) {
  EXPECT_THAT(Jobs("1,a.example\n2,b.example\nx,c.example\n"),
              ElementsAre("a.example@1", "b.example@2", "c.example"));
  EXPECT_THAT(Jobs("domain,rank\na.example,0\nb.example,4294967294\nc.example,4294967295\n"
                   "d.example,-1\ne.example,1.5\nf.example,\ng.example\n"),
              ElementsAre("a.example@0", "b.example@4294967294", "c.example", "d.example",
                          "e.example", "f.example", "g.example"));
}

TEST(NameFieldsTest, ARowWithoutTheColumnIsTakenAsAWhole) {
  EXPECT_THAT(Jobs("1,a.example\n2,\n3\nb.example\n,,\n"),
              ElementsAre("a.example@1", "!2,@2", "3@3", "b.example", "!,,"));
  EXPECT_THAT(Jobs("x y,1\nz w,2\n"), ElementsAre("!x y,1", "!z w,2"));
}

TEST(NameFieldsTest, SeparatorsAndQuotes) {
  EXPECT_THAT(Jobs("rank\tdomain\tnote\n1\ta.example\tx, y\n\tb.example\t\n"),
              ElementsAre("a.example@1", "b.example"));
  EXPECT_THAT(Jobs("Domain name;Organization\na.example;\"Org; of\nA\"\nB.example;x\n"),
              ElementsAre("a.example", "b.example<B.example"));
  EXPECT_THAT(Jobs("a.example\nb.example;x\n", {}, InputFormat::kCsv),
              ElementsAre("a.example", "b.example"));
}

InputFields Keep(std::vector<std::string> keep) {
  InputFields fields;
  fields.keep = std::move(keep);
  return fields;
}

TEST(NameFieldsTest, ColumnsThatPassThrough) {
  EXPECT_THAT(
      Jobs("Domain,Type,Note\na.example,\"say \"\"x\"\"\",\"two\nlines\"\nb.example,\nc.example\n",
           Keep({"note", "TYPE"})),
      ElementsAre(R"(a.example{"Note":"two\nlines","Type":"say \"x\""})", R"(b.example{"Type":""})",
                  "c.example"));
  EXPECT_THAT(Jobs("1,a.example,x\n", Keep({"3", "1"})),
              ElementsAre(R"(a.example@1{"3":"x","1":"1"})"));
  EXPECT_THAT(Jobs("domain,x\na.example,b\xFF\n", Keep({"x"})),
              ElementsAre("a.example{\"x\":\"b\\ufffd\"}"));
  EXPECT_THAT(Jobs("domain\na.example\n", Keep({"domain"})),
              ElementsAre(R"(a.example{"domain":"a.example"})"))
      << "a list without a suffix is csv where columns are named";
  EXPECT_THAT(Jobs("domain,x\nnot a name,y\n", Keep({"x"})),
              ElementsAre(R"(!not a name{"x":"y"})"));
}

TEST(NameFieldsTest, Urls) {
  InputFields urls;
  urls.from_url = true;
  const std::string_view list =
      "https://A.example/x?y\nb.example:443\nuser@c.example\nd.example\nhttps://192.0.2.1/\n";
  EXPECT_THAT(Jobs(list, urls),
              ElementsAre("a.example<https://A.example/x?y", "b.example<b.example:443",
                          "c.example<user@c.example", "d.example", "!https://192.0.2.1/"));
  EXPECT_THAT(Jobs("b.example:443\n"), ElementsAre("!b.example:443"));
  EXPECT_THAT(Jobs("origin,rank\nhttps://www.a.example,1000\n"),
              ElementsAre("www.a.example<https://www.a.example@1000"));
  EXPECT_THAT(Jobs("id;URL\n7;https://a.example/;x\n"),
              ElementsAre("a.example<https://a.example/"));
  EXPECT_THAT(Jobs("domain,x\nhttps://a.example,1\n"), ElementsAre("!https://a.example"));
  EXPECT_THAT(Jobs("1,https://a.example/\n", urls), ElementsAre("a.example<https://a.example/@1"));
  const std::string url = "https://a.example/" + std::string(5000, 'x');
  EXPECT_THAT(Jobs(url, urls), ElementsAre("a.example<" + url.substr(0, kMaxInputSize)));
  EXPECT_THAT(Jobs("https://a.example/\xFF", urls),
              ElementsAre("a.example<https://a.example/\xEF\xBF\xBD"));
}

TEST(NameFieldsTest, KeysOfObjects) {
  EXPECT_THAT(Jobs(R"({"host":"a.example","id":1}
{"domain":"b.example"}
{"fqdn":"c.example","host":null}
{"domain":"x","host":"d.example","name":"e.example"}
{"name":7,"host":"f.example"}
{"url":"g.example"}
)"),
              ElementsAre("a.example#1", "b.example", "c.example", "e.example",
                          "!{\"name\":7,\"host\":\"f.example\"}", "!{\"url\":\"g.example\"}"));
  const auto key = [](std::string member) {
    InputFields fields;
    fields.key = std::move(member);
    return fields;
  };
  EXPECT_THAT(Jobs(R"({"name":"x","target":"a.example"}
{"name":"b.example"}
)",
                   key("target")),
              ElementsAre("a.example", "!{\"name\":\"b.example\"}"));
  EXPECT_THAT(Jobs(R"({"url":"https://a.example/"})", key("url")),
              ElementsAre("a.example<https://a.example/"));
  EXPECT_THAT(Jobs(R"({"at":"https://a.example/"})", key("at")),
              ElementsAre("!https://a.example/"));
  EXPECT_THAT(
      Jobs(R"({"id":"a.example"}
{"id":{"a":1}}
{"id":7}
)",
           key("id")),
      ElementsAre("a.example#\"a.example\"", "!{\"id\":{\"a\":1}}#{\"a\":1}", "!{\"id\":7}#7"));
  EXPECT_THAT(Jobs(R"({"wildcard":"a.example"})", key("wildcard")), ElementsAre("a.example"));
}

TEST(NameFieldsTest, EachFileHasColumnsOfItsOwn) {
  const io::TempFile ranked("1,a.example\n");
  const io::TempFile plain("b.example\n");
  const io::TempFile headed("Nazwa;Domena\nx;c.example\n");
  const Read read = ReadAll({.paths = {ranked.path(), plain.path(), headed.path()}});
  EXPECT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(read.jobs, ElementsAre("a.example@1", "b.example", "c.example"));
  EXPECT_THAT(read.notices,
              ElementsAre(ranked.path() + ": the names are in column 2, by its first row; "
                                          "--column NAME|N takes another",
                          headed.path() + ": the names are in column 2 (\"Domena\"), by its first "
                                          "2 rows; --column NAME|N takes another"));
}

TEST(NameFieldsTest, AMissingColumnIsFoundBeforeAnythingIsRead) {
  const io::TempFile good("domain,owner\na.example,x\n");
  const io::TempFile bad(io::Gzip("domain,type\nb.example,y\n"));
  InputFields fields;
  fields.column = "owner";
  const Read read = ReadAll({.paths = {good.path(), bad.path()}, .fields = fields});
  EXPECT_THAT(read.jobs, IsEmpty());
  EXPECT_EQ(read.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(read.status.message(), "--column: " + bad.path() +
                                       " has no column \"owner\"; the columns of its first row "
                                       "are \"domain\", \"type\"");
  EXPECT_TRUE(ReadAll({.paths = {good.path()}, .fields = fields}).status.ok());
}

/// What was read before a file turned out to be corrupt is not lost, though its columns were not
/// known yet.
TEST(NameFieldsTest, RowsThatWereHeldComeBeforeAnError) {
  std::string packed = io::Gzip("a.example,b.example\nc.example,d.example\n");
  packed[packed.size() - 5] ^= 0x55;  // Its check sum or size.
  const io::TempFile file(packed);
  const Read read = ReadAll({.paths = {file.path()}});
  EXPECT_THAT(read.jobs, ElementsAre("a.example", "c.example"));
  EXPECT_FALSE(read.status.ok());
}

/// Standard input is a pipe during the test.
TEST(NameFieldsTest, APipeThatPausesIsNotWaitedFor) {
  const int saved = dup(STDIN_FILENO);
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  ASSERT_EQ(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
  close(fds[0]);
  const std::string_view row = "a.example,b.example\n";
  ASSERT_EQ(write(fds[1], row.data(), row.size()), static_cast<ssize_t>(row.size()));
  auto source = NameSource::Open({}, nullptr);
  ASSERT_TRUE(source.ok());
  NameJob job;
  ASSERT_EQ((*source)->Next(&job, false), NextJob::kJob);
  EXPECT_EQ(Show(job), "a.example");
  EXPECT_EQ((*source)->Next(&job, false), NextJob::kWouldWait);
  close(fds[1]);
  EXPECT_EQ((*source)->Next(&job, true), NextJob::kEnd);
  dup2(saved, STDIN_FILENO);
  close(saved);
}

}  // namespace
}  // namespace caascan::input
