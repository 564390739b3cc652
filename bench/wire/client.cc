// The floor: as many queries as asked for, 64 a batch, at most 1,000 unanswered, and nothing but
// sendmmsg and recvmmsg. Queries are as large as the scanner's for the names that bench/throughput
// makes, and differ in ID and name. Prints what was sent and answered as JSON.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "bench/wire/wire.h"

namespace {

using caascan::bench::Batch;
using caascan::bench::Die;
using caascan::bench::kBatch;

constexpr uint64_t kWindow = 1000;
// n12345678.bench.test. CAA IN, RD, and an OPT of 1,232 octets.
constexpr uint8_t kTemplate[] =
    "\0\0\1\0\0\1\0\0\0\0\0\1"
    "\x09n00000000\5bench\4test\0\1\1\0\1"
    "\0\0\x29\4\xd0\0\0\0\0\0";
constexpr size_t kQuerySize = sizeof kTemplate - 1;
constexpr size_t kLastDigit = 21;

void FillQuery(uint64_t number, uint8_t* query) {
  query[0] = static_cast<uint8_t>(number >> 8);
  query[1] = static_cast<uint8_t>(number);
  for (size_t digit = 0; digit < 8; ++digit, number /= 10) {
    query[kLastDigit - digit] = static_cast<uint8_t>('0' + number % 10);
  }
}

class Client {
 public:
  Client(uint64_t port, uint64_t count) : fd_(caascan::bench::OpenSocket()), count_(count) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (size_t i = 0; i < kBatch; ++i) {
      std::memcpy(&out_.addresses[i], &to, sizeof to);
      std::memcpy(out_.message(i), kTemplate, kQuerySize);
      out_.vectors[i].iov_len = kQuerySize;
      out_.headers[i].msg_hdr.msg_namelen = sizeof to;
    }
    const timeval patience{1, 0};
    if (setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) Die("timeout");
  }

  void Run() {
    while (received_ + lost_ < count_) {
      while (sent_ < count_ && sent_ - received_ - lost_ + kBatch <= kWindow) Send();
      Receive();
    }
    (void)std::printf("{\"sent\":%llu,\"answered\":%llu}\n", static_cast<unsigned long long>(sent_),
                      static_cast<unsigned long long>(received_));
  }

 private:
  void Send() {
    const uint64_t left = count_ - sent_;
    const auto wanted = static_cast<unsigned>(left < kBatch ? left : kBatch);
    for (unsigned i = 0; i < wanted; ++i) FillQuery(sent_ + i, out_.message(i));
    const int done = sendmmsg(fd_, out_.headers.data(), wanted, 0);
    if (done < 0) Die("sendmmsg");
    sent_ += static_cast<uint64_t>(done);
  }

  void Receive() {
    in_.Rewind();
    const int count = recvmmsg(fd_, in_.headers.data(), kBatch, MSG_WAITFORONE, nullptr);
    if (count > 0) {
      received_ += static_cast<uint64_t>(count);
    } else if (errno == EAGAIN) {
      lost_ = sent_ - received_;  // Nothing for a second: what is out is lost.
    } else {
      Die("recvmmsg");
    }
  }

  const int fd_;
  const uint64_t count_;
  uint64_t sent_ = 0;
  uint64_t received_ = 0;
  uint64_t lost_ = 0;
  Batch out_;
  Batch in_;
};

}  // namespace

int main(int argc, char** argv) {
  constexpr char kUsage[] = "wire_client PORT COUNT";
  const uint64_t port = caascan::bench::ParseNumber(argc == 3 ? argv[1] : "", 1, 65535, kUsage);
  const uint64_t count = caascan::bench::ParseNumber(argv[2], 1, 99'999'999, kUsage);
  const auto client = std::make_unique<Client>(port, count);
  client->Run();
  return 0;
}
