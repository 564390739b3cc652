#include "scanner/dns/codes.h"

namespace caascan::dns {

std::string TypeName(RRType type) {
  switch (type) {
    case RRType::kA:
      return "A";
    case RRType::kNS:
      return "NS";
    case RRType::kCNAME:
      return "CNAME";
    case RRType::kSOA:
      return "SOA";
    case RRType::kPTR:
      return "PTR";
    case RRType::kMX:
      return "MX";
    case RRType::kTXT:
      return "TXT";
    case RRType::kAAAA:
      return "AAAA";
    case RRType::kDNAME:
      return "DNAME";
    case RRType::kOPT:
      return "OPT";
    case RRType::kDS:
      return "DS";
    case RRType::kRRSIG:
      return "RRSIG";
    case RRType::kNSEC:
      return "NSEC";
    case RRType::kDNSKEY:
      return "DNSKEY";
    case RRType::kNSEC3:
      return "NSEC3";
    case RRType::kNSEC3PARAM:
      return "NSEC3PARAM";
    case RRType::kNXNAME:
      return "NXNAME";
    case RRType::kANY:
      return "ANY";
    case RRType::kCAA:
      return "CAA";
    case RRType::kUnassigned:
      break;
  }
  return "TYPE" + std::to_string(static_cast<uint16_t>(type));
}

std::string RCodeName(RCode rcode) {
  switch (rcode) {
    case RCode::kNoError:
      return "NOERROR";
    case RCode::kFormErr:
      return "FORMERR";
    case RCode::kServFail:
      return "SERVFAIL";
    case RCode::kNXDomain:
      return "NXDOMAIN";
    case RCode::kNotImp:
      return "NOTIMP";
    case RCode::kRefused:
      return "REFUSED";
    case RCode::kNotAuth:
      return "NOTAUTH";
    case RCode::kBadVers:
      return "BADVERS";
  }
  return "RCODE" + std::to_string(static_cast<uint16_t>(rcode));
}

}  // namespace caascan::dns
