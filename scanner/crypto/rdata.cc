// Tested by rdata_test.cc.
#include "scanner/crypto/rdata.h"

#include "scanner/dns/cursor.h"

namespace caascan::crypto {
namespace {

using dns::Cursor;
using dns::NameView;

/// An uncompressed name.
std::optional<NameView> ReadName(std::span<const uint8_t> bytes, Cursor* cursor) {
  const size_t start = cursor->position();
  while (true) {
    const uint8_t length = cursor->ReadU8();
    if (!cursor->ok() || length > dns::kMaxLabelSize) return std::nullopt;
    cursor->Skip(length);
    if (length == 0) break;
  }
  return NameView::FromWire(bytes.subspan(start, cursor->position() - start));
}

}  // namespace

std::optional<Dnskey> ReadDnskey(std::span<const uint8_t> rdata) {
  Cursor cursor(rdata);
  Dnskey out;
  out.flags = cursor.ReadU16();
  out.protocol = cursor.ReadU8();
  out.algorithm = cursor.ReadU8();
  out.key = cursor.ReadBytes(cursor.remaining());
  if (!cursor.ok()) return std::nullopt;
  return out;
}

uint16_t KeyTag(std::span<const uint8_t> rdata) {
  uint32_t sum = 0;
  for (size_t i = 0; i < rdata.size(); ++i) {
    sum += (i & 1) != 0 ? rdata[i] : static_cast<uint32_t>(rdata[i]) << 8;
  }
  sum += (sum >> 16) & 0xffff;
  return static_cast<uint16_t>(sum & 0xffff);
}

std::optional<Ds> ReadDs(std::span<const uint8_t> rdata) {
  Cursor cursor(rdata);
  Ds out;
  out.key_tag = cursor.ReadU16();
  out.algorithm = cursor.ReadU8();
  out.digest_type = cursor.ReadU8();
  out.digest = cursor.ReadBytes(cursor.remaining());
  if (!cursor.ok()) return std::nullopt;
  return out;
}

std::optional<Rrsig> ReadRrsig(std::span<const uint8_t> rdata) {
  Cursor cursor(rdata);
  Rrsig out;
  out.covered = static_cast<dns::RRType>(cursor.ReadU16());
  out.algorithm = cursor.ReadU8();
  out.labels = cursor.ReadU8();
  out.original_ttl = cursor.ReadU32();
  out.expiration = cursor.ReadU32();
  out.inception = cursor.ReadU32();
  out.key_tag = cursor.ReadU16();
  const auto signer = ReadName(rdata, &cursor);
  if (!signer) return std::nullopt;
  out.signer = *signer;
  out.signature = cursor.ReadBytes(cursor.remaining());
  return out;
}

std::optional<TypeBitmap> TypeBitmap::Read(std::span<const uint8_t> bytes) {
  Cursor cursor(bytes);
  int last = -1;
  while (!cursor.AtEnd()) {
    const int window = cursor.ReadU8();
    const uint8_t size = cursor.ReadU8();
    cursor.Skip(size);
    if (!cursor.ok() || window <= last || size == 0 || size > 32) return std::nullopt;
    last = window;
  }
  TypeBitmap out;
  out.bytes_ = bytes;
  return out;
}

bool TypeBitmap::Has(dns::RRType type) const {
  const auto number = static_cast<uint16_t>(type);
  Cursor cursor(bytes_);
  while (!cursor.AtEnd()) {
    const uint8_t window = cursor.ReadU8();
    const auto bits = cursor.ReadBytes(cursor.ReadU8());
    if (window != number >> 8) continue;
    const size_t octet = (number & 0xff) / 8;
    return octet < bits.size() && (bits[octet] & (0x80 >> number % 8)) != 0;
  }
  return false;
}

std::optional<Nsec> ReadNsec(std::span<const uint8_t> rdata) {
  Cursor cursor(rdata);
  const auto next = ReadName(rdata, &cursor);
  if (!next) return std::nullopt;
  const auto types = TypeBitmap::Read(cursor.ReadBytes(cursor.remaining()));
  if (!types) return std::nullopt;
  return Nsec{*next, *types};
}

std::optional<Nsec3> ReadNsec3(std::span<const uint8_t> rdata) {
  Cursor cursor(rdata);
  Nsec3 out;
  out.hash_algorithm = cursor.ReadU8();
  out.flags = cursor.ReadU8();
  out.iterations = cursor.ReadU16();
  out.salt = cursor.ReadBytes(cursor.ReadU8());
  out.next_hash = cursor.ReadBytes(cursor.ReadU8());
  const auto types = TypeBitmap::Read(cursor.ReadBytes(cursor.remaining()));
  if (!cursor.ok() || !types) return std::nullopt;
  out.types = *types;
  return out;
}

}  // namespace caascan::crypto
