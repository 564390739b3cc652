// Asks a responder as a client would, and reads the answer back with the scanner's own reader.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/dns/message.h"
#include "scanner/dns/query.h"
#include "tools/caalab/serve/responder.h"

namespace caascan::lab {

dns::Name NameOf(std::string_view text);
Address AddressOfText(std::string_view text);

/// A record of an answer as text: "www.example.com 300 CNAME target.example.com". RDATA of types
/// other than names and addresses in hexadecimal; CAA as flags, tag and value.
std::string RecordText(const dns::RecordView& record);

/// What came back.
struct Answer {
  Reply reply;
  std::vector<uint8_t> bytes;
  dns::ParseFailure failure;
  dns::Message message;  // Views into `bytes`.

  dns::RCode rcode() const { return message.rcode(); }
  /// The records of a section as text, in order.
  std::vector<std::string> Records(dns::Section section) const;
};

/// How to ask.
struct Ask {
  std::string_view name;
  dns::RRType type = dns::RRType::kCAA;
  std::string_view server = "127.0.0.10";
  Transport transport = Transport::kUdp;
  bool edns = true;
  bool dnssec_ok = false;
  bool edns_option = false;  // Padding, empty. Wants `edns`.
  uint16_t udp_payload_size = 1232;
  uint64_t case_bits = 0;
  uint64_t random = 0;
  uint64_t now_ms = 0;
};
constexpr uint16_t kAskId = 0x1234;

std::unique_ptr<Answer> AskResponder(Responder* responder, const Ask& ask);

/// A world from a description in JSON. Fails the test where it is none.
std::unique_ptr<World> WorldOf(std::string_view json);

}  // namespace caascan::lab
