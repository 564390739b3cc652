// Tested by access_test.cc.
#include "scanner/serve/access.h"

#include <absl/strings/escaping.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "scanner/io/line_reader.h"

namespace caascan::serve {
namespace {

constexpr size_t kMaxToken = 4096;

bool IsSame(std::string_view shown, std::string_view token) {
  return shown.size() == token.size() &&
         CRYPTO_memcmp(shown.data(), token.data(), token.size()) == 0;
}

/// What follows the scheme; empty where it is another.
std::string_view After(std::string_view scheme, std::string_view authorization) {
  const absl::string_view text(authorization.data(), authorization.size());
  if (!absl::StartsWithIgnoreCase(text, {scheme.data(), scheme.size()})) return {};
  return io::TrimBlanks(authorization.substr(scheme.size()));
}

}  // namespace

absl::StatusOr<std::string> ReadToken(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--token-file: cannot read a line of ", path, ": ",
                     file.eof() ? "it is empty" : std::strerror(errno)));
  }
  const std::string token(io::TrimBlanks(line));
  const bool printable =
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (token.empty() || token.size() > kMaxToken || !printable) {
    return absl::InvalidArgumentError(
        absl::StrCat("--token-file: the first line of ", path, " is no token of printable ASCII"));
  }
  return token;
}

bool ShowsToken(std::string_view authorization, std::string_view token) {
  if (token.empty()) return true;
  if (const auto bearer = After("Bearer ", authorization); !bearer.empty()) {
    return IsSame(bearer, token);
  }
  const auto basic = After("Basic ", authorization);
  std::string pair;
  if (basic.empty() || !absl::Base64Unescape({basic.data(), basic.size()}, &pair)) return false;
  const size_t colon = pair.find(':');
  return colon != pair.npos && IsSame(std::string_view(pair).substr(colon + 1), token);
}

}  // namespace caascan::serve
