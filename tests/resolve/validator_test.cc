#include "scanner/resolve/validator.h"

#include <gtest/gtest.h>

#include <string>

#include "scanner/dns/name.h"

namespace caascan::resolve {
namespace {

// A scan may ask the root so rarely that everything else is used more recently.
TEST(ValidatorTest, KeepsTheTrustAnchorHoweverManyZonesItMeets) {
  ValidatorOptions options;
  options.trust_capacity = 2;
  options.anchors = BuiltInTrustAnchors();
  Validator validator(options);
  for (int i = 0; i < 10; ++i) {
    dns::Name zone;
    ASSERT_EQ(dns::Name::FromText("zone" + std::to_string(i) + ".test", &zone),
              dns::NameError::kNone);
    validator.FindOrInsert(zone);
  }
  ASSERT_TRUE(validator.Find(dns::NameView()));
  EXPECT_TRUE(validator.Find(dns::NameView())->has_ds);
  EXPECT_TRUE(validator.FindOrInsert(dns::NameView())->has_ds);
}

}  // namespace
}  // namespace caascan::resolve
