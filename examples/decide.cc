// Decides alone, without any look-up: the issuer domain name of a CA, then the records that were
// found, each as "flags tag value". Exit status 0 where the CA may issue.
#include <caascan/caa.h>

#include <iostream>
#include <sstream>
#include <vector>

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: decide ISSUER ['FLAGS TAG VALUE' ...]\n";
    return 2;
  }
  caascan::IssuanceRequest request;
  request.issuer_domains = {argv[1]};
  std::vector<caascan::CaaRecord> rrset;
  for (int i = 2; i < argc; ++i) {
    std::istringstream text(argv[i]);
    unsigned flags = 0;
    caascan::CaaRecord record;
    text >> flags >> record.tag >> std::ws;
    std::getline(text, record.value);
    record.flags = static_cast<uint8_t>(flags);
    rrset.push_back(record);
  }
  const caascan::Decision decision = caascan::Decide(rrset, request);
  std::cout << (decision.permit ? "permit, " : "deny, ")
            << caascan::DecisionReasonCode(decision.reason) << '\n';
  return decision.permit ? 0 : 1;
}
