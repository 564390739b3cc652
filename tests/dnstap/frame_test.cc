#include "scanner/dnstap/frame.h"

#include <gtest/gtest.h>

#include "tests/dnstap/frames.h"

namespace caascan::dnstap {
namespace {

std::optional<Frame> Decode(const std::string& bytes) {
  return DecodeFrame({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
}

TEST(FrameTest, IsReadAsItWasWritten) {
  for (const Frame::Role role : {Frame::Role::kResolver, Frame::Role::kStub}) {
    for (const auto transport : {Frame::Transport::kUdp, Frame::Transport::kTcp,
                                 Frame::Transport::kTls, Frame::Transport::kHttps}) {
      for (Frame frame : {Answered("www.example.com"), Unanswered("www.example.com")}) {
        frame.role = role;
        frame.transport = transport;
        EXPECT_EQ(Decode(EncodeFrame(frame)), frame);
        frame.address = std::vector<uint8_t>(16, 0x20);
        frame.name = "\"q\"\n\x01";
        EXPECT_EQ(Decode(EncodeFrame(frame)), frame);
      }
    }
  }
}

TEST(FrameTest, IsNoneWhereItIsTorn) {
  const std::string whole = EncodeFrame(Answered("www.example.com"));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(Decode(whole.substr(0, size)), std::nullopt) << size;
  }
}

TEST(FrameTest, TakesNoOctetForGranted) {
  const std::string whole = EncodeFrame(Answered("www.example.com"));
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int value : {0, 1, 0x7f, 0x80, 0xff}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(value);
      (void)Decode(bytes);  // AddressSanitizer and UBSan look on.
    }
  }
}

TEST(FrameTest, OfOtherTypesIsNone) {
  // dnstap {type: MESSAGE, message {type: AUTH_QUERY, query_message: "x"}}.
  EXPECT_EQ(Decode(std::string("\x72\x05\x08\x01\x52\x01\x78\x78\x01", 9)), std::nullopt);
  // RESOLVER_QUERY of another program: no address, no time, no extra.
  const auto frame = Decode(std::string("\x72\x05\x08\x03\x52\x01\x78\x78\x01", 9));
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->query, std::vector<uint8_t>{'x'});
  EXPECT_TRUE(frame->address.empty());
  EXPECT_TRUE(frame->name.empty());
}

}  // namespace
}  // namespace caascan::dnstap
