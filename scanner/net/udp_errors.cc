// What ICMP says of queries, read from the sockets' error queues. Tested by udp_test.cc.
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include <linux/errqueue.h>  // Behind <ctime>, whose timespec it wants.
#include <netinet/in.h>

#include "scanner/net/match.h"
#include "scanner/net/udp.h"

namespace caascan::net {

void UdpTransport::ReadErrors(Socket* socket) {
  while (true) {
    std::array<uint8_t, dns::kMaxQuerySize> original;
    alignas(cmsghdr) std::array<uint8_t, 512> control;
    sockaddr_storage destination{};
    iovec vector{original.data(), original.size()};
    msghdr message{};
    message.msg_name = &destination;
    message.msg_namelen = sizeof destination;
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = recvmsg(socket->fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (size < 0) return;
    int error = 0;
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      const bool v4 = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR;
      const bool v6 = c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR;
      if (!v4 && !v6) continue;
      sock_extended_err detail;
      std::memcpy(&detail, CMSG_DATA(c), sizeof detail);
      if (detail.ee_origin != SO_EE_ORIGIN_LOCAL) error = static_cast<int>(detail.ee_errno);
    }
    if (error == 0 || error == EMSGSIZE) continue;
    TakeIcmpError(socket, async::Address::FromSockaddr(destination),
                  std::span(original.data(), static_cast<size_t>(size)), error);
  }
}

void UdpTransport::TakeIcmpError(Socket* socket, const async::Address& destination,
                                 std::span<const uint8_t> original, int error) {
  // Anybody can send an ICMP message. One that quotes our query, ID, question and letters, is from
  // somebody who saw it; one that quotes the ports alone (RFC 792 asks for no more) says nothing
  // that could be believed, and the query may still be answered.
  Exchange* quoted = original.size() < 2
                         ? nullptr
                         : Find(*socket, static_cast<uint16_t>((original[0] << 8) | original[1]));
  if (quoted == nullptr || destination != quoted->peer()->address() ||
      !IsQuery(quoted->query(), quoted->course().case_bits, original)) {
    ++client_->stats().strays;
    return;
  }
  if (!segments_) return client_->Complete(quoted, ExchangeStatus::kUnreachable, error);
  // Of several queries in one message only the first may be quoted: all that is under way from this
  // port to that address.
  const PeerRef peer = quoted->peer();
  async::List<Exchange, QueueTag> concerned;
  async::List<Exchange, QueueTag> others;
  while (Exchange* exchange = peer->sent().PopFront()) {
    (exchange->course().socket == socket->index ? concerned : others).PushBack(exchange);
  }
  peer->sent().TakeAll(&others);
  while (Exchange* exchange = concerned.front()) {
    client_->Complete(exchange, ExchangeStatus::kUnreachable, error);
  }
}

}  // namespace caascan::net
