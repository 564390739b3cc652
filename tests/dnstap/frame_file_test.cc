#include "scanner/dnstap/frame_file.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/dnstap/frames.h"
#include "tests/io/temp_file.h"

namespace caascan::dnstap {
namespace {

using io::TempFile;

std::vector<std::string> Names(const std::string& path, absl::Status* status) {
  std::vector<std::string> names;
  *status = ReadFrames(path, [&names](const Frame& frame) { names.push_back(frame.name); });
  return names;
}

TEST(FrameFileTest, HoldsWhatWasSubmittedByAnyThread) {
  const TempFile file;
  auto writer = FrameWriter::Create(file.path());
  ASSERT_TRUE(writer.ok()) << writer.status();
  constexpr int kThreads = 4;
  constexpr int kFrames = 1000;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&writer] {
      const std::string frame = EncodeFrame(Answered("a.example"));
      for (int n = 0; n < kFrames; ++n) (*writer)->Submit(frame);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ((*writer)->Finish(), absl::OkStatus());
  absl::Status status;
  EXPECT_EQ(Names(file.path(), &status).size() + (*writer)->dropped(), kThreads * kFrames);
  EXPECT_TRUE(status.ok()) << status;
}

TEST(FrameFileTest, DropsWhatIsTooMuch) {
  const TempFile file;
  auto writer = FrameWriter::Create(file.path());
  ASSERT_TRUE(writer.ok());
  (*writer)->Submit(std::string(FrameWriter::kMaxWaitingBytes + 1, 'x'));
  EXPECT_EQ((*writer)->dropped(), 1U);
  EXPECT_EQ((*writer)->Finish(), absl::OkStatus());
}

TEST(FrameFileTest, FollowsNoLink) {
  const TempFile target("precious");
  const io::TempFolder folder;
  const std::string link = folder.path() + "/link";
  ASSERT_EQ(symlink(target.path().c_str(), link.c_str()), 0);
  EXPECT_EQ(FrameWriter::Create(link).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(target.Read(), "precious");
}

TEST(FrameFileTest, SaysWhereTheDiskIsFull) {
  auto writer = FrameWriter::Create("/dev/full");
  ASSERT_TRUE(writer.ok()) << writer.status();
  (*writer)->Submit(EncodeFrame(Answered("a.example")));
  EXPECT_EQ((*writer)->Finish().code(), absl::StatusCode::kDataLoss);
}

TEST(FrameFileTest, GivesTheFramesBeforeItBreaksOff) {
  const TempFile file;
  auto writer = FrameWriter::Create(file.path());
  ASSERT_TRUE(writer.ok());
  for (const char* name : {"a.example", "b.example"})
    (*writer)->Submit(EncodeFrame(Answered(name)));
  ASSERT_TRUE((*writer)->Finish().ok());
  const std::string whole = file.Read();
  absl::Status status;
  EXPECT_EQ(Names(file.path(), &status).size(), 2U);
  for (size_t size = 0; size < whole.size(); ++size) {
    const TempFile torn(whole.substr(0, size));
    EXPECT_LE(Names(torn.path(), &status).size(), 2U);
    EXPECT_FALSE(status.ok()) << size;
  }
}

TEST(FrameFileTest, OfOtherKindsIsRefused) {
  for (const std::string& text : {std::string("{\"name\":\"a\"}\n"), std::string(1000, '\0')}) {
    const TempFile file(text);
    absl::Status status;
    EXPECT_TRUE(Names(file.path(), &status).empty());
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace caascan::dnstap
