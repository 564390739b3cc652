// Which address is asked next, and which server name is looked up next.
#include "scanner/zones/server_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace caascan::zones {
namespace {

using net::ExchangeStatus;
using std::chrono::milliseconds;
using testing::ElementsAre;

constexpr ServerLoad Quick() { return {.srtt = milliseconds(10)}; }
constexpr ServerLoad Slow() { return {.srtt = milliseconds(90)}; }
constexpr ServerLoad Mute() { return {.silent = true, .srtt = milliseconds(1)}; }
constexpr ServerLoad Busy(size_t queued) {
  return {.busy = true, .queued = queued, .srtt = milliseconds(1)};
}

std::optional<unsigned> PickNew(const ServerChoice& choice, const std::vector<ServerLoad>& loads,
                                uint32_t turn) {
  return choice.PickNew(loads.size(), turn, [&loads](unsigned index) { return loads[index]; });
}

/// Probes ask the silent ones again, and look longer.
TEST(ServerChoiceTest, WhereSomebodyWaitsEachIsTriedOnce) {
  ServerChoice choice;
  for (unsigned index = 0; index < 2; ++index) {
    choice.Begin(index);
    choice.End(index, ExchangeStatus::kTimeout);
  }
  for (const query::Look look : {query::Look::kFirst, query::Look::kPatient}) {
    TryLimits limits;
    limits.look = look;
    EXPECT_TRUE(choice.PickAgain(2, limits, /*silence_is_final=*/false));
    limits.brisk = true;
    EXPECT_FALSE(choice.PickAgain(2, limits, /*silence_is_final=*/false));
  }
}

TEST(ServerChoiceTest, WhereSomebodyWaitsASilentOneBesideOthersIsNotTriedAgain) {
  ServerChoice choice;
  for (unsigned index = 0; index < 2; ++index) {
    choice.Begin(index);
    choice.End(index, index == 0 ? ExchangeStatus::kTimeout : ExchangeStatus::kReply);
  }
  TryLimits limits;
  EXPECT_EQ(choice.PickAgain(2, limits, /*silence_is_final=*/false), 0u);
  limits.brisk = true;
  EXPECT_FALSE(choice.PickAgain(2, limits, /*silence_is_final=*/false));
}

TEST(ServerChoiceTest, WhereSomebodyWaitsAllAreCandidates) {
  const std::vector<ServerLoad> loads = {Mute(), Mute(), Mute(), Quick()};
  const auto load_of = [&loads](unsigned index) { return loads[index]; };
  EXPECT_EQ(ServerChoice().PickNew(4, /*turn=*/0, load_of), 0u);
  EXPECT_EQ(ServerChoice().PickNew(4, /*turn=*/0, load_of, /*candidates=*/4), 3u);
}

TEST(ServerChoiceTest, TheBetterOfTwoIsAskedFirst) {
  const struct {
    const char* name;
    std::vector<ServerLoad> loads;
    uint32_t turn;
    std::optional<unsigned> expected;
  } rows[] = {
      {"no address", {}, 3, std::nullopt},
      {"one address", {Mute()}, 3, 0u},
      {"the quick one of two", {Slow(), Quick()}, 0, 1u},
      {"whatever the turn", {Slow(), Quick()}, 1, 1u},
      {"the first of equals", {Quick(), Quick()}, 0, 0u},
      {"by turns", {Quick(), Quick()}, 1, 1u},
      {"a third one is no candidate", {Slow(), Slow(), Quick()}, 0, 0u},
      {"at its turn it is", {Slow(), Slow(), Quick()}, 1, 2u},
      {"the turn comes round", {Quick(), Slow(), Slow()}, 2, 0u},
      {"a silent one comes last", {Mute(), Slow()}, 0, 1u},
      {"the quicker one of two that are silent",
       {{true, false, 0, milliseconds(9)}, Mute()},
       0,
       1u},
      {"the shorter queue", {Busy(5), Busy(2)}, 0, 1u},
      {"no queue, though it is slow", {Busy(5), Slow()}, 0, 1u},
      {"a queue rather than silence", {Mute(), Busy(5)}, 0, 1u},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(PickNew(ServerChoice(), row.loads, row.turn), row.expected);
  }
}

TEST(ServerChoiceTest, EachAddressIsTriedOnceBeforeOneIsTriedAgain) {
  const std::vector<ServerLoad> loads = {Quick(), Slow(), Mute(), Busy(9)};
  for (uint32_t turn = 0; turn < 8; ++turn) {
    ServerChoice choice;
    for (size_t i = 0; i < loads.size(); ++i) {
      EXPECT_FALSE(choice.all_tried(loads.size()));
      const std::optional<unsigned> index = PickNew(choice, loads, turn);
      ASSERT_TRUE(index.has_value());
      EXPECT_FALSE(choice.was_tried(*index));
      choice.Begin(*index);
    }
    EXPECT_TRUE(choice.all_tried(loads.size()));
    EXPECT_EQ(choice.repeats(), 0u);
    EXPECT_EQ(PickNew(choice, loads, turn), std::nullopt);
  }
}

/// A letter for what each address in turn has done: T timed out, E answered in words that do not
/// help, H its answer is held, X it cannot be asked, a dot nothing. A space begins a new round.
ServerChoice After(const std::string& history) {
  ServerChoice choice;
  unsigned next = 0;
  for (const char what : history) {
    const unsigned index = what == ' ' ? 0 : next++;
    if (what == ' ') next = 0;
    if (what == ' ' || what == '.') continue;
    choice.Begin(index);
    choice.End(index, what == 'X'   ? ExchangeStatus::kSendFailed
                      : what == 'T' ? ExchangeStatus::kTimeout
                                    : ExchangeStatus::kReply);
    if (what == 'H') choice.Hold(index);
  }
  return choice;
}

TEST(ServerChoiceTest, WhatIsTriedAgain) {
  const struct {
    const char* name;
    const char* history;  // See After().
    size_t count;
    query::Look look;
    bool silence_is_final;
    std::optional<unsigned> expected;
  } rows[] = {
      // Two retries, so three tries a zone.
      {"a silent one", "T", 1, query::Look::kFirst, false, 0u},
      {"twice", "T T", 1, query::Look::kFirst, false, 0u},
      {"and no more", "T T T", 1, query::Look::kFirst, false, std::nullopt},
      {"the tries are the zone's", "TTT", 3, query::Look::kFirst, false, std::nullopt},
      {"in turn", "TT", 2, query::Look::kFirst, false, 0u},
      {"those that failed in words too", "EE", 2, query::Look::kFirst, false, 0u},
      {"where the keys were asked for in vain, no silent one", "TT", 2, query::Look::kFirst, true,
       std::nullopt},
      {"but one beside others that spoke", "TE", 2, query::Look::kFirst, true, 0u},
      // The silent ones have all the retries to themselves.
      {"the silent one of several", "EET", 3, query::Look::kFirst, false, 2u},
      {"though the zone's tries are spent", "EEEET", 5, query::Look::kFirst, false, 4u},
      {"twice as well", "EET ..T", 3, query::Look::kFirst, false, 2u},
      {"and no more", "EET ..T ..T", 3, query::Look::kFirst, false, std::nullopt},
      // Nothing is sent where it cannot be.
      {"none that cannot be asked", "X", 1, query::Look::kFirst, false, std::nullopt},
      {"the other one", "XT", 2, query::Look::kFirst, false, 1u},
      // A kept answer waits for silent servers alone.
      {"a kept answer is enough", "H", 1, query::Look::kFirst, false, std::nullopt},
      {"beside errors too", "HE", 2, query::Look::kFirst, false, std::nullopt},
      {"but the silent one may know better", "HT", 2, query::Look::kFirst, false, 1u},
      // A patient look: twice the three tries for each of up to four servers.
      {"patiently, six tries", "T T T T T", 1, query::Look::kPatient, false, 0u},
      {"and no more", "T T T T T T", 1, query::Look::kPatient, false, std::nullopt},
      {"for each of two", "TT TT TT TT TT T", 2, query::Look::kPatient, false, 1u},
      {"words come back the same", "E E E", 1, query::Look::kPatient, false, std::nullopt},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.name) + ": " + row.history);
    EXPECT_EQ(After(row.history)
                  .PickAgain(row.count, {.retries = 2, .patience = 2, .look = row.look},
                             row.silence_is_final),
              row.expected);
  }
}

