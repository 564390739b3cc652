// Tested by scan_metadata_test.cc, and end to end by metadata_test.py.
#include "scanner/record/scan_metadata.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <simdjson.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "scanner/record/json_text.h"

namespace caascan::record {
namespace {

using Strings = std::vector<std::string>;

void AppendKey(std::string_view key, std::string* out) {
  out->append(out->back() == '{' ? "\n  " : ",\n  ");
  AppendJsonString(key, out);
  out->append(": ");
}

void AppendText(std::string_view key, const std::string& text, std::string* out) {
  AppendKey(key, out);
  if (text.empty()) {
    out->append("null");
  } else {
    AppendJsonString(text, out);
  }
}

void AppendNumber(std::string_view key, uint64_t value, std::string* out) {
  AppendKey(key, out);
  AppendUnsigned(value, out);
}

void AppendList(const Strings& list, std::string* out) {
  *out += '[';
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) *out += ',';
    AppendJsonString(list[i], out);
  }
  *out += ']';
}

void AppendStrings(std::string_view key, const Strings& list, std::string* out) {
  AppendKey(key, out);
  AppendList(list, out);
}

template <typename Pairs, typename AppendValue>
void AppendObject(std::string_view key, const Pairs& pairs, const AppendValue& append_value,
                  std::string* out) {
  AppendKey(key, out);
  *out += '{';
  bool first = true;
  for (const auto& [name, value] : pairs) {
    if (!std::exchange(first, false)) *out += ',';
    AppendJsonString(name, out);
    *out += ':';
    append_value(value);
  }
  *out += '}';
}

void AppendInputs(const std::vector<InputFacts>& inputs, std::string* out) {
  AppendKey("inputs", out);
  *out += '[';
  for (size_t i = 0; i < inputs.size(); ++i) {
    out->append(i == 0 ? "{\"path\":" : ",{\"path\":");
    AppendJsonString(inputs[i].path, out);
    if (inputs[i].size) absl::StrAppend(out, ",\"size\":", *inputs[i].size);
    if (!inputs[i].sha256.empty()) absl::StrAppend(out, ",\"sha256\":\"", inputs[i].sha256, "\"");
    *out += '}';
  }
  *out += ']';
}

std::string TextOf(const simdjson::dom::element& object, const char* key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

Strings StringsOf(const simdjson::dom::element& object, const char* key) {
  Strings list;
  simdjson::dom::array array;
  if (object[key].get(array) != simdjson::SUCCESS) return list;
  for (const simdjson::dom::element element : array) {
    std::string_view text;
    if (element.get(text) == simdjson::SUCCESS) list.emplace_back(text);
  }
  return list;
}

/// An object of the file, without the runs before it.
std::string RunOf(const simdjson::dom::element& object) {
  std::string run = "{";
  for (const auto field : simdjson::dom::object(object)) {
    if (field.key == "earlier_runs") continue;
    if (run.size() > 1) run += ',';
    AppendJsonString(field.key, &run);
    run += ':';
    AppendOneLineJson(simdjson::minify(field.value), &run);
  }
  return run + "}";
}

void ReadDeciding(const simdjson::dom::element& object, ScanMetadata* metadata) {
  simdjson::dom::object deciding;
  if (object["deciding"].get(deciding) != simdjson::SUCCESS) return;
  for (const auto field : deciding) {
    std::string_view value;
    if (field.value.get(value) != simdjson::SUCCESS) value = "";
    metadata->deciding.emplace_back(field.key, value);
  }
}

void ReadRuns(const simdjson::dom::element& object, ScanMetadata* metadata) {
  simdjson::dom::array runs;
  if (object["earlier_runs"].get(runs) == simdjson::SUCCESS) {
    for (const simdjson::dom::element run : runs) {
      if (run.is_object()) metadata->earlier_runs.push_back(RunOf(run));
    }
  }
  metadata->earlier_runs.push_back(RunOf(object));
}

std::string ValueOf(const std::vector<DecidingOption>& options, std::string_view name) {
  for (const auto& [option, value] : options) {
    if (option == name) return value;
  }
  return "";
}

/// Their order decides nothing.
std::string AnyOf(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return absl::StrJoin(values, " ");
}

}  // namespace

