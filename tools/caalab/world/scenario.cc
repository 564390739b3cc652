// Tested by scenario_test.cc.
#include "tools/caalab/world/scenario.h"

#include <filesystem>
#include <utility>

#include <absl/strings/str_cat.h>

#include "tools/caalab/world/family_json.h"
#include "tools/caalab/world/json_reader.h"
#include "tools/caalab/world/master_file.h"
#include "tools/caalab/world/zone_json.h"

namespace caascan::lab {
namespace {

using simdjson::dom::element;

NamedFaults ReadBehaviours(JsonObject* top) {
  NamedFaults named;
  const auto value = top->Any("behaviours");
  simdjson::dom::object object;
  if (!value) return named;
  if (value->get(object) != simdjson::SUCCESS) {
    top->Complain("\"behaviours\" must be an object");
    return named;
  }
  JsonObject behaviours(*value, "behaviours", &top->errors());
  for (const auto& field : object) {
    // A behaviour may use those described before it.
    named[std::string(field.key)] = ReadFaults(&behaviours, field.key, named);
  }
  return named;
}

}  // namespace

absl::StatusOr<Scenario> ParseScenario(std::string_view json_text, std::string_view source) {
  JsonErrors errors{std::string(source)};
  simdjson::dom::parser parser;
  element document;
  if (const auto error = parser.parse(simdjson::padded_string(json_text)).get(document)) {
    errors.Add("", simdjson::error_message(error));
    return errors.status();
  }
  Scenario scenario;
  {
    JsonObject top(document, "", &errors);
    (void)top.Any("description");
    const NamedFaults named = ReadBehaviours(&top);
    for (const element& zone : top.List("zones")) {
      scenario.zones.push_back(ReadZone(zone, scenario.zones.size() + 1, named, &errors));
    }
    if (const auto family = top.Any("family")) {
      scenario.family = ReadFamily(*family, named, &errors);
    }
  }
  if (!errors.ok()) return errors.status();
  return scenario;
}

absl::StatusOr<Scenario> LoadScenario(const std::string& path) {
  std::string text;
  if (absl::Status status = ReadWholeFile(path, &text); !status.ok()) return status;
  auto scenario = ParseScenario(text, path);
  if (!scenario.ok()) return scenario;
  const std::string directory = std::filesystem::path(path).parent_path().string();
  if (absl::Status status = ReadZoneFiles(directory, &*scenario); !status.ok()) return status;
  return scenario;
}

std::string_view OutcomeOfReason(std::string_view reason) {
  static constexpr std::pair<std::string_view, std::string_view> kOutcomes[] = {
      {"no_caa", "permit"},
      {"issuer_authorized", "permit"},
      {"no_issue_property", "permit"},
      {"issuer_not_authorized", "deny"},
      {"issuance_forbidden", "deny"},
      {"unknown_critical_property", "deny"},
      {"account_uri_mismatch", "deny"},
      {"validation_method_mismatch", "deny"},
      {"malformed_property", "deny"},
      {"servfail", "servfail"},
      {"notimp", "servfail"},
      {"refused_caa", "servfail"},
      {"formerr", "servfail"},
      {"rcode", "servfail"},
      {"dnssec_bogus", "servfail"},
      {"malformed_response", "servfail"},
      {"alias_loop", "servfail"},
      {"too_many_queries", "servfail"},
      {"too_slow", "servfail"},
      {"refused", "lame"},
      {"not_authoritative", "lame"},
      {"upward_referral", "lame"},
      {"unresolvable_servers", "lame"},
      {"no_response", "timeout"},
      {"caa_dropped", "timeout"},
      {"truncated", "timeout"},
      {"unreachable", "timeout"},
      {"invalid_name", "error"},
      {"no_such_tld", "error"},
      {"not_in_dns", "error"},
      {"family_unavailable", "error"},
  };
  for (const auto& [name, outcome] : kOutcomes) {
    if (name == reason) return outcome;
  }
  return {};
}

}  // namespace caascan::lab
