#include "scanner/io/block_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "tests/io/temp_file.h"

namespace caascan::io {
namespace {

class BlockReaderTest : public testing::Test {
 protected:
  BlockReaderTest() {
    auto wake = WakeFd::Create();
    EXPECT_TRUE(wake.ok());
    wake_ = *std::move(wake);
  }

  std::unique_ptr<WakeFd> wake_;
  Block block_;
};

/// Both ends of a pipe, and a path under which the reading end can be opened.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(fds_.data()), 0); }
  ~Pipe() {
    close(fds_[0]);
    CloseWriter();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  std::string path() const { return "/dev/fd/" + std::to_string(fds_[0]); }
  void Write(std::string_view text) const {
    EXPECT_EQ(write(fds_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void CloseWriter() {
    if (fds_[1] >= 0) close(fds_[1]);
    fds_[1] = -1;
  }

 private:
  std::array<int, 2> fds_{};
};

TEST_F(BlockReaderTest, ReadsInputsOneAfterTheOther) {
  const TempFile first("a\nb\n");
  const TempFile empty("");
  const TempFile unfinished("c\r\nd");
  BlockReader reader({first.path(), empty.path(), unfinished.path()}, wake_.get());
  ASSERT_EQ(reader.Next(&block_), ReadResult::kLine);
  EXPECT_EQ(block_.text(), "a\nb\n");
  EXPECT_EQ(block_.input(), 0u);
  ASSERT_EQ(reader.Next(&block_), ReadResult::kLine);
  EXPECT_EQ(block_.text(), "c\r\n");
  EXPECT_EQ(block_.input(), 2u);
  ASSERT_EQ(reader.Next(&block_), ReadResult::kLine);
  EXPECT_EQ(block_.text(), "d");
  EXPECT_EQ(block_.input(), 2u);
  EXPECT_EQ(reader.Next(&block_), ReadResult::kEnd);
  EXPECT_EQ(reader.Next(&block_), ReadResult::kEnd);
  EXPECT_TRUE(reader.status().ok());
}

/// Whatever the lines' lengths, blocks end where lines end and together are the file.
TEST_F(BlockReaderTest, LosesNothingBetweenBlocks) {
  std::string content;
  for (size_t i = 0; content.size() < 5 * BlockReader::kBlockSize; ++i) {
    content.append(i * 7919 % 3001, static_cast<char>('a' + i % 26)).push_back('\n');
  }
  content.append(2 * BlockReader::kBlockSize + 17, 'x').append("\ny\n");
  const TempFile file(content);
  BlockReader reader({file.path()}, wake_.get());
  std::string read;
  while (reader.Next(&block_) == ReadResult::kLine) {
    EXPECT_TRUE(block_.text().ends_with('\n'));
    for (size_t i = 0; i < BlockReader::kPadding; ++i) {
      // Readable (AddressSanitizer watches), whatever it holds.
      EXPECT_GE(static_cast<unsigned char>(block_.text().data()[block_.text().size() + i]), 0);
    }
    read += block_.text();
  }
  EXPECT_TRUE(read == content) << read.size() << " of " << content.size();
}

TEST_F(BlockReaderTest, HandsOutASlowWritersLinesAtOnce) {
  Pipe pipe;
  BlockReader reader({pipe.path()}, wake_.get());
  pipe.Write("a\nb");
  ASSERT_EQ(reader.Next(&block_), ReadResult::kLine);
  EXPECT_EQ(block_.text(), "a\n");
  pipe.Write("c\n");
  ASSERT_EQ(reader.Next(&block_), ReadResult::kLine);
  EXPECT_EQ(block_.text(), "bc\n");
  pipe.Write("d");
  pipe.CloseWriter();
  ASSERT_EQ(reader.Next(&block_), ReadResult::kLine);
  EXPECT_EQ(block_.text(), "d");
  EXPECT_EQ(reader.Next(&block_), ReadResult::kEnd);
}

TEST_F(BlockReaderTest, IsInterruptedWhileTheWriterIsSilent) {
  const Pipe pipe;
  BlockReader reader({pipe.path()}, wake_.get());
  pipe.Write("cut off");
  wake_->Notify();
  EXPECT_EQ(reader.Next(&block_), ReadResult::kInterrupted);
  EXPECT_EQ(reader.Next(&block_), ReadResult::kInterrupted);
  EXPECT_TRUE(reader.status().ok());
}

TEST_F(BlockReaderTest, TakesLinesUpToTheLimit) {
  const TempFile file(std::string(BlockReader::kMaxLineSize, 'x') + "\n");
  BlockReader reader({file.path()}, wake_.get());
  ASSERT_EQ(reader.Next(&block_), ReadResult::kLine);
  EXPECT_FALSE(block_.overlong());
  EXPECT_EQ(block_.text().size(), BlockReader::kMaxLineSize + 1);
  EXPECT_EQ(reader.Next(&block_), ReadResult::kEnd);
}

TEST_F(BlockReaderTest, GivesUpAtALineThatNeverEnds) {
  const TempFile file(
      "a\n" + std::string(BlockReader::kMaxLineSize + 2 * BlockReader::kBlockSize, 'x') + "\ny\n");
  BlockReader reader({file.path(), file.path()}, wake_.get());
  ASSERT_EQ(reader.Next(&block_), ReadResult::kLine);
  EXPECT_EQ(block_.text(), "a\n");
  ASSERT_EQ(reader.Next(&block_), ReadResult::kLine);
  EXPECT_TRUE(block_.overlong());
  EXPECT_LT(block_.text().size(), BlockReader::kMaxLineSize + 2 * BlockReader::kBlockSize);
  EXPECT_EQ(reader.Next(&block_), ReadResult::kEnd);
}

/// Wherever in a read the rest of the line ends.
TEST_F(BlockReaderTest, SkipsALineThatIsTooLongWhereToldSo) {
  for (const size_t more : {BlockReader::kBlockSize + 1, 2 * BlockReader::kBlockSize - 1,
                            3 * BlockReader::kBlockSize + 7}) {
    const TempFile file("a\n" + std::string(BlockReader::kMaxLineSize + more, 'x') + "\nb\nc");
    const TempFile torn(std::string(BlockReader::kMaxLineSize + more, 'x'));
    BlockReader reader({file.path(), torn.path(), file.path()}, wake_.get(),
                       BlockReader::Overlong::kSkipped);
    std::string sound;
    int overlong = 0;
    while (reader.Next(&block_) == ReadResult::kLine) {
      if (block_.text().size() > BlockReader::kMaxLineSize) {
        ++overlong;
      } else {
        sound += block_.text();
      }
    }
    EXPECT_TRUE(reader.status().ok());
    EXPECT_EQ(sound, "a\nb\nca\nb\nc") << more;
    EXPECT_EQ(overlong, 3) << more;
  }
}

TEST_F(BlockReaderTest, NamesWhatCannotBeRead) {
  const TempFolder folder;
  for (const std::string& path : {folder.path(), folder.path() + "/missing"}) {
    BlockReader reader({path}, wake_.get());
    EXPECT_EQ(reader.Next(&block_), ReadResult::kFailed);
    EXPECT_EQ(reader.Next(&block_), ReadResult::kFailed);
    EXPECT_EQ(reader.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(std::string(reader.status().message()).find(path), std::string::npos);
  }
}

}  // namespace
}  // namespace caascan::io
