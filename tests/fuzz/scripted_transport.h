// Transports without sockets: what the queries of a Network get for answer follows from octets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "scanner/net/transport.h"

namespace caascan::net {

/// From here on queries are answered as the octets say, which must outlive what asks; where they
/// end, every query gets a sound empty answer. One thread.
/// `keys_are_honest`: every name is a signed zone's apex, and questions for DNSKEY and DS are
/// always answered rightly, without the script.
void SetScript(std::span<const uint8_t> script, bool keys_are_honest);

/// See Network::MakeTransport.
std::unique_ptr<Transport> MakeScriptedTransport(Protocol protocol, TransportClient* client);

/// Queries since SetScript().
size_t CountScriptedQueries();

}  // namespace caascan::net
