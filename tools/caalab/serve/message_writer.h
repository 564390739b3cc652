// Writes answers: the question copied, records appended with name compression, a size that is never
// passed.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <span>
#include <string_view>

#include "scanner/dns/codes.h"
#include "scanner/dns/message.h"
#include "scanner/dns/name.h"
#include "tools/caalab/world/family.h"
#include "tools/caalab/world/zone.h"

namespace caascan::lab {

/// What writing a zone's record needs to know of where the zone stands.
struct ZoneContext {
  dns::NameView apex;
  /// Where it is a family's: for RdataPart::kServerAddress and kServerHost.
  const Member* member = nullptr;
  /// For RdataPart::kZoneKey.
  Signer* signer = nullptr;
};

/// One message, in a buffer of the caller's. A record that does not fit is left out whole.
class MessageWriter {
 public:
  /// Never writes behind `limit` octets. REQUIRES: kHeaderSize <= limit <= out.size().
  MessageWriter(std::span<uint8_t> out, size_t limit) : out_(out.first(limit)) {
    assert(limit >= dns::kHeaderSize && "the header fits");
  }

  /// First of all: header and question of the query. Names that are views into the very bytes of
  /// `name` are then written as pointers at no cost. REQUIRES: they fit.
  void Begin(uint16_t id, uint16_t flags, std::span<const uint8_t> question, dns::NameView name);
  /// Drops all records again.
  void ClearRecords();
  /// Keeps room for the OPT, which comes last.
  void Reserve(size_t size_bytes) { reserved_ = size_bytes; }

  /// False, and nothing written, where it does not fit.
  bool Add(dns::Section section, dns::NameView owner, dns::RRType type, uint32_t ttl,
           const Rdata& rdata, const ZoneContext& zone);
  /// The same for RDATA that is there as octets.
  bool AddWire(dns::Section section, dns::NameView owner, dns::RRType type, uint32_t ttl,
               std::string_view rdata);
  /// All records of a set; false at the first that does not fit.
  bool AddSet(dns::Section section, dns::NameView owner, const RRset& set, const ZoneContext& zone);
  /// RFC 6891 §6.1.2; `extended_rcode` is the RCODE's upper eight bits. REQUIRES: room reserved.
  void AddOpt(uint16_t udp_payload_size, uint8_t extended_rcode, bool dnssec_ok);

  void SetFlags(uint16_t flags);
  /// Octets as they are, behind the last record.
  void AddRaw(std::span<const uint8_t> octets);
  size_t size() const { return size_; }
  /// Where the records begin.
  size_t records_offset() const { return records_offset_; }

 private:
  struct Known {
    uint16_t offset;
    uint16_t name_size;  // Uncompressed, the root's octet included.
  };

  template <typename WriteData>
  bool AddRecord(dns::Section section, dns::NameView owner, dns::RRType type, uint32_t ttl,
                 const WriteData& write_data);
  bool Room(size_t size_bytes) const { return size_ + size_bytes + reserved_ <= out_.size(); }
  bool U16(uint16_t value);
  bool Octets(std::span<const uint8_t> octets);
  bool WriteFixed(dns::RRType type, uint32_t ttl);
  /// A name in full or, where it may be compressed, with a pointer at what was written before.
  bool WriteName(dns::NameView name, bool compress);
  /// The same for `relative` completed with `apex`.
  bool WriteRelative(dns::NameView relative, dns::NameView apex, bool compress);
  bool WritePointer(size_t offset) { return U16(static_cast<uint16_t>(0xc000u | offset)); }
  /// Where a view into the question's name stands in the message; 0 for any other name.
  size_t OffsetInQuestion(dns::NameView name) const;
  bool WriteServer(const RdataPart& part, const ZoneContext& zone);
  bool WriteRdata(dns::RRType type, const Rdata& rdata, const ZoneContext& zone);
  /// Where `name`, of this size with what it is completed with, was written; 0 for nowhere.
  size_t Find(dns::NameView name, size_t size, size_t rest_offset) const;
  bool Same(size_t offset, dns::NameView name, size_t rest_offset) const;
  void Learn(size_t offset, size_t name_size);
  void Count(dns::Section section);

  std::span<uint8_t> out_;
  dns::NameView question_name_;
  size_t size_ = 0;
  size_t records_offset_ = 0;
  size_t reserved_ = 0;
  std::array<Known, 48> known_;
  size_t known_count_ = 0;
  size_t question_known_ = 0;
};

}  // namespace caascan::lab
