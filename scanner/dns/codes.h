// Numbers of the DNS protocol that the scanner speaks of, under their registered names.
#pragma once

#include <cstdint>
#include <string>

namespace caascan::dns {

/// Resource record TYPEs (RFC 1035 §3.2.2 and later). Any 16-bit value may come from the network.
enum class RRType : uint16_t {
  kA = 1,
  kNS = 2,
  kCNAME = 5,
  kSOA = 6,
  kPTR = 12,
  kMX = 15,
  kTXT = 16,
  kAAAA = 28,
  kDNAME = 39,
  kOPT = 41,
  kDS = 43,
  kRRSIG = 46,
  kNSEC = 47,
  kDNSKEY = 48,
  kNSEC3 = 50,
  kNSEC3PARAM = 51,
  kNXNAME = 128,  // In NSEC records alone (RFC 9824).
  kANY = 255,
  kCAA = 257,
  kUnassigned = 65280,  // Private use (RFC 6895 §3.1): no server gives it a meaning.
};

/// RCODEs, the extended ones included (RFC 1035 §4.1.1, RFC 6891 §6.1.3).
enum class RCode : uint16_t {
  kNoError = 0,
  kFormErr = 1,
  kServFail = 2,
  kNXDomain = 3,
  kNotImp = 4,
  kRefused = 5,
  kNotAuth = 9,
  kBadVers = 16,
};

constexpr uint16_t kClassIn = 1;
constexpr uint8_t kOpcodeQuery = 0;

// Header flag bits, in the 16-bit word that follows the ID.
constexpr uint16_t kFlagQR = 0x8000;
constexpr uint16_t kFlagAA = 0x0400;
constexpr uint16_t kFlagTC = 0x0200;
constexpr uint16_t kFlagRD = 0x0100;
constexpr uint16_t kFlagRA = 0x0080;
constexpr uint16_t kFlagAD = 0x0020;
constexpr uint16_t kFlagCD = 0x0010;
constexpr uint16_t kRCodeMask = 0x000F;  // Of the same word.

constexpr size_t kHeaderSize = 12;
constexpr size_t kMaxNameSize = 255;  // RFC 1035 §2.3.4, the final zero octet included.
constexpr size_t kMaxLabelSize = 63;
constexpr size_t kMaxMessageSize = 65535;

// EDNS (RFC 6891).
constexpr uint16_t kEdnsOptionPadding = 12;        // RFC 7830
constexpr uint16_t kEdnsOptionExtendedError = 15;  // RFC 8914
constexpr uint32_t kEdnsFlagDo = 0x8000;
constexpr uint16_t kDefaultUdpPayloadSize = 1232;

/// What a TTL field stands for, in seconds: one with its top bit set counts as 0 (RFC 2181 §8).
constexpr uint32_t TtlSeconds(uint32_t field) { return (field & 0x80000000u) != 0 ? 0 : field; }

/// "CAA", "TYPE65280" (RFC 3597 §5) …
std::string TypeName(RRType type);
/// "SERVFAIL", "RCODE11" …
std::string RCodeName(RCode rcode);

}  // namespace caascan::dns
