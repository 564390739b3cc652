// One asks for the referral, the others wait until it gives the lead up.
#include "scanner/zones/referral_leads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/async/task.h"
#include "scanner/async/wait_list.h"
#include "tests/dnssec/signed_message.h"

namespace caascan::zones {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ReferralLeadsTest : public testing::Test {
 protected:
  using Holder = ReferralLeads::Holder;

  /// A name that needs the referral to `cut`. True where it leads.
  bool Start(const std::string& name, std::string_view cut, Holder* lead) {
    async::WaitList* const others = leads_.Join(dnssec::NameOf(cut), lead);
    if (others != nullptr) async::Spawn(Wait(name, others));
    return others == nullptr;
  }

  ReferralLeads leads_;
  std::vector<std::string> resumed_;

 private:
  async::Task<> Wait(std::string name, async::WaitList* others) {
    co_await async::WaitList::Waiter(others);
    resumed_.push_back(std::move(name));
  }
};

TEST_F(ReferralLeadsTest, TheFirstLeadsAndTheOthersWaitInOrder) {
  Holder first;
  Holder none;
  EXPECT_TRUE(Start("first", "example.test", &first));
  EXPECT_FALSE(Start("second", "example.test", &none));
  EXPECT_FALSE(Start("third", "EXAMPLE.test", &none)) << "letter case is no difference";
  EXPECT_EQ(none, nullptr);
  EXPECT_THAT(resumed_, IsEmpty());
  leads_.Release(&first);
  EXPECT_EQ(first, nullptr);
  EXPECT_THAT(resumed_, ElementsAre("second", "third"));
}

TEST_F(ReferralLeadsTest, OtherZonesHaveLeadsOfTheirOwn) {
  Holder one;
  Holder beside;
  Holder above;
  EXPECT_TRUE(Start("one", "one.test", &one));
  EXPECT_TRUE(Start("beside", "two.test", &beside));
  EXPECT_TRUE(Start("above", "test", &above));
  leads_.Release(&beside);
  leads_.Release(&above);
  leads_.Release(&one);
}

TEST_F(ReferralLeadsTest, AfterTheEndTheNextOneLeads) {
  Holder first;
  Holder second;
  EXPECT_TRUE(Start("first", "example.test", &first));
  leads_.Release(&first);
  EXPECT_TRUE(Start("second", "example.test", &second));
  leads_.Release(&second);
  leads_.Release(&second);  // It leads no more: that is nothing.
  EXPECT_THAT(resumed_, IsEmpty());
}

/// One that was resumed finds the lead free, before the one that had it goes on.
TEST_F(ReferralLeadsTest, WhoIsResumedMayLead) {
  Holder first;
  Holder next;
  bool leads = false;
  EXPECT_TRUE(Start("first", "example.test", &first));
  Holder none;
  async::WaitList* const others = leads_.Join(dnssec::NameOf("example.test"), &none);
  ASSERT_NE(others, nullptr);
  const auto wait = [](async::WaitList* list, ReferralLeads* all, Holder* lead,
                       bool* has) -> async::Task<> {
    co_await async::WaitList::Waiter(list);
    *has = all->Join(dnssec::NameOf("example.test"), lead) == nullptr;
  };
  async::Spawn(wait(others, &leads_, &next, &leads));
  leads_.Release(&first);
  EXPECT_TRUE(leads);
  leads_.Release(&next);
}

}  // namespace
}  // namespace caascan::zones