std::string MetadataPathOf(const std::string& path) { return path + ".meta.json"; }

std::string MetadataJson(const ScanMetadata& metadata) {
  std::string out = "{";
  AppendText("schema", "urn:caascan:schema:metadata:1", &out);
  AppendText("version", metadata.version, &out);
  AppendText("state", metadata.state, &out);
  AppendText("signal", metadata.signal, &out);
  AppendText("error", metadata.error, &out);
  AppendText("start", metadata.start, &out);
  AppendText("end", metadata.end, &out);
  AppendStrings("command_line", metadata.command_line, &out);
  AppendObject(
      "options", metadata.options, [&](const Strings& list) { AppendList(list, &out); }, &out);
  const auto append_text = [&out](const std::string& text) {
    if (text.empty()) {
      out += "null";
    } else {
      AppendJsonString(text, &out);
    }
  };
  AppendObject("deciding", metadata.deciding, append_text, &out);
  AppendStrings("trust_anchors", metadata.trust_anchors, &out);
  AppendText("mode", metadata.iterative ? "iterative" : "forwarding", &out);
  AppendStrings("families", metadata.families, &out);
  AppendStrings("source_addresses", metadata.source_addresses, &out);
  AppendText("interface", metadata.interface, &out);
  AppendStrings("resolvers", metadata.resolvers, &out);
  AppendStrings("unauthenticated_resolvers", metadata.unauthenticated_resolvers, &out);
  AppendStrings("resolvers_over_tcp", metadata.resolvers_over_tcp, &out);
  AppendNumber("threads", metadata.threads, &out);
  AppendInputs(metadata.inputs, &out);
  AppendText("output", metadata.output, &out);
  AppendNumber("names_in", metadata.names_in, &out);
  AppendNumber("records_out", metadata.records_out, &out);
  AppendNumber("records_kept", metadata.records_kept, &out);
  AppendNumber("queries", metadata.queries, &out);
  AppendText("dnstap", metadata.dnstap, &out);
  AppendNumber("dnstap_frames", metadata.dnstap_frames, &out);
  AppendNumber("dnstap_dropped", metadata.dnstap_dropped, &out);
  const auto append_count = [&out](uint64_t count) { AppendUnsigned(count, &out); };
  AppendObject("outcomes", metadata.outcomes, append_count, &out);
  AppendObject("reasons", metadata.reasons, append_count, &out);
  AppendKey("earlier_runs", &out);
  absl::StrAppend(&out, "[", absl::StrJoin(metadata.earlier_runs, ","), "]\n}\n");
  return out;
}

absl::StatusOr<std::optional<ScanMetadata>> ReadMetadata(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  } else if (!S_ISREG(info.st_mode)) {
    return std::nullopt;
  }
  simdjson::dom::parser parser;
  simdjson::dom::element object;
  constexpr std::string_view kSchema = "urn:caascan:schema:metadata:";
  if (parser.load(path).get(object) != simdjson::SUCCESS || !object.is_object() ||
      !TextOf(object, "schema").starts_with(kSchema)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": no metadata of a scan"));
  }
  ScanMetadata metadata;
  metadata.version = TextOf(object, "version");
  metadata.state = TextOf(object, "state");
  metadata.signal = TextOf(object, "signal");
  metadata.error = TextOf(object, "error");
  metadata.start = TextOf(object, "start");
  metadata.end = TextOf(object, "end");
  metadata.iterative = TextOf(object, "mode") != "forwarding";
  metadata.command_line = StringsOf(object, "command_line");
  metadata.trust_anchors = StringsOf(object, "trust_anchors");
  metadata.families = StringsOf(object, "families");
  metadata.source_addresses = StringsOf(object, "source_addresses");
  metadata.interface = TextOf(object, "interface");
  metadata.resolvers = StringsOf(object, "resolvers");
  metadata.unauthenticated_resolvers = StringsOf(object, "unauthenticated_resolvers");
  metadata.resolvers_over_tcp = StringsOf(object, "resolvers_over_tcp");
  ReadDeciding(object, &metadata);
  ReadRuns(object, &metadata);
  return metadata;
}

