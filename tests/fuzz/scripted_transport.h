// A network without sockets: what the queries of a Network get for answer follows from octets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace caascan::net {

/// From here on queries are answered as the octets say, which must outlive what asks; where they
/// end, every query gets a sound empty answer. One thread.
void SetScript(std::span<const uint8_t> script);

/// Queries since SetScript().
size_t CountScriptedQueries();

}  // namespace caascan::net
