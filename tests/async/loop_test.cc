#include "scanner/async/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "scanner/async/tcp_stream.h"

namespace caascan::async {
namespace {

/// While it lives, so many descriptors more may be opened.
class FewDescriptors {
 public:
  explicit FewDescriptors(int left) {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    // Those that are open may have gaps.
    std::vector<int> next;
    for (int i = 0; i <= left; ++i) next.push_back(dup(STDERR_FILENO));
    for (const int fd : next) close(fd);
    const rlimit low = {static_cast<rlim_t>(next.back()), before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  }
  ~FewDescriptors() { EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before_), 0); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST(LoopTest, WithoutDescriptorsThereIsAStatusAndNoMore) {
  { const Loop first; }  // libuv opens some of its own, once.
  constexpr int kOfALoop = 4;
  for (int left = 0; left < kOfALoop; ++left) {
    SCOPED_TRACE(left);
    const FewDescriptors few(left);
    Loop loop;
    EXPECT_EQ(loop.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(loop.status().message()), testing::HasSubstr("too many open files"));
    loop.Wake();
    loop.Drain();
  }
  const FewDescriptors enough(kOfALoop);
  Loop loop;
  EXPECT_TRUE(loop.status().ok()) << loop.status();
  loop.SetTurnHook([&loop] { loop.Stop(); });
  loop.Wake();
  loop.Run();
}

class Listener : public ByteStream::User {
 public:
  bool closed = false;

 private:
  void OnConnected(int error) override { ADD_FAILURE() << error; }
  std::span<uint8_t> ReadBuffer() override { return {}; }
  void OnRead(size_t) override {}
  void OnEnd(int) override {}
  void OnClosed() override { closed = true; }
};

TEST(LoopTest, WithoutDescriptorsAStreamSaysSo) {
  Loop loop;
  Listener listener;
  const auto stream = MakeTcpStream(&loop, &listener);
  {
    const FewDescriptors few(0);
    EXPECT_EQ(stream->Connect(*Address::FromText("127.0.0.1", 53)), EMFILE);
  }
  stream->Close();
  loop.Drain();
  EXPECT_TRUE(listener.closed);
}

}  // namespace
}  // namespace caascan::async
