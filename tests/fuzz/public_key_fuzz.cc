// Any bytes as a DNSKEY, a signature by it and what was signed: the first two parts have their size
// in front. Nothing verifies by chance, and a key says the same at its second use and when moved.
#include <algorithm>
#include <cstdlib>
#include <span>
#include <utility>

#include "scanner/crypto/public_key.h"
#include "scanner/dns/cursor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using caascan::crypto::PublicKey;
  caascan::dns::Cursor cursor({data, size});
  const auto part = [&cursor] {
    return cursor.ReadBytes(std::min<size_t>(cursor.ReadU16(), cursor.remaining()));
  };
  const std::span<const uint8_t> rdata = part();
  const std::span<const uint8_t> signature = part();
  const std::span<const uint8_t> text = cursor.ReadBytes(cursor.remaining());
  PublicKey key(rdata);
  if (key.price() == 0 || key.rdata().size() != rdata.size()) std::abort();
  if (key.Verify(text, signature)) std::abort();
  PublicKey moved = std::move(key);
  if (moved.Verify(text, signature) || moved.Verify(text, {})) std::abort();
  return 0;
}
