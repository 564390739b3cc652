#include "caascan/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>

#include "caascan/record.h"
#include "scanner/io/block_reader.h"
#include "tests/io/temp_file.h"

namespace caascan {
namespace {

using io::TempFile;
using io::TempFolder;
using testing::HasSubstr;

std::string LineFor(const std::string& name, const std::string& issuer) {
  Record record;
  record.name = name;
  record.reason = Reason::kIssuerNotAuthorized;
  record.caa = CaaRrset{.owner = name, .ttl_s = 300, .records = {{0, "issue", issuer}}};
  record.operator_name = std::string(800, 'x');
  record.time = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);
  std::string line;
  AppendRecord(record, &line);
  return line;
}

/// `count` records, every third of which permits ca.example. About a thousand fill a block.
std::string ManyLines(size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text += LineFor("host" + std::to_string(i) + ".example",
                    i % 3 == 0 ? "ca.example" : "other.example");
  }
  return text;
}

/// A run over `inputs` into a file.
struct DecideIntoFile {
  explicit DecideIntoFile(std::vector<std::string> inputs, unsigned threads = 0,
                          std::vector<CertificationAuthority> set = {}) {
    DecideOptions options;
    options.inputs = std::move(inputs);
    options.output_path = output.path();
    options.request.issuer_domains = {"ca.example"};
    options.ca_set = std::move(set);
    options.threads = threads;
    status = RunDecide(options, &summary);
    text = output.Read();
  }

  TempFile output;
  absl::Status status;
  DecideSummary summary;
  std::string text;
};

