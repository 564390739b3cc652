// What a server's message shows of its zone, of those below it, and of itself. Pure.
#pragma once

#include <absl/functional/function_ref.h>

#include <cstdint>
#include <span>

#include "scanner/dns/message.h"
#include "scanner/dns/name.h"
#include "scanner/zonefacts/facts.h"

namespace caascan::zonefacts {

/// Size of a public key as its algorithm counts it: an RSA modulus, the order of a curve. 0 where
/// the algorithm is another one, or the key has not its form.
uint32_t KeyBits(uint8_t algorithm, std::span<const uint8_t> key);

/// The server of `apex` that sent a message.
struct MessageSource {
  dns::NameView apex;
  Facts* facts;           // Of `apex`.
  Facts::Server* server;  // Null: unknown.
};

/// Notes what `message` says: NS, DS and DNSKEY sets, denial, signatures, the serial, RFC 9567's
/// option. `facts_of` gives the facts of a zone below `apex`, never null. Nothing outside `apex`
/// counts, nor what is beside the question; and nothing is validated: it is what the server said.
void TakeMessage(const dns::Message& message, const MessageSource& source,
                 absl::FunctionRef<Facts*(dns::NameView zone)> facts_of);

}  // namespace caascan::zonefacts
