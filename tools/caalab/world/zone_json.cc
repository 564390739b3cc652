// Tested by scenario_test.cc.
#include "tools/caalab/world/zone_json.h"

#include <absl/strings/str_cat.h>

#include "tools/caalab/sign/signing_json.h"
#include "tools/caalab/world/master_text.h"

namespace caascan::lab {
namespace {

using simdjson::dom::element;

std::optional<std::vector<Address>> ReadAddresses(JsonObject* json, std::string_view key) {
  const auto texts = json->Texts(key);
  if (!texts) return std::nullopt;
  std::vector<Address> out;
  for (const std::string& text : *texts) {
    const auto address = Address::FromText(text);
    if (!address) {
      json->Complain(absl::StrCat("\"", text, "\" is no address"));
      continue;
    }
    out.push_back(*address);
  }
  return out;
}

ServerDescription ReadServer(element value, size_t number, const std::string& where,
                             const NamedFaults& named, JsonErrors* errors) {
  JsonObject json(value, absl::StrCat(where, ": server ", number), errors);
  ServerDescription server;
  server.host = json.Text("host").value_or(absl::StrCat("ns", number));
  server.addresses = ReadAddresses(&json, "addresses");
  server.glue = ReadAddresses(&json, "glue");
  server.at_parent =
      json.Word("listed", {{"both", true}, {"parent", true}, {"child", false}}, true);
  server.at_child = json.Word("listed", {{"both", true}, {"parent", false}, {"child", true}}, true);
  server.faults = ReadFaults(&json, "faults", named);
  return server;
}

/// `servers` is a list, or how many ordinary ones there are; two where it is missing.
std::vector<ServerDescription> ReadServers(JsonObject* zone, const NamedFaults& named) {
  std::vector<ServerDescription> out;
  const auto value = zone->Any("servers");
  uint64_t count = 2;
  if (value && value->is_array()) {
    for (const element& server : zone->List("servers")) {
      out.push_back(ReadServer(server, out.size() + 1, zone->where(), named, &zone->errors()));
    }
    return out;
  }
  if (value) count = zone->Number("servers", kMaxServers).value_or(0);
  for (uint64_t number = 1; number <= count; ++number) {
    ServerDescription server;
    server.host = absl::StrCat("ns", number);
    out.push_back(server);
  }
  return out;
}

Expectation ReadExpectation(element value, const dns::Name& apex, const std::string& where,
                            JsonErrors* errors) {
  JsonObject json(value, absl::StrCat(where, ": expect"), errors);
  Expectation expect;
  expect.name = json.Text("name").value_or(apex.view().ToText());
  expect.input = json.Text("input").value_or("");
  expect.reason = json.Text("reason").value_or("");
  const std::string_view outcome = OutcomeOfReason(expect.reason);
  if (outcome.empty()) json.Complain(absl::StrCat("\"", expect.reason, "\" is no reason"));
  if (const auto given = json.Text("outcome"); given && *given != outcome) {
    json.Complain(absl::StrCat("the outcome of ", expect.reason, " is ", std::string(outcome),
                               ", not ", *given));
  }
  expect.dnssec = json.Text("dnssec").value_or("");
  expect.failed_at = json.Text("failed_at").value_or("");
  expect.zone = json.Text("zone").value_or("");
  expect.may_issue = json.Bool("may_issue");
  expect.findings = json.Texts("findings").value_or(std::vector<std::string>());
  expect.all_findings = json.Texts("all_findings").value_or(std::vector<std::string>());
  expect.possible_findings = json.Texts("possible_findings").value_or(std::vector<std::string>());
  expect.weight = json.Real("weight", 1e9).value_or(1);
  return expect;
}

}  // namespace

void ReadZoneMembers(JsonObject* json, const NamedFaults& named, ZoneDescription* zone) {
  (void)json->Text("comment");
  zone->file = json->Text("file").value_or("");
  // A file tells by itself who serves the zone.
  if (zone->file.empty() || json->Any("servers")) zone->servers = ReadServers(json, named);
  zone->faults = ReadFaults(json, "faults", named);
  for (const std::string& line : json->Texts("records").value_or(std::vector<std::string>())) {
    absl::Status status = ParseRecordLine(line, zone->apex, &zone->records);
    if (!status.ok()) json->Complain(std::string(status.message()));
  }
  zone->glue =
      json->Word("glue", {{"in-bailiwick", GluePolicy::kInBailiwick}, {"none", GluePolicy::kNone}},
                 zone->glue);
  zone->delegated = json->Bool("delegated").value_or(true);
  zone->signing = ReadSigning(json);
  if (!zone->file.empty() && (!zone->records.empty() || zone->signing)) {
    json->Complain("\"file\" says it all: no \"records\" and no \"dnssec\" beside it");
  }
  for (const element& expect : json->List("expect")) {
    zone->expect.push_back(ReadExpectation(expect, zone->apex, json->where(), &json->errors()));
  }
}

ZoneDescription ReadZone(element value, size_t number, const NamedFaults& named,
                         JsonErrors* errors) {
  std::string apex_text;
  std::string_view text;
  if (value["zone"].get(text) == simdjson::SUCCESS) apex_text = text;
  ZoneDescription zone;
  JsonObject json(
      value, apex_text.empty() ? absl::StrCat("zone ", number) : absl::StrCat("zone ", apex_text),
      errors);
  (void)json.Text("zone");
  if (const auto error = dns::Name::FromText(apex_text, &zone.apex);
      error != dns::NameError::kNone) {
    json.Complain(absl::StrCat("\"zone\": ", std::string(dns::NameErrorText(error))));
  }
  zone.apex.ToLower();
  ReadZoneMembers(&json, named, &zone);
  return zone;
}

}  // namespace caascan::lab
