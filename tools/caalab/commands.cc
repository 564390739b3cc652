#include "tools/caalab/commands.h"

#include <cstdio>
#include <fstream>
#include <memory>

#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include "scanner/lab/server.h"
#include "scanner/lab/truth.h"

namespace caascan::lab {
namespace {

constexpr int kCouldNotFinish = 1;
constexpr int kWrongInput = 2;

int Complain(const absl::Status& status, int code) {
  std::fprintf(stderr, "caalab: %s\n", std::string(status.message()).c_str());
  return code;
}

/// Writes and flushes: the lines are read while the lab runs.
bool Print(const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
         std::fflush(stdout) == 0;
}

int Finish(bool written) {
  return written
             ? 0
             : Complain(absl::DataLossError("standard output cannot be written"), kCouldNotFinish);
}

struct Description {
  Scenario scenario;
  std::unique_ptr<World> world;
};

absl::StatusOr<Description> Load(const WorldOptions& options) {
  auto scenario = LoadScenario(options.scenario_path);
  if (!scenario.ok()) return scenario.status();
  auto world = World::Build(*scenario);
  if (!world.ok()) return world.status();
  return Description{std::move(*scenario), std::move(*world)};
}

bool WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return !file.fail();
}

std::string ReadyLine(const World& world, const LabServer& server) {
  return absl::StrCat("{\"ready\":true,\"port\":", server.port(), ",\"zones\":", world.zone_count(),
                      ",\"servers\":", world.server_count(), ",\"unreachable\":\"",
                      server.plays_unreachable() ? "icmp" : "silent", "\"}\n");
}

}  // namespace

int Serve(const ServeOptions& options) {
  const auto description = Load(options.world);
  if (!description.ok()) return Complain(description.status(), kWrongInput);
  const World& world = *description->world;
  bool written = true;
  LabServer server(world,
                   [&written](const std::string& line) { written = Print(line) && written; });
  if (absl::Status status = server.Listen(options.port); !status.ok()) {
    return Complain(status, kCouldNotFinish);
  }
  if (!options.hints_path.empty() && !WriteFile(options.hints_path, world.hints())) {
    return Complain(absl::DataLossError(options.hints_path + ": cannot be written"),
                    kCouldNotFinish);
  }
  written = Print(ReadyLine(world, server));
  server.Run();
  return Finish(written);
}

int PrintNames(const WorldOptions& options) {
  const auto description = Load(options);
  if (!description.ok()) return Complain(description.status(), kWrongInput);
  bool written = true;
  for (const ZoneDescription& zone : description->scenario.zones) {
    for (const Expectation& expect : zone.expect) {
      written = written && Print((expect.input.empty() ? expect.name : expect.input) + "\n");
    }
  }
  return Finish(written);
}

int PrintTruth(const WorldOptions& options) {
  const auto description = Load(options);
  if (!description.ok()) return Complain(description.status(), kWrongInput);
  bool written = true;
  for (const ZoneDescription& zone : description->scenario.zones) {
    for (const Expectation& expect : zone.expect) {
      const auto line = TruthLine(*description->world, expect);
      if (!line.ok()) return Complain(line.status(), kWrongInput);
      written = written && Print(*line);
    }
  }
  return Finish(written);
}

}  // namespace caascan::lab
