// Tested by engine_url_test.cc.
#include "scanner/share/engine_url.h"

#include <absl/status/status.h>
#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <fstream>
#include <optional>

namespace caascan::share {
namespace {

absl::Status Wrong(std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(
      "the engine's URL ", absl::string_view(why.data(), why.size()),
      "; it is redis://[USER:PASSWORD@]HOST[:PORT][/DB], redis+unix:///PATH or @FILE"));
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Percent encodings undone; nullopt where one is broken.
std::optional<std::string> Decode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size() || HexDigit(text[i + 1]) < 0 || HexDigit(text[i + 2]) < 0) {
      return std::nullopt;
    }
    decoded += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
    i += 2;
  }
  return decoded;
}

bool ReadNumber(std::string_view text, uint32_t* number) {
  return !text.empty() && absl::ascii_isdigit(static_cast<unsigned char>(text[0])) &&
         absl::SimpleAtoi(absl::string_view(text.data(), text.size()), number);
}

/// Takes "[USER]:PASSWORD@" off the front. Without a colon it is the password, as redis-cli has it.
absl::Status TakeLogin(std::string_view* rest, size_t end, EngineUrl* url) {
  const size_t at = rest->substr(0, end).rfind('@');
  if (at == std::string_view::npos) return absl::OkStatus();
  const std::string_view login = rest->substr(0, at);
  rest->remove_prefix(at + 1);
  const size_t colon = login.find(':');
  const auto user = Decode(colon == std::string_view::npos ? "" : login.substr(0, colon));
  const auto password = Decode(colon == std::string_view::npos ? login : login.substr(colon + 1));
  if (!user.has_value() || !password.has_value()) return Wrong("has a broken percent encoding");
  url->user = *user;
  url->password = *password;
  return absl::OkStatus();
}

absl::StatusOr<EngineUrl> ReadUnix(std::string_view rest) {
  EngineUrl url;
  if (absl::Status status = TakeLogin(&rest, rest.find('/'), &url); !status.ok()) return status;
  const size_t query = rest.find('?');
  if (query != std::string_view::npos) {
    std::string_view text = rest.substr(query + 1);
    if (!text.starts_with("db=")) return Wrong("has an unknown parameter");
    text.remove_prefix(3);
    if (!ReadNumber(text, &url.database)) return Wrong("has no number behind db=");
  }
  url.unix_path = std::string(rest.substr(0, query));
  constexpr size_t kLongest = 107;  // Of sockaddr_un.
  if (!url.unix_path.starts_with('/')) return Wrong("has no absolute path");
  if (url.unix_path.size() > kLongest) return Wrong("has a path too long for a socket");
  return url;
}

absl::StatusOr<EngineUrl> ReadTcp(std::string_view rest) {
  EngineUrl url;
  // A password may have a slash in it, a host may not.
  const size_t at = rest.rfind('@');
  const size_t slash = rest.find('/', at == std::string_view::npos ? 0 : at);
  if (absl::Status status = TakeLogin(&rest, slash, &url); !status.ok()) return status;
  const size_t path = rest.find('/');
  if (path != std::string_view::npos && path + 1 < rest.size() &&
      !ReadNumber(rest.substr(path + 1), &url.database)) {
    return Wrong("has no number of a database behind the slash");
  }
  std::string_view place = rest.substr(0, path);
  size_t colon = place.rfind(':');
  if (place.starts_with('[')) {
    const size_t bracket = place.find(']');
    if (bracket == std::string_view::npos) return Wrong("has a bracket that is not closed");
    url.host = std::string(place.substr(1, bracket - 1));
    place.remove_prefix(bracket + 1);
    colon = place.find(':');
    if (!place.empty() && colon != 0) return Wrong("has something behind the bracket");
  } else {
    if (colon != place.find(':')) return Wrong("has an IPv6 address without brackets");
    url.host = std::string(place.substr(0, colon));
  }
  if (url.host.empty()) return Wrong("has no host");
  uint32_t port = url.port;
  if (colon != std::string_view::npos && !ReadNumber(place.substr(colon + 1), &port)) port = 0;
  if (port == 0 || port > UINT16_MAX) return Wrong("has no valid port");
  url.port = static_cast<uint16_t>(port);
  return url;
}

}  // namespace

std::string EngineUrl::ToText() const {
  if (!unix_path.empty()) return absl::StrCat("redis+unix://", unix_path);
  const bool v6 = host.find(':') != std::string::npos;
  return absl::StrCat("redis://", v6 ? "[" : "", host, v6 ? "]" : "", ":", port,
                      database == 0 ? "" : absl::StrCat("/", database));
}

absl::StatusOr<EngineUrl> ReadEngineUrl(std::string_view text) {
  if (text.starts_with('@')) {
    const std::string path(text.substr(1));
    std::ifstream file(path);
    std::string line;
    if (!file || !std::getline(file, line)) {
      return absl::InvalidArgumentError(absl::StrCat("cannot read the engine's URL from ", path));
    }
    absl::StripAsciiWhitespace(&line);
    if (line.starts_with('@')) return Wrong("in the file is another file");
    return ReadEngineUrl(line);
  }
  constexpr std::string_view kTcp = "redis://";
  constexpr std::string_view kUnix = "redis+unix://";
  if (text.starts_with(kTcp)) return ReadTcp(text.substr(kTcp.size()));
  if (text.starts_with(kUnix)) return ReadUnix(text.substr(kUnix.size()));
  if (text.starts_with('/')) return ReadUnix(text);
  if (text.starts_with("rediss://") || text.starts_with("valkeys://")) {
    return absl::InvalidArgumentError(
        "the engine is not reached by TLS directly: let stunnel do that, and name its end here "
        "(docs/engine.md)");
  }
  return Wrong("has another scheme");
}

}  // namespace caascan::share
