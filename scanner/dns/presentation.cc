// Tested by presentation_test.cc.
#include "scanner/dns/presentation.h"

namespace caascan::dns {
namespace {

bool IsPrintable(char c) { return c >= 0x20 && c < 0x7f; }

}  // namespace

void AppendDecimalEscape(uint8_t octet, std::string* out) {
  const char escape[4] = {'\\', static_cast<char>('0' + octet / 100),
                          static_cast<char>('0' + octet / 10 % 10),
                          static_cast<char>('0' + octet % 10)};
  out->append(escape, sizeof(escape));
}

void AppendPresentation(std::string_view octets, std::string* out) {
  for (const char c : octets) {
    if (c == '\\') {
      out->append("\\\\");
    } else if (IsPrintable(c)) {
      out->push_back(c);
    } else {
      AppendDecimalEscape(static_cast<uint8_t>(c), out);
    }
  }
}

void AppendQuotable(std::string_view octets, std::string* out) {
  for (const char c : octets) {
    if (IsPrintable(c) && c != '"' && c != '\\') {
      out->push_back(c);
    } else {
      AppendDecimalEscape(static_cast<uint8_t>(c), out);
    }
  }
}

}  // namespace caascan::dns
