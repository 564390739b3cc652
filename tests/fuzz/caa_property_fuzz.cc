// Any bytes as a CAA property: the first is its flags, the second the length of its tag. Whatever
// they are, blanks around the value change nothing, and only whole issuers authorize.
#include <cstdlib>

#include "caascan/caa.h"
#include "scanner/dns/message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto rdata = caascan::dns::ReadCaa({data, size});
  caascan::CaaRecord record = {rdata.flags, std::string(rdata.tag), std::string(rdata.value)};
  const caascan::IssuanceRequest request = {{"ca.example"}, false, "https://a.example/1", "dns-01"};
  const caascan::Decision decision = caascan::Decide({&record, 1}, request);
  record.value = "\t " + record.value + " ";
  if (caascan::Decide({&record, 1}, request).reason != decision.reason) std::abort();
  record.value = "x" + std::string(rdata.value);
  const auto longer = caascan::Decide({&record, 1}, {{"ca.example"}, false, {}, {}});
  const bool authorizes = longer.reason == caascan::DecisionReason::kIssuerAuthorized;
  if (authorizes && decision.reason == caascan::DecisionReason::kIssuerAuthorized) std::abort();
  return 0;
}
