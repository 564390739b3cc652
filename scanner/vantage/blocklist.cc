// Tested by blocklist_test.cc, and end to end by blocklist_test.py.
#include "scanner/vantage/blocklist.h"

#include <absl/strings/str_cat.h>
#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "scanner/input/idna.h"
#include "scanner/io/line_reader.h"

namespace caascan::vantage {
namespace {

constexpr size_t kIpv4Bits = 32;
constexpr size_t kIpv6Bits = 128;

/// The first `length` bits, zeros behind them.
std::array<uint8_t, 16> Mask(std::span<const uint8_t> octets, size_t length) {
  std::array<uint8_t, 16> masked{};
  for (size_t i = 0; i < octets.size() && length > 0; ++i) {
    const size_t bits = std::min<size_t>(length, 8);
    masked[i] = static_cast<uint8_t>(octets[i] & (0xFF00u >> bits));
    length -= bits;
  }
  return masked;
}

bool IsNumber(std::string_view label) {
  return std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Blocklist>> Blocklist::Read(const std::string& path) {
  auto reader = io::LineReader::Open(path, nullptr);
  if (!reader.ok()) return reader.status();
  auto list = std::make_unique<Blocklist>();
  io::Line line;
  while ((*reader)->Next(&line, /*wait=*/true) == io::ReadResult::kLine) {
    const std::string_view entry = io::TrimBlanks(line.text.substr(0, line.text.find('#')));
    if (entry.empty() || list->Add(entry)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--blocklist: ", path, ":", line.number,
                     ": neither an address, nor a prefix, nor a domain name"));
  }
  if (!(*reader)->status().ok()) return (*reader)->status();
  return std::unique_ptr<const Blocklist>(std::move(list));
}

bool Blocklist::Add(std::string_view entry) {
  if (entry.find('/') != std::string_view::npos || entry.find(':') != std::string_view::npos) {
    return AddPrefix(entry);
  }
  if (AddPrefix(entry)) return true;
  if (entry.starts_with('.')) entry.remove_prefix(1);
  input::TypedName typed = input::ParseTypedName(entry);
  // What ends in a number is a mistyped address.
  if (!typed.ok() || IsNumber(typed.name.view().suffix(1).first_label())) return false;
  typed.name.ToLower();
  names_.emplace(typed.name.view().bytes());
  return true;
}

bool Blocklist::AddPrefix(std::string_view entry) {
  const size_t slash = std::min(entry.find('/'), entry.size());
  const std::string text(entry.substr(0, slash));
  std::array<uint8_t, 16> octets{};
  const bool v4 = inet_pton(AF_INET, text.c_str(), octets.data()) == 1;
  if (!v4 && inet_pton(AF_INET6, text.c_str(), octets.data()) != 1) return false;
  const size_t whole = v4 ? kIpv4Bits : kIpv6Bits;
  size_t length = whole;
  if (slash != entry.size()) {
    const std::string_view digits = entry.substr(slash + 1);
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (end.ec != std::errc() || end.ptr != digits.data() + digits.size()) return false;
    if (length > whole) return false;
  }
  // ::ffff:192.0.2.1 is how IPv4 looks to some; it is an IPv4 address here as in async::Address.
  const std::array<uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  constexpr size_t kMappedBits = 8 * mapped.size();
  if (!v4 && length >= kMappedBits && std::equal(mapped.begin(), mapped.end(), octets.begin())) {
    ipv4_.prefixes.emplace(Mask(std::span(octets).subspan<12>(), length - kMappedBits),
                           static_cast<uint8_t>(length - kMappedBits));
    ipv4_.lengths.set(length - kMappedBits);
    return true;
  }
  Family& family = v4 ? ipv4_ : ipv6_;
  const std::span<const uint8_t> given = std::span<const uint8_t>(octets).first(whole / 8);
  family.prefixes.emplace(Mask(given, length), static_cast<uint8_t>(length));
  family.lengths.set(length);
  return true;
}

bool Blocklist::BlocksAddress(const async::Address& address) const {
  const Family& family = address.is_v6() ? ipv6_ : ipv4_;
  if (family.prefixes.empty()) return false;
  const std::span<const uint8_t> octets = address.octets();
  for (size_t length = 0; length <= 8 * octets.size(); ++length) {
    if (!family.lengths.test(length)) continue;
    if (family.prefixes.contains(Prefix(Mask(octets, length), static_cast<uint8_t>(length)))) {
      return true;
    }
  }
  return false;
}

bool Blocklist::BlocksName(dns::NameView name) const {
  if (names_.empty()) return false;
  dns::Name lower(name);
  lower.ToLower();
  for (dns::NameView at = lower.view(); !at.is_root(); at = at.parent()) {
    if (names_.contains(absl::string_view(at.bytes().data(), at.bytes().size()))) return true;
  }
  return false;
}

}  // namespace caascan::vantage
