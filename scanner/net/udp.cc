// One random socket a batch, not a query: batches stay full while ports stay unpredictable
// (README.md has the figures; udp_ports.cc has the sockets). The IDs of the queries in
// flight from one socket differ; (socket, ID) finds the exchange, and then source address, question
// and letter case must all agree before a datagram is believed. An answer's bytes stay in the
// receive buffer while the coroutine that waited for them runs. ICMP errors come through the
// sockets' error queues, with the datagram they are about. Tested by network_test.cc.
#include "scanner/net/udp.h"
#include "scanner/async/uv_call.h"

#include <absl/strings/str_cat.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "scanner/dns/message.h"
#include "scanner/net/match.h"
#include "scanner/net/poison.h"

namespace caascan::net {

namespace {

/// Room for one option: the size of the datagrams that a message is made of.
struct Control {
  alignas(cmsghdr) std::array<uint8_t, CMSG_SPACE(sizeof(int))> bytes{};
};

}  // namespace

struct UdpTransport::SendBuffers {
  struct Slot {
    Exchange* exchange = nullptr;
    uint16_t size = 0;
    uint8_t query = 0;  // Where it is written.
    bool GoesWith(const Slot& other) const {
      return exchange->peer() == other.exchange->peer() && size == other.size;
    }
  };
  std::array<Slot, kBatch> slots;
  std::array<std::array<uint8_t, dns::kMaxQuerySize>, kBatch> queries;
  std::array<iovec, kBatch> vectors{};  // One a slot.
  // One a message: one slot, or several that the kernel cuts apart.
  std::array<mmsghdr, kBatch> headers{};
  std::array<sockaddr_storage, kBatch> addresses{};
  std::array<Control, kBatch> controls;
  std::array<size_t, kBatch + 1> firsts{};  // Its first slot; behind the last one, the end.
};

struct UdpTransport::ReceiveBuffers {
  explicit ReceiveBuffers(size_t message_size)
      : size(kBatch * message_size), bytes(new uint8_t[size]) {
    for (size_t i = 0; i < kBatch; ++i) {
      vectors[i] = {&bytes[i * message_size], message_size};
      msghdr& header = headers[i].msg_hdr;
      header.msg_iov = &vectors[i];
      header.msg_iovlen = 1;
      header.msg_name = &addresses[i];
      header.msg_control = controls[i].bytes.data();
    }
  }
  /// Reads datagrams that wait at the socket, if there are any; how many messages they make.
  size_t Read(int fd) {
    Rewind();
    const int count = recvmmsg(fd, headers.data(), kBatch, MSG_DONTWAIT, nullptr);
    if (count <= 0) return 0;
    PoisonRest(static_cast<size_t>(count));
    return static_cast<size_t>(count);
  }
  /// Before each call: the kernel wrote over the lengths.
  void Rewind() {
    Unpoison({bytes.get(), size});
    for (mmsghdr& header : headers) {
      header.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
      header.msg_hdr.msg_controllen = sizeof(Control::bytes);
    }
  }

  /// What the first `count` messages have not filled is of earlier ones.
  void PoisonRest(size_t count) const {
    const size_t each = size / kBatch;
    for (size_t i = 0; i < kBatch; ++i) {
      const size_t filled = i < count ? std::min<size_t>(headers[i].msg_len, each) : 0;
      Poison({&bytes[i * each + filled], each - filled});
    }
  }

