#include "scanner/io/signal_scope.h"

#include <sys/signalfd.h>
#include <unistd.h>

namespace caascan::io {

namespace {

sigset_t EndingSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

SignalScope::SignalScope() {
  const sigset_t wanted = EndingSignals();
  pthread_sigmask(SIG_BLOCK, &wanted, &old_mask_);
  fd_ = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &old_pipe_);
  sigaction(SIGXFSZ, &ignore, &old_size_);
}

SignalScope::~SignalScope() {
  (void)Take();  // What came late must not end the program after all.
  sigaction(SIGXFSZ, &old_size_, nullptr);
  sigaction(SIGPIPE, &old_pipe_, nullptr);
  if (fd_ >= 0) close(fd_);
  pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr);
}

int SignalScope::Take() const {
  signalfd_siginfo info{};
  return read(fd_, &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

SignalGap::SignalGap() {
  const sigset_t wanted = EndingSignals();
  pthread_sigmask(SIG_UNBLOCK, &wanted, &old_mask_);
}

SignalGap::~SignalGap() { pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr); }

}  // namespace caascan::io
