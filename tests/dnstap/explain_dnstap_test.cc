#include "caascan/dnstap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/dnstap/frame_file.h"
#include "tests/dnstap/frames.h"
#include "tests/io/temp_file.h"

namespace caascan {
namespace {

using dnstap::Answered;
using dnstap::Frame;
using io::TempFile;
using testing::HasSubstr;
using testing::Not;

void Write(const TempFile& file, const std::vector<Frame>& frames) {
  auto writer = dnstap::FrameWriter::Create(file.path());
  ASSERT_TRUE(writer.ok());
  for (const Frame& frame : frames) (*writer)->Submit(dnstap::EncodeFrame(frame));
  ASSERT_TRUE((*writer)->Finish().ok());
}

TEST(ExplainDnstapTest, ShowsWhatWasForTheName) {
  const TempFile file;
  Frame parent = Answered("example.com");
  parent.name = "www.example.com";  // The climb asked for it.
  Write(file, {Answered("www.example.com"), Answered("www.example.net"), parent});
  std::string text;
  ASSERT_TRUE(ExplainDnstap(file.path(), "WWW.example.com.", &text).ok());
  EXPECT_THAT(text, HasSubstr("www.example.com.\tIN\tCAA"));
  EXPECT_THAT(text, HasSubstr(";; example.com.\tIN\tCAA"));
  EXPECT_THAT(text, Not(HasSubstr("example.net")));
}

TEST(ExplainDnstapTest, GoesByTheQuestionInOtherProgramsFrames) {
  const TempFile file;
  Frame foreign = Answered("www.example.com");
  foreign.name.clear();
  Write(file, {foreign});
  std::string text;
  EXPECT_TRUE(ExplainDnstap(file.path(), "www.example.com", &text).ok());
  EXPECT_THAT(text, HasSubstr("www.example.com.\tIN\tCAA"));
}

TEST(ExplainDnstapTest, SaysWhereThereIsNone) {
  const TempFile file;
  Write(file, {Answered("www.example.com")});
  std::string text;
  const absl::Status status = ExplainDnstap(file.path(), "example.com", &text);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no exchange for example.com"));
}

}  // namespace
}  // namespace caascan
