// The floor of bench/report: simdjson's On-Demand walk over records, on one thread.
//
//   report_walk lines|stream FILE
//
// `lines` splits the text at line feeds itself, as caascan does; `stream` leaves that to simdjson's
// own iterate_many. Both read the file in blocks. Prints one JSON object.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>

#include "bench/json_walk.h"

namespace caascan::report {
namespace {

constexpr size_t kBlockSize = size_t{1} << 20;

struct Walked {
  uint64_t records = 0;
  uint64_t sum = 0;
};

void WalkLines(std::string_view text, simdjson::ondemand::parser* parser, Walked* walked) {
  const size_t size = text.size();
  for (size_t begin = 0; begin < size;) {
    const auto* feed =
        static_cast<const char*>(std::memchr(text.data() + begin, '\n', size - begin));
    const size_t end = feed == nullptr ? size : static_cast<size_t>(feed - text.data());
    const size_t length = end - begin;
    simdjson::ondemand::document record =
        parser->iterate(text.data() + begin, length, length + simdjson::SIMDJSON_PADDING);
    walked->sum += WalkRecord(record.get_object());
    ++walked->records;
    begin = end + 1;
  }
}

void WalkStream(std::string_view text, simdjson::ondemand::parser* parser, Walked* walked) {
  simdjson::ondemand::document_stream stream =
      parser->iterate_many(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
  for (auto document : stream) {
    walked->sum += WalkRecord(document.get_object());
    ++walked->records;
  }
}

/// Whole lines of the file, block by block.
template <typename Walk>
bool WalkFile(int fd, const Walk& walk, Walked* walked) {
  std::string block(2 * kBlockSize + simdjson::SIMDJSON_PADDING, '\0');
  simdjson::ondemand::parser parser;
  parser.threaded = false;
  size_t kept = 0;
  while (true) {
    const ssize_t got = read(fd, block.data() + kept, kBlockSize);
    if (got <= 0) return got == 0 && kept == 0;
    const std::string_view text(block.data(), kept + static_cast<size_t>(got));
    const size_t whole = text.rfind('\n') + 1;
    if (text.size() - whole > kBlockSize) return false;
    if (whole > 0) walk(text.substr(0, whole), &parser, walked);
    kept = text.size() - whole;
    std::memmove(block.data(), block.data() + whole, kept);
  }
}

int Run(const std::string& how, const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  Walked walked;
  const bool done = fd >= 0 && (how == "lines" ? WalkFile(fd, WalkLines, &walked)
                                               : WalkFile(fd, WalkStream, &walked));
  if (!done) {
    (void)std::fprintf(stderr, "report_walk: cannot read %s\n", path);
    return 1;
  }
  (void)std::printf("{\"records\":%llu,\"sum\":%llu}\n",
                    static_cast<unsigned long long>(walked.records),
                    static_cast<unsigned long long>(walked.sum));
  return 0;
}

}  // namespace
}  // namespace caascan::report

int main(int argc, char** argv) {
  const std::string how = argc == 3 ? argv[1] : "";
  if (how != "lines" && how != "stream") {
    (void)std::fprintf(stderr, "usage: report_walk lines|stream FILE\n");
    return 2;
  }
  try {
    return caascan::report::Run(how, argv[2]);
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "report_walk: %s\n", error.what());
    return 1;
  }
}
