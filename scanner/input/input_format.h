// Which format an input is in, where the user leaves it to us.
#pragma once

#include <string_view>

#include "caascan/scanner.h"

namespace caascan::input {

/// By the file's name, a final `.gz`, `.zst`, `.xz`, `.bz2`, `.lz4` or `.zip` left out: `.csv`,
/// `.tsv`, `.zone`, `.ndjson`, `.jsonl`; kAuto for any other.
InputFormat FormatByPath(std::string_view path);

/// By the first line that is neither blank nor begins with `#`: ndjson where it begins with `{`;
/// zone where it begins with `;`, `$ORIGIN` or `$TTL`, or is a record of class IN (SOA, NS, DS, A,
/// AAAA); csv where it holds one of kSeparators, save in the path of a URL; else lines. REQUIRES:
/// `line` has no blanks around it.
InputFormat FormatByLine(std::string_view line);

}  // namespace caascan::input
