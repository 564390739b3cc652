// A write counts before it asks whether outputs are closed, and outputs are closed before writes
// are counted. So either CloseOutputs() sees a write, or the write sees that it must not begin.
// Tested by memory_test.cc, and with failing allocations by tests/hostile/memory_test.py.
#include "scanner/io/memory.h"

#include <unistd.h>

#include <atomic>
#include <ctime>

#include "caascan/memory.h"

namespace caascan {
namespace {

std::atomic<bool> outputs_closed{false};
std::atomic<unsigned> writes_under_way{0};
thread_local unsigned own_writes = 0;

}  // namespace

bool CloseOutputs(std::chrono::milliseconds patience) {
  outputs_closed.store(true);
  constexpr timespec kMillisecond = {.tv_sec = 0, .tv_nsec = 1'000'000};
  for (; writes_under_way.load() > own_writes; --patience) {
    if (patience.count() <= 0) return false;
    (void)nanosleep(&kMillisecond, nullptr);
  }
  return true;
}

namespace io {

WriteUnderWay::WriteUnderWay() {
  writes_under_way.fetch_add(1);
  ++own_writes;
  if (!outputs_closed.load()) return;
  --own_writes;
  writes_under_way.fetch_sub(1);
  while (true) (void)pause();
}

WriteUnderWay::~WriteUnderWay() {
  --own_writes;
  writes_under_way.fetch_sub(1);
}

}  // namespace io
}  // namespace caascan
