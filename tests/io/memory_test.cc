#include "scanner/io/memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <new>
#include <string>
#include <thread>

#include "caascan/memory.h"
#include "scanner/io/out_of_memory.h"
#include "scanner/io/output.h"
#include "tests/io/temp_file.h"

namespace caascan::io {
namespace {

using std::chrono::milliseconds;

constexpr int kRight = 7;
constexpr int kWrong = 8;

[[noreturn]] void EndRight() { _exit(kRight); }
[[noreturn]] void EndIf(bool right) { _exit(right ? kRight : kWrong); }

// What is closed stays closed, so each case is a process of its own.

TEST(MemoryTest, OutOfMemoryCallsTheHandler) {
  EXPECT_EXIT(
      {
        (void)std::set_new_handler(EndRight);
        OutOfMemory();
      },
      testing::ExitedWithCode(kRight), "");
}

TEST(MemoryTest, OutOfMemoryThrowsWhereThereIsNoHandler) {
  EXPECT_THROW(OutOfMemory(), std::bad_alloc);
}

TEST(MemoryTest, NothingUnderWayCloses) {
  EXPECT_EXIT(EndIf(CloseOutputs(milliseconds(0))), testing::ExitedWithCode(kRight), "");
}

TEST(MemoryTest, AWriteOfThisThreadIsNotWaitedFor) {
  EXPECT_EXIT(
      {
        const WriteUnderWay under_way;
        EndIf(CloseOutputs(milliseconds(0)));
      },
      testing::ExitedWithCode(kRight), "");
}

TEST(MemoryTest, NoWriteBeginsLater) {
  const TempFile file;
  EXPECT_EXIT(
      {
        const auto sink = OutputSink::Open(file.path()).value();
        const bool written = sink->Write("before\n");
        const bool closed = CloseOutputs(milliseconds(0));
        std::thread([&sink] { (void)sink->Write("after\n"); }).detach();
        std::this_thread::sleep_for(milliseconds(50));
        EndIf(written && closed && file.Read() == "before\n");
      },
      testing::ExitedWithCode(kRight), "");
}

/// A pipe takes 64 KiB, and the rest waits for its reader. Whether all is as it should be.
bool CloseWhileOneWrites() {
  int ends[2];
  if (pipe(ends) != 0 || dup2(ends[1], STDOUT_FILENO) != STDOUT_FILENO) return false;
  const auto sink = OutputSink::Open("-").value();
  const std::string line = std::string(200'000, 'x') + "\n";
  std::thread([&] { (void)sink->Write(line); }).detach();
  std::string got(1, '\0');
  if (read(ends[0], got.data(), 1) != 1) return false;  // The write has begun.
  if (CloseOutputs(milliseconds(20))) return false;
  std::thread reader([&] {
    char some[4096];
    while (got.size() < line.size()) {
      const ssize_t size = read(ends[0], some, sizeof some);
      if (size <= 0) break;
      got.append(some, static_cast<size_t>(size));
    }
  });
  const bool closed = CloseOutputs(milliseconds(60'000));
  reader.join();
  return closed && got == line;
}

TEST(MemoryTest, AWriteUnderWayEndsFirst) {
  EXPECT_EXIT(EndIf(CloseWhileOneWrites()), testing::ExitedWithCode(kRight), "");
}

}  // namespace
}  // namespace caascan::io
