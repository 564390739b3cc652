// Tested by ready_set_test.cc.
#include "scanner/net/ready_set.h"

#include <unistd.h>
#include <uv.h>

#include <cassert>
#include <memory>
#include <utility>

#include "scanner/async/uv_call.h"

namespace caascan::net {

struct ReadySet::Watch {
  ~Watch() {
    if (fd >= 0) close(fd);
  }
  uv_poll_t poll{};
  int fd = -1;
  std::function<void()> on_ready;
};

ReadySet::~ReadySet() { assert(!is_open() && "closed while its loop still runs"); }

bool ReadySet::Open(async::Loop* loop, std::function<void()> on_ready) {
  assert(!is_open() && "opened once");
  auto watch = std::make_unique<Watch>();
  watch->fd = epoll_create1(EPOLL_CLOEXEC);
  watch->on_ready = std::move(on_ready);
  if (watch->fd < 0 || uv_poll_init(loop->uv(), &watch->poll, watch->fd) != 0) return false;
  watch->poll.data = watch.get();
  async::MustSucceed(uv_poll_start(&watch->poll, UV_READABLE, [](uv_poll_t* poll, int, int) {
    static_cast<const Watch*>(poll->data)->on_ready();
  }));
  watch_ = watch.release();
  return true;
}

bool ReadySet::Add(int fd, uint32_t tag) {
  assert(is_open() && "opened before");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = tag;
  if (epoll_ctl(watch_->fd, EPOLL_CTL_ADD, fd, &event) != 0) return false;
  ++added_;
  return true;
}

void ReadySet::Remove(int fd) {
  assert(is_open() && "opened before");
  const int result = epoll_ctl(watch_->fd, EPOLL_CTL_DEL, fd, nullptr);
  assert(result == 0 && "it was added");
  (void)result;
  --added_;
}

std::span<const uint32_t> ReadySet::Ready() {
  tags_.clear();
  if (!is_open() || added_ == 0) return tags_;
  if (events_.size() < added_) events_.resize(added_);
  const int count = epoll_wait(watch_->fd, events_.data(), static_cast<int>(events_.size()), 0);
  for (int i = 0; i < count; ++i) tags_.push_back(events_[static_cast<size_t>(i)].data.u32);
  return tags_;
}

void ReadySet::Close() {
  if (!is_open()) return;
  async::MustSucceed(uv_poll_stop(&watch_->poll));
  uv_close(reinterpret_cast<uv_handle_t*>(&std::exchange(watch_, nullptr)->poll),
           [](uv_handle_t* handle) {
             const std::unique_ptr<Watch> closed(static_cast<Watch*>(handle->data));
           });
}

}  // namespace caascan::net
