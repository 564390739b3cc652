#include "tools/caalab/world/address.h"

#include <arpa/inet.h>

#include <cassert>

namespace caascan::lab {

Address Address::FromV4(uint32_t host_order) {
  Address out;
  for (int i = 0; i < 4; ++i) {
    out.bytes_[static_cast<size_t>(i)] = static_cast<uint8_t>(host_order >> (24 - 8 * i));
  }
  return out;
}

Address Address::FromBytes(std::span<const uint8_t> bytes) {
  assert((bytes.size() == 4 || bytes.size() == 16) && "an address has 4 or 16 octets");
  Address out;
  out.size_ = static_cast<uint8_t>(bytes.size());
  std::memcpy(out.bytes_.data(), bytes.data(), bytes.size());
  return out;
}

std::optional<Address> Address::FromText(std::string_view text) {
  const std::string terminated(text);
  std::array<uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) {
    return FromBytes(std::span(bytes).first(4));
  }
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return FromBytes(bytes);
  return std::nullopt;
}

std::string Address::ToText() const {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), text, sizeof text);
  return text;
}

}  // namespace caascan::lab
