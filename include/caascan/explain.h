// One record explained to a person.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

namespace caascan {

enum class ExplainForm : uint8_t {
  kPlain,
  kColour,    // For a terminal, with its escapes.
  kMarkdown,  // Headings, paragraphs, and fences around what has columns.
};

/// For whom a record is explained.
struct ExplainOptions {
  /// The CA's issuer domain names; letsencrypt.org where empty.
  std::vector<std::string> issuer_domains;
  ExplainForm form = ExplainForm::kPlain;
  uint16_t port = 53;  // Of the servers that the record gives none for.
};

/// The record's verdict and what led to it, who is at fault, what to do, and how to see it with
/// other tools: fewer than a hundred lines, all that comes from strangers made printable.
/// InvalidArgument where the line is no record. Any thread.
[[nodiscard]] absl::StatusOr<std::string> ExplainRecord(std::string_view record,
                                                        const ExplainOptions& options);

/// Whether the CA would issue: by the record's `would_issue`, and not where the servers of the zone
/// disagree, for then it depends on which of them the CA meets. InvalidArgument as above.
[[nodiscard]] absl::StatusOr<bool> WouldIssue(std::string_view record);

}  // namespace caascan
