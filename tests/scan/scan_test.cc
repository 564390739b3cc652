// Whole scans, from files to files, against servers on loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "caascan/outcome.h"
#include "caascan/scanner.h"
#include "tests/investigate/investigate_fixture.h"
#include "tests/io/temp_file.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"
#include "tests/resolve/fake_tree.h"

namespace caascan::scan {
namespace {

using investigate::Line;

using net::Arrival;
using net::Outbox;
using net::Reply;
using testing::HasSubstr;

/// Names that begin with "permit", "deny" or "refused" are so; all others are empty.
void Resolve(const Arrival& query, Outbox* out) {
  const std::string name = net::QuestionText(query.bytes);
  if (name.starts_with("refused")) {
    out->Send(Reply(query.bytes, dns::kFlagQR, dns::RCode::kRefused).bytes());
    return;
  }
  Reply reply(query.bytes, dns::kFlagQR | dns::kFlagRA);
  if (name.starts_with("permit")) {
    reply.Answer(name, dns::RRType::kCAA, net::CaaBytes(0, "issue", "letsencrypt.org"));
  } else if (name.starts_with("deny")) {
    reply.Answer(name, dns::RRType::kCAA, net::CaaBytes(0, "issue", ";"));
  }
  out->Send(reply.bytes());
}

void Ignore(const Arrival&, Outbox*) {}

class ScanTest : public testing::Test {
 protected:
  ScanTest() {
    // RunScan takes the signals in its own threads; the server's thread must not.
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
    options_.threads = 1;
    options_.recheck = 0;
    options_.progress = ProgressMode::kNever;
    options_.timeout = std::chrono::seconds(10);
    options_.allow_special = true;  // The names end in .test.
  }

  void ServeAsResolver(net::FakeServer::Handler handler) {
    server_ = std::make_unique<net::FakeServer>(std::move(handler));
    options_.resolvers = {server_->At("127.0.0.1").ToTextWithPort()};
    options_.dnssec = DnssecMode::kOff;  // Nobody asks first whether the resolver validates.
  }

  absl::Status Scan(const std::string& input) {
    const io::TempFile in(input);
    options_.inputs = {in.path()};
    if (options_.output_path.empty()) options_.output_path = out_.path();
    return RunScan(options_, &summary_);
  }

  /// What was written, whole lines all, by name.
  std::multimap<std::string, Line> Records() const {
    std::multimap<std::string, Line> records;
    std::istringstream in(out_.Read());
    for (std::string text; std::getline(in, text);) {
      EXPECT_FALSE(in.eof()) << "the last line is whole: " << text;
      const Line line(text + "\n");
      records.emplace(line["name"], line);
    }
    return records;
  }
  uint64_t CountOf(Outcome outcome) const {
    return summary_.outcomes[static_cast<size_t>(outcome)];
  }

