// Tested by server_test.cc, and end to end by serve_test.py.
#include "scanner/http/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>

#include "scanner/http/connection.h"

namespace caascan::http {
namespace {

namespace asio = boost::asio;

constexpr int kAcceptsPerTurn = 64;
constexpr std::chrono::milliseconds kWithoutDescriptors(100);

}  // namespace

class Server::Impl {
 public:
  Impl(std::vector<ListenSocket> sockets, const ServerOptions& options, Handler handler)
      : sockets_(std::move(sockets)), work_(asio::make_work_guard(context_)), rest_(context_) {
    host_.options = options;
    host_.handler = std::move(handler);
    host_.on_closed = [this](const std::shared_ptr<Connection>& connection) { Forget(connection); };
    for (const ListenSocket& socket : sockets_) {
      acceptors_.push_back(std::make_unique<asio::posix::stream_descriptor>(context_, socket.fd()));
    }
    // The program's signals are not for this thread.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    thread_ = std::thread([this] { context_.run(); });
    (void)pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  ~Impl() {
    asio::post(context_, [this] {
      StopAccepting();
      CloseAll();
      work_.reset();  // The thread ends when the last operation has.
    });
    thread_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void Start() {
    asio::post(context_, [this] {
      for (const auto& acceptor : acceptors_) Await(acceptor.get());
    });
  }

  void Post(std::function<void()> work) { asio::post(context_, std::move(work)); }

  bool Drain(std::chrono::milliseconds grace) {
    asio::post(context_, [this] {
      host_.draining = true;
      StopAccepting();
      const auto open = connections_;
      for (const auto& connection : open) connection->Drain();
      const std::lock_guard lock(mutex_);
      drained_ = true;
      empty_.notify_all();
    });
    std::unique_lock lock(mutex_);
    return empty_.wait_for(lock, grace, [this] { return drained_ && count_ == 0; });
  }

  void Cut() {
    asio::post(context_, [this] {
      host_.draining = true;
      StopAccepting();
      CloseAll();
      const std::lock_guard lock(mutex_);
      drained_ = true;
      empty_.notify_all();
    });
    std::unique_lock lock(mutex_);
    empty_.wait(lock, [this] { return drained_ && count_ == 0; });
  }

  size_t connections() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  uint64_t requests() const { return host_.requests.load(std::memory_order_relaxed); }

 private:
  void Await(asio::posix::stream_descriptor* acceptor) {
    acceptor->async_wait(asio::posix::stream_descriptor::wait_read,
                         [this, acceptor](boost::system::error_code error) {
                           if (!error) Accept(acceptor);
                         });
  }

  void Accept(asio::posix::stream_descriptor* acceptor) {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      sockaddr_storage name{};
      socklen_t size = sizeof name;
      const int fd = ::accept4(acceptor->native_handle(), reinterpret_cast<sockaddr*>(&name), &size,
                               SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        Begin(fd, name.ss_family);
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        rest_.expires_after(kWithoutDescriptors);
        rest_.async_wait([this, acceptor](boost::system::error_code error) {
          if (!error && acceptor->is_open()) Await(acceptor);
        });
        return;
      } else if (errno != ECONNABORTED && errno != EINTR) {
        break;
      }
    }
    Await(acceptor);
  }

  void Begin(int fd, int family) {
    Connection::Socket socket(context_);
    boost::system::error_code error;
    (void)socket.assign(asio::generic::stream_protocol(family, 0), fd, error);
    if (error) {
      (void)::close(fd);
      return;
    }
    const int yes = 1;  // Of a unix socket that fails, and is not needed.
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const auto connection = std::make_shared<Connection>(std::move(socket), &host_);
    const bool full = connections_.size() >= host_.options.max_connections;
    connections_.insert(connection);
    SetCount();
    if (full) {
      connection->Refuse();
    } else {
      connection->Start();
    }
  }

  void Forget(const std::shared_ptr<Connection>& connection) {
    connections_.erase(connection);
    SetCount();
  }

  void SetCount() {
    const std::lock_guard lock(mutex_);
    count_ = connections_.size();
    if (count_ == 0) empty_.notify_all();
  }

  /// Their sockets stay open until the server's end, so that the service manager's are not lost.
  void StopAccepting() {
    for (const auto& acceptor : acceptors_) {
      if (acceptor->is_open()) (void)acceptor->release();
    }
  }

  void CloseAll() {
    const auto open = connections_;
    for (const auto& connection : open) connection->Close();
  }

  const std::vector<ListenSocket> sockets_;
  Host host_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;

  // The server's thread only.
  asio::steady_timer rest_;
  std::vector<std::unique_ptr<asio::posix::stream_descriptor>> acceptors_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;

  mutable std::mutex mutex_;  // Guards what follows.
  std::condition_variable empty_;
  size_t count_ = 0;
  bool drained_ = false;
};

Server::Server(std::vector<ListenSocket> sockets, const ServerOptions& options, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(sockets), options, std::move(handler))) {}
Server::~Server() = default;

void Server::Start() { impl_->Start(); }
void Server::Post(std::function<void()> work) { impl_->Post(std::move(work)); }
bool Server::Drain(std::chrono::milliseconds grace) { return impl_->Drain(grace); }
void Server::Cut() { impl_->Cut(); }
size_t Server::connections() const { return impl_->connections(); }
uint64_t Server::requests() const { return impl_->requests(); }

}  // namespace caascan::http
