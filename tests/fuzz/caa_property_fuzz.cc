// Any bytes as a CAA property: the first is its flags, the second the length of its tag. Whatever
// they are, and whatever the certificate is for, blanks around the value change nothing, only whole
// issuers authorize, and a CA that ignores parameters may issue wherever one may that does not.
#include <cstdlib>

#include "caascan/caa.h"
#include "scanner/dns/message.h"

namespace {

void Try(caascan::CaaRecord record, const std::string& value, caascan::Purpose purpose) {
  caascan::IssuanceRequest request = {
      {"ca.example"}, false, {"https://a.example/1", "urn:a"}, {"dns-01", "ca-tbr-7"}};
  request.purpose = purpose;
  const caascan::Decision decision = caascan::Decide({&record, 1}, request);
  record.value = "\t " + value + " ";
  if (caascan::Decide({&record, 1}, request).reason != decision.reason) std::abort();
  request.parameters = caascan::ParameterRule::kIgnore;
  if (decision.permit && !caascan::Decide({&record, 1}, request).permit) std::abort();
  record.value = "x" + value;
  request = {{"ca.example"}, false, {}, {}};
  request.purpose = purpose;
  const auto longer = caascan::Decide({&record, 1}, request);
  const bool authorizes = longer.reason == caascan::DecisionReason::kIssuerAuthorized;
  if (authorizes && decision.reason == caascan::DecisionReason::kIssuerAuthorized) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto rdata = caascan::dns::ReadCaa({data, size});
  const caascan::CaaRecord record = {rdata.flags, std::string(rdata.tag), std::string(rdata.value)};
  for (unsigned i = 0; i < caascan::kPurposeCount; ++i) {
    Try(record, record.value, static_cast<caascan::Purpose>(i));
  }
  return 0;
}
