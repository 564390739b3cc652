// Compression (RFC 1035 §4.1.4): the writer remembers where each suffix that it wrote begins, with
// its length, and points there when the same suffix comes again. Names in RDATA are compressed only
// in the types of RFC 1035 itself (RFC 3597 §4). Tested by message_writer_test.cc, which reads
// every message back with scanner/dns.
#include "scanner/lab/message_writer.h"

#include <cassert>
#include <cstring>

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RRType;

constexpr size_t kMaxPointer = 0x3fff;

bool MayCompress(RRType type) {
  return type == RRType::kNS || type == RRType::kCNAME || type == RRType::kSOA ||
         type == RRType::kPTR || type == RRType::kMX;
}

}  // namespace

bool MessageWriter::U16(uint16_t value) {
  if (!Room(2)) return false;
  out_[size_++] = static_cast<uint8_t>(value >> 8);
  out_[size_++] = static_cast<uint8_t>(value & 0xff);
  return true;
}

bool MessageWriter::U32(uint32_t value) {
  return U16(static_cast<uint16_t>(value >> 16)) && U16(static_cast<uint16_t>(value & 0xffff));
}

bool MessageWriter::Octets(std::span<const uint8_t> octets) {
  if (!Room(octets.size())) return false;
  std::memcpy(out_.data() + size_, octets.data(), octets.size());
  size_ += octets.size();
  return true;
}

void MessageWriter::Begin(uint16_t id, uint16_t flags, std::span<const uint8_t> question,
                          NameView name) {
  assert(dns::kHeaderSize + question.size() <= out_.size() && "the question fits");
  std::memset(out_.data(), 0, dns::kHeaderSize);
  size_ = 0;
  U16(id);
  U16(flags);
  size_ = dns::kHeaderSize;
  if (!question.empty()) {
    out_[5] = 1;
    size_t offset = size_;
    for (NameView rest = name; !rest.is_root(); rest = rest.parent()) {
      Learn(offset, rest.size());
      offset += 1 + rest.first_label().size();
    }
    Octets(question);
  }
  question_known_ = known_count_;
  records_offset_ = size_;
}

void MessageWriter::ClearRecords() {
  size_ = records_offset_;
  known_count_ = question_known_;
  std::memset(out_.data() + 6, 0, dns::kHeaderSize - 6);
}

void MessageWriter::SetFlags(uint16_t flags) {
  out_[2] = static_cast<uint8_t>(flags >> 8);
  out_[3] = static_cast<uint8_t>(flags & 0xff);
}

void MessageWriter::AddRaw(std::span<const uint8_t> octets) {
  reserved_ = 0;
  Octets(octets);
}

void MessageWriter::Learn(size_t offset, size_t name_size) {
  if (known_count_ == known_.size() || offset > kMaxPointer) return;
  known_[known_count_++] = {static_cast<uint16_t>(offset), static_cast<uint16_t>(name_size)};
}

/// Is the name written at `offset`, pointers followed, the same as `name`?
bool MessageWriter::Same(size_t offset, NameView name) const {
  while (true) {
    uint8_t length = out_[offset];
    while ((length & 0xc0) == 0xc0) {
      offset = (static_cast<size_t>(length & 0x3f) << 8) | out_[offset + 1];
      length = out_[offset];
    }
    const std::string_view label = name.first_label();
    if (length != label.size()) return false;
    if (length == 0) return true;
    for (size_t i = 0; i < label.size(); ++i) {
      if (dns::LowerOctet(out_[offset + 1 + i]) !=
          dns::LowerOctet(static_cast<uint8_t>(label[i]))) {
        return false;
      }
    }
    offset += 1u + length;
    name = name.parent();
  }
}

