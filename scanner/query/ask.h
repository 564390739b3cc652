// One question to one server, with the falling back that every resolver does: without EDNS, and
// over TCP.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "scanner/async/task.h"
#include "scanner/dns/message.h"
#include "scanner/net/network.h"
#include "scanner/query/activity.h"
#include "scanner/query/answer.h"
#include "scanner/query/classify.h"

namespace caascan::query {

struct AskOptions {
  std::chrono::milliseconds timeout{2000};
  bool recursion_desired = false;
  bool edns = true;
  bool dnssec_ok = false;
  bool checking_disabled = false;
  /// Told to each server now and then (dns::QuerySpec::contact); outlives the resolver.
  std::string_view contact = {};
  uint16_t pad_to = 0;  // See dns::QuerySpec.
  /// Just this query, for what the server makes of it: no asking again without EDNS or without the
  /// contact, which goes along each time.
  bool strict = false;
  /// Somebody waits for the answer. Queries wait for 400 ms, or four round trips where that is
  /// more, twice as long where the server was silent before, and for `timeout` at most; but for
  /// those that are `strict`. Probes prove silence by tries that overlap.
  bool brisk = false;
  Activity* activity = nullptr;  // Each query is noted here; outlives the resolver.
  bool over_tcp = false;         // From the beginning.
  bool small_letters = false;  // See dns::QuerySpec; always so where the peer is known to need it.
};

/// The members of Asked.
struct AskedMembers {
  bool replied = false;  // An answer that can be parsed and is not truncated.
  dns::Message message;
  net::ExchangeStatus status = net::ExchangeStatus::kTimeout;  // Of the last exchange.
  ServerResult result = ServerResult::kTimeout;                // Where !replied.
  int error = 0;  // Of the last exchange: an errno, or a code of net/stream_error.h.
  std::chrono::nanoseconds rtt{0};
  std::chrono::nanoseconds spent{0};  // Waiting for answers, all exchanges together.
  net::Mismatches mismatches;
  dns::ParseFailure parse_failure;               // For kMalformed.
  std::array<uint8_t, dns::kHeaderSize> bare{};  // `message`, where an error without question stays
                                                 // the only answer.
  bool fell_back_from_edns = false;              // It answered only a query without EDNS.
  bool edns_badvers = false;
  bool edns_not_echoed = false;       // Its answer to a query with EDNS has none.
  bool edns_option_rejected = false;  // It answered only without the contact.
  bool over_tcp = false;
  bool small_letters = false;  // So it was asked.
  Classified classified;       // Filled by the caller of Ask(), where `replied`.
  bool shows_edns_faults() const {
    return fell_back_from_edns || edns_not_echoed || edns_option_rejected;
  }
};

/// What one server gave. `message` holds only where `replied`, and until the awaiting coroutine
/// suspends again. A copy whose message is `bare` reads its own.
struct Asked : AskedMembers {
  Asked() = default;
  Asked(const Asked& other) : AskedMembers(other) { ReadOwnBare(other); }
  Asked& operator=(const Asked& other) {
    if (this == &other) return *this;
    AskedMembers::operator=(other);
    ReadOwnBare(other);
    return *this;
  }
  ~Asked() = default;

 private:
  void ReadOwnBare(const Asked& other) {
    if (other.message.bytes().data() == other.bare.data()) {
      (void)dns::Message::Parse(bare, &message);
    }
  }
};

/// Asks `peer` for (name, type). An answer that is truncated over TCP too is none (RFC 2181 §9). A
/// truncated answer over UDP, and one whose only fault is what a spoofed
/// datagram might show too (letter case, question, source, an error without question), is asked for
/// again over TCP. FORMERR,
/// NOTIMP and BADVERS to EDNS are asked again without (RFC 6891 §7), first without the contact.
/// Counts its queries in `account`. Gives what came, never null. `name` and `options` must live
/// until it ends.
async::Task<async::Pooled<Asked>> Ask(net::PeerRef peer, dns::NameView name, dns::RRType type,
                                      const AskOptions& options, Account* account);

/// Waits before a server is asked again for what it did not answer: an eighth of the timeout, twice
/// as long at each repeat up to half of it, give or take a quarter. `repeats` counts from 1. Gives
/// how long that was.
async::Task<std::chrono::nanoseconds> BackOff(net::Network* network, const AskOptions& options,
                                              unsigned repeats);

}  // namespace caascan::query