TEST(ServerChoiceTest, ARetryIsATryBeyondTheFirstThatWasSent) {
  ServerChoice choice;
  choice.Begin(0);
  EXPECT_FALSE(choice.End(0, ExchangeStatus::kSendFailed)) << "nothing was sent";
  choice.Begin(1);
  EXPECT_FALSE(choice.End(1, ExchangeStatus::kTimeout)) << "the first";
  EXPECT_TRUE(choice.any_silent());
  choice.Begin(1);
  EXPECT_TRUE(choice.End(1, ExchangeStatus::kReply));
  EXPECT_FALSE(choice.any_silent()) << "it has spoken";
  EXPECT_EQ(choice.sent(), 2u);
  EXPECT_EQ(choice.repeats(), 1u);
}

Zone ZoneOf(const std::vector<std::string>& hosts) {
  Zone zone;
  for (const std::string& text : hosts) {
    dns::Name host;
    EXPECT_EQ(dns::Name::FromText(text, &host), dns::NameError::kNone);
    zone.AddServer(host);
  }
  return zone;
}

TEST(ServerNamesTest, NamesWithoutAddressAreLookedUpOnceEach) {
  Zone zone = ZoneOf({"a.test", "b.test", "c.test"});
  zone.servers[1].resolved = true;
  ServerNames names;
  std::vector<unsigned> order;
  while (const std::optional<unsigned> next = names.Next(zone, ServerChoice())) {
    order.push_back(*next);
    names.Begin(*next);
    names.End(*next, query::HostEnd::kUnproven);
  }
  EXPECT_THAT(order, ElementsAre(0, 2));
}

