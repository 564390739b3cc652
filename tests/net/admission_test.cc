// Which exchange may go next, without anything that sends.
#include "scanner/net/admission.h"

#include <deque>
#include <string>

#include <gtest/gtest.h>

#include "tests/net/fake_transport.h"

namespace caascan::net {
namespace {

/// None derives from it: it may be destroyed by its own type.
class OwnExchange final : public Exchange {
 public:
  using Exchange::Exchange;
};

class AdmissionTest : public testing::Test {
 protected:
  void Start(const pacing::LimitOptions& options) {
    limits_ = std::make_unique<pacing::SharedLimits>(options);
    network_ = std::make_unique<Network>(&loop_, limits_.get(), NetworkOptions{},
                                         FakeTransports(LeaveUnanswered, &counts_));
    admission_ = std::make_unique<Admission>(&loop_, limits_.get());
  }
  ~AdmissionTest() override {
    for (OwnExchange& exchange : exchanges_) {
      if (exchange.course().granted) admission_->GiveBack(&exchange);
      if (exchange.async::ListNode<QueueTag>::linked()) admission_->Leave(&exchange);
    }
    exchanges_.clear();
    admission_->Close();
    network_->Close();
    loop_.Drain();
  }

  PeerRef Server(int number) {
    return network_->PeerFor(
        async::Address::FromText("192.0.2." + std::to_string(number), 53).value());
  }
  Exchange* Make(int server) {
    return &exchanges_.emplace_back(Server(server), query_, Protocol::kUdp,
                                    std::chrono::milliseconds(1));
  }
  Exchange* Wait(int server) {
    Exchange* exchange = Make(server);
    EXPECT_FALSE(admission_->IsUnlimited(exchange->peer()));
    admission_->Enqueue(exchange, /*in_front=*/false);
    return exchange;
  }

  async::Loop loop_;
  FakeTransport::Counts counts_;
  std::unique_ptr<pacing::SharedLimits> limits_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Admission> admission_;
  const dns::Name name_;
  dns::QuerySpec query_{.name = name_};
  std::deque<OwnExchange> exchanges_;
};

TEST_F(AdmissionTest, WithoutLimitsNothingWaits) {
  Start({});
  EXPECT_TRUE(admission_->IsUnlimited(Server(1).get()));
}

TEST_F(AdmissionTest, ServersTakeTurnsAndEachKeepsItsOrder) {
  Start({.server_inflight = 2});
  Exchange* a1 = Wait(1);
  Exchange* a2 = Wait(1);
  Exchange* a3 = Wait(1);
  Exchange* b1 = Wait(2);
  for (Exchange* next : {a1, b1, a2}) EXPECT_EQ(admission_->Next(), next);
  EXPECT_EQ(admission_->Next(), nullptr) << "two are under way to the first server";
  EXPECT_EQ(admission_->stalled(), 1u);
  EXPECT_FALSE(admission_->has_ready());
  admission_->GiveBack(a1);
  admission_->MakeReady(a3->peer());
  EXPECT_EQ(admission_->Next(), a3);
  EXPECT_EQ(admission_->stalled(), 0u);
}

TEST_F(AdmissionTest, OneThatComesBackStandsInFront) {
  Start({.server_inflight = 1});
  Exchange* first = Wait(1);
  Wait(1);
  EXPECT_EQ(admission_->Next(), first);
  admission_->GiveBack(first);
  admission_->Enqueue(first, /*in_front=*/true);
  EXPECT_EQ(admission_->Next(), first);
}

TEST_F(AdmissionTest, OneThatLeavesIsNotStalledAnyMore) {
  Start({.server_inflight = 1});
  Exchange* first = Wait(1);
  Exchange* second = Wait(1);
  EXPECT_EQ(admission_->Next(), first);
  EXPECT_EQ(admission_->Next(), nullptr);
  EXPECT_EQ(admission_->stalled(), 1u);
  admission_->Leave(second);
  EXPECT_EQ(admission_->stalled(), 0u);
}

TEST_F(AdmissionTest, AServersBudgetKnowsHowManyWaitForIt) {
  Start({.server_inflight = 1});
  Exchange* first = Wait(1);
  Exchange* second = Wait(1);
  const pacing::AddressBudget* budget = first->peer()->queue().budget();
  EXPECT_EQ(admission_->Next(), first);
  EXPECT_EQ(budget->waiting(), 0u) << "nothing was refused yet";
  EXPECT_EQ(admission_->Next(), nullptr);
  EXPECT_EQ(budget->waiting(), 1u);
  Wait(1);
  EXPECT_EQ(budget->waiting(), 2u);
  admission_->Leave(second);
  EXPECT_EQ(budget->waiting(), 1u);
  admission_->GiveBack(first);
  admission_->MakeReady(first->peer());
  EXPECT_NE(admission_->Next(), nullptr);
  EXPECT_EQ(budget->waiting(), 0u);
}

TEST_F(AdmissionTest, TheRateOverAllHoldsEveryServer) {
  Start({.rate_qps = 1});
  Exchange* first = Wait(1);
  Wait(2);
  EXPECT_EQ(admission_->Next(), first);
  EXPECT_EQ(admission_->Next(), nullptr);
  EXPECT_TRUE(admission_->has_ready());
  EXPECT_FALSE(admission_->wants_turn()) << "the rate's timer will wake it";
  EXPECT_EQ(admission_->stalled(), 0u) << "the scan's rate, not the server's";
  EXPECT_TRUE(limits_->TakeRateRefused());
}

TEST_F(AdmissionTest, ACanaryTakesAPlaceOrNone) {
  Start({.server_inflight = 1});
  Exchange* canary = Make(1);
  EXPECT_TRUE(admission_->TakeCanaryTurn(canary->peer()));
  canary->UseCanaryTurn();
  EXPECT_FALSE(admission_->TakeCanaryTurn(canary->peer()));
}

TEST_F(AdmissionTest, TheOwnRateHoldsBesideTheOthers) {
  Start({});
  const PeerRef server = Server(1);
  EXPECT_TRUE(admission_->IsUnlimited(server));
  admission_->SetOwnRate(1);
  const Exchange* first = Wait(1);
  const Exchange* second = Wait(2);
  EXPECT_EQ(admission_->Next(), first);
  EXPECT_EQ(admission_->Next(), nullptr);
  EXPECT_EQ(admission_->stalled(), 0u) << "it is not its server that holds it up";
  admission_->SetOwnRate(0);
  EXPECT_EQ(admission_->Next(), second);
  EXPECT_TRUE(admission_->IsUnlimited(server));
}

}  // namespace
}  // namespace caascan::net
