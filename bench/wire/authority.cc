// Plays the servers of all unsigned zones below a top-level domain: at every IPv4 address of the
// host it answers each question with AA, NOERROR, no records, and the SOA of the name's last two
// labels; where that SOA is what was asked for, it is the answer. UDP only. Prints its port once it
// listens; runs until it is killed.
//
// Other servers can have the same port at addresses of their own if they set SO_REUSEPORT too.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "bench/wire/wire.h"

namespace {

using caascan::bench::AnswerBatch;
using caascan::bench::Batch;
using caascan::bench::Die;
using caascan::bench::kBatch;
using caascan::bench::kDatagramSize;

constexpr size_t kHeaderSize = 12;
constexpr size_t kMaxQuestionSize = kHeaderSize + 255 + 4;

/// The SOA behind its owner, which is a pointer to the question as MNAME and RNAME are.
constexpr std::array<uint8_t, 10> kSoaStart = {0, 6, 0, 1, 0, 0, 14, 16, 0, 24};  // TTL 3600.
constexpr std::array<uint8_t, 20> kSoaNumbers = {0, 0,  0, 1, 0,  0,   14, 16, 0,  0,
                                                 2, 88, 0, 9, 58, 128, 0,  0,  14, 16};
/// OPT without options, 1232 octets.
constexpr std::array<uint8_t, 11> kOpt = {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0};
constexpr size_t kDoAt = 7;
constexpr size_t kMaxAddedSize = 2 + kSoaStart.size() + 4 + kSoaNumbers.size() + kOpt.size();
static_assert(kMaxQuestionSize + kMaxAddedSize <= kDatagramSize);

struct Question {
  size_t end = 0;   // In the message.
  size_t zone = 0;  // Where the last two labels of the name begin.
  bool is_of_soa = false;
};

std::optional<Question> ReadQuestion(std::span<const uint8_t> message) {
  if (message.size() < kHeaderSize || message[4] != 0 || message[5] != 1) return std::nullopt;
  size_t at = kHeaderSize;
  size_t last = at;
  size_t last_but_one = at;
  for (; at < message.size() && message[at] != 0; at += 1U + message[at]) {
    if (message[at] > 63) return std::nullopt;
    last_but_one = std::exchange(last, at);
  }
  const size_t end = at + 1 + 4;
  if (end > message.size() || end > kMaxQuestionSize) return std::nullopt;
  const bool is_of_soa =
      last_but_one == kHeaderSize && message[at + 1] == 0 && message[at + 2] == 6;
  return Question{end, last_but_one, is_of_soa};
}

class Authority {
 public:
  explicit Authority(int fd) : fd_(fd) {}

  void Serve() {
    AnswerBatch(fd_, &batch_, &controls_, [this](size_t i) { Answer(i); });
  }

 private:
  struct Control {
    alignas(cmsghdr) std::array<uint8_t, CMSG_SPACE(sizeof(in_pktinfo))> bytes{};
  };

  void Answer(size_t index) {
    uint8_t* message = batch_.message(index);
    const std::span<const uint8_t> received(message, batch_.headers[index].msg_len);
    const std::optional<Question> question = ReadQuestion(received);
    if (!question) {
      (void)std::fprintf(stderr, "wire_authority: a message that asks no single question\n");
      std::exit(1);
    }
    AnswerFromTheSameAddress(&batch_.headers[index].msg_hdr);
    // The OPT, if any, is what follows the question, and is about to be written over.
    const auto rest = received.subspan(question->end);
    const bool has_opt = rest.size() >= kOpt.size() && rest[0] == 0 && rest[2] == kOpt[2];
    const uint8_t do_bit = has_opt ? rest[kDoAt] & 0x80 : 0;

    message[2] = static_cast<uint8_t>((message[2] & 0x01) | 0x84);  // QR, AA; RD as it came.
    message[3] = 0;
    std::fill(message + 6, message + kHeaderSize, uint8_t{0});
    message[question->is_of_soa ? 7 : 9] = 1;  // The SOA: the only answer, or the only authority.
    message[11] = has_opt ? 1 : 0;
    const std::array<uint8_t, 2> zone = {static_cast<uint8_t>(0xC0 | question->zone >> 8),
                                         static_cast<uint8_t>(question->zone)};
    uint8_t* out = message + question->end;
    const auto append = [&out](const auto& bytes) { out = std::ranges::copy(bytes, out).out; };
    append(zone);
    append(kSoaStart);
    append(zone);
    append(zone);
    append(kSoaNumbers);
    if (has_opt) {
      append(kOpt);
      out[kDoAt - static_cast<ptrdiff_t>(kOpt.size())] = do_bit;
    }
    batch_.vectors[index].iov_len = static_cast<size_t>(out - message);
  }

  /// The control message that says where the question arrived becomes one that says where the
  /// answer leaves.
  static void AnswerFromTheSameAddress(msghdr* header) {
    cmsghdr* option = CMSG_FIRSTHDR(header);
    if (option == nullptr || option->cmsg_type != IP_PKTINFO) Die("IP_PKTINFO");
    in_pktinfo info{};
    std::memcpy(&info, CMSG_DATA(option), sizeof info);
    info.ipi_spec_dst = info.ipi_addr;
    info.ipi_ifindex = 0;
    std::memcpy(CMSG_DATA(option), &info, sizeof info);
  }

  const int fd_;
  Batch batch_;
  std::array<Control, kBatch> controls_;
};

}  // namespace

int main(int argc, char** argv) {
  constexpr char kUsage[] = "wire_authority PORT   (0: a free one)";
  const uint64_t port = caascan::bench::ParseNumber(argc == 2 ? argv[1] : "", 0, 65535, kUsage);
  const int fd = caascan::bench::OpenSocket();
  constexpr int kOn = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &kOn, sizeof kOn) != 0) Die("SO_REUSEPORT");
  if (setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &kOn, sizeof kOn) != 0) Die("IP_PKTINFO");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(fd, generic, size) != 0) Die("bind");
  if (getsockname(fd, generic, &size) != 0) Die("getsockname");
  (void)std::printf("%u\n", static_cast<unsigned>(ntohs(address.sin_port)));
  (void)std::fflush(stdout);
  const auto authority = std::make_unique<Authority>(fd);
  while (true) authority->Serve();
}
