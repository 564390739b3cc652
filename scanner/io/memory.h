// What CloseOutputs() waits for.
#pragma once

namespace caascan::io {

/// Marks a write of records that is under way, for CloseOutputs(). On the stack.
class WriteUnderWay {
 public:
  /// Does not return after CloseOutputs().
  WriteUnderWay();
  ~WriteUnderWay();
  WriteUnderWay(const WriteUnderWay&) = delete;
  WriteUnderWay& operator=(const WriteUnderWay&) = delete;
};

}  // namespace caascan::io
