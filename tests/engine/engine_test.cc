// Scanners that serve many, against a resolver on loopback.
#include "caascan/engine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan {
namespace {

using net::Arrival;
using net::Outbox;
using net::Reply;

/// Names that begin with "permit" let Let's Encrypt issue, those with "other" another CA; "silent"
/// ones have no answer. All others are empty.
void Resolve(const Arrival& query, Outbox* out) {
  const std::string name = net::QuestionText(query.bytes);
  if (name.starts_with("silent")) return;
  Reply reply(query.bytes, dns::kFlagQR | dns::kFlagRA);
  if (name.starts_with("permit")) {
    reply.Answer(name, dns::RRType::kCAA, net::CaaBytes(0, "issue", "letsencrypt.org"));
  } else if (name.starts_with("other")) {
    reply.Answer(name, dns::RRType::kCAA, net::CaaBytes(0, "issue", "ca.example"));
  }
  out->Send(reply.bytes());
}

/// Records of a batch as they come, for the test's thread to wait for.
class Gathered {
 public:
  Scanner::OnRecord callback() {
    return [this](uint64_t number, const Record& record) {
      const std::lock_guard lock(mutex_);
      EXPECT_TRUE(records_.emplace(number, record).second) << "a second record for " << number;
      changed_.notify_all();
    };
  }
  bool WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20),
                             [&] { return records_.size() >= count; });
  }
  std::map<uint64_t, Record> records() {
    const std::lock_guard lock(mutex_);
    return records_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uint64_t, Record> records_;
};

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    options_.threads = 2;
    options_.recheck = 0;
    options_.diagnose = DiagnoseMode::kOff;
    options_.allow_special = true;  // The names end in .test.
    options_.dnssec = DnssecMode::kOff;
    options_.resolvers = {server_.At("127.0.0.1").ToTextWithPort()};
  }

  std::unique_ptr<Scanner> Open() {
    auto scanner = Scanner::Open(options_);
    EXPECT_TRUE(scanner.ok()) << scanner.status();
    return scanner.ok() ? *std::move(scanner) : nullptr;
  }
  size_t CountAsked(const std::string& name) const {
    size_t count = 0;
    for (const net::SeenQuery& query : server_.seen()) count += query.name == name ? 1 : 0;
    return count;
  }
  static Inquiry From(const std::string& ca) {
    Inquiry inquiry;
    inquiry.request.issuer_domains = {ca};
    return inquiry;
  }

  net::FakeServer server_{Resolve};
  ScanOptions options_;
};

TEST_F(EngineTest, RecordsComeInTheOrderOfTheNames) {
  const auto scanner = Open();
  const auto records =
      scanner->Check({"permit.test", "*.Other.test", "no name!", "empty.test"}, Inquiry());
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[0].reason, Reason::kIssuerAuthorized);
  EXPECT_EQ(records[1].name, "*.other.test");
  EXPECT_EQ(records[1].reason, Reason::kIssuerNotAuthorized);
  EXPECT_EQ(records[2].reason, Reason::kInvalidName);
  EXPECT_FALSE(records[2].detail.empty());
  EXPECT_EQ(records[3].reason, Reason::kNoCaa);
}

TEST_F(EngineTest, EachBatchIsDecidedForItsOwnCa) {
  const auto scanner = Open();
  EXPECT_EQ(scanner->Check({"other.test"}, Inquiry())[0].reason, Reason::kIssuerNotAuthorized);
  Inquiry own = From("ca.example");
  own.ca_set = {{"Other", {"ca.example"}}, {"LE", {"letsencrypt.org"}}};
  const Record record = scanner->Check({"other.test"}, own)[0];
  EXPECT_EQ(record.reason, Reason::kIssuerAuthorized);
  EXPECT_EQ(record.decisions,
            (std::vector<std::pair<std::string, bool>>{{"Other", true}, {"LE", false}}));
}

