// A small run in a folder of its own, for tests.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "caascan/plan.h"
#include "scanner/io/whole_file.h"
#include "scanner/plan/manifest.h"
#include "tests/io/temp_file.h"

namespace caascan::plan {

class RunFixture : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_.path() + "/" + name) << content;
    return folder_.path() + "/" + name;
  }

  /// Plans these lines, `chunk_names` names a chunk.
  absl::Status Plan(const std::string& lines, uint32_t chunk_names) {
    PlanOptions options;
    options.inputs = {Write("names", lines)};
    options.run = run_;
    options.chunk_names = chunk_names;
    absl::Status status = RunPlan(options, &summary_);
    if (!status.ok()) return status;
    auto manifest = ReadManifest(run_);
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    if (manifest.ok()) manifest_ = *std::move(manifest);
    return status;
  }

  static std::string Names(size_t count) {
    std::string lines;
    for (size_t i = 0; i < count; ++i) lines += "n" + std::to_string(i) + ".example\n";
    return lines;
  }
  static std::string RecordOf(const std::string& name) {
    return R"({"name":")" + name + R"(","outcome":"permit","reason":"no_caa"})" + "\n";
  }
  bool IsThere(const std::string& path) const { return std::filesystem::exists(path); }

  const io::TempFolder folder_;
  const std::string run_ = folder_.path() + "/run";
  PlanSummary summary_;
  Manifest manifest_;
};

}  // namespace caascan::plan
