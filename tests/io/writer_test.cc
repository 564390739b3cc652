#include "scanner/io/writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "scanner/io/output.h"
#include "tests/io/temp_file.h"

namespace caascan::io {
namespace {

std::unique_ptr<OutputSink> Open(const std::string& path) {
  auto sink = OutputSink::Open(path);
  EXPECT_TRUE(sink.ok()) << sink.status().ToString();
  return *std::move(sink);
}

void Post(Writer* writer, std::string lines) {
  writer->Post(&lines);
  EXPECT_TRUE(lines.empty());
}

TEST(WriterTest, WritesWhatWasPostedInItsOrder) {
  const TempFile file;
  const auto sink = Open(file.path());
  Writer writer(sink.get(), [] {});
  writer.Start();
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    expected += line;
    Post(&writer, line);
  }
  Post(&writer, "");
  writer.Finish();
  EXPECT_TRUE(sink->Finish().ok());
  EXPECT_EQ(file.Read(), expected);
  EXPECT_EQ(sink->lines_written(), 5000u);
}

TEST(WriterTest, WhatWasPostedBeforeTheStartIsWritten) {
  const TempFile file;
  const auto sink = Open(file.path());
  Writer writer(sink.get(), [] {});
  Post(&writer, "early\n");
  writer.Start();
  writer.Finish();
  EXPECT_EQ(file.Read(), "early\n");
}

TEST(WriterTest, WithoutAnyPostItEndsAtOnce) {
  const TempFile file;
  const auto sink = Open(file.path());
  Writer writer(sink.get(), [] {});
  writer.Start();
  writer.Finish();
  EXPECT_EQ(file.Read(), "");
}

TEST(WriterTest, AWriterThatWasNeverStartedMayGo) {
  const TempFile file;
  const auto sink = Open(file.path());
  const Writer writer(sink.get(), [] {});
  EXPECT_FALSE(writer.congested());
}

// Lines of one poster keep their order; those of several are never torn.
TEST(WriterTest, ManyThreadsPostWholeLines) {
  constexpr int kThreads = 4;
  constexpr int kLines = 2000;
  const TempFile file;
  const auto sink = Open(file.path());
  Writer writer(sink.get(), [] {});
  writer.Start();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&writer, thread] {
      for (int i = 0; i < kLines; ++i) {
        Post(&writer, std::to_string(thread) + " " + std::to_string(i) + "\n");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  writer.Finish();
  std::istringstream in(file.Read());
  std::map<int, int> next;
  int thread = 0;
  int number = 0;
  while (in >> thread >> number) EXPECT_EQ(number, next[thread]++);
  EXPECT_EQ(next.size(), static_cast<size_t>(kThreads));
  for (const auto& [each, count] : next) EXPECT_EQ(count, kLines) << each;
}

/// A pipe by name whose reader reads when it is told to.
class SlowReader {
 public:
  SlowReader() : path_(folder_.path() + "/pipe") {
    EXPECT_EQ(mkfifo(path_.c_str(), 0600), 0);
    fd_ = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    EXPECT_GE(fd_, 0);
  }
  SlowReader(const SlowReader&) = delete;
  SlowReader& operator=(const SlowReader&) = delete;
  ~SlowReader() { Close(); }

  const std::string& path() const { return path_; }
  /// Reads until that many octets came.
  void Read(size_t octets) const {
    EXPECT_EQ(fcntl(fd_, F_SETFL, 0), 0);
    std::vector<char> room(1 << 16);
    for (size_t total = 0; total < octets;) {
      const ssize_t size = read(fd_, room.data(), room.size());
      ASSERT_GT(size, 0);
      total += static_cast<size_t>(size);
    }
  }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  const TempFolder folder_;
  const std::string path_;
  int fd_ = -1;
};

const std::string kMegabyte = std::string((1 << 20) - 1, 'x') + "\n";

TEST(WriterTest, ASlowReaderIsCongestionThatEnds) {
  SlowReader reader;
  const auto sink = Open(reader.path());
  std::atomic<int> changes{0};
  Writer writer(sink.get(), [&changes] { ++changes; });
  writer.Start();
  Post(&writer, "first\n");
  EXPECT_FALSE(writer.congested());
  size_t posted = 6;
  // The thread may have taken up to 17 MiB to write before the rest waits.
  for (int i = 0; i < 40; ++i) {
    Post(&writer, kMegabyte);
    posted += kMegabyte.size();
  }
  EXPECT_TRUE(writer.congested());
  reader.Read(posted);
  writer.Finish();
  EXPECT_FALSE(writer.congested());
  EXPECT_GE(changes.load(), 2) << "or no one would begin again";  // One is for the end.
  EXPECT_TRUE(sink->Finish().ok());
}

TEST(WriterTest, AFailureIsToldAndLosesNoTime) {
  const auto sink = Open("/dev/full");
  std::atomic<int> changes{0};
  Writer writer(sink.get(), [&changes, &sink] {
    if (sink->failed()) ++changes;
  });
  writer.Start();
  for (int i = 0; i < 40; ++i) Post(&writer, kMegabyte);
  writer.Finish();
  EXPECT_GE(changes.load(), 2);  // One is for the end.
  EXPECT_TRUE(sink->failed());
  EXPECT_FALSE(writer.congested()) << "what cannot be written does not pile up";
  EXPECT_EQ(sink->Finish().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(sink->lines_written(), 0u);
}

TEST(WriterTest, AReaderThatGoesIsAFailure) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  SlowReader reader;
  const auto sink = Open(reader.path());
  Writer writer(sink.get(), [] {});
  writer.Start();
  reader.Close();
  Post(&writer, kMegabyte);
  writer.Finish();
  EXPECT_EQ(sink->Finish().code(), absl::StatusCode::kDataLoss);
}

TEST(WriterTest, TheEndCanBeWatched) {
  SlowReader reader;
  const auto sink = Open(reader.path());
  std::atomic<int> changes{0};
  Writer writer(sink.get(), [&changes] { ++changes; });
  writer.Start();
  Post(&writer, kMegabyte);
  writer.BeginFinish();
  EXPECT_FALSE(writer.finished()) << "a pipe holds less";
  reader.Read(kMegabyte.size());
  while (!writer.finished() || changes.load() == 0) std::this_thread::yield();
  writer.Finish();
  EXPECT_EQ(sink->bytes_taken(), kMegabyte.size());
  EXPECT_TRUE(sink->Finish().ok());
}

TEST(WriterTest, AnAbandonedOutputEndsTheWaitForItsReader) {
  SlowReader reader;
  const auto sink = Open(reader.path());
  Writer writer(sink.get(), [] {});
  writer.Start();
  for (int i = 0; i < 5; ++i) Post(&writer, kMegabyte);
  sink->Abandon();
  writer.Finish();
  EXPECT_EQ(sink->Finish().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace caascan::io