  ScanOptions options_;
  ScanSummary summary_;
  const io::TempFile out_;
  std::unique_ptr<net::FakeServer> server_;
};

std::string NamesWith(const std::string& prefix, int count) {
  std::string names;
  for (int i = 0; i < count; ++i) {
    names += prefix + std::to_string(i) + ".d" + std::to_string(i % 50) + ".test\n";
  }
  return names;
}

TEST_F(ScanTest, EveryNameGivesOneRecord) {
  ServeAsResolver(Resolve);
  ASSERT_TRUE(
      Scan("permit.test\n\n# a comment\ndeny.test\nempty.test\nPermit.TEST\nrefused.test").ok());
  const auto records = Records();
  EXPECT_EQ(records.size(), 5u);
  EXPECT_EQ(records.count("permit.test"), 2u);
  EXPECT_EQ(records.find("permit.test")->second["reason"], "issuer_authorized");
  EXPECT_EQ(records.find("deny.test")->second["reason"], "issuance_forbidden");
  EXPECT_EQ(records.find("empty.test")->second["reason"], "no_caa");
  EXPECT_EQ(records.find("refused.test")->second["outcome"], "servfail");
  EXPECT_EQ(summary_.names_in, 5u);
  EXPECT_EQ(summary_.records_out, 5u);
  EXPECT_EQ(CountOf(Outcome::kPermit), 3u);
  EXPECT_EQ(CountOf(Outcome::kDeny), 1u);
  EXPECT_EQ(CountOf(Outcome::kServfail), 1u);
  EXPECT_EQ(summary_.queries, server_->seen_count());
  EXPECT_EQ(summary_.signal, 0);
  EXPECT_GT(summary_.elapsed.count(), 0);
}

TEST_F(ScanTest, SeveralThreadsLoseNothing) {
  ServeAsResolver(Resolve);
  options_.threads = 4;
  options_.concurrency = 100;
  options_.timeout = std::chrono::milliseconds(500);
  options_.retries = 5;
  std::string input = NamesWith("permit", 400) + NamesWith("deny", 200) + NamesWith("x", 200);
  for (int i = 0; i < 100; ++i) input += "not a name " + std::to_string(i) + "\n";
  ASSERT_TRUE(Scan(input).ok());
  EXPECT_EQ(summary_.names_in, 900u);
  EXPECT_EQ(summary_.records_out, 900u);
  EXPECT_EQ(CountOf(Outcome::kPermit), 600u);
  EXPECT_EQ(CountOf(Outcome::kDeny), 200u);
  EXPECT_EQ(CountOf(Outcome::kError), 100u);
  EXPECT_EQ(Records().size(), 900u);
}

TEST_F(ScanTest, OneNameAtATime) {
  ServeAsResolver(Resolve);
  options_.threads = 8;
  options_.concurrency = 1;
  ASSERT_TRUE(Scan(NamesWith("permit", 50)).ok());
  EXPECT_EQ(CountOf(Outcome::kPermit), 50u);
}

TEST_F(ScanTest, AnEmptyInputIsAnEmptyOutput) {
  ServeAsResolver(Resolve);
  ASSERT_TRUE(Scan("").ok());
  EXPECT_EQ(out_.Read(), "");
  EXPECT_EQ(summary_.names_in, 0u);
  EXPECT_EQ(server_->seen_count(), 0u);
}

TEST_F(ScanTest, LinesThatAreNoNamesAreRecordsToo) {
  ServeAsResolver(Resolve);
  ASSERT_TRUE(Scan("not a name\n" + std::string(300, 'a') + "\nx..y\n.\n").ok());
  const auto records = Records();
  EXPECT_EQ(records.size(), 4u);
  for (const auto& [name, line] : records) {
    EXPECT_EQ(line["outcome"], "error");
    EXPECT_EQ(line["reason"], "invalid_name");
  }
  EXPECT_EQ(server_->seen_count(), 0u);
}

TEST_F(ScanTest, NdjsonLinesKeepTheirIds) {
  ServeAsResolver(Resolve);
  ASSERT_TRUE(
      Scan("{\"name\":\"permit.test\",\"id\":[1]}\n{\"name\":\"deny.test\",\"id\":\"x\"}\n{}\n")
          .ok());
  const auto records = Records();
  EXPECT_EQ(records.find("permit.test")->second["id"], "[1]");
  EXPECT_EQ(records.find("deny.test")->second["id"], "x");
  EXPECT_EQ(records.size(), 3u);
}

TEST_F(ScanTest, ManyFilesAreReadOneAfterTheOther) {
  ServeAsResolver(Resolve);
  const io::TempFile first("permit.test");
  const io::TempFile second("deny.test\n");
  options_.inputs = {first.path(), second.path(), first.path()};
  options_.output_path = out_.path();
  ASSERT_TRUE(RunScan(options_, &summary_).ok());
  EXPECT_EQ(Records().size(), 3u);
}

TEST_F(ScanTest, TheScansRequestHolds) {
  ServeAsResolver([](const Arrival& query, Outbox* out) {
    Reply reply(query.bytes, dns::kFlagQR | dns::kFlagRA);
    reply.Answer(net::QuestionText(query.bytes), dns::RRType::kCAA,
                 net::CaaBytes(0, "issuewild", "ca.example"));
    out->Send(reply.bytes());
  });
  options_.request.issuer_domains = {"ca.example"};
  options_.request.wildcard = true;
  ASSERT_TRUE(Scan("one.test\n").ok());
  EXPECT_EQ(Records().find("*.one.test")->second["reason"], "issuer_authorized");
  options_.request.issuer_domains.clear();
  options_.overwrite = true;
  ASSERT_TRUE(Scan("two.test\n").ok());
  EXPECT_EQ(Records().find("*.two.test")->second["reason"], "issuer_not_authorized")
      << "letsencrypt.org by default";
}

// Names that are not in the public DNS (dns/special_names.h).

TEST_F(ScanTest, NobodyIsAskedForNamesThatAreNotInTheDns) {
  ServeAsResolver(Resolve);
  options_.allow_special = false;
  options_.dedupe_window = 100;
  ASSERT_TRUE(Scan("permit.onion\nPermit.ONION\n*.onion\npermit.local\npermit.home.arpa\n"
                   "permit.onion.example\npermit.notlocal\n")
                  .ok());
  const auto records = Records();
  ASSERT_EQ(records.size(), 7u);
  for (const char* name : {"permit.onion", "*.onion", "permit.local", "permit.home.arpa"}) {
    SCOPED_TRACE(name);
    const Line& line = records.find(name)->second;
    EXPECT_EQ(line["outcome"], "error");
    EXPECT_EQ(line["reason"], "not_in_dns");
    EXPECT_EQ(line["may_issue"], "false");
    EXPECT_EQ(line["queries"], "0");
  }
  EXPECT_EQ(records.find("permit.onion.example")->second["reason"], "issuer_authorized");
  EXPECT_EQ(records.find("permit.notlocal")->second["reason"], "issuer_authorized");
  EXPECT_EQ(server_->seen_count(), 2u);
  EXPECT_EQ(CountOf(Outcome::kError), 5u);
}

TEST_F(ScanTest, AllowSpecialAsksForThemAllTheSame) {
  ServeAsResolver(Resolve);
  ASSERT_TRUE(Scan("permit.onion\n").ok());
  EXPECT_EQ(Records().find("permit.onion")->second["reason"], "issuer_authorized");
}

TEST_F(ScanTest, IterativeModeWalksFromTheHints) {
  resolve::FakeTree tree;
  tree.Serve(".", "127.80.0.1");
  tree.Delegate(".", "test", {{"ns.nic.test", "127.80.0.2"}});
  tree.Delegate("test", "permit.test", {{"ns.permit.test", "127.80.0.3"}});
  tree.Add("permit.test", "permit.test CAA 0 issue letsencrypt.org");
  server_ = std::make_unique<net::FakeServer>(
      [&tree](const Arrival& query, Outbox* out) { tree.Handle(query, out); });
  const io::TempFile hints(". NS a.root.test.\na.root.test. A 127.80.0.1\n");
  options_.root_hints_path = hints.path();
  options_.port = server_->port();
  options_.families = AddressFamilies::kIpv4;
  options_.threads = 2;
  ASSERT_TRUE(Scan("www.permit.test\npermit.test\nother.test\n").ok());
  const auto records = Records();
  EXPECT_EQ(records.find("www.permit.test")->second["caa.owner"], "permit.test");
  EXPECT_EQ(records.find("permit.test")->second["zone"], "permit.test");
  EXPECT_EQ(records.find("other.test")->second["reason"], "no_caa");
  server_.reset();
}

// What cannot be used is said before anything is written.

TEST_F(ScanTest, OptionsThatCannotBeUsedAreInvalid) {
  const io::TempFile in("permit.test\n");
  const std::string missing = out_.path() + ".missing";
  const auto error = [&](auto change) {
    ScanOptions options;
    options.inputs = {in.path()};
    options.output_path = out_.path();
    change(&options);
    const absl::Status status = RunScan(options, &summary_);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(summary_.names_in, 0u);
    return std::string(status.message());
  };
  EXPECT_THAT(error([](ScanOptions* o) { o->resolvers = {"non sense"}; }),
              HasSubstr("'non sense' is no address"));
  EXPECT_THAT(error([](ScanOptions* o) {
                o->resolvers = {"127.0.0.1", "1.2.3"};
              }),
              HasSubstr("'1.2.3' is no address"));
  EXPECT_THAT(error([](ScanOptions* o) {
                o->resolvers = {"::1"};
                o->families = AddressFamilies::kIpv4;
              }),
              HasSubstr("--resolver"));
  EXPECT_THAT(error([&](ScanOptions* o) { o->root_hints_path = missing; }), HasSubstr(missing));
  EXPECT_THAT(error([&](ScanOptions* o) { o->inputs = {missing}; }), HasSubstr(missing));
  EXPECT_THAT(error([](ScanOptions* o) { o->inputs = {"/"}; }), HasSubstr("/"));
}

TEST_F(ScanTest, AnOutputThatCannotBeOpenedIsInvalid) {
  ServeAsResolver(Resolve);
  options_.output_path = out_.path() + "/below/a/file";
  const absl::Status status = Scan("permit.test\n");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("below/a/file"));
}

// Output that fails ends the scan; what was written stays valid line by line.

TEST_F(ScanTest, AFullOutputIsDataLossAndEndsTheScan) {
  ServeAsResolver(Resolve);
  options_.output_path = "/dev/full";
  const absl::Status status = Scan(NamesWith("permit", 500));
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("No space left"));
  EXPECT_EQ(summary_.records_out, 0u);
  EXPECT_GT(summary_.names_in, 0u) << "the summary is filled all the same";
}

