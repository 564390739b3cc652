// A failure's reason cannot be derived without repeating the classifier, so descriptions state it;
// where a CAA set decides, the set is looked up here and must be there exactly if the reason says
// so. Tested by truth_test.cc.
#include "scanner/lab/truth.h"

#include <algorithm>

#include <absl/strings/str_cat.h>

#include "scanner/dns/message.h"

namespace caascan::lab {
namespace {

using dns::NameView;

constexpr int kMaxAliases = 16;
constexpr char kHex[] = "0123456789abcdef";

std::optional<dns::Name> Absolute(const RdataPart& part, NameView apex) {
  if (part.kind == RdataPart::Kind::kName) return dns::Name(part.name());
  return Complete(part.name(), apex);
}

/// The CAA set at a name, through aliases; nullopt for none.
std::optional<CaaTruth> CaaAt(const World& world, NameView start) {
  dns::Name name(start);
  for (int hops = 0; hops <= kMaxAliases; ++hops) {
    const Place place = world.Enclosing(name);
    const dns::Name relative = RelativePart(name, place.apex);
    const Match match = place.zone->Find(relative, dns::RRType::kCAA);
    std::optional<dns::Name> next;
    if (match.kind == Match::Kind::kAnswer) return CaaTruth{name, match.set};
    if (match.kind == Match::Kind::kAlias) next = Absolute(match.set->rdata[0][0], place.apex);
    if (match.kind == Match::Kind::kDname) {
      const auto target = Absolute(match.set->rdata[0][0], place.apex);
      const auto owner = Complete(match.owner, place.apex);
      if (target && owner) next = dns::Name::Substitute(name, *owner, *target);
    }
    if (!next) return std::nullopt;
    name = *next;
  }
  return std::nullopt;
}

/// As the record writes tags and values: \DDD and \\ as in zone files.
std::string ZoneFileText(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto octet = static_cast<uint8_t>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (octet >= 0x20 && octet < 0x7f) {
      out.push_back(c);
    } else {
      out.push_back('\\');
      out.push_back(static_cast<char>('0' + octet / 100));
      out.push_back(static_cast<char>('0' + octet / 10 % 10));
      out.push_back(static_cast<char>('0' + octet % 10));
    }
  }
  return out;
}

void AppendCaa(const CaaTruth& caa, std::string* out) {
  dns::Name owner = caa.owner;
  owner.ToLower();
  absl::StrAppend(out, ",\"caa\":{\"owner\":");
  AppendJsonText(owner.view().ToText(), out);
  absl::StrAppend(out, ",\"ttl\":", caa.set->ttl, ",\"records\":[");
  const char* separator = "";
  for (const Rdata& rdata : caa.set->rdata) {
    const std::string& wire = rdata[0].octets;
    const dns::CaaRdata record =
        dns::ReadCaa({reinterpret_cast<const uint8_t*>(wire.data()), wire.size()});
    absl::StrAppend(out, separator, "{\"flags\":", record.flags, ",\"tag\":");
    AppendJsonText(ZoneFileText(record.tag), out);
    *out += ",\"value\":";
    AppendJsonText(ZoneFileText(record.value), out);
    *out += "}";
    separator = ",";
  }
  *out += "]}";
}

void AppendMember(std::string_view key, std::string_view value, std::string* out) {
  if (value.empty()) return;
  absl::StrAppend(out, ",\"", std::string(key), "\":");
  AppendJsonText(value, out);
}

absl::StatusOr<std::optional<CaaTruth>> DecidingSet(const World& world, const Expectation& expect,
                                                    std::string_view outcome) {
  if (outcome != "permit" && outcome != "deny") return std::nullopt;
  dns::Name name;
  const std::string_view text = expect.name;
  const bool wildcard = text.substr(0, 2) == "*.";
  if (dns::Name::FromText(wildcard ? text.substr(2) : text, &name) != dns::NameError::kNone) {
    return absl::InvalidArgumentError(absl::StrCat(expect.name, ": no domain name"));
  }
  auto caa = FindCaa(world, name);
  if (caa.has_value() == (expect.reason == "no_caa")) {
    return absl::InvalidArgumentError(absl::StrCat(expect.name, ": expected to be ", expect.reason,
                                                   ", but the zones hold ", caa ? "a" : "no",
                                                   " CAA set for it"));
  }
  return caa;
}

}  // namespace

std::optional<CaaTruth> FindCaa(const World& world, NameView name) {
  for (NameView at = name; !at.is_root(); at = at.parent()) {
    if (auto caa = CaaAt(world, at)) return caa;
  }
  return std::nullopt;
}

void AppendJsonText(std::string_view bytes, std::string* out) {
  out->push_back('"');
  for (const char c : bytes) {
    const auto octet = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (octet >= 0x20 && octet < 0x7f) {
      out->push_back(c);
    } else {
      *out += "\\u00";
      out->push_back(kHex[octet >> 4]);
      out->push_back(kHex[octet & 0xf]);
    }
  }
  out->push_back('"');
}

absl::StatusOr<std::string> TruthLine(const World& world, const Expectation& expect) {
  const std::string_view outcome = OutcomeOfReason(expect.reason);
  const auto caa = DecidingSet(world, expect, outcome);
  if (!caa.ok()) return caa.status();
  std::string out = "{\"name\":";
  AppendJsonText(expect.name, &out);
  AppendMember("outcome", outcome, &out);
  AppendMember("reason", expect.reason, &out);
  absl::StrAppend(&out, ",\"may_issue\":", outcome == "permit" ? "true" : "false");
  if (*caa) AppendCaa(**caa, &out);
  AppendMember("dnssec", expect.dnssec.empty() ? "unchecked" : expect.dnssec, &out);
  AppendMember("failed_at", expect.failed_at, &out);
  if (!expect.findings.empty()) {
    const char* separator = ",\"findings\":[";
    for (const std::string& code : expect.findings) {
      out += separator;
      out += "{\"code\":";
      AppendJsonText(code, &out);
      out += "}";
      separator = ",";
    }
    out += "]";
  }
  out += "}\n";
  return out;
}

}  // namespace caascan::lab
