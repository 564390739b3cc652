// Tested by resolver_text_test.cc.
#include "scanner/vantage/resolver_text.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <charconv>

#include "scanner/input/idna.h"
#include "scanner/io/line_reader.h"

namespace caascan::vantage {
namespace {

using Kind = stream::Channel::Kind;

struct Scheme {
  std::string_view prefix;
  std::optional<Kind> kind;
  uint16_t port;
};
constexpr uint16_t kDnsPort = 53;
constexpr uint16_t kHttpsPort = 443;
constexpr Scheme kPlain{"", std::nullopt, kDnsPort};
constexpr Scheme kSchemes[] = {{"udp://", std::nullopt, kDnsPort},
                               {"tcp://", Kind::kTcp, kDnsPort},
                               {"tls://", Kind::kTls, 853},
                               {"https://", Kind::kHttps, kHttpsPort}};

bool IsNumber(std::string_view label) {
  return std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
}

absl::Status Wrong(std::string_view why) {
  return absl::InvalidArgumentError(absl::string_view(why.data(), why.size()));
}

std::string_view CutOff(size_t at, std::string_view* text) {
  const std::string_view behind = text->substr(std::min(at, text->size()));
  text->remove_suffix(behind.size());
  return behind;
}

/// A host name as certificates have it; empty where it is none.
std::string HostNameOf(std::string_view text) {
  const input::TypedName typed = input::ParseTypedName(text);
  // What ends in a number is a mistyped address (1.2.3).
  if (!typed.ok() || typed.wildcard || typed.name.view().is_root() ||
      IsNumber(typed.name.view().suffix(1).first_label())) {
    return "";
  }
  return typed.name.view().ToText();
}

/// What stands behind "#" of a resolver over TLS: a host name, or an address.
absl::Status ReadName(std::string_view text, std::string* name) {
  const auto address = async::Address::FromText(text, 0);
  *name = address && address->port() == 0 ? address->ToText() : HostNameOf(text);
  return name->empty() ? Wrong("has no host name and no address behind its #") : absl::OkStatus();
}

/// A URL's path, and its query if there is one. A template's variable goes (RFC 8484 §3).
absl::Status ReadPath(std::string_view text, std::string* path) {
  constexpr std::string_view kVariable = "{?dns}";
  if (text.ends_with(kVariable)) text.remove_suffix(kVariable.size());
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c <= '~' && c != '#' && c != '{' && c != '}';
  });
  if (!printable) return Wrong("has a path that is none of a URL");
  *path = text.empty() ? "/dns-query" : std::string(text);
  return absl::OkStatus();
}

/// A host's name and its port.
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
  resolver->host = HostNameOf(text.substr(0, colon));
  return resolver->host.empty() ? Wrong(kNeither) : absl::OkStatus();
}

absl::Status ReadPlace(std::string_view text, ResolverText* resolver) {
  resolver->address = async::Address::FromText(text, resolver->port);
  if (!resolver->address) return ReadHost(text, resolver);
  resolver->port = resolver->address->port();
  return absl::OkStatus();
}

/// Its host and its port, as a URL has them.
std::string AuthorityOf(const ResolverText& resolver) {
  std::string text = resolver.host;
  if (resolver.address) {
    text = resolver.address->ToText();
    if (resolver.address->is_v6()) text = absl::StrCat("[", text, "]");
  }
  if (resolver.port != kHttpsPort) absl::StrAppend(&text, ":", resolver.port);
  return text;
}

/// `text` is what stands behind the scheme.
absl::Status Read(const Scheme& scheme, std::string_view text, ResolverText* resolver) {
  resolver->port = scheme.port;
  if (!scheme.kind) return ReadPlace(text, resolver);
  stream::Channel& channel = resolver->channel.emplace();
  channel.kind = *scheme.kind;
  const size_t mark = text.find(channel.kind == Kind::kHttps ? '/' : '#');
  const std::string_view behind =
      channel.kind == Kind::kTcp ? std::string_view() : CutOff(mark, &text);
  if (absl::Status status = ReadPlace(text, resolver); !status.ok()) return status;
  if (channel.kind == Kind::kHttps) {
    channel.authority = AuthorityOf(*resolver);
    channel.name = resolver->address ? resolver->address->ToText() : resolver->host;
    return ReadPath(behind, &channel.path);
  }
  channel.name = channel.kind == Kind::kTls ? resolver->host : "";
  return behind.empty() ? absl::OkStatus() : ReadName(behind.substr(1), &channel.name);
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
    if (known == std::end(kSchemes)) {
      return Wrong("has a scheme that is none of udp://, tcp://, tls:// and https://");
    }
    scheme = known;
    text.remove_prefix(end + 3);
  }
  ResolverText resolver;
  if (absl::Status status = Read(*scheme, text, &resolver); !status.ok()) return status;
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

}  // namespace caascan::vantage
