// Tested by run_engine_test.cc.
#include "caascan/run_engine.h"

#include <sys/stat.h>

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "scanner/async/address.h"
#include "scanner/io/whole_file.h"
#include "scanner/plan/manifest.h"
#include "scanner/share/chunk_queue.h"
#include "scanner/share/engine.h"
#include "scanner/share/run_status.h"

namespace caascan {
namespace share {
namespace {

absl::StatusOr<EngineOptions> OptionsOf(const EngineAccess& access) {
  if (absl::Status status = CheckEngineAccess(access); !status.ok()) return status;
  auto url = ReadEngineUrl(access.engine);
  if (!url.ok()) return url.status();
  return EngineOptions{*std::move(url), access.run};
}

/// What each group had done, at the engine's time of some looks.
struct Look {
  uint64_t at_ms = 0;
  std::vector<std::pair<std::string, uint64_t>> names_done;
};

class Watch final : public EngineWatch {
 public:
  explicit Watch(EngineOptions options) : engine_(std::move(options)) {}

  absl::StatusOr<EngineView> Look() override {
    auto status = ReadRunStatus(&engine_);
    if (!status.ok()) return status.status();
    EngineView view;
    view.text = RunStatusText(engine_.options().run, *status, Rates(*status));
    view.metrics = RunMetricsText(engine_.options().run, *status);
    view.planned = status->chunks > 0;
    view.ended = !status->groups.empty();
    for (const GroupStatus& group : status->groups) {
      view.dead += group.dead.size();
      if (group.chunks_done + group.dead.size() < status->chunks) view.ended = false;
    }
    return view;
  }

 private:
  /// Of the last minute: chunks are done in lumps. Machines' own rates until there is one.
  std::vector<double> Rates(const RunStatus& status) {
    constexpr uint64_t kOverMs = 60'000;
    share::Look now;
    now.at_ms = status.at_ms;
    for (const GroupStatus& group : status.groups) {
      now.names_done.emplace_back(group.group, group.names_done);
    }
    while (looks_.size() > 1 && looks_[1].at_ms + kOverMs < now.at_ms) looks_.pop_front();
    std::vector<double> rates;
    for (const auto& [group, done] : now.names_done) {
      const share::Look& then = looks_.empty() ? now : looks_.front();
      const auto same = [&name = group](const auto& of) { return of.first == name; };
      const auto found = std::find_if(then.names_done.begin(), then.names_done.end(), same);
      const uint64_t before = found == then.names_done.end() ? 0 : found->second;
      double rate = 0;
      if (now.at_ms > then.at_ms && done > before) {
        rate = 1000.0 * static_cast<double>(done - before) /
               static_cast<double>(now.at_ms - then.at_ms);
      }
      rates.push_back(rate);
    }
    if (rates.size() == 1 && rates[0] == 0) {
      for (const MachineStatus& machine : status.machines) rates[0] += machine.names_per_s;
    }
    looks_.push_back(std::move(now));
    return rates;
  }

  Engine engine_;
  std::deque<share::Look> looks_;
};

bool IsAddressOrPrefix(const std::string& entry) {
  const size_t slash = std::min(entry.find('/'), entry.size());
  const auto address = async::Address::FromText(entry.substr(0, slash), 0);
  if (!address.has_value() || address->port() != 0) return false;
  if (slash == entry.size()) return true;
  uint32_t length = 0;
  const bool digits = entry.find_first_not_of("0123456789", slash + 1) == std::string::npos;
  return digits && absl::SimpleAtoi(entry.c_str() + slash + 1, &length) &&
         length <= (address->is_v6() ? 128U : 32U);
}

std::vector<uint32_t> WithoutResult(const plan::Manifest& manifest, const std::string& results) {
  std::vector<uint32_t> missing;
  for (uint32_t chunk = 0; chunk < manifest.chunks.size(); ++chunk) {
    struct stat info = {};
    if (stat(plan::ResultPath(results, chunk).c_str(), &info) != 0) missing.push_back(chunk);
  }
  return missing;
}

}  // namespace
}  // namespace share

absl::Status CheckEngineAccess(const EngineAccess& access) {
  if (!share::Session::available()) {
    return share::Session::Connect({}, -1, std::chrono::milliseconds(0)).status();
  }
  if (absl::Status status = share::CheckRunName("--run", access.run); !status.ok()) return status;
  absl::Status status = share::CheckRunName("--perspective", access.perspective);
  return status.ok() ? share::ReadEngineUrl(access.engine).status() : status;
}

absl::Status RunEnginePlan(const EnginePlanOptions& options, EnginePlanSummary* summary) {
  auto engine_options = share::OptionsOf(options.access);
  if (!engine_options.ok()) return engine_options.status();
  auto manifest = plan::ReadManifest(options.folder);
  if (!manifest.ok()) return manifest.status();
  share::Engine engine(*std::move(engine_options));
  auto added = share::ChunkQueue::Plan(&engine, *manifest);
  if (!added.ok()) return added.status();
  summary->chunks_added = *added;
  const std::string& group = options.access.perspective;
  if (options.retry_dead) {
    std::vector<uint32_t> named;
    if (options.dead_chunk.has_value()) named.push_back(*options.dead_chunk);
    auto again = share::ChunkQueue::Again(&engine, group, share::ChunkQueue::AgainOf::kDead, named);
    if (!again.ok()) return again.status();
    if (options.dead_chunk.has_value() && *again == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("--chunk: chunk ", *options.dead_chunk, " is not dead"));
    }
    summary->chunks_again += *again;
  }
  if (options.retry_missing.empty()) return absl::OkStatus();
  const auto missing = share::WithoutResult(*manifest, options.retry_missing);
  if (missing.empty()) return absl::OkStatus();
  auto again =
      share::ChunkQueue::Again(&engine, group, share::ChunkQueue::AgainOf::kEnded, missing);
  if (!again.ok()) return again.status();
  summary->chunks_again += *again;
  return absl::OkStatus();
}

absl::Status BlockOnEngine(const EngineAccess& access, const std::vector<std::string>& addresses) {
  auto options = share::OptionsOf(access);
  if (!options.ok()) return options.status();
  for (const std::string& address : addresses) {
    if (share::IsAddressOrPrefix(address)) continue;
    return absl::InvalidArgumentError(absl::StrCat("'", address, "' is no address and no prefix"));
  }
  share::Engine engine(*std::move(options));
  return engine.Run(share::Script::kBlock, addresses).status();
}

absl::Status WriteEngineMetrics(const std::string& path, const EngineView& view) {
  return io::WriteWhole(path, view.metrics);
}

absl::StatusOr<std::unique_ptr<EngineWatch>> EngineWatch::Open(const EngineAccess& access) {
  auto options = share::OptionsOf(access);
  if (!options.ok()) return options.status();
  return std::make_unique<share::Watch>(*std::move(options));
}

}  // namespace caascan
