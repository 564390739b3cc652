// What an earlier run has written, so that --resume goes on behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <absl/status/statusor.h>

#include "scanner/scan/fingerprint.h"

namespace caascan::scan {

/// An earlier output, read.
struct EarlierOutput {
  FingerprintSet records;   // Of names that need no look-up; sealed.
  uint64_t keep_bytes = 0;  // The file's size up to its last whole record, or member or frame.
  bool exists = false;
};

/// Reads the records of `path`, plain or as its name says compressed. A last line, member or frame
/// that is torn is left out, and cut off by whoever writes on from keep_bytes. Names that were
/// stopped count as missing: where there are any, the file is first replaced by one without them,
/// written beside it as `path`.resume. A file that does not exist is an empty one.
///
/// `stop` is asked every now and then; once it is true, Cancelled comes back. Errors:
/// InvalidArgument that names the file and, for a line that is no record, the line.
absl::StatusOr<EarlierOutput> ReadEarlierOutput(const std::string& path,
                                                Fingerprinter* fingerprinter,
                                                const std::function<bool()>& stop);

}  // namespace caascan::scan
