// Tested by query_test.cc, which reads every query back with the message reader.
#include "scanner/dns/query.h"

#include <cassert>
#include <cstring>

#include "scanner/dns/octets.h"

namespace caascan::dns {
namespace {

/// The bits of `byte`, bit i as 0x20 in octet i.
uint64_t SpreadToCaseBits(uint64_t byte) {
  constexpr uint64_t kOwnBit = 0x8040201008040201ull;
  const uint64_t own = (byte * kEachOctet) & kOwnBit;
  return ((own + kEachOctet * 0x7f) & (kEachOctet * 0x80)) >> 2;
}

/// The case of the letters among eight octets from the bits that belong to their position.
uint64_t CasedWord(uint64_t word, uint64_t case_bits, size_t position) {
  constexpr uint64_t kCaseBit = kEachOctet * 0x20;
  const uint64_t letters = OctetsWithin(word | kCaseBit, 'a', 'z') >> 2;
  const uint64_t capitals = SpreadToCaseBits((case_bits >> (position % 64)) & 0xff);
  return (word | letters) ^ (letters & capitals);
}

class Writer {
 public:
  explicit Writer(std::span<uint8_t> out) : out_(out) {}

  void U8(uint8_t value) { out_[size_++] = value; }
  void U16(uint16_t value) {
    U8(static_cast<uint8_t>(value >> 8));
    U8(static_cast<uint8_t>(value & 0xff));
  }
  void CasedName(NameView name, uint64_t case_bits) {
    size_t position = 0;
    for (; position + 8 <= name.size(); position += 8) {
      Store(CasedWord(LoadWord(name.data() + position), case_bits, position), 8);
    }
    if (position == name.size()) return;
    Store(CasedWord(LoadTail(name.data(), name.size()), case_bits, position),
          name.size() - position);
  }
  void Zeros(size_t count) {
    std::memset(out_.data() + size_, 0, count);
    size_ += count;
  }
  size_t size() const { return size_; }

 private:
  void Store(uint64_t word, size_t size) {
    std::memcpy(out_.data() + size_, &word, size);  // Its first octet is the lowest, as loaded.
    size_ += size;
  }

  std::span<uint8_t> out_;
  size_t size_ = 0;
};

constexpr size_t kOptionHead = 4;

/// The octets of padding that follow `size` octets and an option's head.
size_t PaddingFor(size_t size, uint16_t pad_to) {
  assert(pad_to <= kMaxPadding + 1 && "what kMaxQuerySize has room for");
  return (pad_to - (size + kOptionHead) % pad_to) % pad_to;
}

/// The OPT's RDATA and its length in front.
void WriteOptions(const QuerySpec& spec, Writer* writer) {
  assert(spec.contact.size() <= kMaxContactSize && "checked where it was given");
  const size_t contact = spec.contact.empty() ? 0 : kOptionHead + spec.contact.size();
  const size_t padding =
      spec.pad_to == 0 ? 0 : PaddingFor(writer->size() + 2 + contact, spec.pad_to);
  writer->U16(static_cast<uint16_t>(contact + (spec.pad_to == 0 ? 0 : kOptionHead + padding)));
  if (contact != 0) {
    writer->U16(kContactOption);
    writer->U16(static_cast<uint16_t>(spec.contact.size()));
    for (const char c : spec.contact) writer->U8(static_cast<uint8_t>(c));
  }
  if (spec.pad_to == 0) return;
  writer->U16(kPaddingOption);
  writer->U16(static_cast<uint16_t>(padding));
  writer->Zeros(padding);
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
  writer.CasedName(spec.name, case_bits);
  writer.U16(static_cast<uint16_t>(spec.type));
  writer.U16(kClassIn);
  if (spec.edns) {
    writer.U8(0);  // The OPT's owner is the root (RFC 6891 §6.1.2).
    writer.U16(static_cast<uint16_t>(RRType::kOPT));
    writer.U16(spec.udp_payload_size);
    writer.U16(0);  // Extended RCODE and version.
    writer.U16(spec.dnssec_ok ? static_cast<uint16_t>(kEdnsFlagDo) : uint16_t{0});
    WriteOptions(spec, &writer);
  }
  return writer.size();
}

bool SameCase(NameView sent, uint64_t case_bits, NameView received) {
  if (sent.size() != received.size()) return false;
  const size_t size = sent.size();
  size_t position = 0;
  for (; position + 8 <= size; position += 8) {
    const uint64_t word = LoadWord(sent.data() + position);
    if (CasedWord(word, case_bits, position) != LoadWord(received.data() + position)) return false;
  }
  if (position == size) return true;
  const uint64_t tail = LoadTail(sent.data(), size);
  return CasedWord(tail, case_bits, position) == LoadTail(received.data(), size);
}

}  // namespace caascan::dns
