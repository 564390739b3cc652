// Tested by scenario_test.cc.
#include "tools/caalab/world/fault_json.h"

#include <charconv>

#include <absl/strings/str_cat.h>

#include "tools/caalab/sign/ldns.h"
#include "tools/caalab/world/master_text.h"

namespace caascan::lab {
namespace {

// What stands for the zone while the records of a fault are read; nobody writes it.
constexpr std::string_view kPlaceholder = "zone.caalab.invalid";

void ReadTypes(JsonObject* json, FaultRule* rule) {
  rule->types = ReadTypeList(json, "types");
  const std::vector<dns::RRType> except = ReadTypeList(json, "except_types");
  if (except.empty()) return;
  if (!rule->types.empty()) json->Complain("\"types\" and \"except_types\" exclude each other");
  rule->except_types = true;
  rule->types = except;
}

std::optional<dns::RCode> RCodeFromText(const std::string& text) {
  for (const dns::RCode rcode :
       {dns::RCode::kNoError, dns::RCode::kFormErr, dns::RCode::kServFail, dns::RCode::kNXDomain,
        dns::RCode::kNotImp, dns::RCode::kRefused, dns::RCode::kNotAuth, dns::RCode::kBadVers}) {
    if (dns::RCodeName(rcode) == text) return rcode;
  }
  uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > 4095)
    return std::nullopt;
  return static_cast<dns::RCode>(number);
}

void ReadNames(JsonObject* json, FaultRule* rule) {
  for (const std::string& text : json->Texts("names")) {
    dns::Name& name = rule->names.emplace_back();
    if (text != "@" && dns::Name::FromText(text, &name) != dns::NameError::kNone) {
      json->Complain(absl::StrCat("\"", text, "\" is no domain name"));
    }
  }
}

void ReadConditions(JsonObject* json, FaultRule* rule) {
  ReadTypes(json, rule);
  ReadNames(json, rule);
  rule->transport = json->Word(
      "transport", {{"udp", Transport::kUdp}, {"tcp", Transport::kTcp}, {"any", std::nullopt}},
      rule->transport);
  rule->edns = json->Word("edns",
                          {{"with", FaultRule::Edns::kWith},
                           {"without", FaultRule::Edns::kWithout},
                           {"option", FaultRule::Edns::kWithOption},
                           {"any", FaultRule::Edns::kAny}},
                          rule->edns);
  rule->capitals = json->Word("letters", {{"capitals", true}, {"any", false}}, rule->capitals);
  rule->first = json->Number("first", 200, 0);
  rule->percent = json->Real("percent", 100, 100);
}

void ReadRateLimit(JsonObject* json, FaultRule* rule) {
  rule->per_second = json->Number("per_second", 1000000, 0);
  if (rule->per_second == 0) json->Complain("a rate-limit wants \"per_second\", 1 to 1000000");
  rule->slip = json->Number("slip", 100, rule->slip);
  rule->over_limit = json->Word(
      "over", {{"drop", FaultRule::OverLimit::kDrop}, {"refused", FaultRule::OverLimit::kRefused}},
      rule->over_limit);
}

void ReadReferral(JsonObject* json, FaultRule* rule) {
  rule->referral_to = json->Word(
      "to",
      {{"root", ReferralTo::kRoot}, {"parent", ReferralTo::kParent}, {"zone", ReferralTo::kZone}},
      rule->referral_to);
  rule->authoritative = json->Bool("authoritative").value_or(false);
}

/// The sets of another copy of the zone.
void ReadOtherRecords(JsonObject* json, FaultRule* rule) {
  dns::Name apex;
  (void)dns::Name::FromText(kPlaceholder, &apex);
  std::vector<ZoneRecord> records;
  for (const std::string& line : json->Texts("records")) {
    absl::Status status = ParseRecordLine(line, apex, &records);
    if (!status.ok()) json->Complain(std::string(status.message()));
  }
  if (records.empty()) json->Complain("other-records wants \"records\"");
  for (ZoneRecord& record : records) {
    if (!record.owner.relative) json->Complain("\"records\" have owners relative to the zone");
    OwnedSet* set = nullptr;
    for (OwnedSet& have : rule->sets) {
      if (have.owner == record.owner.name && have.set.type == record.type) set = &have;
    }
    if (set == nullptr) {
      set = &rule->sets.emplace_back(OwnedSet{record.owner.name, {record.type, record.ttl, {}}});
    }
    set->set.rdata.push_back(std::move(record.rdata));
  }
}

/// The RCODE that the fault's member of this name says.
dns::RCode ReadRCode(JsonObject* json, std::string_view when_missing) {
  const auto rcode = RCodeFromText(json->Text("rcode", when_missing));
  if (!rcode) json->Complain("\"rcode\" must be an RCODE's name or number");
  return rcode.value_or(dns::RCode::kServFail);
}

FaultRule ReadRule(const JsonValue& value) {
  FaultRule rule;
  JsonObject json(value, absl::StrCat(value.where(), ": a fault"));
  const std::string kind_text = json.Text("fault", "");
  const auto kind = FaultKindFromText(kind_text);
  if (!kind) json.Complain(absl::StrCat("\"", kind_text, "\" is no fault"));
  rule.kind = kind.value_or(FaultKind::kDrop);
  ReadConditions(&json, &rule);
  if (rule.kind == FaultKind::kRcode) rule.rcode = ReadRCode(&json, "");
  if (rule.kind == FaultKind::kAliasDenial) rule.rcode = ReadRCode(&json, "NOERROR");
  if (rule.kind == FaultKind::kUpwardReferral) ReadReferral(&json, &rule);
  if (rule.kind == FaultKind::kOtherRecords) ReadOtherRecords(&json, &rule);
  if (rule.kind == FaultKind::kDelay) {
    rule.delay_ms = json.Number("ms", 60000, 0);
    if (rule.delay_ms == 0) json.Complain("a delay wants \"ms\", 1 to 60000");
  }
  if (rule.kind == FaultKind::kRateLimit) ReadRateLimit(&json, &rule);
  if (rule.kind == FaultKind::kForeignSoa &&
      dns::Name::FromText(json.Text("soa", ""), &rule.soa) != dns::NameError::kNone) {
    json.Complain("a foreign-soa wants \"soa\", a domain name");
  }
  return rule;
}

}  // namespace

std::vector<dns::RRType> ReadTypeList(JsonObject* object, std::string_view key) {
  std::vector<dns::RRType> out;
  for (const std::string& name : object->Texts(key)) {
    const auto type = static_cast<uint16_t>(ldns_get_rr_type_by_name(name.c_str()));
    if (type == 0) object->Complain(absl::StrCat("\"", name, "\" is no record type"));
    out.push_back(static_cast<dns::RRType>(type));
  }
  return out;
}

std::vector<FaultRule> ReadFaults(JsonObject* object, std::string_view key,
                                  const NamedFaults& named) {
  std::vector<FaultRule> out;
  for (const JsonValue& value : object->List(key)) {
    const auto name = value.Text();
    if (!name) {
      out.push_back(ReadRule(value));
      continue;
    }
    const auto found = named.find(*name);
    if (found == named.end()) {
      object->Complain(absl::StrCat("no behaviour is called \"", *name, "\""));
      continue;
    }
    out.insert(out.end(), found->second.begin(), found->second.end());
  }
  return out;
}

}  // namespace caascan::lab
