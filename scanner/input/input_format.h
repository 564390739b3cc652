// Which format an input is in, where the user leaves it to us.
#pragma once

#include <string_view>

#include "caascan/scanner.h"

namespace caascan::input {

/// By the file's name, a final `.gz`, `.zst`, `.xz`, `.bz2`, `.lz4` or `.zip` left out: `.csv`,
/// `.tsv`, `.zone`, `.ndjson`, `.jsonl`; kAuto for any other.
InputFormat FormatByPath(std::string_view path);

/// By the first line that is neither blank nor begins with `#`:
/// - ndjson where it begins with `{`.
/// - zone where it begins with `;` or a directive of zone files (`$ORIGIN`, `$TTL`, `$INCLUDE`,
///   `$GENERATE`), or is a record of class IN. TTL and class may be left out, and the owner where
///   the line begins with a blank. The type must be one (IsRecordType()), and its RDATA must look
///   like it, more so the less stands in front.
/// - csv where it holds one of kSeparators, save in the path of a URL.
/// - else lines.
InputFormat FormatByLine(std::string_view line);

}  // namespace caascan::input
