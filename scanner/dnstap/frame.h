// One exchange with a server as a frame of dnstap (dnstap.info), which other programs read as well.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace caascan::dnstap {

/// What a frame says. A value.
struct Frame {
  enum class Role : uint8_t { kResolver, kStub };  // Authoritative servers or resolvers were asked.
  enum class Transport : uint8_t { kUdp, kTcp, kTls, kHttps };

  Role role = Role::kResolver;
  Transport transport = Transport::kUdp;
  std::vector<uint8_t> address;  // The server's: 4 or 16 octets.
  uint16_t port = 53;
  int64_t sent_ns = 0;  // Since 1970.
  std::vector<uint8_t> query;
  std::optional<int64_t> received_ns;  // With a response.
  std::vector<uint8_t> response;
  std::string name;    // The record's `name` for which the query was sent; in dnstap's `extra`.
  std::string status;  // Without response: why there is none. Likewise.

  friend bool operator==(const Frame&, const Frame&) = default;
};

/// The frame's bytes: a RESOLVER_RESPONSE or STUB_RESPONSE, which has the query too, or a ..._QUERY
/// where nothing came. Pure.
std::string EncodeFrame(const Frame& frame);

/// Reads bytes that anyone may have written. nullopt where they are no frame of those four types,
/// with a query or a response. What other programs leave out is empty. Pure.
std::optional<Frame> DecodeFrame(std::span<const uint8_t> bytes);

}  // namespace caascan::dnstap
