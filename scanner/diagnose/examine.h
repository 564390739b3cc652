// One server that failed, asked all sorts of things: what it does with each tells the causes apart.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>

#include "caascan/record.h"
#include "scanner/async/task.h"
#include "scanner/diagnose/probe_kind.h"
#include "scanner/dns/name.h"
#include "scanner/net/network.h"
#include "scanner/query/answer.h"
#include "scanner/query/ask.h"

namespace caascan::diagnose {

/// What a server did with one probe: with its last try, where it was sent several times.
struct Heard {
  /// Else nothing can be said: it was not sent, or not often enough while the server answered
  /// others.
  bool asked = false;
  ServerResult result = ServerResult::kTimeout;
  uint16_t rcode = 0;
  uint8_t tries = 0;  // That count.
  net::Mismatches mismatches;
  bool truncated_over_tcp = false;  // It does answer over TCP, with TC set: at some try.

  bool silent() const { return asked && result == ServerResult::kTimeout; }
  /// It answered with authority.
  bool served() const { return asked && result == ServerResult::kAnswer; }
};

/// One server's address, what the look-up met there, and what the probes did.
struct Examination {
  std::optional<dns::CompactName> host;
  net::PeerRef peer;
  Heard met;  // For CAA.
  /// The zone has a DS, and this server gave none of its keys.
  bool gave_no_keys = false;
  /// It was silent to all probes for other names before, and to those that this one began with: one
  /// try of each was enough.
  bool known_silent = false;
  std::chrono::nanoseconds waited{0};  // For its answers, and between tries.
  std::array<Heard, std::size(kProbeSpecs)> probes;

  const Heard& heard(ProbeKind kind) const { return probes[static_cast<size_t>(kind)]; }
  Heard& heard(ProbeKind kind) { return probes[static_cast<size_t>(kind)]; }
};

/// Is it an error that the server itself reports?
bool IsRcode(ServerResult result);

/// Does what a server did leave open why? What other failures show by themselves needs no probe.
bool CallsForProbes(ServerResult result);

/// What all examinations of a look-up share. Outlives them.
struct ProbeContext {
  net::Network* network = nullptr;
  query::AskOptions ask;
  dns::NameView zone;  // The zone that the servers should serve,
  dns::NameView name;  // and the name in it that was looked up.
  query::Account* account = nullptr;
  bool options = false;  // Send also what no failure is a reason for: an unknown EDNS option.
  /// No more is asked of a server for which so long was waited. The servers are asked side by side.
  std::chrono::nanoseconds max_wait = std::chrono::nanoseconds::max();
};

/// Sends the probes that the server's failure calls for, and fills in what came of them. Queries go
/// by the account's budget: what it cuts short counts as not asked. Silence is met with several
/// tries, more of them where the account is patient.
async::Task<> Examine(const ProbeContext* context, Examination* examination);

}  // namespace caascan::diagnose
