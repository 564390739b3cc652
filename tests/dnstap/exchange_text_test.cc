#include "scanner/dnstap/exchange_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/dnstap/frames.h"

namespace caascan::dnstap {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(ExchangeTextTest, SaysWhenAndWithWhom) {
  const std::string text = ExchangeText(Answered("www.example.com"));
  EXPECT_THAT(text, StartsWith(";; 2027-03-15T08:00:00.123Z 192.0.2.1 port 53, UDP, answered after "
                               "11.2 ms\n"));
  EXPECT_THAT(text, HasSubstr("www.example.com.\tIN\tCAA"));
}

TEST(ExchangeTextTest, ShowsTheQueryWhereNothingCame) {
  const std::string text = ExchangeText(Unanswered("www.example.com"));
  EXPECT_THAT(text, HasSubstr("UDP, no answer: timeout\n"));
  EXPECT_THAT(text, HasSubstr("www.example.com.\tIN\tCAA"));
}

TEST(ExchangeTextTest, IsPlainTextWhateverCame) {
  Frame frame = Answered("www.example.com");
  frame.response.assign(200, 0x1b);
  frame.address.clear();
  const std::string text = ExchangeText(frame);
  EXPECT_THAT(text, HasSubstr("(unknown)"));
  EXPECT_THAT(text, HasSubstr("200 octets that are no DNS message"));
  frame = Unanswered("x");
  frame.status = "\x1b[31m";
  const std::string other = ExchangeText(frame);
  EXPECT_TRUE(std::all_of(other.begin(), other.end(), [](char c) {
    return (c >= ' ' && c <= '~') || c == '\n' || c == '\t';
  })) << other;
}

}  // namespace
}  // namespace caascan::dnstap
