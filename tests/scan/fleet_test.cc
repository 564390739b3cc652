// What needs no engine: whole runs are engine_test.py's.
#include "scanner/scan/fleet.h"

#include <string>

#include <gmock/gmock.h>

namespace caascan::scan {
namespace {

using testing::HasSubstr;

TEST(FleetTest, WithoutAnEngineThereIsNone) {
  ScanOptions options;
  options.machines = 3;
  const auto fleet = Fleet::Join(&options, nullptr, {}, nullptr);
  ASSERT_TRUE(fleet.ok());
  EXPECT_EQ(*fleet, nullptr);
  EXPECT_EQ(options.machines, 3U);
  const auto source = Fleet::OpenSource(nullptr, plan::Manifest());
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(*source, nullptr);
}

TEST(FleetTest, WrongUsageIsSaidBeforeAnythingIsAsked) {
  ScanOptions options;
  options.engine = {"redis://queue", "jan"};
  const auto no_run = Fleet::Join(&options, nullptr, {}, nullptr);
  EXPECT_TRUE(absl::IsInvalidArgument(no_run.status()));
  EXPECT_THAT(std::string(no_run.status().message()), HasSubstr("caascan plan"));
  const plan::Manifest manifest;
  options.engine.run = "";
  EXPECT_TRUE(absl::IsInvalidArgument(Fleet::Join(&options, &manifest, {}, nullptr).status()));
}

}  // namespace
}  // namespace caascan::scan
