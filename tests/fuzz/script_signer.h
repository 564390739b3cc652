// Signs what the scripted transport says, by one key that all its zones share.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"

namespace caascan::net {

/// When the signatures are good: seconds since 1970.
constexpr uint32_t kScriptNow = 1'795'350'029;

/// RDATA of the key: Ed25519, made of a fixed seed. The same string each time.
const std::string& ScriptDnskey();
/// RDATA of a DS that names the key as that of `zone`.
std::string ScriptDs(dns::NameView zone);
/// RDATA of the signature of a set that is one record. `owner` and the names in `rdata` are in
/// small letters and uncompressed. One thread: signatures that were made once are kept.
std::string ScriptSignature(dns::NameView owner, dns::RRType type, uint32_t ttl_s,
                            std::string_view rdata, dns::NameView signer);

}  // namespace caascan::net
