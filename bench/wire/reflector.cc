// The other end of the floor: answers every query with itself, NOERROR and empty, and does nothing
// else. Datagrams of one size that came together leave together, as network cards and busy
// resolvers have it, unless it is told to take each by itself. Prints its port once it listens;
// runs until it is killed.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include "bench/wire/wire.h"

namespace {

using caascan::bench::AnswerBatch;
using caascan::bench::Batch;
using caascan::bench::Die;
using caascan::bench::kBatch;

constexpr size_t kMessageSize = 65536;

class Reflector {
 public:
  Reflector(int fd, bool together) : fd_(fd) {
    const int receive_together = together ? 1 : 0;
    if (setsockopt(fd, SOL_UDP, UDP_GRO, &receive_together, sizeof receive_together) != 0) {
      Die("UDP_GRO");
    }
  }

  void Reflect() {
    AnswerBatch(fd_, &batch_, &controls_, [this](size_t i) { Answer(i); });
  }

 private:
  struct Control {
    alignas(cmsghdr) std::array<uint8_t, CMSG_SPACE(sizeof(int))> bytes{};
  };

  void Answer(size_t index) {
    const size_t size = batch_.headers[index].msg_len;
    batch_.vectors[index].iov_len = size;
    const size_t datagram = TurnRound(&batch_.headers[index].msg_hdr);
    for (size_t at = 0; at + 4 <= size; at += datagram == 0 ? size : datagram) {
      batch_.message(index)[at + 2] |= 0x80;  // QR
      batch_.message(index)[at + 3] |= 0x80;  // RA
    }
  }

  /// Makes the option that says how a message came one that says how it leaves. The size of its
  /// datagrams; 0 where it is a single one.
  static size_t TurnRound(msghdr* header) {
    cmsghdr* option = CMSG_FIRSTHDR(header);
    if (option == nullptr || option->cmsg_type != UDP_GRO) {
      header->msg_control = nullptr;
      header->msg_controllen = 0;
      return 0;
    }
    int size = 0;
    std::memcpy(&size, CMSG_DATA(option), sizeof size);
    const auto segment = static_cast<uint16_t>(size);
    option->cmsg_type = UDP_SEGMENT;
    option->cmsg_len = CMSG_LEN(sizeof segment);
    std::memcpy(CMSG_DATA(option), &segment, sizeof segment);
    header->msg_controllen = CMSG_SPACE(sizeof segment);
    return segment;
  }

  const int fd_;
  Batch batch_{kMessageSize};
  std::array<Control, kBatch> controls_;
};

}  // namespace

int main(int argc, char** argv) {
  constexpr char kUsage[] = "wire_reflector PORT [single]   (0: a free one)";
  const bool single = argc == 3 && std::string_view(argv[2]) == "single";
  const bool sound = argc == 2 || single;
  const uint64_t port = caascan::bench::ParseNumber(sound ? argv[1] : "", 0, 65535, kUsage);
  const int fd = caascan::bench::OpenSocket();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(fd, generic, size) != 0) Die("bind");
  if (getsockname(fd, generic, &size) != 0) Die("getsockname");
  (void)std::printf("%u\n", static_cast<unsigned>(ntohs(address.sin_port)));
  (void)std::fflush(stdout);
  const auto reflector = std::make_unique<Reflector>(fd, !single);
  while (true) reflector->Reflect();
}
