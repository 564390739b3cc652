#include "scanner/resolve/ds_gate.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace caascan::resolve {
namespace {

dns::Name NameOf(const char* text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone);
  return name;
}

struct Visitor {
  std::optional<DsGate::Pass> pass;
};

async::Task<> Visit(DsGate* gate, const dns::Name* above, Visitor* visitor) {
  visitor->pass.emplace(co_await gate->Enter(*above));
}

/// Leaves without having waited.
async::Task<> PassBy(DsGate* gate, const dns::Name* above, int* passed) {
  const DsGate::Pass pass = co_await gate->Enter(*above);
  ++*passed;
}

size_t Inside(const std::vector<Visitor>& visitors) {
  size_t inside = 0;
  for (const Visitor& visitor : visitors) inside += visitor.pass ? 1 : 0;
  return inside;
}

class DsGateTest : public testing::Test {
 protected:
  const dns::Name com_ = NameOf("com.");
  const dns::Name net_ = NameOf("net.");
  DsGate gate_;
};

TEST_F(DsGateTest, LetsFewInAtFirstAndMoreTheMoreHaveAsked) {
  std::vector<Visitor> visitors(200);
  for (Visitor& visitor : visitors) {
    async::Spawn(Visit(&gate_, &com_, &visitor));
  }
  EXPECT_EQ(Inside(visitors), 4u);
  size_t left = 0;
  for (Visitor& visitor : visitors) {
    ASSERT_TRUE(visitor.pass) << "in their order";
    if (left % 2 == 0) visitor.pass->NoteAsked();  // The others have found what they need.
    visitor.pass.reset();
    ++left;
    EXPECT_EQ(Inside(visitors), std::min<size_t>(4 + (left + 1) / 2 / 8, visitors.size() - left));
  }
}

TEST_F(DsGateTest, ZonesDoNotWaitForOneAnother) {
  std::vector<Visitor> visitors(40);
  for (size_t i = 0; i < visitors.size(); ++i) {
    async::Spawn(Visit(&gate_, i % 2 == 0 ? &com_ : &net_, &visitors[i]));
  }
  EXPECT_EQ(Inside(visitors), 8u);
  for (Visitor& visitor : visitors) visitor.pass.reset();
}

TEST_F(DsGateTest, AHundredThousandThatPassByNeedNoStack) {
  std::vector<Visitor> visitors(4);
  for (Visitor& visitor : visitors) {
    async::Spawn(Visit(&gate_, &com_, &visitor));
  }
  int passed = 0;
  for (int i = 0; i < 100'000; ++i) {
    async::Spawn(PassBy(&gate_, &com_, &passed));
  }
  EXPECT_EQ(passed, 0);
  visitors[0].pass.reset();
  EXPECT_EQ(passed, 100'000);
  for (Visitor& visitor : visitors) visitor.pass.reset();
}

}  // namespace
}  // namespace caascan::resolve
