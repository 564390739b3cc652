// Any bytes as RDATA of DNSSEC's records: the first octet says of which. What a reader gives lies
// inside what it was given, names are sound, and a bitmap has the types that its octets spell, no
// others.
#include <cstdlib>
#include <set>
#include <span>

#include "scanner/crypto/rdata.h"
#include "scanner/dnssec/chain.h"
#include "scanner/dnssec/key_set.h"

namespace caascan::dnssec {
namespace {

using Bytes = std::span<const uint8_t>;

void Require(bool holds) {
  if (!holds) std::abort();
}

bool LiesInside(Bytes part, Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

bool IsSound(dns::NameView name) { return dns::NameView::FromWire(name.wire()).has_value(); }

/// RFC 4034 §4.1.2, read without any check: REQUIRES what TypeBitmap::Read() accepts.
std::set<unsigned> Spelt(Bytes bitmap) {
  std::set<unsigned> types;
  for (size_t at = 0; at < bitmap.size(); at += 2u + bitmap[at + 1]) {
    for (unsigned bit = 0; bit < 8u * bitmap[at + 1]; ++bit) {
      if ((bitmap[at + 2 + bit / 8] & (0x80 >> bit % 8)) != 0)
        types.insert(bitmap[at] * 256u + bit);
    }
  }
  return types;
}

void CheckBitmap(const crypto::TypeBitmap& types, Bytes octets) {
  const std::set<unsigned> spelt = Spelt(octets);
  const auto has = [&types](unsigned type) { return types.Has(static_cast<dns::RRType>(type)); };
  for (const unsigned type : spelt) {
    Require(has(type));
    for (const unsigned beside : {type ^ 1u, type ^ 0x80u, type ^ 0x100u}) {
      Require(has(beside) == spelt.contains(beside));
    }
  }
  for (const unsigned type : {0u, 2u, 5u, 6u, 43u, 257u, 65280u, 65535u}) {
    Require(has(type) == spelt.contains(type));
  }
  Require(types.IsDelegation() == (spelt.contains(2) && !spelt.contains(6)));
}

void TryDnskey(Bytes rdata) {
  const auto dnskey = crypto::ReadDnskey(rdata);
  Require(dnskey.has_value() == (rdata.size() >= 4));
  if (dnskey) Require(LiesInside(dnskey->key, rdata));
  KeySet keys;
  keys.Add(rdata);
  keys.Add(rdata);
  Require(keys.keys().size() <= 1);
  if (!keys.empty())
    Require(dnskey && dnskey->MaySign() && keys.keys()[0].tag() == crypto::KeyTag(rdata));
}

void TryDs(Bytes rdata) {
  const auto ds = crypto::ReadDs(rdata);
  if (ds) Require(LiesInside(ds->digest, rdata));
  DsSet set;
  set.Add(rdata);
  Require(!set.IsUsable() || ds);
}

void TryRrsig(Bytes rdata) {
  const auto rrsig = crypto::ReadRrsig(rdata);
  if (!rrsig) return;
  Require(IsSound(rrsig->signer) && LiesInside(rrsig->signer.wire(), rdata));
  Require(LiesInside(rrsig->signature, rdata));
  Require(18 + rrsig->signer.wire().size() + rrsig->signature.size() == rdata.size());
}

void TryNsec(Bytes rdata) {
  const auto nsec = crypto::ReadNsec(rdata);
  if (!nsec) return;
  Require(IsSound(nsec->next) && LiesInside(nsec->next.wire(), rdata));
  CheckBitmap(nsec->types, rdata.subspan(nsec->next.wire().size()));
}

void TryNsec3(Bytes rdata) {
  const auto nsec3 = crypto::ReadNsec3(rdata);
  if (!nsec3) return;
  Require(LiesInside(nsec3->salt, rdata) && LiesInside(nsec3->next_hash, rdata));
  CheckBitmap(nsec3->types, rdata.subspan(6 + nsec3->salt.size() + nsec3->next_hash.size()));
}

void TryBitmap(Bytes bytes) {
  if (const auto types = crypto::TypeBitmap::Read(bytes)) CheckBitmap(*types, bytes);
}

}  // namespace
}  // namespace caascan::dnssec

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace d = caascan::dnssec;
  if (size == 0) return 0;
  constexpr void (*kTries[])(d::Bytes) = {d::TryDnskey, d::TryDs,    d::TryRrsig,
                                          d::TryNsec,   d::TryNsec3, d::TryBitmap};
  kTries[data[0] % std::size(kTries)]({data + 1, size - 1});
  return 0;
}