  std::array<mmsghdr, kBatch> headers{};
  std::array<iovec, kBatch> vectors{};
  std::array<sockaddr_storage, kBatch> addresses{};
  std::array<Control, kBatch> controls;
  const size_t size;
  std::unique_ptr<uint8_t[]> bytes;  // Not initialised: what nobody writes to costs no memory.
};

UdpTransport::UdpTransport(TransportClient* client, const NetworkOptions& options)
    : client_(client),
      active_per_family_(options.udp_sockets),
      idle_per_family_(options.udp_idle_sockets),
      change_every_(options.udp_change_every),
      wanted_{options.ipv4, options.ipv6},
      local_end_(options.local_end),
      send_(std::make_unique<SendBuffers>()),
      receive_(std::make_unique<ReceiveBuffers>(options.udp_segments ? kReceiveTrainSize
                                                                     : kReceiveSize)),
      receive_idle_(std::make_unique<ReceiveBuffers>(receive_->size / kBatch)),
      segments_(options.udp_segments) {
  for (size_t i = 0; i < kBatch; ++i) {
    send_->headers[i].msg_hdr.msg_name = &send_->addresses[i];
  }
}

UdpTransport::~UdpTransport() = default;

namespace {

void SetSegmentSize(uint16_t size, std::span<uint8_t> control, msghdr* header) {
  header->msg_control = control.data();
  header->msg_controllen = control.size();
  cmsghdr* option = CMSG_FIRSTHDR(header);
  option->cmsg_level = SOL_UDP;
  option->cmsg_type = UDP_SEGMENT;
  option->cmsg_len = CMSG_LEN(sizeof size);
  std::memcpy(CMSG_DATA(option), &size, sizeof size);
}

/// How large the datagrams are that a received message is made of (UDP_GRO); the last may be
/// smaller.
size_t SegmentSize(const mmsghdr& message) {
  for (const cmsghdr* option = CMSG_FIRSTHDR(&message.msg_hdr); option != nullptr;
       option = CMSG_NXTHDR(const_cast<msghdr*>(&message.msg_hdr), const_cast<cmsghdr*>(option))) {
    if (option->cmsg_level != SOL_UDP || option->cmsg_type != UDP_GRO) continue;
    int size = 0;
    std::memcpy(&size, CMSG_DATA(option), sizeof size);
    if (size > 0) return static_cast<size_t>(size);
  }
  return message.msg_len;
}

}  // namespace

void UdpTransport::Submit(Exchange* exchange) {
  exchange->MarkQueued();
  queues_[exchange->peer()->address().is_v6()].PushBack(exchange);
}

void UdpTransport::Flush() {
  FlushFamily(false);
  FlushFamily(true);
}

void UdpTransport::FlushFamily(bool v6) {
  if (queues_[v6].empty()) return;
  if (ports_[v6].sockets.empty()) {
    while (Exchange* exchange = queues_[v6].front()) {
      client_->Complete(exchange, ExchangeStatus::kSendFailed, EAFNOSUPPORT);
    }
    return;
  }
  ChangePorts(v6);
  while (!queues_[v6].empty()) {
    Socket* socket = PickSocket(v6);
    if (socket == nullptr) return;  // Every ID is in use: answers and deadlines make room.
    const size_t prepared = Prepare(socket, v6);
    const size_t sent = SendBatch(socket, prepared);
    client_->stats().udp_queries += sent;
    ports_[v6].sent += static_cast<uint32_t>(sent);
    if (sent < prepared) {
      // The socket's buffer is full: the rest goes when it, or any other, has room.
      async::MustSucceed(uv_poll_start(&socket->poll, kPollEvents | UV_WRITABLE, OnPoll));
      break;
    }
  }
}

/// Takes queries from the queue and writes them into the slots; how many.
size_t UdpTransport::Prepare(Socket* socket, bool v6) {
  size_t count = 0;
  while (count < kBatch) {
    Exchange* exchange = queues_[v6].PopFront();
    if (exchange == nullptr) break;
    Register(exchange, socket);
    const Exchange::Course& course = exchange->course();
    const size_t size =
        dns::WriteQuery(exchange->query(), course.id, course.case_bits, send_->queries[count]);
    send_->slots[count] = {exchange, static_cast<uint16_t>(size), static_cast<uint8_t>(count)};
    ++count;
  }
  return count;
}

/// Makes messages of the first `count` slots; how many.
size_t UdpTransport::LayOut(size_t count) {
  using Slot = SendBuffers::Slot;
  SendBuffers& send = *send_;
  if (segments_) {
    std::sort(send.slots.begin(), send.slots.begin() + static_cast<std::ptrdiff_t>(count),
              [](const Slot& a, const Slot& b) {
                return std::pair(a.exchange->peer(), a.size) <
                       std::pair(b.exchange->peer(), b.size);
              });
  }
  size_t messages = 0;
  for (size_t first = 0; first < count; ++messages) {
    const Slot& slot = send.slots[first];
    size_t end = first;
    do {
      send.vectors[end] = {send.queries[send.slots[end].query].data(), slot.size};
      ++end;
    } while (segments_ && end < count && send.slots[end].GoesWith(slot));
    msghdr& header = send.headers[messages].msg_hdr;
    header.msg_namelen = slot.exchange->peer()->address().ToSockaddr(&send.addresses[messages]);
    header.msg_iov = &send.vectors[first];
    header.msg_iovlen = end - first;
    header.msg_control = nullptr;
    header.msg_controllen = 0;
    if (end - first > 1) SetSegmentSize(slot.size, send.controls[messages].bytes, &header);
    send.firsts[messages] = first;
    first = end;
  }
  send.firsts[messages] = count;
  return messages;
}

void UdpTransport::Register(Exchange* exchange, Socket* socket) {
  const dns::QuerySpec& query = exchange->query();
  Exchange::Course& course = exchange->course();
  course.case_bits = query.small_letters ? 0 : CaseBitsFor(query.name, client_->Random());
  course.socket = socket->index;
  do {
    course.id = static_cast<uint16_t>(client_->Random());
  } while (!pending_.try_emplace(KeyOf(*exchange), exchange).second);
  ++socket->in_flight;
  exchange->peer()->sent().PushBack(exchange);
  exchange->MarkSent(client_->loop());
}

/// Sends the first `count` slots and returns how many left or failed for good; the rest is queued
/// again.
size_t UdpTransport::SendBatch(Socket* socket, size_t count) {
  const size_t messages = LayOut(count);
  int repeats = 0;
  size_t done = 0;
  while (done < messages) {
    const int sent =
        sendmmsg(socket->fd, &send_->headers[done], static_cast<unsigned>(messages - done), 0);
    if (sent > 0) {
      done += static_cast<size_t>(sent);
      repeats = 0;
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == ENOBUFS) break;
    const bool segmented = send_->headers[done].msg_hdr.msg_iovlen > 1;
    if (!TakeSendError(errno, done, &repeats)) continue;
    if (segmented) break;
    ++done;
  }
  Requeue(socket, send_->firsts[done], count);
  return send_->firsts[done];
}

/// An error at a message. False: try again.
bool UdpTransport::TakeSendError(int error, size_t message, int* repeats) {
  // An ICMP error that an earlier datagram met is reported, and cleared, by the next call whatever
  // that sends; the error queue tells whose it was. Only an error that stays is this message's own.
  constexpr int kStaleErrors = 8;
  if (++*repeats < kStaleErrors) return false;
  *repeats = 0;
  if (send_->headers[message].msg_hdr.msg_iovlen > 1) {
    // Perhaps for want of segmentation: whatever it is, it will show again at the single query.
    segments_ = false;
    return true;
  }
  ++client_->stats().send_errors;
  client_->Complete(send_->slots[send_->firsts[message]].exchange, ExchangeStatus::kSendFailed,
                    error);
  return true;
}

void UdpTransport::Requeue(Socket* socket, size_t first, size_t end) {
  for (size_t i = end; i > first; --i) {
    Exchange* unsent = send_->slots[i - 1].exchange;
    Forget(unsent);
    unsent->Timer::Cancel();
    unsent->async::ListNode<QueueTag>::Unlink();
    unsent->MarkQueued();
    queues_[socket->v6].PushFront(unsent);
  }
}

void UdpTransport::Forget(Exchange* exchange) {
  const size_t erased = pending_.erase(KeyOf(*exchange));
  assert(erased == 1 && "it was sent, and is forgotten once");
  (void)erased;
  --sockets_[exchange->course().socket]->in_flight;
}

void UdpTransport::NoteTimeout(Exchange* exchange) {
  late_.Remember(KeyOf(*exchange), exchange->peer()->address(), exchange->query().name,
                 exchange->query().type, exchange->course().sent_at);
}

void UdpTransport::OnPoll(uv_poll_t* poll, int status, int events) {
  Socket* socket = static_cast<Socket*>(poll->data);
  UdpTransport* transport = socket->transport;
  transport->client_->loop()->RefreshNow();
  if (status < 0 || (events & UV_PRIORITIZED) != 0) transport->ReadErrors(socket);
  transport->Receive(socket);
  // Room to send again (the turn's hook flushes), or libuv gave up on an error: back to waiting for
  // answers.
  const bool closed = uv_is_closing(reinterpret_cast<uv_handle_t*>(poll)) != 0;  // Meanwhile.
  if (!closed && (status < 0 || (events & UV_WRITABLE) != 0)) {
    async::MustSucceed(uv_poll_start(poll, kPollEvents, OnPoll));
  }
}

void UdpTransport::Receive(Socket* socket) {
  // A bounded number of batches a turn: timers and the other sockets have their turn too.
  for (int batch = 0; batch < kBatchesPerTurn; ++batch) {
    const size_t count = receive_->Read(socket->fd);
    if (count == 0) return;  // Empty, or an ICMP error that the error queue explains.
    ReceiveIdle();
    TakeMessages(*socket, *receive_, count);
    client_->Flush();
    if (count < kBatch) return;
    client_->loop()->RefreshNow();
  }
}

/// Reads the idle sockets. Called between the reading of a batch and its taking: so a forger's
/// guesses there count before whatever came after them, however late all of them are read.
void UdpTransport::ReceiveIdle() {
  for (const uint32_t index : idle_.Ready()) {
    const Socket& socket = *sockets_[index];
    size_t count = kBatch;
    for (int batch = 0; batch < kBatchesPerTurn && count == kBatch; ++batch) {
      count = receive_idle_->Read(socket.fd);
      TakeMessages(socket, *receive_idle_, count);
    }
  }
}

/// A received message is made of one datagram, or of several of one sender that came together.
void UdpTransport::TakeMessages(const Socket& socket, const ReceiveBuffers& from, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const mmsghdr& message = from.headers[i];
    if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0) {
      ++client_->stats().strays;
      continue;
    }
    const async::Address source = async::Address::FromSockaddr(from.addresses[i]);
    const auto* bytes = static_cast<const uint8_t*>(from.vectors[i].iov_base);
    std::span<const uint8_t> rest(bytes, message.msg_len);
    const size_t size = SegmentSize(message);
    do {
      const auto datagram = rest.first(std::min(size, rest.size()));
      Accept(socket, source, datagram);
      Poison(datagram);
      rest = rest.subspan(datagram.size());
    } while (!rest.empty());
  }
}

}  // namespace caascan::net
