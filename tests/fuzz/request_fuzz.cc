// What a client sends to the service: names in pieces, a coordinator's request, a query. The first
// octet is the size of the pieces.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/http/exchange.h"
#include "scanner/input/ndjson_line.h"
#include "scanner/serve/line_cutter.h"
#include "scanner/serve/mpic.h"
#include "scanner/serve/terms.h"

namespace {

constexpr size_t kMaxLine = 64;

std::vector<std::string> Lines(std::string_view body, size_t piece) {
  std::vector<std::string> lines;
  caascan::serve::LineCutter cutter(kMaxLine);
  const auto take = [&lines](const caascan::serve::LineCutter::Line& line) {
    if (line.text.size() > kMaxLine || line.number != lines.size() + 1) std::abort();
    lines.push_back((line.overlong ? "+" : "-") + std::string(line.text));
  };
  for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) {
    cutter.Add(body.substr(0, piece), take);
  }
  cutter.End(take);
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::vector<std::string> lines = Lines(body, size_t{data[0]} + 1);
  if (lines != Lines(body, SIZE_MAX)) std::abort();
  caascan::input::NdjsonParser parser;
  for (const std::string& line : lines) {
    caascan::input::NameJob job;
    parser.Parse(std::string_view(line).substr(1), false, &job);
  }
  const auto request = caascan::serve::ParseMpicRequest(body);
  if (request.ok() && request->target.empty()) std::abort();
  caascan::serve::Query query = caascan::http::ParseQuery(body);
  const auto terms = caascan::serve::TakeTerms(caascan::Inquiry(), &query);
  if (terms.ok()) {
    for (const auto& [name, value] : query) {
      if (name == "ca" || name == "fresh") std::abort();
    }
  }
  return 0;
}
