// One record explained to a person.
#pragma once

#include <cstddef>
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
  /// Columns of the terminal, for the plain and the coloured form; taken as 40 at least and 120 at
  /// most. Commands and records are never broken.
  size_t width = 96;
  /// How it was asked, in words for people: "caascan 1.2, iteratively, over IPv4 and IPv6". Empty:
  /// not said. The record has the time.
  std::string vantage = {};
};

/// The record's verdict and what led to it, who is at fault, what to do, and how to see it with
/// other tools: fewer than a hundred lines, all that comes from strangers made printable.
/// InvalidArgument where the line is no record. Any thread.
[[nodiscard]] absl::StatusOr<std::string> ExplainRecord(std::string_view record,
                                                        const ExplainOptions& options);

/// What a code of the record means: of a finding, or a reason. InvalidArgument where it is
/// neither. Any thread. Of the options form and width are used.
[[nodiscard]] absl::StatusOr<std::string> ExplainCode(std::string_view code,
                                                      const ExplainOptions& options);
/// All codes, a line each; and the CAs that are known, each with its issuer domain names and what
/// it does after a failed look-up.
std::string ExplainAllCodes(const ExplainOptions& options);
std::string ExplainKnownCas(const ExplainOptions& options);

/// Whether the CA would issue: by the record's `would_issue`, and not where the servers of the zone
/// disagree, for then it depends on which of them the CA meets. InvalidArgument as above.
[[nodiscard]] absl::StatusOr<bool> WouldIssue(std::string_view record);

}  // namespace caascan
