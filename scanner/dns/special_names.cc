// Two short tables. Every name of a scan is looked for, so the last label is compared first: few
// names have one that is in the first table, and next to none end in `arpa`. Tested by
// special_names_test.cc.
#include "scanner/dns/special_names.h"

#include <algorithm>

namespace caascan::dns {
namespace {

constexpr SpecialName kTopLevel[] = {
    {"alt", "RFC 9476 section 2"},         {"internal", "ICANN board, 29 July 2024"},
    {"invalid", "RFC 6761 section 6.4"},   {"local", "RFC 6762 section 22.1"},
    {"localhost", "RFC 6761 section 6.3"}, {"onion", "RFC 7686 section 2"},
    {"test", "RFC 6761 section 6.2"},
};

constexpr SpecialName kBelowArpa[] = {
    {"home.arpa", "RFC 8375 section 4"},
    {"resolver.arpa", "RFC 9462 section 8"},
    {"service.arpa", "RFC 9665 section 8"},
    {"10.in-addr.arpa", "RFC 6761 section 6.1"},
    {"16.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"17.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"18.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"19.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"20.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"21.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"22.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"23.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"24.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"25.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"26.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"27.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"28.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"29.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"30.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"31.172.in-addr.arpa", "RFC 6761 section 6.1"},
    {"168.192.in-addr.arpa", "RFC 6761 section 6.1"},
    {"254.169.in-addr.arpa", "RFC 6762 section 12"},
    {"8.e.f.ip6.arpa", "RFC 6762 section 12"},
    {"9.e.f.ip6.arpa", "RFC 6762 section 12"},
    {"a.e.f.ip6.arpa", "RFC 6762 section 12"},
    {"b.e.f.ip6.arpa", "RFC 6762 section 12"},
};

bool EqualsLabel(std::string_view label, std::string_view lower) {
  return std::equal(label.begin(), label.end(), lower.begin(), lower.end(), [](char a, char b) {
    return LowerOctet(static_cast<uint8_t>(a)) == static_cast<uint8_t>(b);
  });
}

/// Is `name` at or below the name that `text` spells?
bool IsAtOrBelow(NameView name, std::string_view text) {
  const auto labels = static_cast<size_t>(1 + std::count(text.begin(), text.end(), '.'));
  if (name.label_count() < labels) return false;
  for (NameView rest = name.suffix(labels); !rest.is_root(); rest = rest.parent()) {
    const size_t end = std::min(text.find('.'), text.size());
    if (!EqualsLabel(rest.first_label(), text.substr(0, end))) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

}  // namespace

const SpecialName* FindSpecialName(NameView name) {
  if (name.is_root()) return nullptr;
  const std::string_view last = name.suffix(1).first_label();
  for (const SpecialName& row : kTopLevel) {
    if (EqualsLabel(last, row.name)) return &row;
  }
  if (!EqualsLabel(last, "arpa")) return nullptr;
  for (const SpecialName& row : kBelowArpa) {
    if (IsAtOrBelow(name, row.name)) return &row;
  }
  return nullptr;
}

}  // namespace caascan::dns
