// The other end of the floor: answers every query with itself, NOERROR and empty, and does nothing
// else. Prints its port once it listens; runs until it is killed.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstdio>
#include <memory>

#include "bench/wire/wire.h"

namespace {

using caascan::bench::Batch;
using caascan::bench::Die;
using caascan::bench::kBatch;

void Reflect(int fd, Batch* batch) {
  batch->Rewind();
  const int count = recvmmsg(fd, batch->headers.data(), kBatch, MSG_WAITFORONE, nullptr);
  if (count < 0) Die("recvmmsg");
  for (int i = 0; i < count; ++i) {
    const auto index = static_cast<size_t>(i);
    batch->vectors[index].iov_len = batch->headers[index].msg_len;
    batch->datagrams[index][2] |= 0x80;  // QR
    batch->datagrams[index][3] |= 0x80;  // RA
  }
  for (int sent = 0; sent < count;) {
    const int done = sendmmsg(fd, &batch->headers[static_cast<size_t>(sent)],
                              static_cast<unsigned>(count - sent), 0);
    if (done < 0) Die("sendmmsg");
    sent += done;
  }
}

}  // namespace

int main(int argc, char** argv) {
  constexpr char kUsage[] = "wire_reflector PORT   (0: a free one)";
  const uint64_t port = caascan::bench::ParseNumber(argc == 2 ? argv[1] : "", 0, 65535, kUsage);
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
  const auto batch = std::make_unique<Batch>();
  while (true) Reflect(fd, batch.get());
}
