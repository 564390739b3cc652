// One wildcard socket receives for all of 127.0.0.0/8; it is tied to the loopback interface, so
// that a lab never answers the network (SO_BINDTODEVICE is open to all users since Linux 5.7).
// Tested by server_test.cc.
#include "tools/caalab/serve/sockets.h"

#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <absl/strings/str_cat.h>

namespace caascan::lab {
namespace {

constexpr int kOn = 1;
// One socket plays ten thousand servers: what they would hold together must fit.
constexpr int kBufferSize = 64 << 20;
constexpr char kLoopback[] = "lo";

template <typename T>
bool Set(int fd, int level, int option, const T& value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

absl::Status Failed(const char* what, uint16_t port) {
  return absl::UnavailableError(absl::StrCat(what, " port ", port, ": ", std::strerror(errno)));
}

socklen_t Wildcard(IpVersion version, uint16_t port, sockaddr_storage* out) {
  std::memset(out, 0, sizeof *out);
  if (version == IpVersion::kV4) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(out);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    return sizeof *v4;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(out);
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(port);
  return sizeof *v6;
}

absl::StatusOr<Socket> OpenBound(IpVersion version, int type, uint16_t port) {
  const char* what = type == SOCK_DGRAM ? "UDP" : "TCP";
  const int domain = version == IpVersion::kV4 ? AF_INET : AF_INET6;
  Socket socket(::socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return Failed(what, port);
  const int fd = socket.fd();
  if (type == SOCK_STREAM) Set(fd, SOL_SOCKET, SO_REUSEADDR, kOn);
  if (version == IpVersion::kV6) Set(fd, IPPROTO_IPV6, IPV6_V6ONLY, kOn);
  if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, kLoopback, sizeof kLoopback) != 0) {
    return Failed("loopback interface, ", port);
  }
  sockaddr_storage address;
  const socklen_t size = Wildcard(version, port, &address);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0) return Failed(what, port);
  return socket;
}

/// RFC 1071.
uint16_t Checksum(std::span<const uint8_t> bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    sum += static_cast<uint32_t>(bytes[i] << 8) | (i + 1 < bytes.size() ? bytes[i + 1] : 0u);
  }
  while ((sum >> 16) != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

template <typename T>
void Append(const T& header, std::vector<uint8_t>* out) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(&header);
  out->insert(out->end(), bytes, bytes + sizeof header);
}

udphdr UdpHeader(uint16_t client_port, uint16_t server_port, size_t size) {
  udphdr udp{};
  udp.source = htons(client_port);
  udp.dest = htons(server_port);
  udp.len = htons(static_cast<uint16_t>(sizeof udp + size));
  return udp;
}

std::vector<uint8_t> UnreachableV4(const sockaddr_in& client, const Address& server,
                                   const udphdr& udp, std::span<const uint8_t> datagram) {
  std::vector<uint8_t> out;
  icmphdr icmp{};
  icmp.type = ICMP_DEST_UNREACH;
  icmp.code = ICMP_PORT_UNREACH;
  Append(icmp, &out);
  iphdr ip{};
  ip.version = 4;
  ip.ihl = sizeof ip / 4;
  ip.ttl = 64;
  ip.protocol = IPPROTO_UDP;
  ip.tot_len = htons(static_cast<uint16_t>(sizeof ip + ntohs(udp.len)));
  ip.saddr = client.sin_addr.s_addr;
  std::memcpy(&ip.daddr, server.bytes().data(), 4);
  Append(ip, &out);
  Append(udp, &out);
  out.insert(out.end(), datagram.begin(), datagram.end());
  const uint16_t sum = htons(Checksum(out));
  std::memcpy(out.data() + offsetof(icmphdr, checksum), &sum, sizeof sum);
  return out;
}

std::vector<uint8_t> UnreachableV6(const sockaddr_in6& client, const Address& server,
                                   const udphdr& udp, std::span<const uint8_t> datagram) {
  std::vector<uint8_t> out;
  icmp6_hdr icmp{};
  icmp.icmp6_type = ICMP6_DST_UNREACH;
  icmp.icmp6_code = ICMP6_DST_UNREACH_NOPORT;
  Append(icmp, &out);
  ip6_hdr ip{};
  ip.ip6_vfc = 6 << 4;
  ip.ip6_plen = udp.len;
  ip.ip6_nxt = IPPROTO_UDP;
  ip.ip6_hlim = 64;
  ip.ip6_src = client.sin6_addr;
  std::memcpy(&ip.ip6_dst, server.bytes().data(), 16);
  Append(ip, &out);
  Append(udp, &out);
  out.insert(out.end(), datagram.begin(), datagram.end());
  return out;
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<Socket> OpenUdp(IpVersion version, uint16_t port) {
  auto socket = OpenBound(version, SOCK_DGRAM, port);
  if (!socket.ok()) return socket;
  const int fd = socket->fd();
  const bool told = version == IpVersion::kV4 ? Set(fd, IPPROTO_IP, IP_PKTINFO, kOn)
                                              : Set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, kOn);
  if (!told) return Failed("UDP", port);
  // Fragments are no concern on loopback, and a datagram that forbids them needs no IP ID: a
  // twentieth of the whole cost of an answer.
  const int never_fragment = IP_PMTUDISC_DO;
  Set(fd, IPPROTO_IP, IP_MTU_DISCOVER, never_fragment);
  // As large as may be: the forced size wants privilege, the other is cut to the system's limit.
  if (!Set(fd, SOL_SOCKET, SO_RCVBUFFORCE, kBufferSize))
    Set(fd, SOL_SOCKET, SO_RCVBUF, kBufferSize);
  if (!Set(fd, SOL_SOCKET, SO_SNDBUFFORCE, kBufferSize))
    Set(fd, SOL_SOCKET, SO_SNDBUF, kBufferSize);
  return socket;
}

absl::StatusOr<Socket> OpenTcp(IpVersion version, uint16_t port) {
  return OpenBound(version, SOCK_STREAM, port);
}

void TellTimes(const Socket& socket) { Set(socket.fd(), SOL_SOCKET, SO_TIMESTAMPNS, kOn); }

std::chrono::nanoseconds SystemNow() { return std::chrono::system_clock::now().time_since_epoch(); }

uint16_t BoundPort(const Socket& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return PortOf(address);
}

bool HasV6() {
  const Socket socket(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  return socket.is_open() &&
         bind(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

Address AddressOf(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    return Address::FromV4(ntohl(v4.sin_addr.s_addr));
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
  return Address::FromBytes(v6.sin6_addr.s6_addr);
}

uint16_t PortOf(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
}

size_t SourceControl::Set(const Address& source) {
  msghdr message{};
  message.msg_control = bytes_;
  message.msg_controllen = sizeof bytes_;
  cmsghdr* control = CMSG_FIRSTHDR(&message);
  if (source.is_v4()) {
    control->cmsg_level = IPPROTO_IP;
    control->cmsg_type = IP_PKTINFO;
    control->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, source.bytes().data(), 4);
    std::memcpy(CMSG_DATA(control), &info, sizeof info);
    return CMSG_SPACE(sizeof(in_pktinfo));
  }
  control->cmsg_level = IPPROTO_IPV6;
  control->cmsg_type = IPV6_PKTINFO;
  control->cmsg_len = CMSG_LEN(sizeof(in6_pktinfo));
  in6_pktinfo info{};
  std::memcpy(&info.ipi6_addr, source.bytes().data(), 16);
  std::memcpy(CMSG_DATA(control), &info, sizeof info);
  return CMSG_SPACE(sizeof(in6_pktinfo));
}

Address SourceControl::Destination(msghdr* message) {
  for (cmsghdr* control = CMSG_FIRSTHDR(message); control != nullptr;
       control = CMSG_NXTHDR(message, control)) {
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      return Address::FromV4(ntohl(info.ipi_addr.s_addr));
    }
    if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      return Address::FromBytes(info.ipi6_addr.s6_addr);
    }
  }
  return Address();
}

std::optional<std::chrono::nanoseconds> SourceControl::ReceivedAt(msghdr* message) {
  for (cmsghdr* control = CMSG_FIRSTHDR(message); control != nullptr;
       control = CMSG_NXTHDR(message, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec time;
    std::memcpy(&time, CMSG_DATA(control), sizeof time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }
  return std::nullopt;
}

PortUnreachable::PortUnreachable()
    : v4_(::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP)),
      v6_(::socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6)) {
  // Nothing is ever read from them, so nothing shall pile up.
  const icmp_filter nothing_v4{~0u};
  Set(v4_.fd(), SOL_RAW, ICMP_FILTER, nothing_v4);
  icmp6_filter nothing_v6;
  ICMP6_FILTER_SETBLOCKALL(&nothing_v6);
  Set(v6_.fd(), IPPROTO_ICMPV6, ICMP6_FILTER, nothing_v6);
}

void PortUnreachable::Send(const sockaddr_storage& client, const Address& server,
                           uint16_t server_port, std::span<const uint8_t> datagram) const {
  const Socket& socket = server.is_v4() ? v4_ : v6_;
  if (!socket.is_open()) return;
  const udphdr udp = UdpHeader(PortOf(client), server_port, datagram.size());
  std::vector<uint8_t> packet =
      server.is_v4()
          ? UnreachableV4(reinterpret_cast<const sockaddr_in&>(client), server, udp, datagram)
          : UnreachableV6(reinterpret_cast<const sockaddr_in6&>(client), server, udp, datagram);
  sockaddr_storage to = client;
  if (server.is_v4()) {
    reinterpret_cast<sockaddr_in&>(to).sin_port = 0;
  } else {
    reinterpret_cast<sockaddr_in6&>(to).sin6_port = 0;
  }
  // The error comes from the server's own address, as from a machine whose port is closed.
  SourceControl control;
  iovec data{packet.data(), packet.size()};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = server.is_v4() ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_controllen = control.Set(server);
  message.msg_control = control.data();
  (void)sendmsg(socket.fd(), &message, 0);
}

}  // namespace caascan::lab
