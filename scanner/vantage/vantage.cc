// Tested by vantage_test.cc.
#include "scanner/vantage/vantage.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "scanner/async/tcp_stream.h"

namespace caascan::vantage {
namespace {

using async::Address;

/// Of an address that one machine can have, without a port.
std::optional<Address> SourceOf(const std::string& text) {
  const auto address = Address::FromText(text, 0);
  const bool has_port =
      text.find('[') != std::string::npos || std::count(text.begin(), text.end(), ':') == 1;
  if (!address || has_port) return std::nullopt;
  constexpr uint8_t kMulticastIpv4 = 0xe0;  // And what is above it: 224.0.0.0 to 255.255.255.255.
  constexpr uint8_t kMulticastIpv6 = 0xff;
  const bool many = address->octets()[0] >= (address->is_v6() ? kMulticastIpv6 : kMulticastIpv4);
  if (many) return std::nullopt;
  return address;
}

absl::StatusOr<std::vector<Address>> SourcesOf(const ScanOptions& options) {
  std::vector<Address> sources;
  for (const std::string& text : options.sources) {
    const std::optional<Address> source = SourceOf(text);
    if (!source) {
      return absl::InvalidArgumentError(
          absl::StrCat("--source: '", text, "' is no address of a machine's own"));
    }
    if (std::find(sources.begin(), sources.end(), *source) == sources.end()) {
      sources.push_back(*source);
    }
  }
  return sources;
}

bool Uses(AddressFamilies families, bool v6) {
  return families != (v6 ? AddressFamilies::kIpv4 : AddressFamilies::kIpv6);
}

/// Those of the options in which there is a source.
absl::StatusOr<AddressFamilies> Narrow(AddressFamilies families,
                                       const std::vector<Address>& sources) {
  if (sources.empty()) return families;
  const auto has = [&](bool v6) {
    return Uses(families, v6) &&
           std::any_of(sources.begin(), sources.end(),
                       [v6](const Address& source) { return source.is_v6() == v6; });
  };
  const bool ipv4 = has(false);
  const bool ipv6 = has(true);
  if (!ipv4 && !ipv6) {
    return absl::InvalidArgumentError("--source: no address of the family that -4 or -6 asks for");
  }
  if (ipv4 && ipv6) return AddressFamilies::kBoth;
  return ipv4 ? AddressFamilies::kIpv4 : AddressFamilies::kIpv6;
}

/// Can a socket be bound so? 0, or the errno. A family that the machine lacks is no error here.
int Try(async::LocalEnd* end, bool v6, bool stream) {
  const int type = (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC;
  const int fd = socket(v6 ? AF_INET6 : AF_INET, type, 0);
  if (fd < 0) return end->sources(v6).empty() ? 0 : errno;
  const int error = end->Bind(fd, v6);
  close(fd);
  return error;
}

absl::Status TryInterface(const ScanOptions& options, AddressFamilies families) {
  if (options.interface.empty()) return absl::OkStatus();
  async::LocalEnd end({}, options.interface);
  for (const bool v6 : {false, true}) {
    const int error = Uses(families, v6) ? Try(&end, v6, options.tcp_only) : 0;
    if (error == 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--interface: ", options.interface, ": ", std::strerror(error),
                     error == EPERM ? " (before Linux 5.7 it takes CAP_NET_RAW)" : ""));
  }
  return absl::OkStatus();
}

absl::Status TrySources(const ScanOptions& options, const std::vector<Address>& sources) {
  for (const Address& source : sources) {
    async::LocalEnd end({source}, options.interface);
    const int error = Try(&end, source.is_v6(), options.tcp_only);
    if (error == 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--source: ", source.ToText(), ": ", std::strerror(error)));
  }
  return absl::OkStatus();
}

absl::Status CheckResolvers(const ScanOptions& options) {
  constexpr std::string_view kUdp = "udp://";
  for (const std::string& resolver : options.resolvers) {
    if (options.tcp_only && absl::StartsWithIgnoreCase(resolver, absl::string_view(kUdp.data()))) {
      return absl::InvalidArgumentError(
          absl::StrCat("--tcp: --resolver ", resolver, " asks for UDP"));
    }
  }
  return absl::OkStatus();
}

/// "0.0.0.0" and "::" choose a family and no address.
bool IsUnspecified(const Address& source) {
  return std::all_of(source.octets().begin(), source.octets().end(),
                     [](uint8_t octet) { return octet == 0; });
}

absl::StatusOr<Vantage> Read(const ScanOptions& options, bool tries) {
  if (absl::Status status = CheckResolvers(options); !status.ok()) return status;
  auto sources = SourcesOf(options);
  if (!sources.ok()) return sources.status();
  const auto families = Narrow(options.families, *sources);
  if (!families.ok()) return families.status();
  const auto unused = [&families](const Address& source) {
    return !Uses(*families, source.is_v6()) || IsUnspecified(source);
  };
  sources->erase(std::remove_if(sources->begin(), sources->end(), unused), sources->end());
  Vantage vantage;
  vantage.families = *families;
  if (sources->empty() && options.interface.empty()) return vantage;
  if (tries) {
    if (absl::Status status = TryInterface(options, *families); !status.ok()) return status;
    if (absl::Status status = TrySources(options, *sources); !status.ok()) return status;
  }
  vantage.local_end = std::make_shared<async::LocalEnd>(*sources, options.interface);
  return vantage;
}

}  // namespace

absl::StatusOr<Vantage> ReadVantage(const ScanOptions& options) {
  return Read(options, /*tries=*/true);
}

absl::StatusOr<Vantage> ForeseeVantage(const ScanOptions& options) {
  return Read(options, /*tries=*/false);
}

void UseVantage(const Vantage& vantage, net::NetworkOptions* network) {
  if (vantage.local_end == nullptr) return;
  network->local_end = vantage.local_end;
  network->make_stream = async::TcpStreamsFrom(vantage.local_end);
}

}  // namespace caascan::vantage
