// Compression (RFC 1035 §4.1.4): the writer remembers where each suffix that it wrote begins, with
// its length, and points there when the same suffix comes again. Names in RDATA are compressed only
// in the types of RFC 1035 itself (RFC 3597 §4). Tested by message_writer_test.cc, which reads
// every message back with scanner/dns.
#include "tools/caalab/serve/message_writer.h"

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

/// TYPE, CLASS, TTL, and an RDLENGTH that is filled in later.
bool MessageWriter::WriteFixed(RRType type, uint32_t ttl) {
  const auto number = static_cast<uint16_t>(type);
  const uint8_t fixed[] = {static_cast<uint8_t>(number >> 8),
                           static_cast<uint8_t>(number & 0xff),
                           0,
                           dns::kClassIn,
                           static_cast<uint8_t>(ttl >> 24),
                           static_cast<uint8_t>(ttl >> 16 & 0xff),
                           static_cast<uint8_t>(ttl >> 8 & 0xff),
                           static_cast<uint8_t>(ttl & 0xff),
                           0,
                           0};
  return Octets(fixed);
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
  question_name_ = name;
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

/// Do the labels at `offset`, pointers followed, equal those of `name`, and does what comes behind
/// them stand at `rest_offset` (for 0: is it the root)?
bool MessageWriter::Same(size_t offset, NameView name, size_t rest_offset) const {
  while (true) {
    uint8_t length = out_[offset];
    while ((length & 0xc0) == 0xc0) {
      offset = (static_cast<size_t>(length & 0x3f) << 8) | out_[offset + 1];
      length = out_[offset];
    }
    if (name.is_root()) return rest_offset == 0 ? length == 0 : offset == rest_offset;
    const std::string_view label = name.first_label();
    if (length != label.size()) return false;
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

size_t MessageWriter::Find(NameView name, size_t size, size_t rest_offset) const {
  for (size_t i = 0; i < known_count_; ++i) {
    if (known_[i].name_size == size && Same(known_[i].offset, name, rest_offset)) {
      return known_[i].offset;
    }
  }
  return 0;
}

size_t MessageWriter::OffsetInQuestion(NameView name) const {
  // Compared as numbers: the name may lie anywhere.
  const auto begin = reinterpret_cast<uintptr_t>(question_name_.data());
  const auto at = reinterpret_cast<uintptr_t>(name.data());
  if (name.is_root() || at < begin || at >= begin + question_name_.size()) return 0;
  return dns::kHeaderSize + (at - begin);
}

bool MessageWriter::WriteName(NameView name, bool compress) {
  if (!compress) return Octets(name.wire());
  if (const size_t offset = OffsetInQuestion(name)) return WritePointer(offset);
  return WriteRelative(name, NameView(), true);
}

bool MessageWriter::WriteRelative(NameView relative, NameView apex, bool compress) {
  const size_t apex_offset = OffsetInQuestion(apex);
  const bool at_root = apex.is_root();
  if (!compress || (apex_offset == 0 && !at_root)) {
    const auto name = Complete(relative, apex);
    return name &&
           (compress ? WriteRelative(*name, NameView(), true) : Octets(name->view().wire()));
  }
  for (NameView rest = relative; !rest.is_root(); rest = rest.parent()) {
    const size_t size = rest.size() - 1 + apex.size();
    if (const size_t offset = Find(rest, size, apex_offset)) return WritePointer(offset);
    const size_t label_size = 1 + rest.first_label().size();
    Learn(size_, size);
    if (!Octets({rest.data(), label_size})) return false;
  }
  if (!at_root) return WritePointer(apex_offset);
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
  return WriteRelative(HostLabel(part.server), zone.apex, true);
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
        written = WriteRelative(part.name(), zone.apex, MayCompress(type));
        break;
      case RdataPart::Kind::kServerAddress:
      case RdataPart::Kind::kServerHost:
        written = WriteServer(part, zone);
        break;
      case RdataPart::Kind::kZoneKey: {
        const std::string& key =
            zone.signer->DnskeyRdata(zone.apex, SigningAlgorithm::kEcdsaP256OwnKey);
        written = Octets({reinterpret_cast<const uint8_t*>(key.data()), key.size()});
        break;
      }
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

template <typename WriteData>
bool MessageWriter::AddRecord(dns::Section section, NameView owner, RRType type, uint32_t ttl,
                              const WriteData& write_data) {
  const size_t start = size_;
  const size_t known = known_count_;
  if (WriteName(owner, true) && WriteFixed(type, ttl)) {
    const size_t rdata_offset = size_;
    if (write_data()) {
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

bool MessageWriter::Add(dns::Section section, NameView owner, RRType type, uint32_t ttl,
                        const Rdata& rdata, const ZoneContext& zone) {
  return AddRecord(section, owner, type, ttl, [&] { return WriteRdata(type, rdata, zone); });
}

bool MessageWriter::AddWire(dns::Section section, NameView owner, RRType type, uint32_t ttl,
                            std::string_view rdata) {
  return AddRecord(section, owner, type, ttl, [&] {
    return Octets({reinterpret_cast<const uint8_t*>(rdata.data()), rdata.size()});
  });
}

bool MessageWriter::AddSet(dns::Section section, NameView owner, const RRset& set,
                           const ZoneContext& zone) {
  for (const Rdata& rdata : set.rdata) {
    if (!Add(section, owner, set.type, set.ttl, rdata, zone)) return false;
  }
  return true;
}

void MessageWriter::AddOpt(uint16_t udp_payload_size, uint8_t extended_rcode, bool dnssec_ok) {
  assert(reserved_ > 0 && "room was kept for it");
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
