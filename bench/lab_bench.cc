// What an answer costs the lab, beside a bare reflector that only calls recvmmsg and sendmmsg.
// Client and server take turns on one thread: a window of queries goes out, the server's turn is
// timed by the thread's CPU clock, the answers come in. So both servers see the same full batches,
// and "items_per_second" is queries per second of one core that does nothing else.
//
// Workloads: "reflector" sends every datagram back; "reflector_source" does so from the address
// that it was asked at, as the lab must; "answer" asks the servers of mix-healthy's domains,
// "referral" those of its top-level domains. Every answer is checked for ID, size and RCODE.
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>

#include "scanner/dns/message.h"
#include "scanner/dns/query.h"
#include "tools/caalab/serve/udp_listener.h"
#include "tools/caalab/world/family.h"

namespace caascan::lab {
namespace {

constexpr size_t kBatch = 64;
constexpr size_t kWindow = 512;
constexpr size_t kQueries = 20480;
constexpr char kMix[] = "datasets/lab/mix-healthy.json";
constexpr uint64_t kSeed = 7;

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

struct Asked {
  std::vector<uint8_t> bytes;
  sockaddr_in to{};
};

/// A window of queries out, as many answers in.
class Client {
 public:
  Client() : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    const int size = 4 << 20;
    setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    const timeval wait{5, 0};
    setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  }

  void Send(std::vector<Asked>& queries, size_t first) {
    for (size_t sent = 0; sent < kWindow; sent += kBatch) SendBatch(queries, first + sent);
  }

  void Receive(const std::vector<Asked>& queries, size_t first) {
    for (size_t received = 0; received < kWindow;) {
      for (size_t i = 0; i < kBatch; ++i) {
        iov_[i] = {in_[i], sizeof in_[i]};
        headers_[i] = {};
        headers_[i].msg_hdr.msg_iov = &iov_[i];
        headers_[i].msg_hdr.msg_iovlen = 1;
      }
      const int got = recvmmsg(socket_.fd(), headers_, kBatch, MSG_WAITFORONE, nullptr);
      if (got <= 0) Die("an answer is missing");
      for (int i = 0; i < got; ++i) Check(i, queries, first);
      received += static_cast<size_t>(got);
    }
  }

 private:
  void SendBatch(std::vector<Asked>& queries, size_t first) {
    for (size_t i = 0; i < kBatch; ++i) {
      Asked& query = queries[first + i];
      iov_[i] = {query.bytes.data(), query.bytes.size()};
      headers_[i] = {};
      headers_[i].msg_hdr.msg_name = &query.to;
      headers_[i].msg_hdr.msg_namelen = sizeof query.to;
      headers_[i].msg_hdr.msg_iov = &iov_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
    }
    if (sendmmsg(socket_.fd(), headers_, kBatch, 0) != static_cast<int>(kBatch)) Die("sendmmsg");
  }

  void Check(int index, const std::vector<Asked>& queries, size_t first) const {
    const uint8_t* answer = in_[index];
    const size_t id = static_cast<size_t>(answer[0] << 8 | answer[1]);
    const bool ours = id >= first && id < first + kWindow;
    if (!ours || headers_[index].msg_len < queries[id].bytes.size() || (answer[3] & 0xf) != 0) {
      Die("an answer is wrong");
    }
  }