bool MessageWriter::WriteName(NameView name, bool compress) {
  if (!compress) return Octets(name.wire());
  for (NameView rest = name; !rest.is_root(); rest = rest.parent()) {
    for (size_t i = 0; i < known_count_; ++i) {
      if (known_[i].name_size == rest.size() && Same(known_[i].offset, rest)) {
        return U16(static_cast<uint16_t>(0xc000u | known_[i].offset));
      }
    }
    if (!Room(1 + rest.first_label().size())) return false;
    const size_t offset = size_;
    Octets({rest.data(), 1 + rest.first_label().size()});
    Learn(offset, rest.size());
  }
  const uint8_t root = 0;
  return Octets({&root, 1});
}

bool MessageWriter::WriteServer(const RdataPart& part, const ZoneContext& zone) {
  assert(zone.member != nullptr && "only family members have such parts");
  if (part.kind == RdataPart::Kind::kServerAddress) {
    const auto address = zone.member->ServerAddress(part.server);
    return address && Octets(address->bytes());
  }
  if (const auto host = zone.member->ServerHost(part.server)) return WriteName(*host, true);
  const auto host = Complete(HostLabel(part.server), zone.apex);
  return host && WriteName(*host, true);
}

bool MessageWriter::WriteRdata(RRType type, const Rdata& rdata, const ZoneContext& zone) {
  for (const RdataPart& part : rdata) {
    bool written = false;
    switch (part.kind) {
      case RdataPart::Kind::kOctets:
        written =
            Octets({reinterpret_cast<const uint8_t*>(part.octets.data()), part.octets.size()});
        break;
      case RdataPart::Kind::kName:
        written = WriteName(part.name(), MayCompress(type));
        break;
      case RdataPart::Kind::kRelativeName:
        if (const auto name = Complete(part.name(), zone.apex)) {
          written = WriteName(*name, MayCompress(type));
        }
        break;
      case RdataPart::Kind::kServerAddress:
      case RdataPart::Kind::kServerHost:
        written = WriteServer(part, zone);
        break;
    }
    if (!written) return false;
  }
  return true;
}

void MessageWriter::Count(dns::Section section) {
  const size_t at = section == dns::Section::kAnswer      ? 6
                    : section == dns::Section::kAuthority ? 8
                                                          : 10;
  if (++out_[at + 1] == 0) ++out_[at];
}

bool MessageWriter::Add(dns::Section section, NameView owner, RRType type, uint32_t ttl,
                        const Rdata& rdata, const ZoneContext& zone) {
  const size_t start = size_;
  const size_t known = known_count_;
  if (WriteName(owner, true) && U16(static_cast<uint16_t>(type)) && U16(dns::kClassIn) &&
      U32(ttl) && U16(0)) {
    const size_t rdata_offset = size_;
    if (WriteRdata(type, rdata, zone)) {
      const size_t length = size_ - rdata_offset;
      out_[rdata_offset - 2] = static_cast<uint8_t>(length >> 8);
      out_[rdata_offset - 1] = static_cast<uint8_t>(length & 0xff);
      Count(section);
      return true;
    }
  }
  size_ = start;
  known_count_ = known;
  return false;
}

bool MessageWriter::AddSet(dns::Section section, NameView owner, const RRset& set,
                           const ZoneContext& zone) {
  for (const Rdata& rdata : set.rdata) {
    if (!Add(section, owner, set.type, set.ttl, rdata, zone)) return false;
  }
  return true;
}

void MessageWriter::AddOpt(uint16_t udp_payload_size, uint8_t extended_rcode, bool dnssec_ok) {
  reserved_ = 0;
  const uint8_t opt[] = {0,
                         0,
                         static_cast<uint8_t>(RRType::kOPT),
                         static_cast<uint8_t>(udp_payload_size >> 8),
                         static_cast<uint8_t>(udp_payload_size & 0xff),
                         extended_rcode,
                         0,
                         static_cast<uint8_t>(dnssec_ok ? 0x80 : 0),
                         0,
                         0,
                         0};
  if (Octets(opt)) Count(dns::Section::kAdditional);
}

}  // namespace caascan::lab
