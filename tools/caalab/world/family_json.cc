// Tested by scenario_test.cc.
#include "tools/caalab/world/family_json.h"

#include <absl/strings/str_cat.h>

#include "tools/caalab/sign/signing_json.h"
#include "tools/caalab/world/zone_json.h"

namespace caascan::lab {
namespace {

using simdjson::dom::element;

constexpr double kMaxWeight = 1e9;
constexpr uint64_t kMaxAddresses = 8000000;
// What stands for the domain while a kind's records are read; nobody writes it.
constexpr std::string_view kPlaceholder = "domain.caalab.invalid";

OperatorDescription ReadOperator(element value, size_t number, JsonErrors* errors) {
  OperatorDescription out;
  JsonObject json(value, absl::StrCat("family: operator ", number), errors);
  out.name = json.Text("name").value_or("");
  if (out.name.empty()) json.Complain("\"name\" is missing");
  out.weight = json.Real("weight", kMaxWeight).value_or(1);
  out.addresses = static_cast<uint32_t>(json.Number("addresses", kMaxAddresses).value_or(0));
  out.hosts = static_cast<uint32_t>(json.Number("hosts", kMaxServers).value_or(2));
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

KindDescription ReadKind(element value, size_t number, const NamedFaults& named,
                         JsonErrors* errors) {
  KindDescription kind;
  std::string_view text;
  if (value["kind"].get(text) == simdjson::SUCCESS) kind.name = text;
  JsonObject json(value,
                  kind.name.empty() ? absl::StrCat("family: kind ", number)
                                    : absl::StrCat("family: kind ", kind.name),
                  errors);
  if (!json.Text("kind")) json.Complain("\"kind\" is missing");
  kind.weight = json.Real("weight", kMaxWeight).value_or(1);
  kind.operators = json.Texts("operators").value_or(std::vector<std::string>());
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
  simdjson::dom::object tlds;
  if (!value || value->get(tlds) != simdjson::SUCCESS || tlds.size() == 0) {
    json->Complain("\"tlds\" must be an object: a name, its weight");
    return;
  }
  for (const auto& field : tlds) {
    double weight = 0;
    dns::Name name;
    if (field.value.get(weight) != simdjson::SUCCESS || weight < 0 || weight > kMaxWeight ||
        dns::Name::FromText(field.key, &name) != dns::NameError::kNone || name.view().is_root()) {
      json->Complain(absl::StrCat("tld \"", std::string(field.key), "\": no name with a weight"));
      continue;
    }
    name.ToLower();
    family->tlds.emplace_back(name, weight);
  }
}

}  // namespace

FamilyDescription ReadFamily(element value, const NamedFaults& named, JsonErrors* errors) {
  FamilyDescription family;
  JsonObject json(value, "family", errors);
  ReadTlds(&json, &family);
  family.tld_servers = static_cast<unsigned>(json.Number("tld_servers", kMaxServers).value_or(2));
  family.tld_signing = ReadSigning(&json);
  for (const element& each : json.List("operators")) {
    family.operators.push_back(ReadOperator(each, family.operators.size() + 1, errors));
  }
  for (const element& each : json.List("kinds")) {
    family.kinds.push_back(ReadKind(each, family.kinds.size() + 1, named, errors));
  }
  if (family.operators.empty() || family.kinds.empty()) {
    json.Complain("a family has operators and kinds");
  }
  return family;
}

}  // namespace caascan::lab