TEST_F(ScanTest, AFileThatReachesItsLimitEndsOnAWholeLine) {
  ServeAsResolver(Resolve);
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const std::string names = NamesWith("permit", 1000);
  rlimit small = old;
  small.rlim_cur = 100'000;
  const io::TempFile in(names);
  options_.inputs = {in.path()};
  options_.output_path = out_.path();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = RunScan(options_, &summary_);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Records().size(), summary_.records_out);
  EXPECT_GT(summary_.records_out, 100u);
  EXPECT_LT(summary_.records_out, 1000u);
}

// When no query can leave, nothing ever comes in: the scan must not wait for the network to wake
// it.
TEST_F(ScanTest, ANetworkThatIsDownAccusesNobodyAndHoldsNothingUp) {
  options_.resolvers = {"255.255.255.255"};
  options_.concurrency = 10;
  options_.threads = 2;
  options_.retries = 0;
  // Every name has its record, and the scan says that its resolver has never answered.
  EXPECT_EQ(Scan(NamesWith("permit", 1500)).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(CountOf(Outcome::kError), 1500u);
  EXPECT_EQ(Records().begin()->second["reason"], "local_fault");
  // Five names a thread in flight; had each five waited for the timer that writes lines out, 50 ms,
  // it would have taken 7.5 s.
  EXPECT_LT(summary_.elapsed, std::chrono::seconds(5));
}

TEST_F(ScanTest, TwoSignalsGiveBackWhatIsInFlight) {
  ServeAsResolver(Ignore);
  options_.concurrency = 100;
  options_.timeout = std::chrono::seconds(60);
  std::thread user([this] {
    while (server_->seen_count() < 50) std::this_thread::yield();
    kill(getpid(), SIGTERM);
    kill(getpid(), SIGINT);
  });
  const absl::Status status = Scan(NamesWith("permit", 5000));
  user.join();
  EXPECT_TRUE(status.ok()) << status.ToString();
  EXPECT_NE(summary_.signal, 0);
  EXPECT_EQ(summary_.names_in, summary_.records_out);
  EXPECT_GE(summary_.records_out, 50u);
  for (const auto& [name, line] : Records()) EXPECT_EQ(line["reason"], "stopped") << name;
}

// No new names: not even those that a worker has taken from the queue already.
TEST_F(ScanTest, OneSignalLetsWhatIsInFlightFinish) {
  ServeAsResolver(Resolve);
  options_.concurrency = 10;
  options_.rate_qps = 200;
  size_t seen_at_signal = 0;
  std::thread user([this, &seen_at_signal] {
    while (server_->seen_count() < 20) std::this_thread::yield();
    kill(getpid(), SIGTERM);
    seen_at_signal = server_->seen_count();
  });
  const absl::Status status = Scan(NamesWith("permit", 20'000));
  user.join();
  EXPECT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(summary_.signal, SIGTERM);
  EXPECT_EQ(summary_.names_in, summary_.records_out);
  EXPECT_GE(CountOf(Outcome::kPermit), 20u);
  EXPECT_LE(CountOf(Outcome::kPermit), seen_at_signal + 80) << "ten were in flight";
  EXPECT_EQ(CountOf(Outcome::kPermit) + CountOf(Outcome::kError), summary_.records_out);
}

}  // namespace
}  // namespace caascan::scan
