// ldns writes the types that have had one text form for decades. A CAA record whose tag is not
// plain goes out as octets, since servers disagree on which tags they read. Tested by
// export_test.cc, and with three servers as readers by tests/e2e/honesty_test.py.
#include "tools/caalab/world/record_text.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include "scanner/dns/message.h"
#include "tools/caalab/sign/ldns.h"

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RRType;

struct FreeRecord {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};
struct FreeText {
  void operator()(char* text) const { LDNS_FREE(text); }
};

constexpr std::array kReadAlike = {RRType::kA,     RRType::kNS,    RRType::kCNAME, RRType::kSOA,
                                   RRType::kPTR,   RRType::kMX,    RRType::kAAAA,  RRType::kDNAME,
                                   RRType::kDS,    RRType::kRRSIG, RRType::kNSEC,  RRType::kNSEC3,
                                   RRType::kDNSKEY};

bool IsReadAlike(RRType type) {
  return std::find(kReadAlike.begin(), kReadAlike.end(), type) != kReadAlike.end();
}

dns::CaaRdata AsCaa(std::string_view rdata) {
  return dns::ReadCaa({reinterpret_cast<const uint8_t*>(rdata.data()), rdata.size()});
}

bool IsPlainCaa(std::string_view rdata) {
  const dns::CaaRdata caa = AsCaa(rdata);
  const auto plain_tag = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto plain_value = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
  // Some want no empty string: NSD.
  return !caa.tag.empty() && !caa.value.empty() &&
         std::all_of(caa.tag.begin(), caa.tag.end(), plain_tag) &&
         std::all_of(caa.value.begin(), caa.value.end(), plain_value);
}

void AppendU16(uint16_t value, std::string* out) {
  out->push_back(static_cast<char>(value >> 8));
  out->push_back(static_cast<char>(value & 0xff));
}

/// The line as ldns writes it; nullopt where it finds the RDATA unsound.
std::optional<std::string> LdnsLine(NameView owner, RRType type, uint32_t ttl,
                                    std::string_view rdata) {
  std::string wire(owner.bytes());
  AppendU16(static_cast<uint16_t>(type), &wire);
  AppendU16(dns::kClassIn, &wire);
  AppendU16(static_cast<uint16_t>(ttl >> 16), &wire);
  AppendU16(static_cast<uint16_t>(ttl & 0xffff), &wire);
  AppendU16(static_cast<uint16_t>(rdata.size()), &wire);
  wire += rdata;
  ldns_rr* parsed = nullptr;
  size_t position = 0;
  if (ldns_wire2rr(&parsed, reinterpret_cast<const uint8_t*>(wire.data()), wire.size(), &position,
                   LDNS_SECTION_ANSWER) != LDNS_STATUS_OK) {
    return std::nullopt;
  }
  const std::unique_ptr<ldns_rr, FreeRecord> rr(parsed);
  const std::unique_ptr<char, FreeText> text(ldns_rr2str(rr.get()));
  if (text == nullptr) return std::nullopt;
  return std::string(text.get());
}

}  // namespace

bool IsSoundRdata(RRType type, std::string_view rdata) {
  if (type == RRType::kCAA) return !AsCaa(rdata).tag.empty();
  return !IsReadAlike(type) || LdnsLine(NameView(), type, 0, rdata).has_value();
}

std::string RecordLine(NameView owner, RRType type, uint32_t ttl, std::string_view rdata) {
  if (IsReadAlike(type) || (type == RRType::kCAA && IsPlainCaa(rdata))) {
    if (auto line = LdnsLine(owner, type, ttl, rdata)) return *std::move(line);
  }
  const std::string name = owner.is_root() ? "." : owner.ToText() + ".";
  const std::string hex = absl::BytesToHexString({rdata.data(), rdata.size()});
  return absl::StrCat(name, "\t", ttl, "\tIN\tTYPE", static_cast<uint16_t>(type), "\t\\# ",
                      rdata.size(), hex.empty() ? "" : " ", hex, "\n");
}

}  // namespace caascan::lab
