// Builds messages octet by octet, sound ones and broken ones alike.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"

namespace caascan::dns {

/// Appends to a message; every call returns the builder. Counts are the caller's: they may lie.
class MessageBuilder {
 public:
  struct Counts {
    uint16_t questions = 1;
    uint16_t answers = 0;
    uint16_t authorities = 0;
    uint16_t additionals = 0;
  };

  MessageBuilder(uint16_t flags, Counts counts, uint16_t id = 0x1234) {
    U16(id).U16(flags);
    U16(counts.questions).U16(counts.answers).U16(counts.authorities).U16(counts.additionals);
  }

  MessageBuilder& U8(unsigned value) {
    bytes_.push_back(static_cast<uint8_t>(value));
    return *this;
  }
  MessageBuilder& U16(unsigned value) { return U8(value >> 8).U8(value & 0xff); }
  MessageBuilder& U32(uint32_t value) { return U16(value >> 16).U16(value & 0xffff); }
  MessageBuilder& Bytes(std::string_view bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  /// In presentation form. REQUIRES: it is a name.
  MessageBuilder& Name(std::string_view text) {
    dns::Name name;
    dns::Name::FromText(text, &name);
    return Bytes(name.view().bytes());
  }
  MessageBuilder& Pointer(size_t target) { return U16(0xc000u | static_cast<unsigned>(target)); }

  MessageBuilder& Question(std::string_view name, RRType type) {
    return Name(name).U16(static_cast<uint16_t>(type)).U16(kClassIn);
  }
  /// Behind an owner name: type to RDLENGTH.
  MessageBuilder& Head(RRType type, size_t rdata_size, unsigned rr_class = kClassIn) {
    return U16(static_cast<uint16_t>(type))
        .U16(rr_class)
        .U32(300)
        .U16(static_cast<unsigned>(rdata_size));
  }
  /// A whole record whose owner is a pointer to the question's name.
  MessageBuilder& Record(RRType type, std::string_view rdata) {
    return Pointer(kHeaderSize).Head(type, rdata.size()).Bytes(rdata);
  }
  MessageBuilder& Opt(std::string_view options = {}, uint32_t ttl = 0) {
    U8(0).U16(static_cast<uint16_t>(RRType::kOPT)).U16(1232).U32(ttl);
    return U16(static_cast<unsigned>(options.size())).Bytes(options);
  }

  size_t size() const { return bytes_.size(); }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace caascan::dns
