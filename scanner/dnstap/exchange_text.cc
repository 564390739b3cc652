// Tested by exchange_text_test.cc.
#include "scanner/dnstap/exchange_text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string_view>

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/time/time.h>

#include "scanner/dns/ldns.h"

namespace caascan::dnstap {
namespace {

struct FreePacket {
  void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
};
struct FreeText {
  void operator()(char* text) const { std::free(text); }
};

constexpr double kNsPerMs = 1e6;
constexpr double kMostMs = 1e9;

std::string AddressText(const std::vector<uint8_t>& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.empty()) return "(unknown)";
  inet_ntop(address.size() == sizeof(in_addr) ? AF_INET : AF_INET6, address.data(), text.data(),
            text.size());
  return text.data();
}

const char* TransportText(Frame::Transport transport) {
  switch (transport) {
    case Frame::Transport::kUdp:
      return "UDP";
    case Frame::Transport::kTcp:
      return "TCP";
    case Frame::Transport::kTls:
      return "TLS";
    case Frame::Transport::kHttps:
      break;
  }
  return "HTTPS";
}

/// Whatever a stranger's octets hold, it is plain lines of text.
void AppendPlain(std::string_view text, std::string* out) {
  for (const char c : text) {
    const bool plain = (c >= ' ' && c <= '~') || c == '\n' || c == '\t';
    *out += plain ? c : '?';
  }
}

/// `ms` is how long the answer took.
void AppendMessage(const std::vector<uint8_t>& message, double ms, std::string* out) {
  ldns_pkt* raw = nullptr;
  const ldns_status status = ldns_wire2pkt(&raw, message.data(), message.size());
  const std::unique_ptr<ldns_pkt, FreePacket> packet(raw);
  if (status != LDNS_STATUS_OK) {
    absl::StrAppend(out, ";; ", message.size(),
                    " octets that are no DNS message: ", ldns_get_errorstr_by_id(status), "\n");
    return;
  }
  ldns_pkt_set_querytime(packet.get(), static_cast<uint32_t>(std::lround(ms)));
  const std::unique_ptr<char, FreeText> text(ldns_pkt2str(packet.get()));
  if (text == nullptr) return;
  // Behind it are the time of day and the size, which ldns knows of its own packets alone.
  std::string_view shown(text.get());
  shown = shown.substr(0, shown.find("\n;; WHEN:"));
  AppendPlain(shown, out);
  if (!shown.ends_with('\n')) *out += '\n';
}

}  // namespace

std::string ExchangeText(const Frame& frame) {
  const absl::Time sent = absl::FromUnixNanos(frame.sent_ns);
  std::string out = absl::StrCat(
      ";; ", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", sent, absl::UTCTimeZone()), " ",
      AddressText(frame.address), " port ", frame.port, ", ", TransportText(frame.transport), ", ");
  if (frame.received_ns.has_value()) {
    const double ms = std::clamp(static_cast<double>(*frame.received_ns - frame.sent_ns) / kNsPerMs,
                                 0.0, kMostMs);
    absl::StrAppend(&out, "answered after ", absl::StrFormat("%.1f ms\n", ms));
    AppendMessage(frame.response, ms, &out);
  } else {
    out += "no answer";
    if (!frame.status.empty()) AppendPlain(absl::StrCat(": ", frame.status), &out);
    out += '\n';
    AppendMessage(frame.query, /*ms=*/0, &out);
  }
  return out;
}

}  // namespace caascan::dnstap
