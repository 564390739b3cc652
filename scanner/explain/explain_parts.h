// Parts of the explanation of a record that each page of it shows, whatever its form. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "caascan/finding_code.h"
#include "scanner/explain/explain_page.h"
#include "scanner/record/record_view.h"

namespace caascan::explain {

/// InvalidArgument where the line is no record. The reader's record holds while *padded does.
[[nodiscard]] absl::Status ReadRecord(std::string_view line, std::string* padded,
                                      record::RecordReader* reader);

/// Each code of the record's findings once: causes first, then the gravest. Those of other versions
/// are left out.
std::vector<FindingCode> FindingCodesOf(const record::RecordView& record);

/// The lines for dig that show what is wrong, each once, the most telling first.
std::vector<std::string> CommandsFor(const record::RecordView& record, uint16_t port);

struct Letter {
  std::string whom;  // "DNS provider (Example DNS)".
  std::string text;
};
/// To each who can act, about the gravest fault, with a line for dig that shows that fault: the
/// owner, the DNS provider, and who delegates. At most so many; printable.
std::vector<Letter> LettersOf(const record::RecordView& record, uint16_t port, size_t most);

/// What to do about the record's reason; empty where nothing is.
std::string RemedyText(const record::RecordView& record);

/// A heading, and below it the record that lets the CA issue, in three forms. Nothing where none
/// would help. `issuer` is printable.
void AddPublishing(const record::RecordView& record, const std::string& issuer, ExplainPage* page);

/// The result of a step of the climb in words, printable.
std::string StepResultText(const std::string& result);

}  // namespace caascan::explain
