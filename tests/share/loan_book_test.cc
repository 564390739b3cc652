#include "scanner/share/loan_book.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace caascan::share {
namespace {

async::Address At(uint8_t last) {
  const uint8_t octets[] = {192, 0, 2, last};
  return async::Address::V4(octets, 53);
}

pacing::AddressNeed Need(uint8_t last, uint32_t waiting, uint32_t used_above = 0,
                         double proven = 1) {
  pacing::AddressNeed need;
  need.address = At(last);
  need.rate_qps = 100;
  need.places = 32;
  need.own_rate = 12;
  need.own_places = 4;
  need.waiting = waiting;
  need.used_above = used_above;
  need.proven_part = proven;
  return need;
}

pacing::AddressNeed AtALowRate(uint32_t waiting) {
  pacing::AddressNeed need = Need(1, waiting);
  need.rate_qps = 10;
  need.own_rate = 1.25;
  return need;
}

std::vector<std::string> ServersOf(const std::vector<LoanBook::Request>& requests) {
  std::vector<std::string> servers;
  for (const LoanBook::Request& request : requests) servers.push_back(request.asked.server);
  return servers;
}

TEST(LoanBookTest, OnlyThoseAskWhoseQueueOutlastsAHalfLease) {
  const struct {
    const char* name;
    pacing::AddressNeed need;
    bool asks;
  } rows[] = {
      {"a short queue", Need(1, 15), false},
      {"a queue that holds names up", Need(1, 16), true},
      {"a short one at a low floor", AtALowRate(3), true},
      {"a shorter one at a low floor", AtALowRate(2), false},
      {"places in use", Need(1, 0, 1), true},
      {"a pace that was proven", Need(1, 0, 0, 0.3), true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const LoanBook book(std::chrono::seconds(4));
    EXPECT_EQ(book.Requests({row.need}, std::nullopt).size(), row.asks ? 1U : 0U);
  }
}

TEST(LoanBookTest, SaysAllOfAServer) {
  const LoanBook book(std::chrono::seconds(4));
  const auto requests = book.Requests({Need(1, 40, 3, 0.25)}, std::nullopt);
  ASSERT_EQ(requests.size(), 1U);
  const LoanRequest& asked = requests[0].asked;
  EXPECT_EQ(asked.server, "192.0.2.1:53");
  EXPECT_EQ(asked.rate, 100U);
  EXPECT_EQ(asked.places, 32U);
  EXPECT_EQ(asked.rate_floor, 12);
  EXPECT_EQ(asked.place_floor, 4U);
  EXPECT_EQ(asked.waiting, 40U);
  EXPECT_EQ(asked.used_above, 3U);
  EXPECT_EQ(asked.pace, 250U);
}

TEST(LoanBookTest, TheNeediestFirstAndThoseWithLoansBeforeThem) {
  LoanBook book(std::chrono::seconds(4));
  const auto first = book.Requests({Need(1, 20), Need(2, 40), Need(3, 30)}, std::nullopt);
  EXPECT_EQ(ServersOf(first),
            (std::vector<std::string>{"192.0.2.2:53", "192.0.2.3:53", "192.0.2.1:53"}));
  book.Note(first, {Loan(), Loan(), Loan{5, 0}});
  EXPECT_EQ(book.Borrowed(), std::vector<async::Address>{At(1)});
  const auto second = book.Requests({Need(1, 1), Need(2, 40)}, std::nullopt);
  EXPECT_EQ(ServersOf(second), (std::vector<std::string>{"192.0.2.1:53", "192.0.2.2:53"}));
  EXPECT_EQ(second[0].asked.waiting, 1U) << "it needs what it has";
}

TEST(LoanBookTest, WhatIsNotNeededGoesBackOnce) {
  LoanBook book(std::chrono::seconds(4));
  const auto first = book.Requests({Need(1, 20)}, std::nullopt);
  book.Note(first, {Loan{5, 3}});
  const auto second = book.Requests({}, std::nullopt);
  ASSERT_EQ(ServersOf(second), std::vector<std::string>{"192.0.2.1:53"});
  EXPECT_EQ(second[0].asked.waiting, 0U);
  EXPECT_EQ(second[0].asked.rate, 0U);
  book.Note(second, {Loan()});
  EXPECT_TRUE(book.Requests({}, std::nullopt).empty());
}

TEST(LoanBookTest, ARoundIsBounded) {
  LoanBook book(std::chrono::seconds(4));
  std::vector<pacing::AddressNeed> needs;
  for (uint32_t i = 0; i < 3000; ++i) {
    pacing::AddressNeed need = Need(static_cast<uint8_t>(i % 256), 20 + i);
    const uint8_t octets[] = {10, 0, static_cast<uint8_t>(i / 256), static_cast<uint8_t>(i % 256)};
    need.address = async::Address::V4(octets, 53);
    needs.push_back(need);
  }
  const auto requests = book.Requests(needs, std::nullopt);
  EXPECT_EQ(requests.size(), LoanBook::kMostServers);
  EXPECT_EQ(requests[0].asked.waiting, 3019U);
}

TEST(LoanBookTest, TheRateOverAllIsAServerToo) {
  LoanBook book(std::chrono::seconds(4));
  LoanRequest rate;
  rate.server = "*";
  rate.rate = 1000;
  EXPECT_TRUE(book.Requests({}, rate).empty()) << "nothing waits for it";
  rate.waiting = 16;
  const auto requests = book.Requests({}, rate);
  EXPECT_EQ(ServersOf(requests), std::vector<std::string>{"*"});
  EXPECT_FALSE(requests[0].address.has_value());
  book.Note(requests, {Loan{100, 0}});
  EXPECT_TRUE(book.borrows_rate());
  rate.waiting = 0;
  EXPECT_EQ(book.Requests({}, rate).size(), 1U) << "it goes back";
}

}  // namespace
}  // namespace caascan::share
