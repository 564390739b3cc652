#include "scanner/evidence/exchange_log.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/dnstap/frames.h"
#include "tests/io/temp_file.h"
#include "tests/net/client.h"

namespace caascan::evidence {
namespace {

using async::Address;
using dnstap::Frame;
using net::ExchangeStatus;
using std::chrono::milliseconds;

class ExchangeLogTest : public testing::Test {
 protected:
  ExchangeLogTest() { EXPECT_TRUE(file_.Open(output_.path()).ok()); }

  /// An exchange that has ended so.
  struct Ended {
    ExchangeStatus status = ExchangeStatus::kTimeout;
    std::vector<uint8_t> message = {};
    net::Protocol protocol = net::Protocol::kUdp;
    bool sent = true;
  };
  void Note(const Ended& ended, ExchangeLog* log) {
    dns::Name name;
    ASSERT_EQ(dns::Name::FromText("www.example.com", &name), dns::NameError::kNone);
    dns::QuerySpec spec;
    spec.name = name;
    net::Exchange exchange(client_.network()->PeerFor(server_), spec, ended.protocol,
                           milliseconds(100));
    exchange.course().id = 0x4711;
    exchange.course().case_bits = 0b101;
    if (ended.sent) exchange.course().sent_at = client_.loop()->now() - milliseconds(50);
    exchange.result().status = ended.status;
    exchange.result().rtt = milliseconds(20);
    exchange.result().message = ended.message;
    log->Note(exchange);
  }
  ExchangeLog Log(std::string earlier = {}) {
    return ExchangeLog(&file_, client_.loop(), std::move(earlier));
  }

  std::vector<Frame> Written() {
    EXPECT_TRUE(file_.Finish().ok());
    std::vector<Frame> frames;
    EXPECT_TRUE(dnstap::ReadFrames(output_.path(), [&](const Frame& frame) {
                  frames.push_back(frame);
                }).ok());
    return frames;
  }

  const io::TempFile output_;
  EvidenceFile file_{DnstapFor::kAll};
  net::Client client_;
  const Address server_ = *Address::FromText("192.0.2.1", 5300);
};

TEST_F(ExchangeLogTest, KeepsBothMessagesAsTheyWere) {
  ExchangeLog log = Log();
  const std::vector<uint8_t> answer = {1, 2, 3, 0, 255};
  const int64_t before = std::chrono::system_clock::now().time_since_epoch().count();
  Note({ExchangeStatus::kReply, answer, net::Protocol::kTcp}, &log);
  log.Submit("www.example.com");
  const std::vector<Frame> frames = Written();
  ASSERT_EQ(frames.size(), 1U);
  const Frame& frame = frames[0];
  EXPECT_EQ(frame.role, Frame::Role::kResolver);
  EXPECT_EQ(frame.transport, Frame::Transport::kTcp);
  EXPECT_EQ(frame.address, (std::vector<uint8_t>{192, 0, 2, 1}));
  EXPECT_EQ(frame.port, 5300);
  EXPECT_EQ(frame.name, "www.example.com");
  EXPECT_EQ(frame.response, answer);
  EXPECT_EQ(*frame.received_ns - frame.sent_ns, 20'000'000);
  EXPECT_LT(frame.sent_ns, before);
  EXPECT_GT(frame.sent_ns, before - 1'000'000'000);
  // The ID, and the letter case as it was sent: bit i is octet i's, the length's included.
  ASSERT_GT(frame.query.size(), 14U);
  EXPECT_EQ(frame.query[0], 0x47);
  EXPECT_EQ(frame.query[1], 0x11);
  EXPECT_EQ(frame.query[13], 'w');
  EXPECT_EQ(frame.query[14], 'W');
}

struct StatusRow {
  ExchangeStatus status;
  bool sent;
  const char* text;  // Null: no frame.
};

TEST_F(ExchangeLogTest, SaysWhyNothingCame) {
  const StatusRow rows[] = {
      {ExchangeStatus::kTimeout, true, "timeout"},
      {ExchangeStatus::kUnreachable, true, "unreachable"},
      {ExchangeStatus::kUnreachable, false, "unreachable"},
      {ExchangeStatus::kClosed, true, "connection closed"},
      {ExchangeStatus::kDoubtful, true, "what came may be forged"},
      {ExchangeStatus::kCancelled, true, "the scan was stopped"},
      {ExchangeStatus::kCancelled, false, nullptr},
      {ExchangeStatus::kBlocked, false, nullptr},
      {ExchangeStatus::kSendFailed, false, nullptr},
  };
  std::vector<std::string> wanted;
  ExchangeLog log = Log();
  for (const StatusRow& row : rows) {
    Note({row.status, {}, net::Protocol::kUdp, row.sent}, &log);
    if (row.text != nullptr) wanted.emplace_back(row.text);
  }
  log.Submit("www.example.com");
  std::vector<std::string> found;
  for (const Frame& frame : Written()) {
    EXPECT_FALSE(frame.received_ns.has_value());
    found.push_back(frame.status);
  }
  EXPECT_EQ(found, wanted);
}

TEST_F(ExchangeLogTest, GoesOnWithANameThatWasPutOff) {
  std::string earlier;
  {
    ExchangeLog log = Log();
    Note({ExchangeStatus::kTimeout}, &log);
    earlier = log.Take();
  }
  ExchangeLog log = Log(earlier);
  Note({ExchangeStatus::kClosed}, &log);
  log.Submit("www.example.com");
  const std::vector<Frame> frames = Written();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].status, "timeout");
  EXPECT_EQ(frames[1].status, "connection closed");
}

TEST_F(ExchangeLogTest, KeepsNoMoreThanANamesShareAndCountsTheRest) {
  const std::vector<uint8_t> large(60'000);
  constexpr size_t kFit = ExchangeLog::kMaxBytes / 60'000;
  {
    ExchangeLog log = Log();
    for (size_t i = 0; i < kFit + 3; ++i) Note({ExchangeStatus::kReply, large}, &log);
    log.Submit("www.example.com");
  }
  {
    ExchangeLog unwanted = Log();
    for (size_t i = 0; i < kFit + 3; ++i) Note({ExchangeStatus::kReply, large}, &unwanted);
  }
  EXPECT_EQ(Written().size(), kFit);
  EXPECT_EQ(file_.dropped(), 3U) << "what was not wanted is no loss";
  EXPECT_TRUE(file_.Hold(EvidenceFile::kMaxHeldBytes)) << "all of it was given back";
}

}  // namespace
}  // namespace caascan::evidence
