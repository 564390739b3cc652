// Tested by query_test.cc, which reads every query back with the message reader.
#include "scanner/dns/query.h"

#include <cassert>

namespace caascan::dns {
namespace {

class Writer {
 public:
  explicit Writer(std::span<uint8_t> out) : out_(out) {}

  void U8(uint8_t value) { out_[size_++] = value; }
  void U16(uint16_t value) {
    U8(static_cast<uint8_t>(value >> 8));
    U8(static_cast<uint8_t>(value & 0xff));
  }
  size_t size() const { return size_; }

 private:
  std::span<uint8_t> out_;
  size_t size_ = 0;
};

bool IsLetter(uint8_t c) { return LowerOctet(c) >= 'a' && LowerOctet(c) <= 'z'; }

/// Calls `emit(octet)` for each octet of the name with its letters' case taken from `case_bits`.
/// Length octets are below 64 and so are never taken for letters.
template <typename Emit>
void ForEachCased(NameView name, uint64_t case_bits, Emit emit) {
  unsigned letter = 0;
  for (const uint8_t c : name.wire()) {
    if (!IsLetter(c)) {
      emit(c);
      continue;
    }
    const bool upper = ((case_bits >> (letter++ & 63)) & 1) != 0;
    const uint8_t lower = LowerOctet(c);
    emit(upper ? static_cast<uint8_t>(lower - ('a' - 'A')) : lower);
  }
}

/// The OPT's RDATA and its length in front.
void WriteContact(std::string_view contact, Writer* writer) {
  constexpr size_t kOptionHead = 4;
  if (contact.empty()) {
    writer->U16(0);
    return;
  }
  assert(contact.size() <= kMaxContactSize && "checked where it was given");
  writer->U16(static_cast<uint16_t>(kOptionHead + contact.size()));
  writer->U16(kContactOption);
  writer->U16(static_cast<uint16_t>(contact.size()));
  for (const char c : contact) writer->U8(static_cast<uint8_t>(c));
}

}  // namespace

size_t WriteQuery(const QuerySpec& spec, uint16_t id, uint64_t case_bits, std::span<uint8_t> out) {
  assert(out.size() >= kMaxQuerySize && "the buffer holds any query");
  Writer writer(out);
  writer.U16(id);
  writer.U16(static_cast<uint16_t>((spec.recursion_desired ? kFlagRD : 0) |
                                   (spec.checking_disabled ? kFlagCD : 0)));
  writer.U16(1);
  writer.U16(0);
  writer.U16(0);
  writer.U16(spec.edns ? 1 : 0);
  ForEachCased(spec.name, case_bits, [&writer](uint8_t octet) { writer.U8(octet); });
  writer.U16(static_cast<uint16_t>(spec.type));
  writer.U16(kClassIn);
  if (spec.edns) {
    writer.U8(0);  // The OPT's owner is the root (RFC 6891 §6.1.2).
    writer.U16(static_cast<uint16_t>(RRType::kOPT));
    writer.U16(spec.udp_payload_size);
    writer.U16(0);  // Extended RCODE and version.
    writer.U16(spec.dnssec_ok ? static_cast<uint16_t>(kEdnsFlagDo) : uint16_t{0});
    WriteContact(spec.contact, &writer);
  }
  return writer.size();
}

bool SameCase(NameView sent, uint64_t case_bits, NameView received) {
  if (sent.size() != received.size()) return false;
  const uint8_t* at = received.data();
  bool same = true;
  ForEachCased(sent, case_bits, [&](uint8_t octet) { same = same && octet == *at++; });
  return same;
}

}  // namespace caascan::dns
