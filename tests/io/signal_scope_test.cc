#include "scanner/io/signal_scope.h"

#include <gtest/gtest.h>
#include <poll.h>

namespace caascan::io {
namespace {

bool HasSignal(const SignalScope& scope) {
  pollfd wanted = {.fd = scope.fd(), .events = POLLIN, .revents = 0};
  return poll(&wanted, 1, 0) == 1;
}

TEST(SignalScopeTest, SignalsWaitToBeTaken) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const SignalScope scope;
    EXPECT_FALSE(HasSignal(scope));
    EXPECT_EQ(scope.Take(), 0);
    ASSERT_EQ(raise(signal), 0);
    EXPECT_TRUE(HasSignal(scope));
    EXPECT_EQ(scope.Take(), signal);
    EXPECT_EQ(scope.Take(), 0);
  }
}

TEST(SignalScopeTest, OneThatIsNotTakenEndsNothingAfterwards) {
  {
    const SignalScope scope;
    ASSERT_EQ(raise(SIGTERM), 0);
  }
  SUCCEED() << "the program lives";
}

TEST(SignalScopeTest, ThoseThatTheParentIgnoresWaitToo) {
  struct sigaction ignore {};
  struct sigaction before {};
  ignore.sa_handler = SIG_IGN;
  ASSERT_EQ(sigaction(SIGTERM, &ignore, &before), 0);
  {
    const SignalScope scope;
    ASSERT_EQ(raise(SIGTERM), 0);
    EXPECT_EQ(scope.Take(), SIGTERM);
  }
  ASSERT_EQ(sigaction(SIGTERM, &before, nullptr), 0);
}

TEST(SignalGapDeathTest, LetsSignalsEndTheProgram) {
  const SignalScope scope;
  EXPECT_EXIT(
      {
        const SignalGap gap;
        (void)raise(SIGTERM);
      },
      testing::KilledBySignal(SIGTERM), "");
  { const SignalGap gap; }
  ASSERT_EQ(raise(SIGTERM), 0);
  EXPECT_EQ(scope.Take(), SIGTERM) << "as before the gap";
}

}  // namespace
}  // namespace caascan::io
