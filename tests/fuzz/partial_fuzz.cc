// Any bytes as lines of a partial report: what is taken makes a report, and, written down again, is
// read as the same.
#include <simdjson.h>

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Aggregate aggregate;
  (void)ReadLines(std::string(reinterpret_cast<const char*>(data), size), &aggregate);
  const std::string written = WritePartial(aggregate, 0);
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
