#include "tests/record/record_lines.h"

#include <gtest/gtest.h>

namespace caascan::record {

std::string Line(std::string_view name, std::string_view reason, std::string_view more) {
  for (int i = 0; i <= static_cast<int>(kLastReason); ++i) {
    const auto known = static_cast<Reason>(i);
    if (ReasonCode(known) != reason) continue;
    const Outcome outcome = OutcomeOf(known);
    std::string line = R"({"name":")";
    line.append(name).append(R"(","outcome":")").append(OutcomeCode(outcome));
    line.append(R"(","reason":")").append(reason).append(R"(","may_issue":)");
    line.append(outcome == Outcome::kPermit ? "true" : "false");
    line.append(R"(,"dnssec":"insecure","queries":2,"retries":0,"elapsed_ms":10.5,)");
    line.append(R"("time":"2026-11-22T08:00:00.000Z")").append(more).append("}");
    return line;
  }
  ADD_FAILURE() << "no reason " << reason;
  return {};
}

std::string_view LineReader::Read(std::string line) {
  const size_t size = line.size();
  line.append(RecordReader::kPadding, '\0');
  padded_ = std::move(line);
  return reader_.Read(std::string_view(padded_).substr(0, size));
}

}  // namespace caascan::record