  Socket socket_;
  mmsghdr headers_[kBatch];
  iovec iov_[kBatch];
  uint8_t in_[kBatch][4096];
};

double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// The least that a server can do.
class Reflector {
 public:
  explicit Reflector(bool from_asked) : from_asked_(from_asked) {
    socket_ = Socket(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    const int on = 1;
    const int size = 4 << 20;
    const sockaddr_in any{AF_INET, 0, {}, {}};
    setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    if (from_asked) setsockopt(socket_.fd(), IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    if (bind(socket_.fd(), reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) Die("bind");
  }
  uint16_t port() const { return BoundPort(socket_); }

  void Turn() {
    while (true) {
      for (size_t i = 0; i < kBatch; ++i) {
        iov_[i] = {buffers_[i], sizeof buffers_[i]};
        headers_[i] = {};
        msghdr& header = headers_[i].msg_hdr;
        header.msg_name = &clients_[i];
        header.msg_namelen = sizeof clients_[i];
        header.msg_iov = &iov_[i];
        header.msg_iovlen = 1;
        if (!from_asked_) continue;
        header.msg_control = controls_[i].data();
        header.msg_controllen = controls_[i].capacity();
      }
      const int got = recvmmsg(socket_.fd(), headers_, kBatch, 0, nullptr);
      if (got <= 0) return;
      for (int i = 0; i < got; ++i) {
        iov_[i].iov_len = headers_[i].msg_len;
        msghdr& header = headers_[i].msg_hdr;
        if (from_asked_) {
          header.msg_controllen = controls_[i].Set(SourceControl::Destination(&header));
        }
      }
      (void)sendmmsg(socket_.fd(), headers_, static_cast<unsigned>(got), 0);
    }
  }

 private:
  const bool from_asked_;
  Socket socket_;
  mmsghdr headers_[kBatch];
  iovec iov_[kBatch];
  sockaddr_in clients_[kBatch];
  SourceControl controls_[kBatch];
  uint8_t buffers_[kBatch][2048];
};

struct Lab {
  Lab() {
    auto loaded = LoadScenario(kMix);
    if (!loaded.ok()) Die(kMix);
    scenario = std::move(*loaded);
    family = std::move(*Family::Build(*scenario.family, kSeed));
    world = std::move(*World::Build(scenario, family.get()));
  }
  Scenario scenario;
  std::unique_ptr<Family> family;
  std::unique_ptr<World> world;
};

sockaddr_in Endpoint(const Address& address, uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(address.v4());
  return out;
}

/// The address of the first server of a top-level domain, from the root's referral.
Address TldServer(Responder* responder, dns::NameView tld, const Address& root) {
  uint8_t query[dns::kMaxQuerySize];
  const size_t size = dns::WriteQuery({.name = tld}, 1, 0, query);
  std::vector<uint8_t> out(dns::kMaxMessageSize);
  out.resize(responder->Respond({{query, size}, root, Transport::kUdp, 0}, out).size);
  dns::Message message;
  if (dns::Message::Parse(out, &message).error != dns::ParseError::kNone) Die("referral");
  for (const dns::RecordView& record : message.records()) {
    if (record.type == dns::RRType::kA) return Address::FromBytes(record.rdata);
  }
  Die("no glue");
}

std::vector<Asked> MakeQueries(const Lab& lab, bool at_tld, uint16_t port) {
  Responder responder(*lab.world);
  const std::string& hints = lab.world->hints();
  const size_t tab = hints.find_last_of('\t');
  const auto root =
      Address::FromText(std::string_view(hints).substr(tab + 1, hints.size() - tab - 2));
  std::vector<Asked> out(kQueries);
  for (size_t i = 0; i < kQueries; ++i) {
    const dns::Name domain = lab.family->DomainAt(i);
    const Member member = lab.family->Find(domain);
    const Address server = at_tld ? TldServer(&responder, domain.view().parent(), *root)
                                  : *member.ServerAddress(i % member.server_count());
    uint8_t query[dns::kMaxQuerySize];
    const size_t size = dns::WriteQuery({.name = domain}, static_cast<uint16_t>(i), i * 77, query);
    out[i].bytes.assign(query, query + size);
    out[i].to = Endpoint(server, port);
  }
  return out;
}

template <typename Turn>
void RunClient(benchmark::State& state, std::vector<Asked> queries, const Turn& turn) {
  Client client;
  size_t first = 0;
  for (auto _ : state) {
    client.Send(queries, first);
    const double before = ThreadSeconds();
    turn();
    state.SetIterationTime(ThreadSeconds() - before);
    client.Receive(queries, first);
    first = (first + kWindow) % kQueries;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kWindow));
}

void RunReflector(benchmark::State& state, bool from_asked) {
  const Lab lab;
  Reflector reflector(from_asked);
  RunClient(state, MakeQueries(lab, false, reflector.port()), [&] { reflector.Turn(); });
}

void RunLab(benchmark::State& state, bool at_tld) {
  const Lab lab;
  Responder responder(*lab.world);
  Counters counters;
  uv_loop_t loop;
  if (uv_loop_init(&loop) != 0) Die("loop");
  auto socket = OpenUdp(IpVersion::kV4, 0);
  if (!socket.ok()) Die("socket");
  const uint16_t port = BoundPort(*socket);
  {
    UdpListener listener(&loop, std::move(*socket), &responder, &counters);
    listener.Start();
    RunClient(state, MakeQueries(lab, at_tld, port), [&] { (void)uv_run(&loop, UV_RUN_NOWAIT); });
    listener.Close();
    if (uv_run(&loop, UV_RUN_DEFAULT) != 0) Die("loop");
  }
  if (uv_loop_close(&loop) != 0) Die("loop");
}

void BM_Reflector(benchmark::State& state) { RunReflector(state, false); }
void BM_ReflectorSource(benchmark::State& state) { RunReflector(state, true); }
void BM_LabAnswer(benchmark::State& state) { RunLab(state, false); }
void BM_LabReferral(benchmark::State& state) { RunLab(state, true); }

BENCHMARK(BM_ReflectorSource)->Name("reflector_source")->UseManualTime();
BENCHMARK(BM_Reflector)->Name("reflector")->UseManualTime();
BENCHMARK(BM_LabAnswer)->Name("answer")->UseManualTime();
BENCHMARK(BM_LabReferral)->Name("referral")->UseManualTime();

}  // namespace
}  // namespace caascan::lab
