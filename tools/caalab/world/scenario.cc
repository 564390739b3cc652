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

NamedFaults ReadBehaviours(JsonObject* top) {
  NamedFaults named;
  const auto value = top->Any("behaviours");
  if (!value) return named;
  if (!value->is_object()) {
    top->WrongType("behaviours", "an object");
    return named;
  }
  JsonObject behaviours(*value, "behaviours");
  for (const std::string& name : behaviours.names()) {
    // A behaviour may use those described before it.
    named[name] = ReadFaults(&behaviours, name, named);
  }
  return named;
}

Scenario ReadScenario(const JsonValue& value) {
  Scenario scenario;
  JsonObject top(value, "");
  (void)top.Any("description");
  const NamedFaults named = ReadBehaviours(&top);
  for (const JsonValue& zone : top.List("zones")) {
    scenario.zones.push_back(ReadZone(zone, scenario.zones.size() + 1, named));
  }
  if (const auto family = top.Any("family")) scenario.family = ReadFamily(*family, named);
  return scenario;
}

}  // namespace

absl::StatusOr<Scenario> ParseScenario(std::string_view json_text, std::string_view source) {
  Scenario scenario;
  const absl::Status status =
      ReadJson(json_text, source, [&](const JsonValue& value) { scenario = ReadScenario(value); });
  if (!status.ok()) return status;
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
