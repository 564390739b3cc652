// Tested by scan_test.cc.
#include "scanner/scan/scan_setup.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <thread>

#include "scanner/record/csv_format.h"
#include "scanner/record/record_form.h"
#include "scanner/vantage/descriptors.h"
#include "scanner/zones/root_hints.h"
#include "scanner/zones/trust_anchor.h"

namespace caascan::scan {
namespace {

constexpr std::chrono::milliseconds kBriskRest(500);  // Before a name is looked up again.
constexpr uint32_t kDefaultServerRate = 100;
constexpr uint32_t kDefaultServerInflight = 32;
constexpr uint16_t kMaxNsec3Limit = 2'500;  // What RFC 5155 §10.3 allows for the longest keys.
constexpr uint16_t kMaxExpiringDays = 365;
constexpr uint32_t kMaxDenialMib = 1 << 20;
constexpr uint32_t kSecondsPerDay = 86'400;

/// Do we walk the tree ourselves, if only where the resolvers fail?
bool IsIterative(const ScanOptions& options) {
  return options.resolvers.empty() || options.explain_iteratively;
}

absl::Status ReadHints(const ScanOptions& options, WorkerSetup* setup) {
  if (!IsIterative(options)) return absl::OkStatus();
  if (options.root_hints_path.empty()) {
    setup->root = zones::BuiltInRootHints(options.port);
    return absl::OkStatus();
  }
  auto hints = zones::ReadRootHints(options.root_hints_path, options.port);
  if (!hints.ok()) return hints.status();
  setup->root = *std::move(hints);
  const auto usable = [&options](const async::Address& address) {
    return options.families != (address.is_v6() ? AddressFamilies::kIpv4 : AddressFamilies::kIpv6);
  };
  const bool any = std::any_of(
      setup->root.begin(), setup->root.end(), [&usable](const zones::RootServer& server) {
        return std::any_of(server.addresses.begin(), server.addresses.end(), usable);
      });
  if (any) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--root-hints: ", options.root_hints_path,
                   " has no address of the family that -4 or -6 asks for, or --source has"));
}

absl::Status ReadOperators(const ScanOptions& options, WorkerSetup* setup) {
  if (options.operators_path.empty()) return absl::OkStatus();
  auto read = guide::OperatorTable::Read(options.operators_path);
  if (!read.ok()) return read.status();
  setup->operators = *std::move(read);
  return absl::OkStatus();
}

void SetDnssecOk(bool wanted, WorkerSetup* setup) {
  setup->iterative.ask.dnssec_ok = setup->investigate.ask.dnssec_ok = wanted;
}

/// What is wrong with a file is said whether or not it is used.
absl::Status ReadAnchors(const ScanOptions& options, WorkerSetup* setup) {
  std::vector<zones::TrustAnchor> anchors = zones::BuiltInTrustAnchors();
  if (!options.trust_anchor_path.empty()) {
    auto read = zones::ReadTrustAnchors(options.trust_anchor_path);
    if (!read.ok()) return read.status();
    anchors = *std::move(read);
  }
  if (options.nsec3_limit > kMaxNsec3Limit) {
    return absl::InvalidArgumentError(
        absl::StrCat("--nsec3-limit: at most ", kMaxNsec3Limit, " iterations"));
  }
  if (options.expiring_days > kMaxExpiringDays) {
    return absl::InvalidArgumentError(
        absl::StrCat("--expiring: at most ", kMaxExpiringDays, " days"));
  }
  setup->iterative.dnssec.policy.expiring_s = options.expiring_days * kSecondsPerDay;
  setup->iterative.dnssec.policy.accept_sha1 = options.dnssec_sha1 == DnssecSha1::kAccept;
  setup->iterative.dnssec.policy.max_nsec3_iterations = options.nsec3_limit;
  if (options.denial_mib > kMaxDenialMib) {
    return absl::InvalidArgumentError(absl::StrCat("--denials: at most ", kMaxDenialMib, " MiB"));
  }
  // Where each server is to be heard, none is spared a question.
  if (options.denial_mib > 0 && !options.all_servers) {
    setup->iterative.dnssec.denials = std::make_shared<dnssec::DenialStore>(
        size_t{options.denial_mib} << 20, options.nsec3_limit);
  }
  if (options.dnssec == DnssecMode::kOff) return absl::OkStatus();
  setup->resolvers_validate = true;
  if (IsIterative(options)) setup->iterative.dnssec.anchors = std::move(anchors);
  SetDnssecOk(true, setup);
  return absl::OkStatus();
}

