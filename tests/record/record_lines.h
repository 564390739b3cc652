// Records as lines, for the tests of reports.
#pragma once

#include <string>
#include <string_view>

#include "scanner/record/record_view.h"

namespace caascan::record {

/// A record of the name, with `more` (such as `,"operator":"x"`) behind what must be there.
std::string Line(std::string_view name, std::string_view reason = "no_caa",
                 std::string_view more = "");

/// Reads lines that need no padding of their own.
class LineReader {
 public:
  /// What is wrong with it, or empty.
  std::string_view Read(std::string line);
  const RecordView& record() const { return reader_.record(); }

 private:
  RecordReader reader_;
  std::string padded_;
};

}  // namespace caascan::record
