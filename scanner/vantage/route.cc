// Tested by route_test.cc.
#include "scanner/vantage/route.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <span>

namespace caascan::vantage {
namespace {

/// A question of rtnetlink, as it grows.
class RouteRequest {
 public:
  RouteRequest(const async::Address& server, unsigned interface) {
    header_.nlmsg_type = RTM_GETROUTE;
    header_.nlmsg_flags = NLM_F_REQUEST;
    header_.nlmsg_len = NLMSG_LENGTH(sizeof(rtmsg));
    rtmsg route{};
    route.rtm_family = server.is_v6() ? AF_INET6 : AF_INET;
    route.rtm_dst_len = static_cast<unsigned char>(server.octets().size() * 8);
    std::memcpy(octets_.data() + NLMSG_HDRLEN, &route, sizeof route);
    Add(RTA_DST, server.octets().data(), server.octets().size());
    if (interface != 0) Add(RTA_OIF, &interface, sizeof interface);
    std::memcpy(octets_.data(), &header_, sizeof header_);
  }

  bool Send(int fd) const { return send(fd, octets_.data(), header_.nlmsg_len, 0) >= 0; }

 private:
  void Add(unsigned short type, const void* data, size_t size) {
    const rtattr attribute{static_cast<unsigned short>(RTA_LENGTH(size)), type};
    uint8_t* const end = octets_.data() + NLMSG_ALIGN(header_.nlmsg_len);
    std::memcpy(end, &attribute, sizeof attribute);
    std::memcpy(end + RTA_LENGTH(0), data, size);
    header_.nlmsg_len = NLMSG_ALIGN(header_.nlmsg_len) + RTA_ALIGN(attribute.rta_len);
  }

  nlmsghdr header_{};
  std::array<uint8_t, 128> octets_{};
};

/// The preferred source of a route that leads somewhere.
std::string SourceOf(std::span<const uint8_t> answer, bool v6) {
  nlmsghdr header{};
  rtmsg route{};
  if (answer.size() < NLMSG_LENGTH(sizeof route)) return "";
  std::memcpy(&header, answer.data(), sizeof header);
  std::memcpy(&route, answer.data() + NLMSG_HDRLEN, sizeof route);
  const bool leads = route.rtm_type == RTN_UNICAST || route.rtm_type == RTN_LOCAL;
  if (header.nlmsg_type != RTM_NEWROUTE || !leads || header.nlmsg_len > answer.size()) return "";
  size_t at = NLMSG_ALIGN(NLMSG_LENGTH(sizeof route));
  while (at + sizeof(rtattr) <= header.nlmsg_len) {
    rtattr attribute{};
    std::memcpy(&attribute, answer.data() + at, sizeof attribute);
    if (attribute.rta_len < sizeof attribute || at + attribute.rta_len > header.nlmsg_len) break;
    const std::span<const uint8_t> data =
        answer.subspan(at + RTA_LENGTH(0), attribute.rta_len - RTA_LENGTH(0));
    if (attribute.rta_type == RTA_PREFSRC && data.size() == (v6 ? 16U : 4U)) {
      return (v6 ? async::Address::V6(data.first<16>(), 0) : async::Address::V4(data.first<4>(), 0))
          .ToText();
    }
    at += RTA_ALIGN(attribute.rta_len);
  }
  return "";
}

}  // namespace

std::string SourceByRoute(const async::Address& server, const std::string& interface) {
  const unsigned index = interface.empty() ? 0 : if_nametoindex(interface.c_str());
  if (index == 0 && !interface.empty()) return "";
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return "";
  std::array<uint8_t, 4096> answer;
  ssize_t size = -1;
  if (RouteRequest(server, index).Send(fd)) size = recv(fd, answer.data(), answer.size(), 0);
  close(fd);
  if (size <= 0) return "";
  return SourceOf({answer.data(), static_cast<size_t>(size)}, server.is_v6());
}

}  // namespace caascan::vantage
