// What only a record of `caascan check` holds: each name of the climb, and the chain of trust.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace caascan::explain {

/// As docs/record.schema.json has them; texts as they came, from strangers.
struct ClimbStepView {
  std::string name;
  std::string result;
  std::string zone;
  std::string dnssec;
  std::vector<std::string> cname;
  std::string host;
  std::string address;
  std::string transport;
  std::optional<double> rtt_ms;
};
struct ChainLinkView {
  std::string zone;
  std::string dnssec;
  std::string detail;
};
struct ClimbView {
  std::vector<ClimbStepView> climb;
  std::vector<ChainLinkView> chain;
};

/// Empty where the record has neither, or is none. Any thread.
ClimbView ReadClimb(std::string_view record);

}  // namespace caascan::explain
