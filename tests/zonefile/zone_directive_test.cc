#include "scanner/zonefile/zone_directive.h"

#include <gtest/gtest.h>

#include <utility>

namespace caascan::zonefile {
namespace {

TEST(ZoneDirectiveTest, ByTheFirstWord) {
  for (const auto& [line, directive] : std::initializer_list<std::pair<const char*, ZoneDirective>>{
           {"$ORIGIN com.", ZoneDirective::kOrigin},
           {"$ttl\t60", ZoneDirective::kTtl},
           {"$Include other", ZoneDirective::kInclude},
           {"$GENERATE", ZoneDirective::kGenerate},
           {"$GENERATED 1", ZoneDirective::kUnknown},
           {"$", ZoneDirective::kUnknown},
           {" $ORIGIN com.", ZoneDirective::kNone},
           {"a.com. 60 IN NS $ORIGIN.", ZoneDirective::kNone},
           {"", ZoneDirective::kNone}}) {
    EXPECT_EQ(ZoneDirectiveOf(line), directive) << line;
    EXPECT_EQ(StandsForRecords(directive),
              directive == ZoneDirective::kInclude || directive == ZoneDirective::kGenerate);
  }
}

TEST(ZoneDirectiveTest, RefusalsNameFileAndLine) {
  for (const auto& [directive, word] : std::initializer_list<std::pair<ZoneDirective, const char*>>{
           {ZoneDirective::kInclude, "$INCLUDE"}, {ZoneDirective::kGenerate, "$GENERATE"}}) {
    const absl::Status status = RefuseDirective(directive, "a.zone", 7);
    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_TRUE(status.message().find(std::string("a.zone: line 7: ") + word) == 0) << status;
  }
}

}  // namespace
}  // namespace caascan::zonefile
