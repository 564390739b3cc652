// Tested by tests/e2e/metadata_test.py.
#include "scanner/scan/metadata_file.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "scanner/io/input_file.h"
#include "scanner/io/whole_file.h"
#include "scanner/record/json_text.h"
#include "scanner/scan/scan_files.h"
#include "scanner/vantage/route.h"

namespace caascan::scan {
namespace {

using record::DecidingOption;

std::string NowText() {
  std::string text;
  record::AppendJsonTime(std::chrono::system_clock::now(), &text);
  return text.substr(1, text.size() - 2);  // Without its quotes.
}

const char* ModeText(DnssecMode mode) {
  return mode == DnssecMode::kOff ? "off" : mode == DnssecMode::kAuto ? "auto" : "validate";
}

/// "DS 20326 8 2 E06D…" as the anchors' files have it; with its owner where that is not the root.
std::string AnchorText(const zones::TrustAnchor& anchor) {
  const auto* octets = reinterpret_cast<const uint8_t*>(anchor.rdata.data());
  if (anchor.type != dns::RRType::kDS || anchor.rdata.size() < 4) {
    return absl::StrCat("DNSKEY ", absl::Base64Escape(anchor.rdata));
  }
  const std::string digest =
      absl::BytesToHexString(absl::string_view(anchor.rdata.data() + 4, anchor.rdata.size() - 4));
  return absl::StrCat("DS ", octets[0] << 8 | octets[1], " ", static_cast<unsigned>(octets[2]), " ",
                      static_cast<unsigned>(octets[3]), " ", digest);
}

/// What the system puts into packets to this address; empty where it has no way there.
std::string SourceFor(const net::NetworkOptions& network, const async::Address& server) {
  const std::string interface = network.local_end == nullptr ? "" : network.local_end->interface();
  if (!network.udp) return vantage::SourceByRoute(server, interface);
  const int fd = socket(server.is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return "";
  sockaddr_storage name{};
  const socklen_t size = server.ToSockaddr(&name);
  socklen_t got = sizeof name;
  const bool bound = interface.empty() || network.local_end->BindToInterface(fd) == 0;
  const bool known = bound && connect(fd, reinterpret_cast<const sockaddr*>(&name), size) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&name), &got) == 0;
  close(fd);
  return known ? async::Address::FromSockaddr(name).ToText() : "";
}

/// Of each family: the sources that the user chose, or the system's, by the first server that there
/// is a way to.
void FillVantage(const WorkerSetup& setup, record::ScanMetadata* metadata) {
  std::vector<async::Address> servers;
  for (const stream::Endpoint& resolver : setup.resolvers) servers.push_back(resolver.address);
  for (const zones::RootServer& root : setup.root) {
    servers.insert(servers.end(), root.addresses.begin(), root.addresses.end());
  }
  const async::LocalEnd* const local = setup.network.local_end.get();
  if (local != nullptr) metadata->interface = local->interface();
  for (const bool v6 : {false, true}) {
    if (!(v6 ? setup.network.ipv6 : setup.network.ipv4)) continue;
    if (local != nullptr && !local->sources(v6).empty()) {
      metadata->families.emplace_back(v6 ? "ipv6" : "ipv4");
      for (const async::Address& source : local->sources(v6)) {
        metadata->source_addresses.push_back(source.ToText());
      }
      continue;
    }
    for (const async::Address& server : servers) {
      if (server.is_v6() != v6) continue;
      std::string source = SourceFor(setup.network, server);
      if (source.empty()) continue;
      metadata->families.emplace_back(v6 ? "ipv6" : "ipv4");
      metadata->source_addresses.push_back(std::move(source));
      break;
    }
  }
}

/// Metadata of the records that are overwritten would be wrong of the new ones.
void RemoveStale(const ScanOptions& options) {
  if (!options.overwrite || !WritesFile(options)) return;
  const std::string path = record::MetadataPathOf(options.output_path);
  const auto read = record::ReadMetadata(path);
  if (read.ok() && read->has_value()) (void)unlink(path.c_str());
}

/// Of a regular file; no digest where it could not be read to its end.
void Digest(record::InputFacts* facts, const std::atomic<bool>& stop) {
  const bool standard = facts->path == "-";
  const std::string path = standard ? "/proc/self/fd/0" : facts->path;
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return;
  facts->size = static_cast<uint64_t>(info.st_size);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  bool sound = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  std::vector<char> piece(size_t{256} << 10);
  ssize_t got = 1;
  while (sound && got > 0 && !stop.load(std::memory_order_relaxed)) {
    got = read(fd, piece.data(), piece.size());
    sound =
        got >= 0 && EVP_DigestUpdate(context.get(), piece.data(), static_cast<size_t>(got)) == 1;
  }
  close(fd);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (!sound || got != 0 || EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) return;
  facts->sha256 =
      absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

}  // namespace

std::string MetadataPath(const ScanOptions& options) {
  if (options.metadata_path == "none") return "";
  if (!options.metadata_path.empty()) return options.metadata_path;
  struct stat info = {};
  const std::string& output = options.output_path;
  // Below these are other programs' descriptors, and no place for files.
  if (!WritesFile(options) || output.starts_with("/dev/") || output.starts_with("/proc/"))
    return "";
  if (stat(output.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) return "";
  return record::MetadataPathOf(output);
}

std::vector<DecidingOption> DecidingOptions(const ScanOptions& options) {
  std::vector<DecidingOption> deciding = record::RequestOptionsOf(options.request, options.ca_set);
  deciding.insert(
      deciding.end(),
      {{"--wildcard", options.request.wildcard ? "yes" : ""},
       {"--dnssec", ModeText(options.dnssec)},
       {"--dnssec-sha1", options.dnssec_sha1 == DnssecSha1::kAccept ? "accept" : "insecure"},
       {"--nsec3-limit", absl::StrCat(options.nsec3_limit)},
       {"--qname-minimisation",
        options.qname_minimisation == QnameMinimisation::kOff ? "off" : "relaxed"},
       {"--also", options.also_persist ? "persist" : ""},
       {"--resolver", options.resolvers.empty() ? "iterative" : "forwarding"}});
  return deciding;
}

absl::Status CheckResumed(const ScanOptions& options, std::vector<std::string>* earlier_runs,
                          std::string* notice) {
  struct stat info = {};
  if (stat(options.output_path.c_str(), &info) != 0 || info.st_size == 0) return absl::OkStatus();
  std::string path = MetadataPath(options);
  if (path.empty() || access(path.c_str(), F_OK) != 0) {
    path = record::MetadataPathOf(options.output_path);
  }
  auto read = record::ReadMetadata(path);
  if (!read.ok()) return read.status();
  if (!read->has_value()) {
    *notice = absl::StrCat(options.output_path,
                           " has no metadata: its records are taken for those "
                           "of a scan with the same options");
    return absl::OkStatus();
  }
  const auto differences = record::DifferencesOf((*read)->deciding, DecidingOptions(options));
  *earlier_runs = std::move((*read)->earlier_runs);
  if (differences.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--resume: ", options.output_path, " was scanned with other options (then and now ",
      absl::StrJoin(differences, "; "), "): one file would hold both"));
}

MetadataFile::MetadataFile(const ScanOptions& options)
    : options_(options), path_(MetadataPath(options)) {}

MetadataFile::~MetadataFile() {
  stop_.store(true, std::memory_order_relaxed);
  if (thread_.joinable()) thread_.join();
}

void MetadataFile::ReadInputs() {
  for (record::InputFacts& facts : digested_) Digest(&facts, stop_);
}

absl::Status MetadataFile::Write() const {
  return io::WriteWhole(path_, record::MetadataJson(metadata_));
}

absl::Status MetadataFile::Begin(const WorkerSetup& setup, std::vector<std::string> earlier_runs) {
  metadata_.version = options_.invocation.version;
  metadata_.command_line = options_.invocation.command_line;
  metadata_.options = options_.invocation.options;
  metadata_.deciding = DecidingOptions(options_);
  for (const zones::TrustAnchor& anchor : setup.iterative.dnssec.anchors) {
    metadata_.trust_anchors.push_back(AnchorText(anchor));
  }
  metadata_.iterative = options_.resolvers.empty();
  for (const stream::Endpoint& resolver : setup.resolvers) {
    std::string text = stream::EndpointText(resolver);
    // A URL's host may have several addresses.
    const auto& known = metadata_.resolvers;
    if (std::find(known.begin(), known.end(), text) != known.end()) continue;
    metadata_.resolvers.push_back(std::move(text));
    if (stream::IsEncrypted(resolver.channel) && resolver.channel->name.empty()) {
      metadata_.unauthenticated_resolvers.push_back(metadata_.resolvers.back());
    }
  }
  FillVantage(setup, &metadata_);
  metadata_.threads = setup.threads;
  for (const std::string& input : options_.inputs) metadata_.inputs.push_back({input, {}, ""});
  if (metadata_.inputs.empty()) metadata_.inputs.push_back({"-", {}, ""});
  metadata_.output = WritesFile(options_) ? options_.output_path : "";
  metadata_.dnstap = options_.dnstap_path;
  metadata_.earlier_runs = std::move(earlier_runs);
  metadata_.start = NowText();
  if (path_.empty()) {
    RemoveStale(options_);
    return absl::OkStatus();
  }
  if (absl::Status written = Write(); !written.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--metadata: ", written.message(), " (--metadata none does without)"));
  }
  digested_ = metadata_.inputs;
  thread_ = std::thread([this] { ReadInputs(); });
  return absl::OkStatus();
}

absl::Status MetadataFile::End(const absl::Status& result, const ScanSummary& summary,
                               const telemetry::ProgressSnapshot& counts, uint64_t bytes_read) {
  if (path_.empty()) return absl::OkStatus();
  // Who wants to stop does not wait for digests.
  if (summary.signal != 0) stop_.store(true, std::memory_order_relaxed);
  thread_.join();
  metadata_.inputs = std::move(digested_);
  if (metadata_.inputs.size() == 1 && !metadata_.inputs[0].size) {
    metadata_.inputs[0].size = bytes_read;
  }
  metadata_.end = NowText();
  metadata_.state = !result.ok() ? "failed" : summary.signal != 0 ? "stopped" : "done";
  if (summary.signal != 0) metadata_.signal = summary.signal == SIGINT ? "SIGINT" : "SIGTERM";
  metadata_.error = std::string(result.message().data(), result.message().size());
  metadata_.names_in = summary.names_in;
  metadata_.records_out = summary.records_out;
  metadata_.records_kept = summary.done_before;
  metadata_.queries = summary.queries;
  metadata_.dnstap_frames = summary.dnstap_frames;
  metadata_.dnstap_dropped = summary.dnstap_dropped;
  metadata_.resolvers_over_tcp = summary.resolvers_over_tcp;
  for (size_t i = 0; i < counts.outcomes.size(); ++i) {
    if (counts.outcomes[i] == 0) continue;
    metadata_.outcomes.emplace_back(OutcomeCode(static_cast<Outcome>(i)), counts.outcomes[i]);
  }
  for (size_t i = 0; i < counts.reasons.size(); ++i) {
    if (counts.reasons[i] == 0) continue;
    metadata_.reasons.emplace_back(ReasonCode(static_cast<Reason>(i)), counts.reasons[i]);
  }
  absl::Status written = Write();
  if (written.ok()) return written;
  return absl::DataLossError(absl::StrCat("--metadata: ", written.message()));
}

}  // namespace caascan::scan
