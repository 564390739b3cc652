// Writes docs/findings.md to standard output.
#include <cstdio>
#include <string>

#include "tools/findings_page/findings_page.h"

int main() {
  const std::string page = caascan::tool::FindingsPage();
  const bool written = std::fwrite(page.data(), 1, page.size(), stdout) == page.size();
  return written && std::fflush(stdout) == 0 ? 0 : 1;
}
