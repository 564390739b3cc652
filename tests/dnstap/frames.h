// Frames for tests.
#pragma once

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "scanner/dns/name.h"
#include "scanner/dns/query.h"
#include "scanner/dnstap/frame.h"

namespace caascan::dnstap {

inline std::vector<uint8_t> QueryFor(std::string_view name) {
  dns::Name owned;
  EXPECT_EQ(dns::Name::FromText(name, &owned), dns::NameError::kNone);
  dns::QuerySpec spec;
  spec.name = owned;
  spec.type = dns::RRType::kCAA;
  std::vector<uint8_t> octets(dns::kMaxQuerySize);
  octets.resize(dns::WriteQuery(spec, 0x1234, 0, octets));
  return octets;
}

/// 2027-03-15T08:00:00.123456789Z.
inline constexpr int64_t kSentNs = 1'805'097'600'123'456'789;

inline Frame Unanswered(std::string_view name) {
  Frame frame;
  frame.address = {192, 0, 2, 1};
  frame.sent_ns = kSentNs;
  frame.query = QueryFor(name);
  frame.name = name;
  frame.status = "timeout";
  return frame;
}

inline Frame Answered(std::string_view name) {
  Frame frame = Unanswered(name);
  frame.status.clear();
  frame.received_ns = kSentNs + 11'200'000;
  frame.response = frame.query;
  frame.response[2] |= 0x80;  // QR.
  return frame;
}

}  // namespace caascan::dnstap
