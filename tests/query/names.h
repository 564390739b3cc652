// Names written as text.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/dns/name.h"

namespace caascan::query {

inline dns::Name N(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

/// As answers keep a zone: none where the text is empty.
inline std::optional<dns::CompactName> ZoneNamed(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return dns::CompactName(N(text));
}

/// As answers keep aliases.
inline std::vector<dns::CompactName> NamesOf(const std::vector<std::string>& texts) {
  std::vector<dns::CompactName> names;
  for (const std::string& text : texts) names.emplace_back(N(text));
  return names;
}

}  // namespace caascan::query
