// What the library's own calls do where memory has run out.
#pragma once

namespace caascan::scan {

/// For an allocation that failed inside a C library: calls the new-handler, then throws
/// std::bad_alloc, as `operator new` would have done.
[[noreturn]] void OutOfMemory();

/// Marks a write of records that is under way, for CloseOutputs(). On the stack.
class WriteUnderWay {
 public:
  /// Does not return after CloseOutputs().
  WriteUnderWay();
  ~WriteUnderWay();
  WriteUnderWay(const WriteUnderWay&) = delete;
  WriteUnderWay& operator=(const WriteUnderWay&) = delete;
};

}  // namespace caascan::scan
