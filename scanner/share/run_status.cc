// Tested by run_status_test.cc.
#include "scanner/share/run_status.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "scanner/plan/manifest.h"

namespace caascan::share {
namespace {

constexpr std::chrono::milliseconds kThere(15'000);

/// Printable ASCII: what machines say is text of theirs.
std::string Plain(std::string_view text) {
  std::string plain;
  for (const char c : text) plain += c >= ' ' && c <= '~' ? c : '?';
  return plain;
}

std::optional<MachineStatus> ReadMachine(const Reply& reply) {
  if (reply.items.size() != 4) return std::nullopt;
  const auto name = reply.items[1].AsText();
  const auto silent = reply.items[2].AsCount();
  const auto state = reply.items[3].AsText();
  if (!name || !silent || !state) return std::nullopt;
  MachineStatus machine{Plain(*name), std::chrono::milliseconds(*silent)};
  const std::vector<std::string> words =
      absl::StrSplit(absl::string_view(state->data(), state->size()), ' ');
  if (words.size() == 3) {
    (void)absl::SimpleAtoi(words[0], &machine.names);
    (void)absl::SimpleAtoi(words[1], &machine.queries);
    if (!absl::SimpleAtod(words[2], &machine.names_per_s) || !std::isfinite(machine.names_per_s)) {
      machine.names_per_s = 0;
    }
  }
  return machine;
}

std::optional<DeadChunk> ReadDead(const Reply& reply) {
  const Reply* chunk = reply.At(0);
  const Reply* text = reply.At(1);
  if (chunk == nullptr || text == nullptr) return std::nullopt;
  const auto number = chunk->AsCount();
  if (!number || *number > UINT32_MAX) return std::nullopt;
  DeadChunk dead{static_cast<uint32_t>(*number), 0, "", ""};
  const std::vector<std::string> parts = absl::StrSplit(text->text, absl::MaxSplits('\t', 2));
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &dead.deliveries)) return std::nullopt;
  dead.machine = Plain(parts[1]);
  dead.line = Plain(parts[2]);
  return dead;
}

std::optional<GroupStatus> ReadGroup(const Reply& reply) {
  if (reply.items.size() < 6) return std::nullopt;
  const auto name = reply.items[1].AsText();
  const auto chunks = reply.items[2].AsCount();
  const auto names = reply.items[3].AsCount();
  const auto records = reply.items[4].AsCount();
  const auto out = reply.items[5].AsCount();
  if (!name || !chunks || !names || !records || !out) return std::nullopt;
  GroupStatus group{Plain(*name), *chunks, *names, *records, *out, {}};
  for (size_t i = 6; i < reply.items.size(); ++i) {
    auto dead = ReadDead(reply.items[i]);
    if (!dead.has_value()) return std::nullopt;
    group.dead.push_back(*std::move(dead));
  }
  std::sort(group.dead.begin(), group.dead.end(),
            [](const auto& a, const auto& b) { return a.chunk < b.chunk; });
  return group;
}

std::string TimeText(double seconds) {
  if (seconds < 0 || seconds > 1e8) return "?";
  const auto all = static_cast<uint64_t>(std::ceil(seconds));
  if (all < 60) return absl::StrFormat("%d s", all);
  if (all < 3600) return absl::StrFormat("%d min %02d s", all / 60, all % 60);
  return absl::StrFormat("%d h %02d min", all / 3600, all / 60 % 60);
}

void AppendMetric(std::string_view name, std::string_view type, std::string_view help,
                  std::string* out) {
  absl::StrAppendFormat(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/// Of a label's value.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : Plain(text)) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

size_t RunStatus::machines_there() const {
  return static_cast<size_t>(std::count_if(machines.begin(), machines.end(),
                                           [](const auto& m) { return m.silent < kThere; }));
}

std::string MachineStateLine(uint64_t names, uint64_t queries, double names_per_s) {
  return absl::StrFormat("%d %d %.1f", names, queries, names_per_s);
}

absl::StatusOr<RunStatus> ReadRunStatus(Engine* engine) {
  auto reply = engine->Run(Script::kStatus, {});
  if (!reply.ok()) return reply.status();
  if (reply->kind != Reply::Kind::kList || reply->items.size() < 4) return NotUnderstood("status");
  RunStatus status;
  uint64_t* const numbers[] = {&status.at_ms, &status.chunks, &status.names,
                               &status.machines_at_most};
  for (size_t i = 0; i < 4; ++i) {
    const auto number = reply->items[i].AsCount();
    if (!number.has_value()) return NotUnderstood("status");
    *numbers[i] = *number;
  }
  for (size_t i = 4; i < reply->items.size(); ++i) {
    const Reply& item = reply->items[i];
    const Reply* kind = item.At(0);
    if (kind != nullptr && kind->text == "machine") {
      auto machine = ReadMachine(item);
      if (!machine.has_value()) return NotUnderstood("status");
      status.machines.push_back(*std::move(machine));
    } else if (kind != nullptr && kind->text == "group") {
      auto group = ReadGroup(item);
      if (!group.has_value()) return NotUnderstood("status");
      status.groups.push_back(*std::move(group));
    } else {
      return NotUnderstood("status");
    }
  }
  return status;
}

std::string RunStatusText(const std::string& run, const RunStatus& status,
                          const std::vector<double>& rates) {
  std::string text =
      absl::StrFormat("run %s: %d names in %d chunks; %d of %d machines\n", run, status.names,
                      status.chunks, status.machines_there(), status.machines_at_most);
  for (size_t i = 0; i < status.groups.size(); ++i) {
    const GroupStatus& group = status.groups[i];
    absl::StrAppendFormat(&text, "%s: %d names done, %d of %d chunks, %d with machines, %d dead",
                          group.group, group.names_done, group.chunks_done, status.chunks,
                          group.chunks_out, group.dead.size());
    if (i < rates.size() && rates[i] > 0) {
      const double left = static_cast<double>(status.names) - static_cast<double>(group.names_done);
      absl::StrAppendFormat(&text, "; %.0f names/s, %s left", rates[i],
                            TimeText(std::max(0.0, left) / rates[i]));
    }
    text += "\n";
    for (const DeadChunk& dead : group.dead) {
      absl::StrAppendFormat(&text, "%s: dead: %s, delivered %d times, last to %s: %s\n",
                            group.group, plan::ChunkStem(dead.chunk), dead.deliveries, dead.machine,
                            dead.line);
    }
  }
  for (const MachineStatus& machine : status.machines) {
    absl::StrAppendFormat(&text,
                          "machine %s: %d names, %d queries, %.0f names/s, seen %.0f s ago\n",
                          machine.machine, machine.names, machine.queries, machine.names_per_s,
                          std::chrono::duration<double>(machine.silent).count());
  }
  return text;
}

std::string RunMetricsText(const std::string& run, const RunStatus& status) {
  const std::string run_label = absl::StrCat("run=\"", Escaped(run), "\"");
  std::string text;
  AppendMetric("caascan_run_names", "gauge", "Names of the run.", &text);
  absl::StrAppendFormat(&text, "caascan_run_names{%s} %d\n", run_label, status.names);
  AppendMetric("caascan_run_chunks", "gauge", "Chunks of the run.", &text);
  absl::StrAppendFormat(&text, "caascan_run_chunks{%s} %d\n", run_label, status.chunks);
  AppendMetric("caascan_run_machines", "gauge", "Machines that were seen of late.", &text);
  absl::StrAppendFormat(&text, "caascan_run_machines{%s} %d\n", run_label, status.machines_there());
  struct PerGroup {
    const char* name;
    const char* type;
    const char* help;
    uint64_t (*value)(const GroupStatus&);
  };
  constexpr PerGroup kPerGroup[] = {
      {"caascan_run_names_done_total", "counter", "Names of chunks that are done.",
       [](const GroupStatus& g) { return g.names_done; }},
      {"caascan_run_records_total", "counter", "Records of chunks that are done.",
       [](const GroupStatus& g) { return g.records; }},
      {"caascan_run_chunks_done", "gauge", "Chunks that are done.",
       [](const GroupStatus& g) { return g.chunks_done; }},
      {"caascan_run_chunks_out", "gauge", "Chunks that machines have.",
       [](const GroupStatus& g) { return g.chunks_out; }},
      {"caascan_run_chunks_dead", "gauge", "Chunks that were delivered too often.",
       [](const GroupStatus& g) { return uint64_t{g.dead.size()}; }},
  };
  for (const PerGroup& metric : kPerGroup) {
    AppendMetric(metric.name, metric.type, metric.help, &text);
    for (const GroupStatus& group : status.groups) {
      absl::StrAppendFormat(&text, "%s{%s,perspective=\"%s\"} %d\n", metric.name, run_label,
                            Escaped(group.group), metric.value(group));
    }
  }
  AppendMetric("caascan_run_machine_names_total", "counter", "Names that a machine has done.",
               &text);
  for (const MachineStatus& machine : status.machines) {
    absl::StrAppendFormat(&text, "caascan_run_machine_names_total{%s,machine=\"%s\"} %d\n",
                          run_label, Escaped(machine.machine), machine.names);
  }
  return text;
}

}  // namespace caascan::share