// A server with glue that this machine cannot send to may have other addresses.
TEST(ServerNamesTest, AMissingFamilyIsAReasonToLookAServerUp) {
  Zone zone = ZoneOf({"a.test"});
  zone.servers[0].resolved = zone.servers[0].has_glue = true;
  zone.addresses.push_back({nullptr, 0});
  ServerChoice choice;
  EXPECT_EQ(ServerNames().Next(zone, choice), std::nullopt);
  choice.NoteFamily(0);
  EXPECT_EQ(ServerNames().Next(zone, choice), 0u);
  zone.addresses.push_back({nullptr, 0});
  EXPECT_EQ(ServerNames().Next(zone, choice), std::nullopt) << "the other address is good";
}

TEST(ServerNamesTest, HowTheLookUpEndedIsTold) {
  const struct {
    const char* name;
    query::HostEnd end;
    bool resolved;
    size_t attempts;
    bool unheard, local_fault, blocklisted, unproven, cut_short, circle;
  } rows[] = {
      {"no address", query::HostEnd::kKnown, true, 1, false, false, false, false, false, false},
      {"failed", query::HostEnd::kUnproven, false, 1, false, false, false, true, false, false},
      {"silent", query::HostEnd::kUnheard, false, 1, true, false, false, true, false, false},
      {"circle", query::HostEnd::kCircle, false, 1, false, false, false, true, false, true},
      {"limit", query::HostEnd::kCutShort, false, 0, false, false, false, true, true, false},
      {"our fault", query::HostEnd::kLocalFault, false, 1, false, true, false, true, false, false},
      {"blocked", query::HostEnd::kBlocklisted, false, 1, false, false, true, true, false, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    Zone zone = ZoneOf({"ns.test"});
    ServerNames names;
    names.Begin(0);
    names.End(0, row.end);
    zone.servers[0].resolved = row.resolved;
    std::vector<query::Attempt> attempts;
    names.AddUnresolved(zone, dns::NameView(), &attempts);
    EXPECT_EQ(names.any_cut_short(), row.cut_short);
    EXPECT_EQ(names.circle(), row.circle);
    ASSERT_EQ(attempts.size(), row.attempts);
    if (attempts.empty()) continue;
    EXPECT_EQ(query::NameText(attempts[0].host), "ns.test");
    EXPECT_EQ(attempts[0].result, ServerResult::kUnresolved);
    EXPECT_EQ(attempts[0].unheard, row.unheard);
    EXPECT_EQ(attempts[0].local_fault, row.local_fault);
    EXPECT_EQ(attempts[0].blocklisted, row.blocklisted);
    EXPECT_EQ(attempts[0].unproven, row.unproven);
  }
}

}  // namespace
}  // namespace caascan::zones
