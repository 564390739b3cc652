// Responses for fake servers, and what their records hold.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/dns/codes.h"
#include "scanner/dns/message.h"

namespace caascan::net {

/// A response to `query`: its ID, RD bit and question (letter case included), then records. Calls
/// return the reply. Sections must be filled in their order.
class Reply {
 public:
  static constexpr uint16_t kAuthoritative = dns::kFlagQR | dns::kFlagAA;

  /// REQUIRES: `query` begins with a header and a question.
  explicit Reply(std::span<const uint8_t> query, uint16_t flags = kAuthoritative,
                 dns::RCode rcode = dns::RCode::kNoError);

  Reply& Add(dns::Section section, std::string_view owner, dns::RRType type, std::string_view rdata,
             uint32_t ttl = 300);
  Reply& Answer(std::string_view owner, dns::RRType type, std::string_view rdata) {
    return Add(dns::Section::kAnswer, owner, type, rdata);
  }
  Reply& Authority(std::string_view owner, dns::RRType type, std::string_view rdata) {
    return Add(dns::Section::kAuthority, owner, type, rdata);
  }
  Reply& Additional(std::string_view owner, dns::RRType type, std::string_view rdata) {
    return Add(dns::Section::kAdditional, owner, type, rdata);
  }
  Reply& Opt(uint8_t extended_rcode = 0);
  /// Another ID than the query's.
  Reply& FlipId();
  /// The question's name in lower case.
  Reply& LoseCase();
  /// The question's type becomes another.
  Reply& ChangeType(dns::RRType type);

  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  Reply& U16(unsigned value);
  void Count(dns::Section section);

  std::vector<uint8_t> bytes_;
  size_t question_end_;
};

/// An error without question (RFC 1035 lets a server leave it out): the query's ID and the RCODE.
std::vector<uint8_t> BareError(std::span<const uint8_t> query, dns::RCode rcode);

/// The parsed query. REQUIRES: it can be parsed.
dns::Message ParseQuery(std::span<const uint8_t> query);
/// The question's name in lower-case presentation form.
std::string QuestionText(std::span<const uint8_t> query);

std::string NameBytes(std::string_view text);
/// A or AAAA.
std::string AddressBytes(std::string_view text);
std::string CaaBytes(uint8_t flags, std::string_view tag, std::string_view value);
std::string SoaBytes(uint32_t minimum = 60);

}  // namespace caascan::net
