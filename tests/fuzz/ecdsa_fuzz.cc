// Signatures of P-256 by one key: our way with a table, without one, and OpenSSL's own must agree.
//
// The first octet says how the rest is read. Even: as the hash, r and s, so that the numbers may be
// anything. Odd: as the factors of the generator and of the key, from which a good signature is
// made; two further octets say which bit of it is turned, if any.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

#include "scanner/crypto/p256.h"
#include "scanner/dns/cursor.h"
#include "tests/crypto/crafted_signature.h"

namespace caascan::crypto {
namespace {

struct Fixed {
  TestPoint point = TestPoint::Of(FromHex("C477F9F65C22CCE20657FAA5B2D1D8122336F851").get());
  std::unique_ptr<const P256Key> key = P256Key::Read(point.octets());
  std::shared_ptr<const P256Table> table = P256Table::Make(point.octets());
};

void Require(bool holds) {
  if (!holds) std::abort();
}

/// Missing octets are zeros in front.
Number ReadNumber(dns::Cursor* cursor) {
  const auto octets = cursor->ReadBytes(std::min<size_t>(32, cursor->remaining()));
  return Number(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
}

Crafted ReadAsItIs(dns::Cursor* cursor) {
  Crafted out;
  out.hash = ToOctets(ReadNumber(cursor).get());
  out.SetR(ReadNumber(cursor).get());
  out.SetS(ReadNumber(cursor).get());
  return out;
}

void Run(std::span<const uint8_t> input) {
  static const Fixed fixed;
  dns::Cursor cursor(input);
  const bool craft = (cursor.ReadU8() & 1) != 0;
  if (!cursor.ok()) return;
  Crafted crafted;
  bool good = false;
  if (craft) {
    const Number one = FromWord(1);
    const Number of_g = Times(ReadNumber(&cursor).get(), one.get());
    const Number of_key = Times(ReadNumber(&cursor).get(), one.get());
    const auto made = fixed.point.Craft(of_g.get(), of_key.get());
    if (!made) return;
    crafted = *made;
    good = true;
    if (cursor.remaining() >= 2) {
      const size_t bit = cursor.ReadU16() % (8 * crafted.signature.size());
      uint8_t& octet = crafted.signature[bit / 8];
      octet = static_cast<uint8_t>(octet ^ 1 << bit % 8);
      good = false;
    }
  } else {
    crafted = ReadAsItIs(&cursor);
  }
  const bool openssl = fixed.point.OpensslVerifies(crafted.hash, crafted.signature);
  Require(!craft || openssl == good);
  Require(fixed.key->Verify(crafted.hash, crafted.signature, nullptr) == openssl);
  Require(fixed.key->Verify(crafted.hash, crafted.signature, fixed.table.get()) == openssl);
}

}  // namespace
}  // namespace caascan::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  caascan::crypto::Run({data, size});
  return 0;
}