TEST_F(EngineTest, AnAnswerIsKeptUntilItsValidityEndsAndAskedForAnewWhereThatIsWanted) {
  const auto scanner = Open();
  const Record first = scanner->Check({"permit.test"}, Inquiry())[0];
  EXPECT_EQ(CountAsked("permit.test"), 1u);
  const Record known = scanner->Check({"permit.test"}, From("ca.example"))[0];
  EXPECT_EQ(CountAsked("permit.test"), 1u);
  EXPECT_EQ(known.reason, Reason::kIssuerNotAuthorized) << "the request is another";
  EXPECT_EQ(known.time, first.time) << "so valid_until is not put off";
  EXPECT_EQ(known.queries, 0u);
  EXPECT_EQ(scanner->counts().recalled, 1u);
  Inquiry fresh;
  fresh.fresh = true;
  const Record again = scanner->Check({"permit.test"}, fresh)[0];
  EXPECT_EQ(CountAsked("permit.test"), 2u);
  EXPECT_GT(again.time, first.time);
}

TEST_F(EngineTest, AFreshAnswerIsFreshUpToTheTopLevelDomain) {
  const auto scanner = Open();
  (void)scanner->Check({"a.b.test"}, Inquiry());
  (void)scanner->Check({"c.b.test"}, Inquiry());
  EXPECT_EQ(CountAsked("b.test"), 1u) << "parents are shared";
  Inquiry fresh;
  fresh.fresh = true;
  (void)scanner->Check({"a.b.test"}, fresh);
  EXPECT_EQ(CountAsked("a.b.test"), 2u);
  EXPECT_EQ(CountAsked("b.test"), 2u);
  EXPECT_EQ(CountAsked("test"), 2u);
}

TEST_F(EngineTest, AFailureIsNotKept) {
  options_.timeout = std::chrono::milliseconds(100);
  options_.retries = 0;
  const auto scanner = Open();
  EXPECT_EQ(scanner->Check({"silent.test"}, Inquiry())[0].outcome(), Outcome::kTimeout);
  const size_t asked = CountAsked("silent.test");
  EXPECT_EQ(scanner->Check({"silent.test"}, Inquiry())[0].outcome(), Outcome::kTimeout);
  EXPECT_GT(CountAsked("silent.test"), asked);
}

TEST_F(EngineTest, LinesAreObjectsOrNames) {
  const auto scanner = Open();
  Gathered gathered;
  const auto batch = scanner->Begin(Inquiry(), gathered.callback());
  EXPECT_TRUE(batch->AddLine(R"({"name":"permit.test","id":7,"wildcard":true})", 1));
  EXPECT_FALSE(batch->AddLine("  ", 2));
  EXPECT_FALSE(batch->AddLine("# a comment", 3));
  EXPECT_TRUE(batch->AddLine("empty.test\r", 4));
  EXPECT_TRUE(batch->AddLine("{broken", 5));
  batch->AddBroken("xxxx", 6, "too long");
  batch->Flush();
  ASSERT_TRUE(gathered.WaitFor(4));
  const auto records = gathered.records();
  EXPECT_EQ(records.at(0).name, "*.permit.test");
  EXPECT_EQ(records.at(0).id.text, "7");
  EXPECT_EQ(records.at(1).name, "empty.test");
  EXPECT_EQ(records.at(2).reason, Reason::kInvalidName);
  EXPECT_EQ(records.at(2).line, 5u);
  EXPECT_EQ(records.at(3).detail, "too long");
  EXPECT_EQ(records.at(3).line, 6u);
  EXPECT_EQ(batch->waiting(), 0u);
}

