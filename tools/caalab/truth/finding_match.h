// The findings of a record held against those of the truth.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <simdjson.h>

namespace caascan::lab {

/// A finding as it is compared. A value.
struct FindingFact {
  /// Whose duty it is to see it.
  enum class Due : uint8_t { kAlways, kAll, kNever };
  std::string code;
  std::string host;     // Empty: of no server.
  std::string address;  // Likewise.
  Due due = Due::kAlways;
};

/// Those of a record, or of a line of truth.
std::vector<FindingFact> ReadFindings(simdjson::dom::element record);

/// What a scan was to see.
struct FindingDemand {
  bool all = false;     // It asked all servers and probed them all: what is due of such a one, too.
  bool failed = false;  // The look-up failed, so every server was asked even else.
};

/// The codes, each once, that should be there and are not, and those that are there and untrue.
/// Servers count where both sides name them. Where a look-up did not fail, a scan sees what the
/// servers do that it happened to ask: then a code is there if one server has it.
void MatchFindings(const std::vector<FindingFact>& expected, const std::vector<FindingFact>& found,
                   FindingDemand demand, std::vector<std::string>* missing,
                   std::vector<std::string>* extra);

}  // namespace caascan::lab