size_t LineCount(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(RunDecideTest, DecidesEveryRecordInOrder) {
  // Several blocks a thread, so that they overtake each other if they can.
  const size_t count = 4000;
  const TempFile input(ManyLines(count));
  const DecideIntoFile one({input.path()}, 1);
  ASSERT_TRUE(one.status.ok()) << one.status;
  EXPECT_EQ(one.summary.records, count);
  EXPECT_EQ(one.summary.permit, (count + 2) / 3);
  EXPECT_EQ(one.summary.deny, count - (count + 2) / 3);
  EXPECT_EQ(one.summary.changed, one.summary.permit);
  EXPECT_EQ(one.summary.failed, 0u);
  size_t position = 0;
  for (size_t i = 0; i < count; ++i) {
    const std::string begin = R"({"name":"host)" + std::to_string(i) + R"(.example","outcome":)" +
                              (i % 3 == 0 ? R"("permit")" : R"("deny")");
    ASSERT_EQ(one.text.substr(position, begin.size()), begin);
    position = one.text.find('\n', position) + 1;
  }
  EXPECT_EQ(position, one.text.size());
  const DecideIntoFile four({input.path()}, 4);
  EXPECT_TRUE(four.text == one.text);
}

TEST(RunDecideTest, AddsTheDecisionsOfASet) {
  const TempFile input(LineFor("a.example", "ca.example"));
  const DecideIntoFile run({input.path()}, 0, {{"A", {"ca.example"}}, {"B", {"b.example"}}});
  ASSERT_TRUE(run.status.ok()) << run.status;
  EXPECT_THAT(run.text, HasSubstr(R"("decisions":{"A":"permit","B":"deny"})"));
}

TEST(RunDecideTest, ReadsSeveralInputsAndSkipsBlankLines) {
  const std::string line = LineFor("a.example", "ca.example");
  const TempFile first("\n" + line + " \t\r\n");
  const TempFile second(line.substr(0, line.size() - 1));
  const TempFile empty("");
  const DecideIntoFile run({first.path(), empty.path(), second.path()});
  EXPECT_TRUE(run.status.ok()) << run.status;
  EXPECT_EQ(run.summary.records, 2u);
  EXPECT_EQ(LineCount(run.text), 2u);
}

TEST(RunDecideTest, TakesLetsEncryptWhereNobodyIsNamed) {
  const TempFile input(LineFor("a.example", "letsencrypt.org"));
  const TempFile output;
  DecideSummary summary;
  DecideOptions options;
  options.inputs = {input.path()};
  options.output_path = output.path();
  EXPECT_TRUE(RunDecide(options, &summary).ok());
  EXPECT_EQ(summary.permit, 1u);
}

/// Everything before the broken line is there, nothing behind it, whichever thread met it.
TEST(RunDecideTest, StopsAtTheFirstBrokenLine) {
  const std::string good = ManyLines(1200);
  const TempFile first(ManyLines(10));
  const TempFile second(good + "{\"name\":\n" + good + "[]\n" + good);
  for (const unsigned threads : {1u, 4u}) {
    const DecideIntoFile run({first.path(), second.path(), first.path()}, threads);
    EXPECT_EQ(run.status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(run.status.message(), second.path() + ":1201: no record: no JSON object");
    EXPECT_EQ(run.summary.records, 1210u);
    EXPECT_EQ(LineCount(run.text), 1210u);
    EXPECT_TRUE(run.text.ends_with('\n'));
  }
}

TEST(RunDecideTest, NamesTheLineThatIsTooLong) {
  const TempFile input(LineFor("a.example", ";") + "\n" +
                       std::string(io::BlockReader::kMaxLineSize + 2, ' '));
  const DecideIntoFile run({input.path()});
  EXPECT_EQ(run.status.message(), input.path() + ":3: no record: longer than 16 MiB");
  EXPECT_EQ(run.summary.records, 1u);
}

TEST(RunDecideTest, LeavesTheOutputAloneWhereAnInputCannotBeRead) {
  const TempFolder folder;
  const TempFile output("precious\n");
  DecideSummary summary;
  DecideOptions options;
  options.output_path = output.path();
  for (const std::string& path : {folder.path(), folder.path() + "/missing", output.path()}) {
    options.inputs = {path};
    const absl::Status status = RunDecide(options, &summary);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(path));
    EXPECT_EQ(output.Read(), "precious\n");
  }
}

TEST(RunDecideTest, SaysWhatCannotBeWritten) {
  const TempFile input(ManyLines(1200));
  DecideSummary summary;
  DecideOptions options;
  options.inputs = {input.path()};
  options.output_path = "/dev/full";
  const absl::Status full = RunDecide(options, &summary);
  EXPECT_EQ(full.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(full.message()), HasSubstr("/dev/full"));
  EXPECT_EQ(summary.records, 0u);
  options.output_path = "/missing/out";
  EXPECT_EQ(RunDecide(options, &summary).code(), absl::StatusCode::kInvalidArgument);
}

/// The signal waits already when the run begins, so no timing is involved.
TEST(RunDecideTest, EndsAtASignalWhileTheInputIsSilent) {
  sigset_t mask;
  sigset_t old_mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGTERM);
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &mask, &old_mask), 0);
  ASSERT_EQ(kill(getpid(), SIGTERM), 0);
  const TempFolder folder;
  const std::string fifo = folder.path() + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const DecideIntoFile run({fifo});
  EXPECT_TRUE(run.status.ok()) << run.status;
  EXPECT_EQ(run.summary.signal, SIGTERM);
  EXPECT_EQ(run.text, "");
  pthread_sigmask(SIG_SETMASK, &old_mask, nullptr);
}

TEST(RunDecideTest, LeavesSignalHandlingAsItWas) {
  const TempFile input(LineFor("a.example", ";"));
  const DecideIntoFile run({input.path()});
  EXPECT_TRUE(run.status.ok()) << run.status;
  EXPECT_EQ(run.summary.signal, 0);
  struct sigaction action {};
  sigaction(SIGPIPE, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_DFL);
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  EXPECT_EQ(sigismember(&mask, SIGINT), 0);
}

}  // namespace
}  // namespace caascan
