// Tested by resolver_text_test.cc.
#include "scanner/scan/resolver_text.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <charconv>

#include "scanner/input/idna.h"
#include "scanner/io/line_reader.h"

namespace caascan::scan {
namespace {

using Kind = net::Channel::Kind;

struct Scheme {
  std::string_view prefix;
  std::optional<Kind> kind;
  uint16_t port;
};
constexpr uint16_t kDnsPort = 53;
constexpr Scheme kPlain{"", std::nullopt, kDnsPort};
constexpr Scheme kSchemes[] = {{"udp://", std::nullopt, kDnsPort},
                               {"tcp://", Kind::kTcp, kDnsPort}};

bool IsNumber(std::string_view label) {
  return std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
}

absl::Status Wrong(std::string_view why) {
  return absl::InvalidArgumentError(absl::string_view(why.data(), why.size()));
}

/// A host's name and its port. What ends in a number is a mistyped address (1.2.3).
absl::Status ReadHost(std::string_view text, ResolverText* resolver) {
  constexpr std::string_view kNeither = "is no address, and no host name";
  const size_t colon = std::min(text.find(':'), text.size());
  if (colon != text.size()) {
    const std::string_view digits = text.substr(colon + 1);
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), resolver->port);
    if (end.ec != std::errc() || end.ptr != digits.data() + digits.size() || resolver->port == 0) {
      return Wrong(kNeither);
    }
  }
  const input::TypedName typed = input::ParseTypedName(text.substr(0, colon));
  if (!typed.ok() || typed.wildcard || typed.name.view().is_root() ||
      IsNumber(typed.name.view().suffix(1).first_label())) {
    return Wrong(kNeither);
  }
  resolver->host = typed.name.view().ToText();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ResolverText> ParseResolver(std::string_view text) {
  const Scheme* scheme = &kPlain;
  if (const size_t end = text.find("://"); end != std::string_view::npos) {
    const auto known =
        std::find_if(std::begin(kSchemes), std::end(kSchemes), [&text, end](const Scheme& each) {
          const std::string_view given = text.substr(0, end + 3);
          return absl::EqualsIgnoreCase(absl::string_view(given.data(), given.size()),
                                        absl::string_view(each.prefix.data(), each.prefix.size()));
        });
    if (known == std::end(kSchemes)) return Wrong("has a scheme that is none of udp:// and tcp://");
    scheme = known;
    text.remove_prefix(end + 3);
  }
  ResolverText resolver;
  resolver.kind = scheme->kind;
  resolver.port = scheme->port;
  resolver.address = async::Address::FromText(text, scheme->port);
  if (resolver.address) return resolver;
  if (absl::Status status = ReadHost(text, &resolver); !status.ok()) return status;
  return resolver;
}

std::optional<async::Address> NameserverOf(std::string_view line) {
  constexpr std::string_view kKeyword = "nameserver";
  line = io::TrimBlanks(line);
  if (!line.starts_with(kKeyword)) return std::nullopt;
  line.remove_prefix(kKeyword.size());
  if (line.empty() || (line.front() != ' ' && line.front() != '\t')) return std::nullopt;
  line = io::TrimBlanks(line);
  line = line.substr(0, line.find_first_of(" \t#;"));
  // A port has no place there.
  if (line.starts_with('[') || std::count(line.begin(), line.end(), ':') == 1) return std::nullopt;
  return async::Address::FromText(line, kDnsPort);
}

}  // namespace caascan::scan
