// Tested by delegation_proof_test.cc.
#include "scanner/zones/delegation_proof.h"

#include <cstdint>
#include <string_view>

#include "scanner/dns/codes.h"

namespace caascan::zones {
namespace {

constexpr size_t kMaxRdataSize = 4096;
// The signature says how long the records may be kept. A file says nothing more of that.
constexpr uint16_t kTtlHigh = 1;

void AppendU16(size_t value, std::string* out) {
  out->push_back(static_cast<char>(value >> 8 & 0xff));
  out->push_back(static_cast<char>(value & 0xff));
}

void AppendRecord(dns::NameView owner, dns::RRType type, std::string_view rdata, std::string* out) {
  out->append(owner.bytes());
  AppendU16(static_cast<uint16_t>(type), out);
  AppendU16(dns::kClassIn, out);
  AppendU16(kTtlHigh, out);
  AppendU16(0, out);
  AppendU16(rdata.size(), out);
  out->append(rdata);
}

}  // namespace

std::string ProofMessage(dns::NameView zone, const dns::Delegation& delegation) {
  if (delegation.proofs.empty()) return {};
  std::string records;
  size_t count = 0;
  const auto append = [&](dns::RRType type, std::string_view rdata) {
    if (rdata.size() > kMaxRdataSize) return;
    AppendRecord(zone, type, rdata, &records);
    ++count;
  };
  for (const std::string& ds : delegation.ds) append(dns::RRType::kDS, ds);
  for (const auto& proof : delegation.proofs) append(proof.type, proof.rdata);
  std::string message;
  AppendU16(0, &message);
  AppendU16(dns::kFlagQR | dns::kFlagAA, &message);
  for (const size_t of_section : {size_t{1}, size_t{0}, count, size_t{0}}) {
    AppendU16(of_section, &message);
  }
  message.append(zone.bytes());
  AppendU16(static_cast<uint16_t>(dns::RRType::kDS), &message);
  AppendU16(dns::kClassIn, &message);
  return message + records;
}

}  // namespace caascan::zones
