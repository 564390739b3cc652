#include "tools/caascan/page_form.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace caascan::tool {

ExplainForm FormOfOutput(bool markdown) {
  if (markdown) return ExplainForm::kMarkdown;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  const bool wanted = (no_color == nullptr || *no_color == '\0') && !dumb;
  return wanted && ::isatty(STDOUT_FILENO) == 1 ? ExplainForm::kColour : ExplainForm::kPlain;
}

size_t WidthOfOutput() {
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : ExplainOptions().width;
}

}  // namespace caascan::tool
