// Tested by blocklist_test.cc, and end to end by blocklist_test.py.
#include "scanner/vantage/blocklist.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>

#include "scanner/input/idna.h"
#include "scanner/io/line_reader.h"

namespace caascan::vantage {
namespace {

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
  if (const std::optional<Prefix> prefix = ParsePrefix(entry)) {
    addresses_.Set(*prefix, true);
    return true;
  }
  if (entry.find('/') != std::string_view::npos || entry.find(':') != std::string_view::npos) {
    return false;
  }
  if (entry.starts_with('.')) entry.remove_prefix(1);
  input::TypedName typed = input::ParseTypedName(entry);
  // What ends in a number is a mistyped address.
  if (!typed.ok() || IsNumber(typed.name.view().suffix(1).first_label())) return false;
  typed.name.ToLower();
  names_.emplace(typed.name.view().bytes());
  return true;
}

bool Blocklist::BlocksAddress(const async::Address& address) const {
  return addresses_.Find(address) != nullptr;
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
