#include "scanner/io/output.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "scanner/io/input_file.h"
#include "tests/io/temp_file.h"

namespace caascan::io {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::unique_ptr<OutputSink> MustOpen(const std::string& path) {
  auto sink = OutputSink::Open(path);
  EXPECT_TRUE(sink.ok()) << sink.status();
  return sink.ok() ? *std::move(sink) : nullptr;
}

/// As RunScan() does: neither a closed pipe nor a size limit may end the process.
class OutputSinkTest : public testing::Test {
 protected:
  void SetUp() override {
    old_pipe_ = std::signal(SIGPIPE, SIG_IGN);
    old_size_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  void TearDown() override {
    EXPECT_EQ(std::signal(SIGPIPE, old_pipe_), SIG_IGN);
    EXPECT_EQ(std::signal(SIGXFSZ, old_size_), SIG_IGN);
  }

 private:
  void (*old_pipe_)(int) = SIG_DFL;
  void (*old_size_)(int) = SIG_DFL;
};

/// Standard output is `fd` as long as this lives.
class StandardOutput {
 public:
  explicit StandardOutput(int fd) : saved_(dup(STDOUT_FILENO)) {
    EXPECT_EQ(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
  }
  ~StandardOutput() {
    dup2(saved_, STDOUT_FILENO);
    close(saved_);
  }
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;

 private:
  const int saved_;
};

std::string ReadAll(int fd) {
  std::string all;
  char buffer[1000];  // Small, so that the writer has to wait.
  for (ssize_t size = 0; (size = read(fd, buffer, sizeof(buffer))) > 0;) {
    all.append(buffer, static_cast<size_t>(size));
  }
  return all;
}

std::string NumberedLines(size_t count) {
  std::string lines;
  for (size_t i = 0; i < count; ++i) lines += "line " + std::to_string(i) + "\n";
  return lines;
}

TEST_F(OutputSinkTest, WritesAFile) {
  const TempFile file("what was there before is gone");
  const auto sink = MustOpen(file.path());
  EXPECT_TRUE(sink->Write("a\nb\n"));
  EXPECT_TRUE(sink->Write(""));
  EXPECT_EQ(file.Read(), "a\nb\n") << "nothing is held back";
  EXPECT_TRUE(sink->Write("c\n"));
  EXPECT_EQ(sink->lines_written(), 3u);
  EXPECT_TRUE(sink->Finish().ok());
  EXPECT_FALSE(sink->failed());
  EXPECT_EQ(file.Read(), "a\nb\nc\n");
}

TEST_F(OutputSinkTest, CreatesTheFile) {
  const TempFolder folder;
  const std::string path = folder.path() + "/out.ndjson";
  const auto sink = MustOpen(path);
  EXPECT_TRUE(sink->Finish().ok());
  EXPECT_EQ(access(path.c_str(), F_OK), 0);
}

TEST_F(OutputSinkTest, ErrorsOfOpeningNameTheFile) {
  const TempFolder folder;
  const absl::Status directory = OutputSink::Open(folder.path()).status();
  EXPECT_EQ(directory.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(directory.message(), "cannot write " + folder.path() + ": Is a directory");
  const std::string below = folder.path() + "/missing/out";
  EXPECT_EQ(OutputSink::Open(below).status().message(),
            "cannot write " + below + ": No such file or directory");
}

TEST_F(OutputSinkTest, FullDevice) {
  const auto sink = MustOpen("/dev/full");
  EXPECT_FALSE(sink->failed());
  EXPECT_FALSE(sink->Write("a\n"));
  EXPECT_TRUE(sink->failed());
  EXPECT_FALSE(sink->Write("b\n"));
  EXPECT_EQ(sink->lines_written(), 0u);
  EXPECT_EQ(sink->status(), absl::DataLossError("cannot write /dev/full: No space left on device"));
  EXPECT_EQ(sink->Finish(), sink->status());
}

/// A file-size limit stands for the disk that fills up in the middle of a line.
TEST_F(OutputSinkTest, FullDiskLeavesWholeLines) {
  const TempFile file;
  const auto sink = MustOpen(file.path());
  EXPECT_TRUE(sink->Write("first\n"));
  rlimit old = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit limit = {.rlim_cur = 20, .rlim_max = old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const bool written = sink->Write("second\nthird and long\nfourth\n");
  const bool again = sink->Write("x\n");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  EXPECT_FALSE(written);
  EXPECT_FALSE(again) << "a later line must not follow a lost one";
  EXPECT_EQ(file.Read(), "first\nsecond\n");
  EXPECT_EQ(sink->lines_written(), 2u);
  EXPECT_EQ(sink->Finish().message(), "cannot write " + file.path() + ": File too large");
  EXPECT_EQ(file.Read(), "first\nsecond\n");
}

/// Standard output may be a file that others append to (`>> log`): their bytes stay.
TEST_F(OutputSinkTest, CutsNothingOfOthers) {
  const TempFile file;
  const int ours = open(file.path().c_str(), O_WRONLY);
  ASSERT_GE(ours, 0);
  rlimit old = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  bool written = true;
  {
    const StandardOutput redirected(ours);
    const auto sink = MustOpen("-");
    const int other = open(file.path().c_str(), O_WRONLY | O_APPEND);
    ASSERT_EQ(lseek(other, 0, SEEK_END), 0);
    ASSERT_EQ(ftruncate(other, 15), 0);  // Somebody else's 15 bytes.
    const rlimit limit = {.rlim_cur = 10, .rlim_max = old.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    written = sink->Write("123\n456789012\n");
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
    close(other);
  }
  close(ours);
  EXPECT_FALSE(written);
  EXPECT_EQ(file.Read(), "123\n456789" + std::string(5, '\0'));
}

TEST_F(OutputSinkTest, ClosedPipe) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  close(fds[0]);
  std::unique_ptr<OutputSink> sink;
  {
    const StandardOutput redirected(fds[1]);
    sink = MustOpen("");
    EXPECT_FALSE(sink->Write("a\n"));
  }
  close(fds[1]);
  EXPECT_TRUE(sink->failed());
  EXPECT_EQ(sink->status(), absl::DataLossError("cannot write standard output: Broken pipe"));
}

TEST_F(OutputSinkTest, ClosedStandardOutput) {
  const int saved = dup(STDOUT_FILENO);
  close(STDOUT_FILENO);
  const absl::Status closed = OutputSink::Open("").status();
  const int for_reading = open("/dev/null", O_RDONLY);
  const absl::Status not_for_writing = OutputSink::Open("-").status();
  dup2(saved, STDOUT_FILENO);
  close(saved);
  EXPECT_EQ(for_reading, STDOUT_FILENO);
  EXPECT_EQ(closed, absl::InvalidArgumentError("cannot write standard output: it is closed"));
  EXPECT_EQ(not_for_writing, closed);
}

/// A reader that takes little by little gets everything, blocking pipe or not, pipe or socket.
TEST_F(OutputSinkTest, SlowReaderGetsEverything) {
  const std::string lines = NumberedLines(30000);
  for (const bool nonblocking : {false, true}) {
    for (const bool is_socket : {false, true}) {
      SCOPED_TRACE(testing::Message() << "nonblocking " << nonblocking << " socket " << is_socket);
      int fds[2];
      ASSERT_EQ(is_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds), 0);
      if (nonblocking) {
        ASSERT_EQ(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
      }
      std::string got;
      std::thread reader([&got, fd = fds[0]] { got = ReadAll(fd); });
      bool written = false;
      absl::Status finished;
      {
        const StandardOutput redirected(fds[1]);
        close(fds[1]);
        const auto sink = MustOpen("-");
        written = sink->Write(lines);
        finished = sink->Finish();
      }
      reader.join();
      close(fds[0]);
      EXPECT_TRUE(written);
      EXPECT_TRUE(finished.ok()) << finished;
      EXPECT_EQ(got, lines);
    }
  }
}

/// `head -1`: the reader goes away in the middle.
TEST_F(OutputSinkTest, ReaderThatGoesAway) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  std::thread reader([fd = fds[0]] {
    char first = 0;
    EXPECT_EQ(read(fd, &first, 1), 1);
    close(fd);
  });
  std::unique_ptr<OutputSink> sink;
  {
    const StandardOutput redirected(fds[1]);
    sink = MustOpen("-");
    while (sink->Write("a line\n")) {
    }
  }
  reader.join();
  close(fds[1]);
  EXPECT_THAT(std::string(sink->status().message()), HasSubstr("Broken pipe"));
}

/// A reader that never reads must not hold a user who wants to stop.
TEST_F(OutputSinkTest, AbandonEndsTheWait) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  std::unique_ptr<OutputSink> sink;
  bool written = true;
  {
    const StandardOutput redirected(fds[1]);
    sink = MustOpen("-");
    std::thread other([&sink] {
      while (sink->lines_written() == 0) std::this_thread::yield();
      sink->Abandon();
    });
    written = sink->Write(NumberedLines(100000));
    other.join();
  }
  EXPECT_FALSE(written);
  EXPECT_EQ(sink->status(), absl::DataLossError("cannot write standard output: abandoned"));
  close(fds[1]);
  const std::string got = ReadAll(fds[0]);
  close(fds[0]);
  EXPECT_THAT(NumberedLines(100000), StartsWith(got));
  EXPECT_EQ(static_cast<uint64_t>(std::count(got.begin(), got.end(), '\n')), sink->lines_written());
}

/// Lines of several threads are never mixed.
TEST_F(OutputSinkTest, ThreadsWriteWholeLines) {
  constexpr int kThreads = 4;
  constexpr int kWrites = 500;
  constexpr int kLines = 2 * kThreads * kWrites;
  const TempFile file;
  const auto sink = MustOpen(file.path());
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&sink, t] {
      std::string lines(static_cast<size_t>(100 + t), static_cast<char>('a' + t));
      lines += '\n';
      lines += std::string(lines);
      for (int i = 0; i < kWrites; ++i) {
        EXPECT_TRUE(sink->Write(lines));
        EXPECT_FALSE(sink->failed());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sink->lines_written(), uint64_t{kLines});
  EXPECT_TRUE(sink->Finish().ok());
  const std::string content = file.Read();
  size_t position = 0;
  int lines = 0;
  while (position < content.size()) {
    const size_t end = content.find('\n', position);
    const std::string line = content.substr(position, end - position);
    ASSERT_EQ(line, std::string(static_cast<size_t>(100 + line[0] - 'a'), line[0]));
    position = end + 1;
    ++lines;
  }
  EXPECT_EQ(lines, kLines);
}

TEST_F(OutputSinkTest, AllThreadsLearnOfTheFailure) {
  const auto sink = MustOpen("/dev/full");
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&sink] {
      for (int i = 0; i < 100; ++i) EXPECT_FALSE(sink->Write("x\n"));
      EXPECT_TRUE(sink->failed());
      EXPECT_FALSE(sink->status().ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// Compressed output: a member or frame for each write.

std::string Decoded(const std::string& path) {
  const auto file = InputFile::Open(path, nullptr);
  EXPECT_TRUE(file.ok());
  std::string all;
  char buffer[1000];
  size_t got = 0;
  while ((*file)->Read(buffer, true, &got) == ReadResult::kLine) all.append(buffer, got);
  EXPECT_TRUE((*file)->status().ok()) << (*file)->status();
  return all;
}

TEST_F(OutputSinkTest, CompressesEachWriteByItself) {
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    const TempFile file("old");
    auto sink = OutputSink::Open(file.path(), {.compression = compression, .keep_bytes = {}});
    ASSERT_TRUE(sink.ok());
    EXPECT_TRUE((*sink)->compresses());
    EXPECT_TRUE((*sink)->Write("a\nb\n"));
    const std::string first = file.Read();
    EXPECT_EQ(Decoded(file.path()), "a\nb\n");
    EXPECT_TRUE((*sink)->Write(""));
    EXPECT_TRUE((*sink)->Write("c\n"));
    EXPECT_EQ(Decoded(file.path()), "a\nb\nc\n");
    EXPECT_EQ((*sink)->lines_written(), 3u);
    EXPECT_TRUE((*sink)->Finish().ok());
    auto more =
        OutputSink::Open(file.path(), {.compression = compression, .keep_bytes = first.size()});
    ASSERT_TRUE(more.ok());
    EXPECT_TRUE((*more)->Write("d\n"));
    EXPECT_TRUE((*more)->Finish().ok());
    EXPECT_EQ(Decoded(file.path()), "a\nb\nd\n");
  }
}

TEST_F(OutputSinkTest, AFailedFrameIsCutOff) {
  const TempFile file;
  auto sink = OutputSink::Open(file.path(), {.compression = Compression::kZstd, .keep_bytes = {}});
  ASSERT_TRUE(sink.ok());
  EXPECT_TRUE((*sink)->Write("a\n"));
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit tight{file.Read().size() + 100, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  std::string noise;
  uint32_t state = 1;
  for (int i = 0; i < 5000; ++i) {
    state = state * 1664525 + 1013904223;
    noise += static_cast<char>('!' + (state >> 24) % 90);
  }
  EXPECT_FALSE((*sink)->Write(noise + "\n"));
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_EQ(Decoded(file.path()), "a\n");
  EXPECT_EQ((*sink)->lines_written(), 1u);
  EXPECT_FALSE((*sink)->Finish().ok());
}

}  // namespace
}  // namespace caascan::io
