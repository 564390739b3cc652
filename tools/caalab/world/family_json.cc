// Tested by scenario_test.cc.
#include "tools/caalab/world/family_json.h"

#include <absl/strings/str_cat.h>

#include "tools/caalab/sign/signing_json.h"
#include "tools/caalab/world/zone_json.h"

namespace caascan::lab {
namespace {

constexpr double kMaxWeight = 1e9;
constexpr uint32_t kMaxAddresses = 8000000;
// What stands for the domain while a kind's records are read; nobody writes it.
constexpr std::string_view kPlaceholder = "domain.caalab.invalid";

OperatorDescription ReadOperator(const JsonValue& value, size_t number) {
  OperatorDescription out;
  JsonObject json(value, absl::StrCat("family: operator ", number));
  out.name = json.Text("name", "");
  if (out.name.empty()) json.Complain("\"name\" is missing");
  out.weight = json.Real("weight", kMaxWeight, 1);
  out.addresses = json.Number("addresses", kMaxAddresses, 0);
  out.hosts = json.Number("hosts", kMaxServers, 2);
  if (out.hosts == 0 || out.addresses < out.hosts) {
    json.Complain("\"addresses\" must be \"hosts\" or more");
    out.hosts = 1;
  }
  if (const auto domain = json.Text("domain")) {
    out.domain.emplace();
    if (dns::Name::FromText(*domain, &*out.domain) != dns::NameError::kNone) {
      json.Complain("\"domain\" is no domain name");
    }
    out.domain->ToLower();
  }
  return out;
}

/// A kind's servers have no addresses of their own: they are the operator's, or none at all.
void CheckServers(JsonObject* json, ZoneDescription* zone) {
  for (ServerDescription& server : zone->servers) {
    const bool absolute = !server.host.empty() && server.host.back() == '.';
    if (server.glue || (server.addresses && !server.addresses->empty())) {
      json->Complain("a server of a kind takes its address from an operator, or has none: []");
    }
    if (absolute != server.addresses.has_value()) {
      json->Complain("a server of a kind has \"host\" exactly where it has no address");
    }
    if (absolute &&
        dns::Name::FromText(server.host, &server.absolute_host) != dns::NameError::kNone) {
      json->Complain(absl::StrCat("host \"", server.host, "\" is no domain name"));
    }
  }
  if (zone->servers.empty()) json->Complain("a kind has at least one server");
}

KindDescription ReadKind(const JsonValue& value, size_t number, const NamedFaults& named) {
  KindDescription kind;
  kind.name = value.TextOf("kind");
  JsonObject json(
      value, absl::StrCat("family: kind ", kind.name.empty() ? std::to_string(number) : kind.name));
  if (!json.Text("kind")) json.Complain("\"kind\" is missing");
  kind.weight = json.Real("weight", kMaxWeight, 1);
  kind.operators = json.Texts("operators");
  (void)dns::Name::FromText(kPlaceholder, &kind.zone.apex);
  ReadZoneMembers(&json, named, &kind.zone);
  CheckServers(&json, &kind.zone);
  if (kind.zone.expect.empty()) json.Complain("a kind says what to expect of it");
  for (Expectation& expect : kind.zone.expect) {
    if (expect.name == kPlaceholder) expect.name = "@";
  }
  if (kind.zone.expect.empty() || kind.zone.expect.front().name != "@") {
    json.Complain("the first that is expected is the domain itself, \"@\"");
  }
  return kind;
}

void ReadTlds(JsonObject* json, FamilyDescription* family) {
  const auto value = json->Any("tlds");
  if (!value || !value->is_object()) {
    json->WrongType("tlds", "an object: a name, its weight");
    return;
  }
  JsonObject tlds(*value, json->where());
  for (const std::string& text : tlds.names()) {
    const auto weight = tlds.Any(text)->Real(kMaxWeight);
    dns::Name name;
    if (!weight || dns::Name::FromText(text, &name) != dns::NameError::kNone ||
        name.view().is_root()) {
      json->Complain(absl::StrCat("tld \"", text, "\": no name with a weight"));
      continue;
    }
    name.ToLower();
    family->tlds.emplace_back(name, *weight);
  }
  if (family->tlds.empty()) json->Complain("\"tlds\" has no name");
}

}  // namespace

FamilyDescription ReadFamily(const JsonValue& value, const NamedFaults& named) {
  FamilyDescription family;
  JsonObject json(value, "family");
  ReadTlds(&json, &family);
  family.tld_servers = json.Number("tld_servers", kMaxServers, 2);
  family.tld_signing = ReadSigning(&json);
  for (const JsonValue& each : json.List("operators")) {
    family.operators.push_back(ReadOperator(each, family.operators.size() + 1));
  }
  for (const JsonValue& each : json.List("kinds")) {
    family.kinds.push_back(ReadKind(each, family.kinds.size() + 1, named));
  }
  if (family.operators.empty() || family.kinds.empty()) {
    json.Complain("a family has operators and kinds");
  }
  return family;
}

}  // namespace caascan::lab