TEST_F(EngineTest, AStopGivesBackWhatHasNoRecord) {
  const auto scanner = Open();
  std::stop_source source;
  std::thread stopper([&source] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    source.request_stop();
  });
  const auto began = std::chrono::steady_clock::now();
  const auto records =
      scanner->Check({"permit.test", "silent.test"}, Inquiry(), source.get_token());
  stopper.join();
  EXPECT_EQ(records[0].reason, Reason::kIssuerAuthorized);
  EXPECT_EQ(records[1].reason, Reason::kStopped);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST_F(EngineTest, AStoppedBatchStillGivesEveryNameItsRecord) {
  options_.timeout = std::chrono::milliseconds(300);
  options_.concurrency = 4;
  const auto scanner = Open();
  Gathered gathered;
  const auto batch = scanner->Begin(Inquiry(), gathered.callback());
  for (int i = 0; i < 200; ++i) batch->Add("silent" + std::to_string(i) + ".test");
  batch->Stop();
  ASSERT_TRUE(gathered.WaitFor(200));
  size_t stopped = 0;
  for (const auto& [number, record] : gathered.records()) {
    stopped += record.reason == Reason::kStopped ? 1 : 0;
  }
  EXPECT_GE(stopped, 190u);
}

TEST_F(EngineTest, ABatchThatEndsHearsNothingMore) {
  const auto scanner = Open();
  for (int round = 0; round < 20; ++round) {
    auto alive = std::make_unique<std::atomic<int>>(0);
    auto batch = scanner->Begin(Inquiry(), [&alive](uint64_t, const Record&) { ++*alive; });
    for (int i = 0; i < 50; ++i) batch->Add("n" + std::to_string(i) + ".test");
    if (round % 2 == 0) batch->Flush();
    batch.reset();
    alive.reset();  // A call from here on would be seen by the sanitizers.
  }
  EXPECT_EQ(scanner->Check({"permit.test"}, Inquiry())[0].reason, Reason::kIssuerAuthorized);
}

TEST_F(EngineTest, ASingleNameDoesNotWaitForTheNamesOfABatch) {
  options_.concurrency = 20;
  const auto scanner = Open();
  const auto batch = scanner->Begin(Inquiry(), [](uint64_t, const Record&) {});
  for (int i = 0; i < 2000; ++i) batch->Add("silent" + std::to_string(i) + ".test");
  batch->Flush();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(scanner->Check({"permit.test"}, Inquiry())[0].reason, Reason::kIssuerAuthorized);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
}

TEST_F(EngineTest, ManyThreadsAskAtTheSameTime) {
  const auto scanner = Open();
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&scanner, &right, t] {
      for (int round = 0; round < 5; ++round) {
        std::vector<std::string> names;
        for (int i = 0; i < 40; ++i) {
          names.push_back((i % 2 == 0 ? "permit" : "other") + std::to_string(i) + ".d" +
                          std::to_string(t) + ".test");
        }
        const auto records = scanner->Check(names, t % 2 == 0 ? Inquiry() : From("ca.example"));
        for (size_t i = 0; i < records.size(); ++i) {
          const bool permit = (i % 2 == 0) == (t % 2 == 0);
          right += records[i].may_issue == permit && records[i].name == names[i] ? 1 : 0;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4 * 5 * 40);
  EXPECT_EQ(scanner->counts().records, 800u);
}

TEST_F(EngineTest, CanariesTellWhetherAnythingAnswers) {
  const auto ask = [](Scanner* scanner) {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<bool> answered;
    scanner->AskCanaries([&](bool result) {
      const std::lock_guard lock(mutex);
      answered = result;
      changed.notify_one();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return answered.has_value(); });
    return *answered;
  };
  const auto scanner = Open();
  EXPECT_TRUE(ask(scanner.get()));
  net::FakeServer silent([](const Arrival&, Outbox*) {});
  options_.resolvers = {silent.At("127.0.0.1").ToTextWithPort()};
  const auto other = Open();
  EXPECT_FALSE(ask(other.get()));
}

TEST_F(EngineTest, OptionsThatCannotBeUsedAreErrors) {
  options_.resolvers = {"no resolver!"};
  EXPECT_TRUE(absl::IsInvalidArgument(Scanner::Open(options_).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Check({"a.test"}, Inquiry(), options_).status()));
}

TEST_F(EngineTest, CheckNeedsNoScanner) {
  const auto records = Check({"permit.test"}, Inquiry(), options_);
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_TRUE((*records)[0].may_issue);
}

}  // namespace
}  // namespace caascan