std::vector<DecidingOption> RequestOptionsOf(const IssuanceRequest& request,
                                             const std::vector<CertificationAuthority>& ca_set) {
  std::string cas = absl::StrJoin(request.issuer_domains, " ");
  std::string set;
  for (const CertificationAuthority& ca : ca_set) {
    absl::StrAppend(&set, set.empty() ? "" : "; ", ca.name, " ",
                    absl::StrJoin(ca.issuer_domains, " "));
  }
  return {{"--ca", cas.empty() ? "letsencrypt.org" : std::move(cas)},
          {"--ca-set", std::move(set)},
          {"--for", std::string(PurposeCode(request.purpose))},
          {"--on-failure", request.uses_exception ? "baseline" : "refuse"},
          {"--account-uri", AnyOf(request.account_uris)},
          {"--validation-method", AnyOf(request.validation_methods)},
          {"--parameters", request.parameters == ParameterRule::kEnforce ? "enforce" : "ignore"}};
}

std::optional<ScanMetadata> MetadataBeside(const std::string& path) {
  if (path.empty() || path == "-") return std::nullopt;
  auto read = ReadMetadata(MetadataPathOf(path));
  return read.ok() ? *std::move(read) : std::nullopt;
}

std::vector<std::string> DifferencesOf(const std::vector<DecidingOption>& a,
                                       const std::vector<DecidingOption>& b) {
  const auto shown = [](const std::string& value) { return value.empty() ? "none" : value; };
  std::vector<std::string> differences;
  for (const auto& [option, value] : a) {
    bool in_both = false;
    for (const auto& other : b) in_both = in_both || other.first == option;
    const std::string other = ValueOf(b, option);
    if (!in_both || value == other) continue;
    differences.push_back(absl::StrCat(option, ": ", shown(value), " and ", shown(other)));
  }
  return differences;
}

std::string MetadataLine(const ScanMetadata& metadata) {
  std::string line = absl::StrCat(metadata.version, ", ", metadata.start);
  if (!metadata.end.empty()) absl::StrAppend(&line, " to ", metadata.end);
  for (const char* option :
       {"--ca", "--for", "--account-uri", "--validation-method", "--wildcard"}) {
    const std::string value = ValueOf(metadata.deciding, option);
    if (!value.empty()) absl::StrAppend(&line, ", ", option, " ", value);
  }
  absl::StrAppend(&line, ", ", metadata.iterative ? "iterative" : "through resolvers");
  if (!metadata.resolvers.empty()) {
    absl::StrAppend(&line, " ", absl::StrJoin(metadata.resolvers, " "));
  }
  if (!metadata.unauthenticated_resolvers.empty()) {
    absl::StrAppend(&line,
                    " (not authenticated: ", absl::StrJoin(metadata.unauthenticated_resolvers, " "),
                    ")");
  }
  if (!metadata.families.empty()) {
    absl::StrAppend(&line, ", ", absl::StrJoin(metadata.families, " "));
  }
  if (!metadata.source_addresses.empty()) {
    absl::StrAppend(&line, " from ", absl::StrJoin(metadata.source_addresses, " "));
  }
  if (!metadata.interface.empty()) absl::StrAppend(&line, " by ", metadata.interface);
  absl::StrAppend(&line, "; ", metadata.state == "running" ? "not ended" : metadata.state);
  if (!metadata.signal.empty()) absl::StrAppend(&line, " by ", metadata.signal);
  if (!metadata.error.empty()) absl::StrAppend(&line, ": ", metadata.error);
  return line;
}

}  // namespace caascan::record
