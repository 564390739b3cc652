#include "tests/net/reply.h"

#include <gtest/gtest.h>

#include "scanner/async/address.h"

namespace caascan::net {
namespace {

size_t QuestionEnd(std::span<const uint8_t> query) {
  size_t at = dns::kHeaderSize;
  while (query[at] != 0) at += 1u + query[at];
  return at + 5;
}

}  // namespace

Reply::Reply(std::span<const uint8_t> query, uint16_t flags, dns::RCode rcode)
    : bytes_(query.begin(), query.begin() + static_cast<std::ptrdiff_t>(QuestionEnd(query))),
      question_end_(bytes_.size()) {
  const unsigned asked = bytes_[2] & (dns::kFlagRD >> 8);
  bytes_[2] = static_cast<uint8_t>((flags >> 8) | asked);
  bytes_[3] = static_cast<uint8_t>((flags & 0xf0) | (static_cast<unsigned>(rcode) & 0xf));
  for (size_t i = 6; i < dns::kHeaderSize; ++i) bytes_[i] = 0;
}

Reply& Reply::U16(unsigned value) {
  bytes_.push_back(static_cast<uint8_t>(value >> 8));
  bytes_.push_back(static_cast<uint8_t>(value & 0xff));
  return *this;
}

void Reply::Count(dns::Section section) {
  // The sections' counts stand behind the question's, in their order.
  const size_t at =
      6 + 2 * (static_cast<size_t>(section) - static_cast<size_t>(dns::Section::kAnswer));
  if (++bytes_[at + 1] == 0) ++bytes_[at];
}

Reply& Reply::Add(dns::Section section, std::string_view owner, dns::RRType type,
                  std::string_view rdata, uint32_t ttl) {
  Count(section);
  const std::string name = NameBytes(owner);
  bytes_.insert(bytes_.end(), name.begin(), name.end());
  U16(static_cast<unsigned>(type)).U16(dns::kClassIn);
  U16(ttl >> 16).U16(ttl & 0xffff).U16(static_cast<unsigned>(rdata.size()));
  bytes_.insert(bytes_.end(), rdata.begin(), rdata.end());
  return *this;
}

Reply& Reply::Opt(uint8_t extended_rcode) {
  Count(dns::Section::kAdditional);
  bytes_.push_back(0);
  U16(static_cast<unsigned>(dns::RRType::kOPT)).U16(1232);
  bytes_.push_back(extended_rcode);
  bytes_.push_back(0);
  return U16(0).U16(0);
}

Reply& Reply::FlipId() {
  bytes_[0] ^= 0xff;
  return *this;
}

Reply& Reply::LoseCase() {
  for (size_t i = dns::kHeaderSize; i + 4 < question_end_; ++i) {
    bytes_[i] = dns::LowerOctet(bytes_[i]);
  }
  return *this;
}

Reply& Reply::ChangeType(dns::RRType type) {
  bytes_[question_end_ - 4] = static_cast<uint8_t>(static_cast<unsigned>(type) >> 8);
  bytes_[question_end_ - 3] = static_cast<uint8_t>(static_cast<unsigned>(type) & 0xff);
  return *this;
}

std::vector<uint8_t> BareError(std::span<const uint8_t> query, dns::RCode rcode) {
  std::vector<uint8_t> header(dns::kHeaderSize, 0);
  header[0] = query[0];
  header[1] = query[1];
  header[2] = static_cast<uint8_t>(dns::kFlagQR >> 8);
  header[3] = static_cast<uint8_t>(rcode);
  return header;
}

dns::Message ParseQuery(std::span<const uint8_t> query) {
  dns::Message message;
  EXPECT_EQ(dns::Message::Parse(query, &message).error, dns::ParseError::kNone);
  return message;
}

std::string QuestionText(std::span<const uint8_t> query) {
  dns::Name name = ParseQuery(query).question_name().ToName();
  name.ToLower();
  return name.view().ToText();
}

std::string NameBytes(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return std::string(name.view().bytes());
}

std::string AddressBytes(std::string_view text) {
  const async::Address address = async::Address::FromText(text, 53).value();
  return {address.octets().begin(), address.octets().end()};
}

std::string CaaBytes(uint8_t flags, std::string_view tag, std::string_view value) {
  std::string rdata{static_cast<char>(flags), static_cast<char>(tag.size())};
  return rdata.append(tag).append(value);
}

std::string SoaBytes(uint32_t minimum) {
  std::string rdata = NameBytes("ns.invalid") + NameBytes("mail.invalid");
  for (const uint32_t number : {1u, 2u, 3u, 4u, minimum}) {
    for (const unsigned shift : {24u, 16u, 8u, 0u}) {
      rdata.push_back(static_cast<char>((number >> shift) & 0xff));
    }
  }
  return rdata;
}

}  // namespace caascan::net
