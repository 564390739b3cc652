// Tested by scenario_test.cc.
#include "tools/caalab/world/zone_json.h"

#include <absl/strings/str_cat.h>

#include "tools/caalab/sign/signing_json.h"
#include "tools/caalab/world/master_text.h"

namespace caascan::lab {
namespace {

std::optional<std::vector<Address>> ReadAddresses(JsonObject* json, std::string_view key) {
  if (!json->Any(key)) return std::nullopt;
  std::vector<Address> out;
  for (const std::string& text : json->Texts(key)) {
    const auto address = Address::FromText(text);
    if (!address) {
      json->Complain(absl::StrCat("\"", text, "\" is no address"));
      continue;
    }
    out.push_back(*address);
  }
  return out;
}

ServerDescription ReadServer(const JsonValue& value, size_t number, const NamedFaults& named) {
  JsonObject json(value, absl::StrCat(value.where(), ": server ", number));
  ServerDescription server;
  server.host = json.Text("host", absl::StrCat("ns", number));
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
  if (value && value->is_list()) {
    for (const JsonValue& server : zone->List("servers")) {
      out.push_back(ReadServer(server, out.size() + 1, named));
    }
    return out;
  }
  const uint32_t count = zone->Number("servers", kMaxServers, 2);
  for (uint32_t number = 1; number <= count; ++number) {
    ServerDescription server;
    server.host = absl::StrCat("ns", number);
    out.push_back(server);
  }
  return out;
}

Expectation ReadExpectation(const JsonValue& value, const dns::Name& apex) {
  JsonObject json(value, absl::StrCat(value.where(), ": expect"));
  Expectation expect;
  expect.name = json.Text("name", apex.view().ToText());
  expect.input = json.Text("input", "");
  expect.reason = json.Text("reason", "");
  const std::string_view outcome = OutcomeOfReason(expect.reason);
  if (outcome.empty()) json.Complain(absl::StrCat("\"", expect.reason, "\" is no reason"));
  if (const auto given = json.Text("outcome"); given && *given != outcome) {
    json.Complain(absl::StrCat("the outcome of ", expect.reason, " is ", std::string(outcome),
                               ", not ", *given));
  }
  expect.smime_reason = json.Text("smime", "");
  expect.mark_reason = json.Text("mark", "");
  for (const std::string& reason : {expect.smime_reason, expect.mark_reason}) {
    if (!reason.empty() && OutcomeOfReason(reason).empty()) {
      json.Complain(absl::StrCat("\"", reason, "\" is no reason"));
    }
  }
  expect.dnssec = json.Text("dnssec", "");
  expect.failed_at = json.Text("failed_at", "");
  expect.zone = json.Text("zone", "");
  expect.may_issue = json.Bool("may_issue");
  expect.persist = json.Text("persist", "");
  expect.findings = json.Texts("findings");
  expect.all_findings = json.Texts("all_findings");
  expect.possible_findings = json.Texts("possible_findings");
  expect.weight = json.Real("weight", 1e9, 1);
  return expect;
}

}  // namespace

void ReadZoneMembers(JsonObject* json, const NamedFaults& named, ZoneDescription* zone) {
  (void)json->Text("comment");
  zone->file = json->Text("file", "");
  // A file tells by itself who serves the zone.
  if (zone->file.empty() || json->Any("servers")) zone->servers = ReadServers(json, named);
  zone->faults = ReadFaults(json, "faults", named);
  for (const std::string& line : json->Texts("records")) {
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
  for (const JsonValue& expect : json->List("expect")) {
    zone->expect.push_back(ReadExpectation(expect, zone->apex));
  }
}

ZoneDescription ReadZone(const JsonValue& value, size_t number, const NamedFaults& named) {
  const std::string apex_text = value.TextOf("zone");
  ZoneDescription zone;
  JsonObject json(value,
                  absl::StrCat("zone ", apex_text.empty() ? std::to_string(number) : apex_text));
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
