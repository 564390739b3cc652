// Any bytes as lines of a partial report: what is taken makes a report, and, written down again, is
// read as the same; but for sums of more names than a report takes, which no scan has.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "scanner/report/formats/formats.h"
#include "scanner/report/partial.h"
#include "scanner/report/tables.h"

namespace {

using caascan::record::RecordReader;
using caascan::report::Aggregate;

/// Reads all lines; whether each of them was sound.
bool ReadLines(std::string text, Aggregate* sum) {
  const size_t size = text.size();
  text.append(RecordReader::kPadding, '"');
  const std::string_view lines = std::string_view(text).substr(0, size);
  caascan::report::PartialReader reader;
  bool sound = true;
  for (size_t begin = 0; begin < size;) {
    const size_t end = std::min(lines.find('\n', begin), size);
    sound = reader.Read(lines.substr(begin, end - begin), sum).empty() && sound;
    begin = end + 1;
  }
  return sound;
}

/// Is there a number in it that a partial report may not hold?
bool HoldsTooMuch(std::string_view text) {
  constexpr uint64_t kMostCount = uint64_t{1} << 48;
  uint64_t number = 0;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    number = digit ? number * 10 + static_cast<uint64_t>(c - '0') : 0;
    if (number > kMostCount) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Aggregate aggregate;
  (void)ReadLines(std::string(reinterpret_cast<const char*>(data), size), &aggregate);
  const std::string written = WritePartial(aggregate, 0);
  if (HoldsTooMuch(written)) return 0;
  Aggregate again;
  if (!ReadLines(written, &again) || !again.complete()) std::abort();
  if (WritePartial(again, 0) != written) std::abort();
  const auto report = MakeReport(aggregate, {}, {.inputs = {}, .min_names = 1});
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  if (parser.parse(JsonReport(report)).get(json) != simdjson::SUCCESS) std::abort();
  if (caascan::report::TextReport(report, 0).empty()) std::abort();
  return 0;
}
