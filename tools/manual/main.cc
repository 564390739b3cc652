// Writes one man page to standard output: `manual_page findings`, `manual_page record SCHEMA`.
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "tools/manual/manual.h"

namespace {

constexpr std::string_view kSource = "caascan " CAASCAN_VERSION;

std::string PageOf(int argc, char** argv) {
  const std::string_view wanted = argc > 1 ? argv[1] : "";
  if (wanted == "findings" && argc == 2) return caascan::tool::FindingsManual(kSource);
  if (wanted != "record" || argc != 3) return "";
  std::ifstream file(argv[2], std::ios::binary);
  const std::string schema{std::istreambuf_iterator<char>(file), {}};
  return schema.empty() ? "" : caascan::tool::RecordManual(schema, kSource);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string page = PageOf(argc, argv);
    if (page.empty()) {
      (void)std::fprintf(stderr, "usage: manual_page findings | manual_page record SCHEMA\n");
      return 2;
    }
    const bool written = std::fwrite(page.data(), 1, page.size(), stdout) == page.size();
    return written && std::fflush(stdout) == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "manual_page: %s\n", error.what());
    return 1;
  }
}
