#include "scanner/scan/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "scanner/input/ndjson_line.h"

namespace caascan::scan {
namespace {

using testing::ElementsAre;

input::NameJob Job(const std::string& text, const std::string& id = "") {
  input::NameJob job;
  input::SetTypedName(text, false, &job);
  job.mutable_details()->id.text = id;
  return job;
}

/// "name#id+twin's id…" of each job, in the order in which they come out.
std::vector<std::string> Through(Intake* intake, std::vector<input::NameJob> jobs) {
  std::vector<std::string> out;
  const auto show = [&out](const input::NameJob& job) {
    out.push_back(input::RecordName(job) +
                  (job.details().id.text.empty() ? "" : "#" + job.details().id.text));
    for (const input::TwinJob& twin : job.details().twins) out.back() += "+" + twin.id.text;
  };
  input::NameJob job;
  for (input::NameJob& given : jobs) {
    job = std::move(given);
    if (intake->Exchange(&job)) show(job);
  }
  while (intake->Drain(&job)) show(job);
  return out;
}

std::vector<input::NameJob> Jobs(const std::vector<std::string>& names) {
  std::vector<input::NameJob> jobs;
  int id = 0;
  for (const std::string& name : names) jobs.push_back(Job(name, std::to_string(id++)));
  return jobs;
}

TEST(IntakeTest, EqualNamesThatStandCloseTogetherBecomeOne) {
  Intake intake({.shard = 0, .shard_count = 1, .dedupe_window = 3}, nullptr, nullptr);
  EXPECT_THAT(
      Through(&intake, Jobs({"a.example", "b.example", "A.example", "a.example", "a.example",
                             "c.example", "b.example"})),
      ElementsAre("a.example#0+2+3", "b.example#1", "a.example#4", "c.example#5", "b.example#6"));
  EXPECT_EQ(intake.jobs(), 7u);
}

TEST(IntakeTest, WithoutAWindowNothingIsHeldBack) {
  Intake intake({}, nullptr, nullptr);
  input::NameJob job = Job("a.example");
  EXPECT_TRUE(intake.Exchange(&job));
  EXPECT_EQ(input::RecordName(job), "a.example");
  EXPECT_FALSE(intake.Drain(&job));
}

TEST(IntakeTest, WhatAsksForSomethingElseIsNoTwin) {
  std::vector<input::NameJob> jobs =
      Jobs({"a.example", "*.a.example", "a.example", "a.example", "x y", "a.example", "a.example"});
  jobs[2].mutable_details()->account_uris = {"https://ca.example/1"};
  jobs[3].mutable_details()->validation_methods = {"dns-01"};
  jobs[5].purpose = Purpose::kSmime;
  jobs[6].purpose = Purpose::kMark;
  jobs.push_back(Job("x y"));
  Intake intake({.shard = 0, .shard_count = 1, .dedupe_window = 100}, nullptr, nullptr);
  EXPECT_THAT(Through(&intake, std::move(jobs)),
              ElementsAre("x y#4", "x y", "a.example#0", "*.a.example#1", "a.example#2",
                          "a.example#3", "a.example#5", "a.example#6"));
}

TEST(IntakeTest, ManyNamesAllComeOutOnce) {
  for (const size_t window : {1u, 2u, 7u, 64u}) {
    Intake intake({.shard = 0, .shard_count = 1, .dedupe_window = window}, nullptr, nullptr);
    std::vector<std::string> names;
    for (int i = 0; i < 2000; ++i) names.push_back("n" + std::to_string(i * i % 17) + ".example");
    size_t records = 0;
    for (const std::string& out : Through(&intake, Jobs(names))) {
      records += 1 + static_cast<size_t>(std::count(out.begin(), out.end(), '+'));
    }
    EXPECT_EQ(records, names.size()) << window;
  }
}

TEST(IntakeTest, ShardsAreDisjointAndWhole) {
  std::vector<std::string> names = {"no name", "com", "co.uk"};
  for (int i = 0; i < 500; ++i) {
    names.push_back("d" + std::to_string(i) + ".example.org");
    names.push_back("www.d" + std::to_string(i) + ".co.uk");
    names.push_back("mail.d" + std::to_string(i) + ".co.uk");
  }
  std::map<std::string, uint32_t> shard_of;
  constexpr uint32_t kShards = 3;
  for (uint32_t shard = 0; shard < kShards; ++shard) {
    Intake intake({shard, kShards, 10}, nullptr, nullptr);
    std::vector<input::NameJob> jobs;
    for (const std::string& name : names) jobs.push_back(Job(name));
    const std::vector<std::string> out = Through(&intake, std::move(jobs));
    EXPECT_EQ(intake.jobs(), out.size());
    for (const std::string& name : out) {
      EXPECT_TRUE(shard_of.emplace(name, shard).second) << name << " is in two shards";
    }
    EXPECT_GT(out.size(), 200u);
  }
  EXPECT_EQ(shard_of.size(), names.size());
  for (int i = 0; i < 500; ++i) {
    const std::string domain = "d" + std::to_string(i) + ".co.uk";
    EXPECT_EQ(shard_of["www." + domain], shard_of["mail." + domain]);
  }
}

TEST(IntakeTest, LeavesOutWhatAnEarlierRunHasDone) {
  Fingerprinter secret = *Fingerprinter::Create(1, 2);
  FingerprintSet done;
  done.Add(secret.Of("a.example", "", Purpose::kTls, "0", ""));
  done.Add(secret.Of("b.example", "B.example", Purpose::kTls, "", ""));
  done.Add(secret.Of("*.c.example", "", Purpose::kTls, "", ""));
  done.Add(secret.Of("x y", "", Purpose::kTls, "", ""));
  done.Add(secret.Of("d.example", "", Purpose::kTls, "", ""));
  done.Seal();
  Intake intake({.shard = 0, .shard_count = 1, .dedupe_window = 5}, &done, &secret);
  std::vector<input::NameJob> jobs;
  for (const char* name :
       {"b.example", "B.example", "c.example", "*.c.example", "x y", "d.example", "d.example"}) {
    jobs.push_back(Job(name));
  }
  jobs.push_back(Job("a.example", "0"));
  jobs.push_back(Job("a.example", "1"));
  EXPECT_THAT(Through(&intake, std::move(jobs)),
              ElementsAre("b.example", "c.example", "d.example", "a.example#1"));
  EXPECT_EQ(intake.done_before(), 5u);
  EXPECT_EQ(intake.jobs(), 4u);
}

}  // namespace
}  // namespace caascan::scan
