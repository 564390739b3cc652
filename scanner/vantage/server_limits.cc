// Tested by server_limits_test.cc, and end to end by machines_test.py.
#include "scanner/vantage/server_limits.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <vector>

#include "scanner/input/idna.h"
#include "scanner/io/line_reader.h"

namespace caascan::vantage {
namespace {

/// A whole number without sign. nullopt for anything else.
std::optional<uint32_t> ReadCount(absl::string_view text) {
  uint32_t count = 0;
  if (text.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(text[0]))) {
    return std::nullopt;
  }
  return absl::SimpleAtoi(text, &count) ? std::optional(count) : std::nullopt;
}

bool IsNumber(std::string_view label) {
  return label.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const ServerLimits>> ServerLimits::Read(const std::string& path) {
  auto reader = io::LineReader::Open(path, nullptr);
  if (!reader.ok()) return reader.status();
  auto limits = std::make_unique<ServerLimits>();
  io::Line line;
  while ((*reader)->Next(&line, /*wait=*/true) == io::ReadResult::kLine) {
    const std::string_view entry = io::TrimBlanks(line.text.substr(0, line.text.find('#')));
    if (entry.empty() || limits->Add(entry)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--server-limits: ", path, ":", line.number,
                     ": not an address, a prefix or a server's name that is new, with queries a "
                     "second behind it, and perhaps queries in flight"));
  }
  if (!(*reader)->status().ok()) return (*reader)->status();
  return std::unique_ptr<const ServerLimits>(std::move(limits));
}

bool ServerLimits::Add(std::string_view entry) {
  const std::vector<absl::string_view> fields = absl::StrSplit(
      absl::string_view(entry.data(), entry.size()), absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (fields.size() < 2 || fields.size() > 3) return false;
  pacing::AgreedLimit limit;
  const std::optional<uint32_t> rate = ReadCount(fields[1]);
  if (!rate) return false;
  limit.rate_qps = *rate;
  if (fields.size() == 3) {
    limit.inflight = ReadCount(fields[2]);
    if (!limit.inflight) return false;
  }
  std::string_view what(fields[0].data(), fields[0].size());
  if (const std::optional<Prefix> prefix = ParsePrefix(what)) {
    if (!known_.emplace(*prefix, true).second) return false;
    addresses_.Set(*prefix, limit);
    return true;
  }
  if (what.starts_with('.')) what.remove_prefix(1);
  input::TypedName typed = input::ParseTypedName(what);
  // What ends in a number is a mistyped address.
  if (!typed.ok() || IsNumber(typed.name.view().suffix(1).first_label())) return false;
  typed.name.ToLower();
  return names_.emplace(typed.name.view().bytes(), limit).second;
}

std::optional<pacing::AgreedLimit> ServerLimits::ForAddress(const async::Address& address) const {
  const pacing::AgreedLimit* const limit = addresses_.Find(address);
  return limit == nullptr ? std::nullopt : std::optional(*limit);
}

std::optional<pacing::AgreedLimit> ServerLimits::ForHost(dns::NameView host) const {
  if (names_.empty()) return std::nullopt;
  dns::Name lower(host);
  lower.ToLower();
  for (dns::NameView at = lower.view(); !at.is_root(); at = at.parent()) {
    const auto found = names_.find(absl::string_view(at.bytes().data(), at.bytes().size()));
    if (found != names_.end()) return found->second;
  }
  return std::nullopt;
}

}  // namespace caascan::vantage
