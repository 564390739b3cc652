// What is counted together, by times that the test gives.
#include "tools/caalab/world/windows.h"

#include <gtest/gtest.h>

#include "tests/lab/lab_asker.h"

namespace caascan::lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr nanoseconds kStart = seconds(1'000'000);

Arrived At(milliseconds at) { return {kStart + at, kStart + at}; }

std::string Of(const Windows& windows, std::string_view server) {
  const std::string json = windows.ToJson();
  const size_t from = json.find(server);
  return from == std::string::npos ? "" : json.substr(from, json.find('}', from) + 1 - from);
}

TEST(WindowsTest, StartEmpty) {
  EXPECT_EQ(Windows().ToJson(), R"({"most_in_100ms":0,"most_in_10s":0,"tenths":[],"servers":{}})");
}

TEST(WindowsTest, ASecondSlides) {
  Windows windows;
  const Address server = AddressOfText("127.0.0.1");
  for (const int ms : {0, 900, 950, 999, 1000, 1899, 1900}) {
    windows.Arrive(server, At(milliseconds(ms)));
  }
  // 900 to 1899; the one at 1900 comes a whole second after 900.
  EXPECT_EQ(Of(windows, "127.0.0.1"), R"(127.0.0.1":{"most_in_1s":5,"most_at_once":0})");
}

TEST(WindowsTest, ServersCountApartAndTogether) {
  Windows windows;
  for (int i = 0; i < 30; ++i) {
    windows.Arrive(AddressOfText(i % 3 == 0 ? "127.0.0.1" : "127.0.0.2"), At(milliseconds(10 * i)));
  }
  EXPECT_EQ(Of(windows, "127.0.0.1"), R"(127.0.0.1":{"most_in_1s":10,"most_at_once":0})");
  EXPECT_EQ(Of(windows, "127.0.0.2"), R"(127.0.0.2":{"most_in_1s":20,"most_at_once":0})");
  EXPECT_NE(windows.ToJson().find(R"("most_in_100ms":10,"most_in_10s":30,"tenths":[10,10,10])"),
            std::string::npos)
      << windows.ToJson();
}

TEST(WindowsTest, WhatMayHaveComeEarlierIsNotCountedTogether) {
  Windows windows;
  const Address server = AddressOfText("127.0.0.1");
  windows.Arrive(server, At(milliseconds(0)));
  windows.Arrive(server, {kStart + milliseconds(100), kStart + milliseconds(900)});
  EXPECT_EQ(Of(windows, "127.0.0.1"), R"(127.0.0.1":{"most_in_1s":2,"most_at_once":0})");
  // It came at 1050 or later, the second one at 100 or later, and perhaps not within a second.
  windows.Arrive(server, {kStart + milliseconds(1050), kStart + milliseconds(1150)});
  EXPECT_EQ(Of(windows, "127.0.0.1"), R"(127.0.0.1":{"most_in_1s":2,"most_at_once":0})");
}

TEST(WindowsTest, DisorderCountsNoMoreThanIsCertain) {
  Windows windows;
  const Address server = AddressOfText("127.0.0.1");
  windows.Arrive(server, At(milliseconds(500)));
  windows.Arrive(server, At(milliseconds(0)));
  windows.Arrive(server, At(milliseconds(1200)));
  EXPECT_EQ(Of(windows, "127.0.0.1"), R"(127.0.0.1":{"most_in_1s":2,"most_at_once":0})");
}

TEST(WindowsTest, AStreamIsReadSinceTheLookBeforeTheLast) {
  Windows windows;
  for (const int ms : {10, 20, 30}) windows.Look(kStart + milliseconds(ms));
  const Arrived at = windows.ReadAt(kStart + milliseconds(35));
  EXPECT_EQ(at.earliest, kStart + milliseconds(10));
  EXPECT_EQ(at.latest, kStart + milliseconds(35));
}

TEST(WindowsTest, TheMostAtOnceStays) {
  Windows windows;
  const Address server = AddressOfText("127.0.0.1");
  for (int i = 0; i < 3; ++i) windows.Begin(server);
  for (int i = 0; i < 3; ++i) windows.End(server);
  windows.Begin(server);
  EXPECT_EQ(Of(windows, "127.0.0.1"), R"(127.0.0.1":{"most_in_1s":0,"most_at_once":3})");
}

}  // namespace
}  // namespace caascan::lab