/// What is kept in memory is the scan's, whatever the number of workers that share it.
void DivideMemory(unsigned threads, WorkerSetup* setup) {
  for (size_t* capacity :
       {&setup->iterative.zone_capacity, &setup->iterative.host_capacity,
        &setup->iterative.dnssec.trust_capacity, &setup->iterative.dnssec.memo_capacity,
        &setup->investigate.parent_capacity, &setup->network.peer_capacity}) {
    *capacity = std::max<size_t>(1'000, *capacity / threads);
  }
  for (size_t* bytes : {&setup->iterative.zone_bytes, &setup->iterative.host_bytes,
                        &setup->iterative.dnssec.trust_bytes, &setup->investigate.parent_bytes}) {
    *bytes = std::max<size_t>(4 << 20, *bytes / threads);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<const record::RecordFormat>> FormatOf(const ScanOptions& options) {
  const auto form = record::RecordFormOfPath(options.output_path);
  if (!form.ok()) return form.status();
  if (*form == record::RecordForm::kNdjson) return std::make_unique<record::NdjsonFormat>();
  if (options.resume) {
    return absl::InvalidArgumentError(
        absl::StrCat("--resume: ", options.output_path,
                     ": CSV cannot be resumed, since it does not hold a name's line to the octet; "
                     "a scan that may stop writes NDJSON"));
  }
  return std::make_unique<record::CsvFormat>();
}

void DoNotValidate(WorkerSetup* setup) {
  setup->iterative.dnssec.anchors.clear();
  SetDnssecOk(false, setup);
}

unsigned ThreadCount(const ScanOptions& options) {
  const unsigned threads =
      options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  return std::min(threads, std::max(1u, options.concurrency));
}

pacing::LimitOptions Limits(const ScanOptions& options,
                            const std::vector<stream::Endpoint>& resolvers,
                            const vantage::ServerLimits* agreed) {
  const auto choose = [](int64_t given, uint32_t usual) {
    return given >= 0 ? static_cast<uint32_t>(std::min<int64_t>(given, UINT32_MAX)) : usual;
  };
  // Whoever names a resolver may ask it as much as he likes; everyone else's servers are guests'.
  const bool guest = IsIterative(options);
  pacing::LimitOptions limits;
  limits.rate_qps = options.rate_qps;
  limits.server_rate_qps = choose(options.server_rate_qps, guest ? kDefaultServerRate : 0);
  limits.server_inflight = choose(options.server_inflight, guest ? kDefaultServerInflight : 0);
  for (const stream::Endpoint& resolver : resolvers) limits.own.push_back(resolver.address);
  limits.own_rate_qps = choose(options.server_rate_qps, 0);
  limits.own_inflight = choose(options.server_inflight, 0);
  limits.own_adapts = options.server_rate_qps < 0;
  limits.parts = options.machines;
  if (agreed != nullptr) {
    limits.agreed = [agreed](const async::Address& address) { return agreed->ForAddress(address); };
  }
  return limits;
}

absl::StatusOr<std::unique_ptr<const vantage::ServerLimits>> ReadServerLimits(
    const ScanOptions& options) {
  if (options.server_limits_path.empty()) return nullptr;
  return vantage::ServerLimits::Read(options.server_limits_path);
}

void UseServerNames(const vantage::ServerLimits* agreed, pacing::SharedLimits* limits,
                    WorkerSetup* setup) {
  if (agreed == nullptr || !agreed->has_names()) return;
  setup->network.on_host = [agreed, limits](const async::Address& address, dns::NameView host) {
    if (const auto limit = agreed->ForHost(host)) limits->Agree(address, *limit);
  };
}

void UseBlocklist(const vantage::Blocklist* blocklist, WorkerSetup* setup) {
  setup->blocklist = blocklist;
  if (blocklist == nullptr) return;
  setup->network.blocked = [blocklist](const async::Address& address) {
    return blocklist->BlocksAddress(address);
  };
  setup->iterative.blocked = [blocklist](dns::NameView name) {
    return blocklist->BlocksName(name);
  };
}

absl::Status ReadSetup(const ScanOptions& options, const std::vector<stream::Endpoint>& resolvers,
                       std::unique_ptr<const vantage::Blocklist>* blocklist, WorkerSetup* setup) {
  if (absl::Status status = FillSetup(options, resolvers, setup); !status.ok()) return status;
  if (absl::Status status = ReadOperators(options, setup); !status.ok()) return status;
  if (options.blocklist_path.empty()) return absl::OkStatus();
  auto read = vantage::Blocklist::Read(options.blocklist_path);
  if (!read.ok()) return read.status();
  *blocklist = *std::move(read);
  UseBlocklist(blocklist->get(), setup);
  return absl::OkStatus();
}

namespace {

/// With --tcp, or where every resolver is reached by streams alone.
bool UsesUdp(const ScanOptions& options, const std::vector<stream::Endpoint>& resolvers) {
  if (options.tcp_only) return false;
  return IsIterative(options) || std::any_of(resolvers.begin(), resolvers.end(),
                                             [](const auto& at) { return at.channel == nullptr; });
}

/// How many workers there are, and what each of them may open.
absl::Status ShareDescriptors(const ScanOptions& options, WorkerSetup* setup) {
  const bool udp = setup->network.udp;
  const unsigned wanted = ThreadCount(options);
  const size_t free = vantage::FreeDescriptors();
  // A number that was given is meant.
  setup->threads =
      options.threads != 0 ? wanted : std::clamp(vantage::MostWorkers(free), 1u, wanted);
  const std::optional<vantage::DescriptorPlan> plan =
      udp ? vantage::PlanDescriptors(free, setup->threads)
          : vantage::PlanConnections(free, setup->threads);
  if (!plan) {
    return absl::InvalidArgumentError(
        absl::StrCat("--threads ", setup->threads, " takes ",
                     vantage::LeastDescriptors(setup->threads), " file descriptors at least, and ",
                     free, " are left: allow more (ulimit -n), or take fewer threads"));
  }
  setup->network.udp_sockets = plan->udp_sockets;
  // Questions to resolvers have capitals, which are hard to forge with half as many
  // (docs/hostile.md).
  constexpr unsigned kIdleOfForwarding = 768;
  setup->network.udp_idle_sockets = IsIterative(options)
                                        ? plan->udp_idle_sockets
                                        : std::min(plan->udp_idle_sockets, kIdleOfForwarding);
  setup->network.tcp_connections = plan->tcp_connections;
  const bool has_sockets = !udp || plan->udp_sockets == vantage::kWantedUdpSockets;
  if (has_sockets && setup->threads == wanted) return absl::OkStatus();
  if (!udp) {
    setup->notices.push_back(absl::StrCat(free, " file descriptors are left: ", setup->threads,
                                          " threads of ", wanted, " with ", plan->tcp_connections,
                                          " TCP connections each (ulimit -n)"));
    return absl::OkStatus();
  }
  setup->notices.push_back(absl::StrCat(
      free, " file descriptors are left: ", setup->threads, " threads of ", wanted, " with ",
      plan->udp_sockets, " UDP sockets a family in use instead of ", vantage::kWantedUdpSockets,
      ", and ", plan->tcp_connections, " TCP connections; all of it takes ",
      vantage::WantedDescriptors(wanted), " (ulimit -n)"));
  return absl::OkStatus();
}

/// What resolvers over TLS need; those that are not authenticated are said.
absl::Status SetUpTls(const ScanOptions& options, WorkerSetup* setup) {
  std::vector<std::string> unauthenticated;
  bool encrypted = false;
  for (const stream::Endpoint& resolver : setup->resolvers) {
    if (!stream::IsEncrypted(resolver.channel)) continue;
    encrypted = true;
    if (resolver.channel->name.empty()) unauthenticated.push_back(stream::EndpointText(resolver));
  }
  if (!encrypted && options.resolver_ca_path.empty()) return absl::OkStatus();
  auto context = stream::TlsContext::Create(options.resolver_ca_path);
  if (!context.ok()) return context.status();
  setup->tls = *std::move(context);
  setup->network.tls = setup->tls.get();
  if (unauthenticated.empty()) return absl::OkStatus();
  setup->notices.push_back(absl::StrCat(
      absl::StrJoin(unauthenticated, ", "),
      ": encrypted, but not authenticated: any certificate is taken (RFC 8310, opportunistic); "
      "tls://ADDR#NAME asks for one of NAME"));
  return absl::OkStatus();
}

absl::Status CheckContact(std::string_view contact) {
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  if (contact.size() <= dns::kMaxContactSize &&
      std::all_of(contact.begin(), contact.end(), printable)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("--contact: takes ", dns::kMaxContactSize,
                                                 " printable ASCII characters at most"));
}

}  // namespace

absl::Status FillSetup(const ScanOptions& options, const std::vector<stream::Endpoint>& resolvers,
                       WorkerSetup* setup) {
  setup->network.udp = UsesUdp(options, resolvers);
  if (absl::Status status = ShareDescriptors(options, setup); !status.ok()) return status;
  if (absl::Status status = CheckContact(options.contact); !status.ok()) return status;
  setup->resolvers = resolvers;
  if (absl::Status status = SetUpTls(options, setup); !status.ok()) return status;
  setup->resolver_ways = std::make_shared<resolve::ResolverWays>(resolvers.size());
  if (absl::Status status = ReadHints(options, setup); !status.ok()) return status;
  if (absl::Status status = ReadAnchors(options, setup); !status.ok()) return status;
  const bool ipv4 = options.families != AddressFamilies::kIpv6;
  const bool ipv6 = options.families != AddressFamilies::kIpv4;
  setup->network.udp_segments = !setup->resolvers.empty();
  setup->network.ipv4 = setup->iterative.addresses.ipv4 = ipv4;
  setup->network.ipv6 = setup->iterative.addresses.ipv6 = ipv6;
  setup->iterative.addresses.port = options.port;
  if (options.qname_minimisation != QnameMinimisation::kOff && !IsIterative(options)) {
    return absl::InvalidArgumentError(
        "--qname-minimisation relaxed: with --resolver it is the resolvers that minimise");
  }
  setup->iterative.minimises = options.qname_minimisation == QnameMinimisation::kRelaxed;
  setup->iterative.allow_special = options.allow_special;
  setup->iterative.allow_special_names = options.allow_special;
  setup->iterative.retries = setup->retries = options.retries;
  setup->investigate.ask.timeout = setup->iterative.ask.timeout = options.timeout;
  setup->investigate.ask.brisk = setup->iterative.ask.brisk = options.brisk;
  if (options.brisk) setup->investigate.recheck_after = kBriskRest;
  setup->investigate.ask.contact = setup->iterative.ask.contact = options.contact;
  constexpr uint16_t kPaddedTo = 128;  // RFC 8467 §4.1.
  if (options.pad_queries) setup->investigate.ask.pad_to = setup->iterative.ask.pad_to = kPaddedTo;
  setup->investigate.request = options.request;
  if (setup->investigate.request.issuer_domains.empty()) {
    setup->investigate.request.issuer_domains.emplace_back("letsencrypt.org");
  }
  setup->investigate.ca_set = options.ca_set;
  setup->investigate.diagnose = options.diagnose;
  // Probes try again what was silent, and all servers at once: that is a better use of the time.
  if (options.diagnose != DiagnoseMode::kOff) setup->iterative.patience = 1;
  setup->investigate.all_servers = options.all_servers;
  setup->investigate.allow_special = options.allow_special;
  setup->investigate.persist = options.also_persist;
  setup->investigate.climb = options.climb_in_record;
  setup->explain_iteratively = !setup->resolvers.empty() && options.explain_iteratively;
  setup->investigate.resolver_explains = options.diagnose != DiagnoseMode::kOff ||
                                         options.dnssec != DnssecMode::kOff ||
                                         options.explain_iteratively;
  setup->investigate.servers = options.servers;
  setup->investigate.recheck = options.recheck;
  setup->investigate.max_wait = options.name_timeout;
  setup->investigate.port = options.port;
  const unsigned threads = setup->threads;
  setup->max_in_flight = std::max<size_t>(1, (options.concurrency + threads - 1) / threads);
  DivideMemory(threads, setup);
  setup->max_rechecking = 4 * setup->max_in_flight;
  // All of an operator's hundred thousand names in a row, at the usual concurrency, though one
  // worker has them all.
  setup->max_parked = size_t{12} * options.concurrency;
  return absl::OkStatus();
}

}  // namespace caascan::scan
