#include "scanner/io/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/io/temp_file.h"

namespace caascan::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::unique_ptr<LineReader> MustOpen(const std::string& path, const WakeFd* wake = nullptr) {
  auto reader = LineReader::Open(path, wake);
  EXPECT_TRUE(reader.ok()) << reader.status();
  return reader.ok() ? *std::move(reader) : nullptr;
}

std::unique_ptr<WakeFd> MustWake() {
  auto wake = WakeFd::Create();
  EXPECT_TRUE(wake.ok());
  return *std::move(wake);
}

/// All lines of a file; an overlong one as "<first byte>*<size>".
std::vector<std::string> Lines(std::string_view content) {
  const TempFile file(content);
  const auto reader = MustOpen(file.path());
  std::vector<std::string> lines;
  Line line;
  while (reader->Next(&line, true) == ReadResult::kLine) {
    EXPECT_EQ(line.number, lines.size() + 1);
    if (line.overlong) {
      lines.push_back(std::string(line.text.substr(0, 1)) + "*" + std::to_string(line.text.size()));
    } else {
      lines.emplace_back(line.text);
    }
  }
  EXPECT_TRUE(reader->status().ok());
  EXPECT_EQ(reader->Next(&line, true), ReadResult::kEnd);
  return lines;
}

TEST(LineReaderTest, EndsOfLines) {
  EXPECT_THAT(Lines(""), IsEmpty());
  EXPECT_THAT(Lines("\n"), ElementsAre(""));
  EXPECT_THAT(Lines("a"), ElementsAre("a"));
  EXPECT_THAT(Lines("a\n"), ElementsAre("a"));
  EXPECT_THAT(Lines("a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(Lines("a\n\nb\n"), ElementsAre("a", "", "b"));
  EXPECT_THAT(Lines("a\r\nb\r\n"), ElementsAre("a", "b"));
  EXPECT_THAT(Lines("a\r"), ElementsAre("a"));
  EXPECT_THAT(Lines("a\r\r\nb\rc\n"), ElementsAre("a\r", "b\rc"));
}

TEST(LineReaderTest, AnyByteIsData) {
  std::string all;
  for (int c = 0; c < 256; ++c) {
    if (c != '\n' && c != '\r') all.push_back(static_cast<char>(c));
  }
  EXPECT_THAT(Lines(all + "\n" + all), ElementsAre(all, all));
  EXPECT_THAT(Lines(std::string("\0\0\n\0", 4)),
              ElementsAre(std::string(2, '\0'), std::string(1, '\0')));
}

TEST(LineReaderTest, CutsOverlongLines) {
  const size_t max = LineReader::kMaxLineSize;
  const std::string cut = "x*" + std::to_string(max);
  const std::string fits(max, 'x');
  EXPECT_THAT(Lines(fits), ElementsAre(fits));
  EXPECT_THAT(Lines(fits + "\n"), ElementsAre(fits));
  EXPECT_THAT(Lines(fits + "\r\nb"), ElementsAre(fits, "b"));
  EXPECT_THAT(Lines(fits + "x"), ElementsAre(cut));
  EXPECT_THAT(Lines(fits + "x\n"), ElementsAre(cut));
  EXPECT_THAT(Lines(fits + "x\r\nb"), ElementsAre(cut, "b"));
  EXPECT_THAT(Lines(fits + "xx\n"), ElementsAre(cut));
  std::string ten_megabytes;
  ten_megabytes.resize(10'000'000, 'x');
  EXPECT_THAT(Lines("a\n" + ten_megabytes + "\nb\n"), ElementsAre("a", cut, "b"));
  EXPECT_THAT(Lines(ten_megabytes), ElementsAre(cut));
  EXPECT_THAT(Lines(ten_megabytes + "\n"), ElementsAre(cut));
  EXPECT_THAT(Lines(std::string(1'000'000, 'x') + "\n" + std::string(1'000'000, 'x')),
              ElementsAre(cut, cut));
}

/// Lines of every length around the buffer's size, so that each end falls on each place.
TEST(LineReaderTest, LinesAcrossReads) {
  std::vector<std::string> want;
  std::string content;
  for (size_t i = 0; i < 3000; ++i) {
    want.push_back(std::string((i * 37) % 1009, static_cast<char>('a' + i % 26)));
    content += want.back() + (i % 2 == 0 ? "\n" : "\r\n");
  }
  ASSERT_GT(content.size(), 5 * LineReader::kMaxLineSize);
  EXPECT_EQ(Lines(content), want);
}

/// The two ends of a pipe; the reading end is given out as a path.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(fds_), 0); }
  ~Pipe() {
    CloseWriter();
    close(fds_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(fds_[0]); }
  void Send(std::string_view text) const {
    ASSERT_EQ(write(fds_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void CloseWriter() {
    if (fds_[1] >= 0) close(fds_[1]);
    fds_[1] = -1;
  }

 private:
  int fds_[2] = {-1, -1};
};

TEST(LineReaderTest, DoesNotWaitUnlessAsked) {
  Pipe input;
  const auto reader = MustOpen(input.path());
  Line line;
  EXPECT_EQ(reader->Next(&line, false), ReadResult::kWouldWait);
  input.Send("a\nhal");
  ASSERT_EQ(reader->Next(&line, false), ReadResult::kLine);
  EXPECT_EQ(line.text, "a");
  EXPECT_EQ(reader->Next(&line, false), ReadResult::kWouldWait);
  input.Send("f\n");
  ASSERT_EQ(reader->Next(&line, false), ReadResult::kLine);
  EXPECT_EQ(line.text, "half");
  input.Send("last");
  input.CloseWriter();
  ASSERT_EQ(reader->Next(&line, false), ReadResult::kLine);
  EXPECT_EQ(line.text, "last");
  EXPECT_EQ(reader->Next(&line, false), ReadResult::kEnd);
}

TEST(LineReaderTest, WaitsForASlowWriter) {
  Pipe input;
  const auto reader = MustOpen(input.path());
  std::thread writer([&input] {
    input.Send("a");
    input.Send("b\n");
    input.CloseWriter();
  });
  Line line;
  ASSERT_EQ(reader->Next(&line, true), ReadResult::kLine);
  EXPECT_EQ(line.text, "ab");
  EXPECT_EQ(reader->Next(&line, true), ReadResult::kEnd);
  writer.join();
}

TEST(LineReaderTest, AnotherThreadInterruptsTheWait) {
  Pipe input;
  const auto wake = MustWake();
  const auto reader = MustOpen(input.path(), wake.get());
  EXPECT_FALSE(wake->notified());
  std::thread other([&wake] { wake->Notify(); });
  Line line;
  EXPECT_EQ(reader->Next(&line, true), ReadResult::kInterrupted);
  other.join();
  EXPECT_TRUE(wake->notified());
  EXPECT_EQ(reader->Next(&line, true), ReadResult::kInterrupted) << "for good";
}

const WakeFd* g_wake_of_handler = nullptr;

TEST(LineReaderTest, ASignalHandlerInterruptsTheWait) {
  Pipe input;
  const auto wake = MustWake();
  const auto reader = MustOpen(input.path(), wake.get());
  g_wake_of_handler = wake.get();
  const auto old = std::signal(SIGUSR1, [](int) { g_wake_of_handler->Notify(); });
  ASSERT_EQ(std::raise(SIGUSR1), 0);
  Line line;
  EXPECT_EQ(reader->Next(&line, true), ReadResult::kInterrupted);
  EXPECT_NE(std::signal(SIGUSR1, old), SIG_ERR);
}

TEST(LineReaderTest, InterruptsAFileToo) {
  const TempFile file(std::string(2'000'000, '\n'));
  const auto wake = MustWake();
  const auto reader = MustOpen(file.path(), wake.get());
  Line line;
  ASSERT_EQ(reader->Next(&line, true), ReadResult::kLine);
  wake->Notify();
  size_t lines = 1;
  while (reader->Next(&line, true) == ReadResult::kLine) ++lines;
  EXPECT_EQ(reader->Next(&line, true), ReadResult::kInterrupted);
  EXPECT_LT(lines, size_t{1'000'000});
}

std::string CannotRead(const std::string& path, const std::string& why) {
  return "cannot read " + path + ": " + why;
}

TEST(LineReaderTest, ErrorsNameTheFile) {
  const TempFolder folder;
  const std::string missing = folder.path() + "/missing";
  for (const auto& [path, why] : std::vector<std::pair<std::string, std::string>>{
           {folder.path(), "Is a directory"}, {missing, "No such file or directory"}}) {
    const absl::Status checked = CheckReadable(path);
    const absl::Status opened = LineReader::Open(path, nullptr).status();
    for (const absl::Status& status : {checked, opened}) {
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_EQ(status.message(), CannotRead(path, why));
    }
  }
}

TEST(LineReaderTest, ForbiddenFile) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const TempFile file("a\n");
  ASSERT_EQ(chmod(file.path().c_str(), 0), 0);
  EXPECT_THAT(std::string(CheckReadable(file.path()).message()), HasSubstr("Permission denied"));
}

/// Reading this one fails although it can be opened.
TEST(LineReaderTest, ReadErrorsNameTheFile) {
  const std::string path = "/proc/self/mem";
  const auto reader = MustOpen(path);
  Line line;
  ASSERT_EQ(reader->Next(&line, true), ReadResult::kFailed);
  EXPECT_EQ(reader->status().message(), CannotRead(path, "Input/output error"));
  EXPECT_EQ(reader->Next(&line, true), ReadResult::kFailed) << "for good";
}

TEST(TrimBlanksTest, TakesSpacesTabsAndCarriageReturns) {
  EXPECT_EQ(TrimBlanks(" \t a b\r"), "a b");
  EXPECT_EQ(TrimBlanks("a"), "a");
  EXPECT_EQ(TrimBlanks(" \r\t"), "");
  EXPECT_EQ(TrimBlanks(""), "");
  EXPECT_EQ(TrimBlanks("\va\f"), "\va\f") << "other white space makes it no name";
}

TEST(TakeLineTest, TakesOneAfterTheOther) {
  std::string_view text = "a\n\nb\r\nc";
  EXPECT_EQ(TakeLine(&text), "a");
  EXPECT_EQ(TakeLine(&text), "");
  EXPECT_EQ(TakeLine(&text), "b\r");
  EXPECT_EQ(TakeLine(&text), "c") << "without a line feed";
  EXPECT_EQ(text, "");
}

/// A FIFO without a writer neither blocks the opening nor looks like an empty file.
TEST(LineReaderTest, FifoWaitsForItsWriter) {
  const TempFolder folder;
  const std::string path = folder.path() + "/fifo";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  ASSERT_TRUE(CheckReadable(path).ok());
  const auto reader = MustOpen(path);
  Line line;
  EXPECT_EQ(reader->Next(&line, false), ReadResult::kWouldWait);
  std::thread writer([&path] {
    FILE* const out = std::fopen(path.c_str(), "w");
    ASSERT_NE(out, nullptr);
    EXPECT_GE(std::fputs("a\n", out), 0);
    EXPECT_EQ(std::fclose(out), 0);
  });
  ASSERT_EQ(reader->Next(&line, true), ReadResult::kLine);
  EXPECT_EQ(line.text, "a");
  EXPECT_EQ(reader->Next(&line, true), ReadResult::kEnd);
  writer.join();
}

}  // namespace
}  // namespace caascan::io
