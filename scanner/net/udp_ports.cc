// The sockets that queries leave from, and those that only hear: a forger who does not know the
// port of a query meets them, and his guess counts (MostGuesses()). Those in use change: one
// becomes idle and an idle one takes its place, at no cost to any query; once nothing is under way
// from it, and late answers have had their time, it is closed and another port takes its place.
// Tested by udp_ports_test.cc and forgery_test.cc.
#include <absl/strings/str_cat.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "scanner/async/uv_call.h"
#include "scanner/net/socket_drops.h"
#include "scanner/net/udp.h"

namespace caascan::net {

namespace {

void SetOption(int fd, int level, int name, int value) {
  // Each of these only improves matters; what a kernel lacks is done without.
  (void)setsockopt(fd, level, name, &value, sizeof value);
}

/// Of a socket from which queries leave. One that only hears is content with the kernel's defaults:
/// it has no errors to report, and there are hundreds of them to open.
void SetSendOptions(int fd, bool v6, bool segments) {
  constexpr int kReceiveBufferBytes = 4 << 20;
  SetOption(fd, SOL_SOCKET, SO_RCVBUF, kReceiveBufferBytes);
  SetOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBufferBytes);  // Needs CAP_NET_ADMIN.
  if (segments) SetOption(fd, SOL_UDP, UDP_GRO, 1);
  // With it libuv's poll reports the error queue without giving the socket up.
  SetOption(fd, SOL_SOCKET, SO_SELECT_ERR_QUEUE, 1);
  if (v6) {
    SetOption(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
  } else {
    SetOption(fd, IPPROTO_IP, IP_RECVERR, 1);
    // Queries fit any path. Don't Fragment, whatever MTU somebody claims, also saves the kernel the
    // work of an IP identification a datagram.
    SetOption(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
  }
}

}  // namespace

UdpTransport::Socket::~Socket() {
  if (fd >= 0) close(fd);
}

/// To a port of the kernel's choice; 0, or the errno. Of several sources each has as many of the
/// sockets in use as of those that only hear, so that a guess at one's ports is worth as little.
int UdpTransport::Bind(int fd, bool v6) {
  if (local_end_ != nullptr) return local_end_->Bind(fd, v6);
  sockaddr_storage any{};
  any.ss_family = v6 ? AF_INET6 : AF_INET;
  const socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  return bind(fd, reinterpret_cast<const sockaddr*>(&any), size) == 0 ? 0 : errno;
}

/// nullptr, and errno, where there is none to be had.
std::unique_ptr<UdpTransport::Socket> UdpTransport::OpenSocket(bool v6) {
  const int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return nullptr;
  if (v6) SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  auto opened = std::make_unique<Socket>();
  opened->transport = this;
  opened->fd = fd;
  if (const int error = Bind(fd, v6); error != 0) {
    errno = error;
    return nullptr;
  }
  opened->v6 = v6;
  return opened;
}

/// Makes the socket one that queries may leave from. False where the system refuses.
bool UdpTransport::StartPoll(Socket* socket) {
  assert(!socket->polled && "polled once");
  if (uv_poll_init(client_->loop()->uv(), &socket->poll, socket->fd) != 0) return false;
  socket->polled = true;
  socket->poll.data = socket;
  async::MustSucceed(uv_poll_start(&socket->poll, kPollEvents, OnPoll));
  SetSendOptions(socket->fd, socket->v6, segments_);
  return true;
}

/// One more socket of the family, in use or idle. False, and errno, where there is none to be had.
bool UdpTransport::AddSocket(bool v6, bool in_use) {
  std::unique_ptr<Socket> socket = OpenSocket(v6);
  if (socket == nullptr) return false;
  socket->index = static_cast<uint16_t>(sockets_.size());
  if (!(in_use ? StartPoll(socket.get()) : idle_.Add(socket->fd, socket->index))) return false;
  ports_[v6].sockets.push_back(socket.get());
  sockets_.push_back(std::move(socket));
  return true;
}

absl::Status UdpTransport::Open() {
  int error = 0;
  for (const bool v6 : {false, true}) {
    if (!wanted_[v6]) continue;
    for (unsigned i = 0; i < active_per_family_; ++i) {
      if (!AddSocket(v6, /*in_use=*/true)) {
        error = errno;
        break;
      }
    }
    ports_[v6].active = ports_[v6].sockets.size();
  }
  if (!sockets_.empty()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot open a UDP socket: ", std::strerror(error)));
}

/// Once, when the family is used first: a scan over IPv4 needs none of IPv6.
void UdpTransport::OpenIdle(bool v6) {
  ports_[v6].has_idle = true;
  ports_[v6].changed_at = client_->loop()->now();
  if (idle_per_family_ == 0) return;
  const auto on_ready = [this] {
    client_->loop()->RefreshNow();
    ReceiveIdle();
  };
  if (!idle_.is_open() && !idle_.Open(client_->loop(), on_ready)) return;
  for (unsigned i = 0; i < idle_per_family_; ++i) {
    if (!AddSocket(v6, /*in_use=*/false)) return;  // It goes with fewer.
  }
}

/// From time to time one of those in use and an idle one change places.
void UdpTransport::ChangePorts(bool v6) {
  constexpr uint32_t kQueries = 16'384;
  constexpr int kLateAnswers = 10;  // Times the time between two changes.
  Ports& ports = ports_[v6];
  if (!ports.has_idle) OpenIdle(v6);
  const std::chrono::nanoseconds now = client_->loop()->now();
  const size_t idle = ports.sockets.size() - ports.active;
  if (idle == 0 || (ports.sent < kQueries && now - ports.changed_at < change_every_)) return;
  ports.sent = 0;
  ports.changed_at = now;
  if (!ports.retired.empty()) {
    const size_t place = ports.retired.front();
    const Socket& oldest = *ports.sockets[place];
    if (oldest.in_flight == 0 && now - oldest.retired_at > kLateAnswers * change_every_) {
      ports.retired.pop_front();
      Replace(&ports, place);
    }
  }
  if (ports.retired.size() == idle) return;  // Each of them has been in use lately.
  const size_t out = client_->Random() % ports.active;
  size_t in = ports.active + client_->Random() % idle;
  while (ports.sockets[in]->retired_at.count() != 0) {
    in = in + 1 < ports.sockets.size() ? in + 1 : ports.active;
  }
  Socket* const next = ports.sockets[in];
  if (!next->polled) {
    if (!StartPoll(next)) return;
    idle_.Remove(next->fd);
  }
  std::swap(ports.sockets[out], ports.sockets[in]);
  ports.sockets[in]->retired_at = now;
  ports.retired.push_back(in);
}

/// A new socket, of another port, in its place. Where there is none to be had it stays.
void UdpTransport::Replace(Ports* ports, size_t place) {
  Socket* old = ports->sockets[place];
  std::unique_ptr<Socket> fresh = OpenSocket(old->v6);
  if (fresh == nullptr || !idle_.Add(fresh->fd, old->index)) {
    old->retired_at = std::chrono::nanoseconds::zero();
    return;
  }
  fresh->index = old->index;
  ports->sockets[place] = fresh.get();
  std::swap(sockets_[old->index], fresh);
  CloseSocket(std::move(fresh));
}

/// A socket in use with free IDs, drawn at random; nullptr where there is none.
UdpTransport::Socket* UdpTransport::PickSocket(bool v6) {
  const Ports& ports = ports_[v6];
  const size_t first = client_->Random() % ports.active;
  for (size_t i = 0; i < ports.active; ++i) {
    Socket* socket = ports.sockets[(first + i) % ports.active];
    if (socket->in_flight < kMaxInFlight) return socket;
  }
  return nullptr;
}

bool UdpTransport::MayHaveLost(std::chrono::nanoseconds since) {
  constexpr std::chrono::milliseconds kEvery(200);
  const std::chrono::nanoseconds now = client_->loop()->now();
  if (now < look_at_) return dropped_at_ >= since;
  look_at_ = now + kEvery;
  for (const auto& socket : sockets_) {
    if (socket->in_flight == 0) continue;  // No answer is missed.
    const uint32_t drops = SocketDrops(socket->fd);
    if (drops == socket->drops) continue;
    client_->stats().drops += drops - socket->drops;
    socket->drops = drops;
    dropped_at_ = now;
  }
  return dropped_at_ >= since;
}

/// One that the loop polls is gone when the loop has closed it.
void UdpTransport::CloseSocket(std::unique_ptr<Socket> socket) {
  if (!socket->polled) return;
  async::MustSucceed(uv_poll_stop(&socket->poll));
  uv_close(reinterpret_cast<uv_handle_t*>(&socket.release()->poll), [](uv_handle_t* handle) {
    const std::unique_ptr<Socket> closed(static_cast<Socket*>(handle->data));
  });
}

void UdpTransport::Close() {
  for (std::unique_ptr<Socket>& socket : sockets_) CloseSocket(std::move(socket));
  sockets_.clear();
  ports_ = {};
  idle_.Close();
}

}  // namespace caascan::net
