#include "scanner/evidence/evidence_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <thread>

#include <absl/strings/match.h>

#include "tests/dnstap/frames.h"
#include "tests/io/temp_file.h"

namespace caascan::evidence {
namespace {

using dnstap::FrameWriter;

struct WantedRow {
  const char* what;
  Reason reason;
  bool of_failures;
};

TEST(EvidenceFileTest, WantsTheNamesThatWereAskedFor) {
  const WantedRow rows[] = {
      {"permitted", Reason::kNoCaa, false},
      {"denied", Reason::kIssuerNotAuthorized, false},
      {"a server failed", Reason::kServfail, true},
      {"all were silent", Reason::kNoResponse, true},
      {"our own limit ended it", Reason::kTooManyQueries, true},
      {"the scan was stopped", Reason::kStopped, false},
  };
  for (const WantedRow& row : rows) {
    SCOPED_TRACE(row.what);
    Record record;
    record.reason = row.reason;
    EXPECT_EQ(EvidenceFile(DnstapFor::kFailures).Wants(record), row.of_failures);
    EXPECT_TRUE(EvidenceFile(DnstapFor::kAll).Wants(record));
  }
}

TEST(EvidenceFileTest, BoundsWhatNamesHoldTogether) {
  EvidenceFile file(DnstapFor::kAll);
  EXPECT_TRUE(file.Hold(EvidenceFile::kMaxHeldBytes - 10));
  EXPECT_FALSE(file.Hold(11));
  EXPECT_TRUE(file.Hold(10));
  EXPECT_FALSE(file.Hold(1));
  file.Release(1);
  EXPECT_TRUE(file.Hold(1));
}

/// Reads a FIFO to its end, later.
uint64_t FramesOfSlowReader(int fd, const std::string& copy) {
  const int out = open(copy.c_str(), O_WRONLY | O_TRUNC);
  std::array<char, 65536> piece{};
  ssize_t got = 0;
  while ((got = read(fd, piece.data(), piece.size())) > 0) {
    EXPECT_EQ(write(out, piece.data(), static_cast<size_t>(got)), got);
  }
  close(out);
  uint64_t frames = 0;
  EXPECT_TRUE(dnstap::ReadFrames(copy, [&frames](const dnstap::Frame&) { ++frames; }).ok());
  return frames;
}

/// The disk is a FIFO of which nothing is read until all frames were submitted.
TEST(EvidenceFileTest, CountsWhatASlowDiskCannotTake) {
  const io::TempFolder folder;
  const io::TempFile copy;
  const std::string fifo = folder.path() + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const int reader = open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  std::optional<EvidenceFile> file(std::in_place, DnstapFor::kAll);
  ASSERT_TRUE(file->Open(fifo).ok());
  ASSERT_EQ(fcntl(reader, F_SETFL, 0), 0);  // Waits from now on.
  constexpr uint64_t kFrames = 2 * FrameWriter::kMaxWaitingFrames;
  const dnstap::Frame frame = dnstap::Answered("a.example");
  for (uint64_t i = 0; i < kFrames; ++i) file->Submit(frame);
  file->Drop(3);
  uint64_t read = 0;
  std::thread reading([&] { read = FramesOfSlowReader(reader, copy.path()); });
  EXPECT_TRUE(file->Finish().ok());
  const uint64_t dropped = file->dropped();
  const uint64_t written = file->written();
  file.reset();  // The reader sees the end.
  reading.join();
  close(reader);
  EXPECT_GT(dropped, kFrames / 4);
  EXPECT_EQ(written, read);
  EXPECT_EQ(written + dropped, kFrames + 3);
}

TEST(EvidenceFileTest, SaysWhatCannotBeWritten) {
  EvidenceFile none(DnstapFor::kAll);
  const absl::Status missing = none.Open("/nowhere/at/all.dnstap");
  EXPECT_EQ(missing.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StartsWith(missing.message(), "--dnstap: cannot write /nowhere/at/all"));
  EXPECT_TRUE(none.Finish().ok()) << "it was never opened";
  EvidenceFile full(DnstapFor::kAll);
  ASSERT_TRUE(full.Open("/dev/full").ok());
  full.Submit(dnstap::Answered("a.example"));
  const absl::Status lost = full.Finish();
  EXPECT_EQ(lost.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(absl::StartsWith(lost.message(), "--dnstap: "));
}

}  // namespace
}  // namespace caascan::evidence
