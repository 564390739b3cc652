// Tested by url_text_test.cc.
#include "scanner/input/url_text.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <cassert>
#include <cstdint>

#include "scanner/caa/property.h"

namespace caascan::input {
namespace {

bool IsSchemeCharacter(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return absl::ascii_isalnum(octet) || c == '+' || c == '-' || c == '.';
}

/// The size of `scheme://`, or of the `//` that stands for one; 0 where there is none.
size_t SchemeSize(std::string_view text) {
  constexpr std::string_view kMark = "//";
  if (text.starts_with(kMark)) return kMark.size();
  const size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos) return 0;
  if (text.substr(colon + 1, kMark.size()) != kMark) return 0;
  const std::string_view scheme = text.substr(0, colon);
  const bool sound = absl::ascii_isalpha(static_cast<unsigned char>(scheme.front())) &&
                     std::all_of(scheme.begin(), scheme.end(), IsSchemeCharacter);
  return sound ? colon + 1 + kMark.size() : 0;
}

bool HasBlank(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet <= ' ' || octet == 0x7F;
  });
}

/// Empty is one (RFC 3986 §3.2.3).
bool IsPort(std::string_view text) {
  constexpr size_t kMaxDigits = 5;
  constexpr uint32_t kMaxPort = 65'535;
  uint32_t port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    port = port * 10 + static_cast<uint32_t>(c - '0');
  }
  return text.size() <= kMaxDigits && port <= kMaxPort;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// RFC 3986 §2.1. A percent sign that begins no encoding stays, and makes the host no name.
std::string_view Decoded(std::string_view host, std::string* memory) {
  if (host.find('%') == std::string_view::npos) return host;
  memory->clear();
  for (size_t i = 0; i < host.size(); ++i) {
    const bool encoded = host[i] == '%' && i + 2 < host.size() && HexDigit(host[i + 1]) >= 0 &&
                         HexDigit(host[i + 2]) >= 0;
    if (encoded) {
      memory->push_back(static_cast<char>(HexDigit(host[i + 1]) << 4 | HexDigit(host[i + 2])));
      i += 2;
    } else {
      memory->push_back(host[i]);
    }
  }
  return *memory;
}

/// Of an authority without userinfo; not found where what is behind the host is no port.
UrlHost CutPort(std::string_view authority) {
  UrlHost result;
  std::string_view behind;
  if (authority.starts_with('[')) {
    const size_t end = authority.find(']');
    if (end == std::string_view::npos) return result;
    result.literal = true;
    result.host = authority.substr(1, end - 1);
    behind = authority.substr(end + 1);
  } else {
    const size_t colon = authority.rfind(':');
    result.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) behind = authority.substr(colon);
  }
  result.found = behind.empty() || (behind.front() == ':' && IsPort(behind.substr(1)));
  return result;
}

}  // namespace

UrlHost FindUrlHost(std::string_view text, std::string* memory) {
  assert(memory != nullptr && "there is room for what is decoded");
  constexpr std::string_view kMail = "mailto:";
  std::string_view rest = text;
  const size_t scheme = SchemeSize(rest);
  rest.remove_prefix(scheme);
  if (scheme == 0 && caa::EqualIgnoringCase(rest.substr(0, kMail.size()), kMail)) {
    rest.remove_prefix(kMail.size());
  }
  std::string_view authority = rest.substr(0, rest.find_first_of(scheme > 0 ? "/?#\\" : "/?#"));
  if (HasBlank(authority)) return {};
  const size_t at = authority.rfind('@');
  // A name behind an @ alone is a user's, of some other service.
  if (at == 0 && scheme == 0) return {};
  if (at != std::string_view::npos) authority.remove_prefix(at + 1);
  UrlHost result = CutPort(authority);
  if (!result.found || result.host.empty()) return {};
  result.host = Decoded(result.host, memory);
  if (scheme > 0) return result;
  const bool more = result.literal || result.host != text;
  const bool host = result.literal || result.host.find('.') != std::string_view::npos;
  return more && host ? result : UrlHost();
}

}  // namespace caascan::input
