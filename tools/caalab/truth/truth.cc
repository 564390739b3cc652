// A failure's reason cannot be derived without repeating the classifier, so descriptions state it.
// What follows from the zones is derived, and where a description states it too both must agree:
// the CAA set that decides and what is wrong with its records, whether the look-ups are secure, and
// what is wrong with the signing.
// Tested by truth_test.cc.
#include "tools/caalab/truth/truth.h"

#include <algorithm>

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include "scanner/dns/message.h"
#include "tools/caalab/sign/security.h"
#include "tools/caalab/world/record_faults.h"

namespace caascan::lab {
namespace {

using dns::NameView;

constexpr int kMaxAliases = 16;
constexpr char kHex[] = "0123456789abcdef";

std::optional<dns::Name> Absolute(const RdataPart& part, NameView apex) {
  if (part.kind == RdataPart::Kind::kName) return dns::Name(part.name());
  return Complete(part.name(), apex);
}

/// One look-up, through aliases.
struct Lookup {
  std::optional<CaaTruth> caa;
  Verdict verdict;              // The weakest on the way.
  bool zones_insecure = true;   // Every zone on the way is;
  Security zone_security = {};  // this is what the last one is.
};

/// Where the alias leads; nullopt for anything else.
std::optional<dns::Name> AliasTarget(const Match& match, const dns::Name& name, NameView apex) {
  if (match.kind == Match::Kind::kAlias) return Absolute(match.set->rdata[0][0], apex);
  if (match.kind != Match::Kind::kDname) return std::nullopt;
  const auto target = Absolute(match.set->rdata[0][0], apex);
  const auto owner = Complete(match.owner, apex);
  return target && owner ? dns::Name::Substitute(name, *owner, *target) : std::nullopt;
}

/// What a validator makes of one zone's part of the look-up.
void Judge(const World& world, const Place& place, const Match& match, Lookup* lookup) {
  if (world.anchor().empty()) return;
  const Verdict zone = JudgeZone(world, place);
  lookup->zone_security = zone.security;
  lookup->zones_insecure = lookup->zones_insecure && zone.security == Security::kInsecure;
  Weaken(zone, &lookup->verdict);
  if (zone.security == Security::kSecure) Weaken(JudgeAnswer(place, match), &lookup->verdict);
}

Lookup LookUpCaa(const World& world, NameView start) {
  Lookup lookup;
  dns::Name name(start);
  for (int hops = 0; hops <= kMaxAliases; ++hops) {
    const Place place = world.Enclosing(name);
    const dns::Name relative = RelativePart(name, place.apex);
    const Match match = place.zone->Find(relative, dns::RRType::kCAA);
    Judge(world, place, match, &lookup);
    if (match.kind == Match::Kind::kAnswer) lookup.caa = CaaTruth{name, match.set};
    const auto next = AliasTarget(match, name, place.apex);
    if (!next) break;
    name = *next;
  }
  return lookup;
}

/// A climb from a name to the set that decides, to a look-up that is bogus, or to the top-level
/// domain.
struct Climb {
  std::optional<CaaTruth> caa;
  Verdict verdict;
  NameView end;  // The last name that was looked up.
};

Climb ClimbFrom(const World& world, NameView name) {
  Climb climb;
  for (NameView at = name; !at.is_root(); at = at.parent()) {
    Lookup lookup = LookUpCaa(world, at);
    climb.end = at;
    Weaken(lookup.verdict, &climb.verdict);
    if (lookup.verdict.security == Security::kBogus) break;
    climb.caa = std::move(lookup.caa);
    if (climb.caa) break;
  }
  return climb;
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

/// A TTL whose highest bit is set counts as 0 (RFC 2181 §8).
uint32_t EffectiveTtl(uint32_t ttl) {
  constexpr uint32_t kMaxTtl = 0x7fffffff;
  return ttl > kMaxTtl ? 0 : ttl;
}

void AppendCaa(const CaaTruth& caa, std::string* out) {
  absl::StrAppend(out, ",\"caa\":{\"owner\":");
  AppendJsonText(caa.owner.view().ToLowerText(), out);
  absl::StrAppend(out, ",\"ttl\":", EffectiveTtl(caa.set->ttl), ",\"records\":[");
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

void AppendMember(std::string_view key, std::string_view value, std::string* out);

/// "code", or "code host address" for a server's.
void AppendFinding(std::string_view finding, std::string_view due, std::string* out) {
  const size_t code_end = std::min(finding.find(' '), finding.size());
  *out += "{\"code\":";
  AppendJsonText(finding.substr(0, code_end), out);
  if (code_end < finding.size()) {
    const std::string_view server = finding.substr(code_end + 1);
    const size_t host_end = std::min(server.find(' '), server.size());
    AppendMember("host", server.substr(0, host_end), out);
    AppendMember("address", server.substr(std::min(host_end + 1, server.size())), out);
  }
  AppendMember("due", due, out);
  *out += "}";
}

/// Elements of a list.
void AppendFindings(const std::vector<std::string>& findings, std::string_view due,
                    std::string* list) {
  for (const std::string& finding : findings) {
    if (!list->empty()) *list += ",";
    AppendFinding(finding, due, list);
  }
}

void AppendMember(std::string_view key, std::string_view value, std::string* out) {
  if (value.empty()) return;
  absl::StrAppend(out, ",\"", std::string(key), "\":");
  AppendJsonText(value, out);
}

/// What follows from the description beside the reason.
struct Derived {
  std::optional<CaaTruth> caa;
  std::string dnssec = "unchecked";
  bool may_issue = false;
  std::string failed_at;
  std::vector<std::string> findings;
};

absl::Status Disagree(const Expectation& expect, std::string_view what, std::string_view stated,
                      std::string_view derived) {
  return absl::InvalidArgumentError(
      absl::StrCat(expect.name, ": ", std::string(what), " is expected to be ", std::string(stated),
                   ", but by the zones it is ", std::string(derived)));
}

/// Of DNSSEC, and of the CAA records themselves.
bool FollowsFromZones(std::string_view code) {
  const auto starts = [code](std::string_view with) { return code.substr(0, with.size()) == with; };
  return starts("dnssec_") || code == "undelegated_child" ||
         (starts("caa_") && code != "caa_dropped");
}

/// The stated findings, those of the verdict, and those of the set that decides; where what follows
/// from the zones is stated too it must be the same. Where a look-up fails (not `by_climb`) servers
/// are at fault, and what is stated counts.
absl::Status MergeFindings(const Expectation& expect, const Verdict& verdict, bool by_climb,
                           Derived* out) {
  out->findings.assign(verdict.findings.begin(), verdict.findings.end());
  if (out->caa) {
    const std::vector<std::string_view> faults = RecordFaults(*out->caa->set);
    out->findings.insert(out->findings.end(), faults.begin(), faults.end());
  }
  std::sort(out->findings.begin(), out->findings.end());
  const std::string derived = absl::StrJoin(out->findings, ", ");
  std::vector<std::string> stated;
  for (const std::string& finding : expect.findings) {
    const std::string_view code = std::string_view(finding).substr(0, finding.find(' '));
    (by_climb && FollowsFromZones(code) ? stated : out->findings).push_back(finding);
  }
  std::sort(stated.begin(), stated.end());
  const std::string text = absl::StrJoin(stated, ", ");
  return stated.empty() || text == derived ? absl::OkStatus()
                                           : Disagree(expect, "findings", text, derived);
}

/// Does the root have the name's top-level domain?
bool HasTopLevelDomain(const World& world, NameView name) {
  if (name.is_root()) return true;
  const NameView tld = name.suffix(1);
  const Place place = world.Enclosing(tld);
  return !place.apex.is_root() ||
         place.zone->Find(tld, dns::RRType::kCAA).kind != Match::Kind::kNxDomain;
}

absl::Status CheckTopLevelDomain(const World& world, const Expectation& expect, NameView name) {
  const bool absent = !HasTopLevelDomain(world, name);
  if (absent == (expect.reason == "no_such_tld") || expect.reason == "dnssec_bogus") {
    return absl::OkStatus();
  }
  return Disagree(expect, "the reason", expect.reason,
                  absent ? "no_such_tld" : "another: the top-level domain is there");
}

/// The climb ends with a decision or at a bogus look-up: its reason must say which.
absl::Status DeriveClimb(const World& world, const Expectation& expect, NameView name, Derived* out,
                         Verdict* verdict) {
  const Climb climb = ClimbFrom(world, name);
  const bool bogus = climb.verdict.security == Security::kBogus;
  if (bogus != (expect.reason == "dnssec_bogus")) {
    return Disagree(expect, "the reason", expect.reason,
                    bogus ? "dnssec_bogus" : "none of signing's faults");
  }
  const bool empty = expect.reason == "no_caa" || expect.reason == "no_such_tld";
  if (!bogus && climb.caa.has_value() == empty) {
    return absl::InvalidArgumentError(absl::StrCat(expect.name, ": expected to be ", expect.reason,
                                                   ", but the zones hold ", climb.caa ? "a" : "no",
                                                   " CAA set for it"));
  }
  out->may_issue = OutcomeOfReason(expect.reason) == "permit";
  *verdict = climb.verdict;
  if (bogus)
    out->failed_at = climb.end.ToText();
  else
    out->caa = climb.caa;
  return absl::OkStatus();
}

/// A look-up failed: a CA may take it as permission only where every zone on the way is proven
/// insecure (BR 4.2.2.1).
void DeriveFailure(const World& world, const Expectation& expect, NameView name, Derived* out,
                   Verdict* verdict) {
  if (world.anchor().empty()) return;
  const Lookup lookup = LookUpCaa(world, name);
  verdict->security = lookup.zone_security;
  // What cannot be asked cannot be asked again.
  out->may_issue = lookup.zones_insecure && expect.reason != "unresolvable_servers";
}

absl::StatusOr<Derived> Derive(const World& world, const Expectation& expect) {
  Derived out;
  out.failed_at = expect.failed_at;
  const std::string_view outcome = OutcomeOfReason(expect.reason);
  const bool no_tld = expect.reason == "no_such_tld";
  if (outcome == "error" && !no_tld) return out;
  const bool by_climb =
      outcome == "permit" || outcome == "deny" || no_tld || expect.reason == "dnssec_bogus";
  std::string_view text = !by_climb && !expect.failed_at.empty() ? expect.failed_at : expect.name;
  if (text.substr(0, 2) == "*.") text.remove_prefix(2);
  dns::Name name;
  if (dns::Name::FromText(text, &name) != dns::NameError::kNone) {
    return absl::InvalidArgumentError(absl::StrCat(expect.name, ": no domain name"));
  }
  Verdict verdict;
  absl::Status status = CheckTopLevelDomain(world, expect, name);
  if (!status.ok()) return status;
  if (by_climb) {
    status = DeriveClimb(world, expect, name, &out, &verdict);
  } else {
    DeriveFailure(world, expect, name, &out, &verdict);
  }
  if (status.ok()) status = MergeFindings(expect, verdict, by_climb, &out);
  if (!world.anchor().empty()) out.dnssec = SecurityText(verdict.security);
  if (status.ok() && !expect.dnssec.empty() && expect.dnssec != out.dnssec) {
    status = Disagree(expect, "dnssec", expect.dnssec, out.dnssec);
  }
  const bool fixed = outcome == "permit" || !out.may_issue;
  if (status.ok() && fixed && expect.may_issue.value_or(out.may_issue) != out.may_issue) {
    status = Disagree(expect, "may_issue", "another", out.may_issue ? "true" : "false");
  }
  out.may_issue = out.may_issue && expect.may_issue.value_or(true);
  if (status.ok() && !expect.failed_at.empty() && expect.failed_at != out.failed_at) {
    status = Disagree(expect, "failed_at", expect.failed_at, out.failed_at);
  }
  if (!status.ok()) return status;
  return out;
}

/// Are there TXT records at `_validation-persist.NAME`, aliases followed?
bool HasPersistRecords(const World& world, dns::Name name) {
  if (!name.Prepend("_validation-persist")) return false;
  for (int hops = 0; hops <= kMaxAliases; ++hops) {
    const Place place = world.Enclosing(name);
    const Match match = place.zone->Find(RelativePart(name, place.apex), dns::RRType::kTXT);
    const auto next = AliasTarget(match, name, place.apex);
    if (!next) return match.kind == Match::Kind::kAnswer;
    name = *next;
  }
  return false;
}

/// What records are worth is stated; that there are some follows from the zones.
absl::Status CheckPersist(const World& world, const Expectation& expect) {
  if (expect.persist == "failed") return absl::OkStatus();
  std::string_view text = expect.name;
  if (text.substr(0, 2) == "*.") text.remove_prefix(2);
  dns::Name name;
  const bool there =
      dns::Name::FromText(text, &name) == dns::NameError::kNone && HasPersistRecords(world, name);
  if (there == (expect.persist != "none")) return absl::OkStatus();
  return Disagree(expect, "persist", expect.persist, there ? "some record" : "none");
}

}  // namespace

std::optional<CaaTruth> FindCaa(const World& world, NameView name) {
  return ClimbFrom(world, name).caa;
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
  const auto derived = Derive(world, expect);
  if (!derived.ok()) return derived.status();
  std::string out = "{\"name\":";
  AppendJsonText(expect.name, &out);
  AppendMember("for", expect.purpose, &out);
  AppendMember("outcome", OutcomeOfReason(expect.reason), &out);
  AppendMember("reason", expect.reason, &out);
  absl::StrAppend(&out, ",\"may_issue\":", derived->may_issue ? "true" : "false");
  if (derived->caa) AppendCaa(*derived->caa, &out);
  AppendMember("dnssec", derived->dnssec, &out);
  AppendMember("failed_at", derived->failed_at, &out);
  AppendMember("zone", expect.zone, &out);
  if (!expect.persist.empty()) {
    if (absl::Status status = CheckPersist(world, expect); !status.ok()) return status;
    absl::StrAppend(&out, ",\"persist\":{\"result\":\"", expect.persist, "\"}");
  }
  std::string findings;
  AppendFindings(derived->findings, "", &findings);
  AppendFindings(expect.all_findings, "all", &findings);
  AppendFindings(expect.possible_findings, "never", &findings);
  if (!findings.empty()) absl::StrAppend(&out, ",\"findings\":[", findings, "]");
  out += "}\n";
  return out;
}

}  // namespace caascan::lab
