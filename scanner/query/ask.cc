// Tested by iterative_test.cc and end to end against the lab.
#include "scanner/query/ask.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

namespace caascan::query {
namespace {

constexpr std::chrono::milliseconds kBriskWait(400);

dns::QuerySpec SpecOf(dns::NameView name, dns::RRType type, const AskOptions& options) {
  dns::QuerySpec spec;
  spec.name = name;
  spec.type = type;
  spec.recursion_desired = options.recursion_desired;
  spec.edns = options.edns;
  spec.dnssec_ok = options.dnssec_ok;
  spec.checking_disabled = options.checking_disabled;
  spec.pad_to = options.pad_to;
  return spec;
}

ServerResult ResultOf(const net::ExchangeResult& exchange) {
  switch (exchange.status) {
    case net::ExchangeStatus::kUnreachable:
    case net::ExchangeStatus::kSendFailed:
      return ServerResult::kUnreachable;
    case net::ExchangeStatus::kBlocked:
      return ServerResult::kBlocked;
    default:
      return exchange.mismatches.any() ? ServerResult::kMismatched : ServerResult::kTimeout;
  }
}

/// What an exchange that has ended costs the name, and who sees it.
void Charge(const net::Exchange& exchange, Account* account) {
  if (account->tap != nullptr) account->tap->Note(exchange);
  const net::ExchangeResult& result = exchange.result();
  account->budget.waited += result.spent;
  account->budget.queries += result.canaries;
  account->budget.octets += result.message.size();
}

void AddMismatches(const net::Mismatches& from, net::Mismatches* to) {
  to->source = static_cast<uint16_t>(to->source + from.source);
  to->question = static_cast<uint16_t>(to->question + from.question);
  to->no_question = static_cast<uint16_t>(to->no_question + from.no_question);
  to->letter_case = static_cast<uint16_t>(to->letter_case + from.letter_case);
  to->id = static_cast<uint16_t>(to->id + from.id);
  to->bare_error = static_cast<uint16_t>(to->bare_error + from.bare_error);
}

/// Takes an exchange's end into *asked. False where the datagram asks for TCP.
bool Take(const net::ExchangeResult& exchange, net::Protocol transport, Asked* asked) {
  asked->status = exchange.status;
  asked->error = exchange.error;
  asked->replied = false;
  AddMismatches(exchange.mismatches, &asked->mismatches);
  if (exchange.status != net::ExchangeStatus::kReply) {
    asked->result = ResultOf(exchange);
    return transport == net::Protocol::kTcp || !exchange.mismatches.any();
  }
  asked->rtt = exchange.rtt;
  if (dns::IsTruncated(exchange.message)) {
    asked->result = ServerResult::kTruncated;
    return transport == net::Protocol::kTcp;
  }
  asked->parse_failure = dns::Message::Parse(exchange.message, &asked->message);
  asked->replied = asked->parse_failure.error == dns::ParseError::kNone;
  asked->result = asked->replied ? ServerResult::kAnswer : ServerResult::kMalformed;
  return true;
}

bool MeansNoEdns(dns::RCode rcode) {
  return rcode == dns::RCode::kFormErr || rcode == dns::RCode::kNotImp;
}

bool RefusesEdns(const Asked& asked) {
  if (!asked.replied) return false;
  const dns::RCode rcode = asked.message.rcode();
  return rcode == dns::RCode::kBadVers || (MeansNoEdns(rcode) && !asked.message.edns());
}

/// An error without question, which may be forged. To ask without EDNS is safe whoever said so.
bool SeemsToRefuseEdns(const net::ExchangeResult& exchange) {
  return exchange.status == net::ExchangeStatus::kDoubtful && exchange.bare_flags != 0 &&
         MeansNoEdns(static_cast<dns::RCode>(exchange.bare_flags & dns::kRCodeMask));
}

/// The server has said nothing over TCP, and an error without question over UDP.
void TakeBareError(uint16_t flags, Asked* asked) {
  asked->bare = {0, 0, static_cast<uint8_t>(flags >> 8), static_cast<uint8_t>(flags)};
  asked->parse_failure = dns::Message::Parse(asked->bare, &asked->message);
  asked->replied = asked->parse_failure.error == dns::ParseError::kNone;
  if (!asked->replied) return;
  asked->status = net::ExchangeStatus::kReply;
  asked->result = ServerResult::kAnswer;
}

/// What only the whole sequence of exchanges tells.
void Conclude(net::Protocol first, net::Protocol last, const AskOptions& options, bool used_edns,
              Asked* asked) {
  asked->over_tcp = last == net::Protocol::kTcp;
  const bool was_truncated =
      asked->over_tcp && first == net::Protocol::kUdp && !asked->mismatches.any();
  if (was_truncated && !asked->replied && asked->result != ServerResult::kMalformed) {
    asked->result = ServerResult::kTruncated;
  }
  if (!asked->replied && asked->mismatches.any()) asked->result = ServerResult::kMismatched;
  const bool answered = asked->replied && (asked->message.rcode() == dns::RCode::kNoError ||
                                           asked->message.rcode() == dns::RCode::kNXDomain);
  asked->fell_back_from_edns = options.edns && !used_edns && answered;
  asked->edns_not_echoed = used_edns && answered && !asked->message.edns();
  if (!used_edns || !answered) asked->edns_option_rejected = false;
}

/// How long the next query to this server waits.
std::chrono::milliseconds WaitFor(const net::Peer& peer, const AskOptions& options) {
  constexpr uint32_t kMostDoublings = 1;
  if (!options.brisk || options.strict) return options.timeout;
  const auto usual = std::chrono::duration_cast<std::chrono::milliseconds>(4 * peer.srtt());
  const std::chrono::milliseconds wait =
      std::max(kBriskWait, usual) * (1 << std::min(peer.silences(), kMostDoublings));
  return std::min(options.timeout, wait);
}

void NoteQuery(const dns::QuerySpec& spec, const net::Peer& peer, Activity* activity) {
  activity->Note(absl::StrCat(dns::TypeName(spec.type), " ", spec.name.ToLowerText(), " at ",
                              peer.address().ToText()));
}

net::Protocol FirstProtocol(const net::Peer& peer, const AskOptions& options) {
  return options.over_tcp || peer.streams_only() ? net::Protocol::kTcp : net::Protocol::kUdp;
}

async::Pooled<Asked> Blocked() {
  async::Pooled<Asked> asked = async::MakePooled<Asked>();
  asked->status = net::ExchangeStatus::kBlocked;
  asked->result = ServerResult::kBlocked;
  return asked;
}

}  // namespace

async::Task<async::Pooled<Asked>> Ask(net::PeerRef peer, dns::NameView name, dns::RRType type,
                                      const AskOptions& options, Account* account) {
  if (peer->blocked()) co_return Blocked();
  async::Pooled<Asked>
      asked;  // Made when something has come of the first query: most wait for that.
  dns::QuerySpec spec = SpecOf(name, type, options);
  if (spec.edns && !options.contact.empty() && (options.strict || peer->TakeContactTurn())) {
    spec.contact = options.contact;
  }
  spec.small_letters =
      options.small_letters || peer->letter_case() == net::Peer::LetterCase::kSensitive;
  const net::Protocol first = FirstProtocol(*peer, options);
  net::Protocol transport = first;
  bool closed_once = false;
  uint16_t bare_flags = 0;
  while (true) {
    net::Exchange exchange(peer, spec, transport, WaitFor(*peer, options));
    if (closed_once) exchange.UseOwnConnection();
    ++account->budget.queries;
    if (options.activity != nullptr) NoteQuery(spec, *peer, options.activity);
    const net::ExchangeResult& result = co_await exchange;
    Charge(exchange, account);
    if (asked == nullptr) asked = async::MakePooled<Asked>();
    asked->spent += result.spent;
    if (result.bare_flags != 0) bare_flags = result.bare_flags;
    const bool over_limit = account->budget.exhausted();
    if (!Take(result, transport, asked.get())) {
      if (over_limit) break;
      if (options.strict || !spec.edns || !SeemsToRefuseEdns(result)) {
        transport = net::Protocol::kTcp;
      } else if (!std::exchange(spec.contact, {}).empty()) {
        asked->edns_option_rejected = true;
      } else {
        spec.edns = false;
      }
      continue;
    }
    // A busy server closes connections (RFC 7766 §6.2.4), or another query was the reason.
    if (asked->status == net::ExchangeStatus::kClosed && !options.strict && !over_limit &&
        !std::exchange(closed_once, true)) {
      continue;
    }
    if (options.strict || !spec.edns || !RefusesEdns(*asked) || over_limit) break;
    // It may mind the option alone, which no one else would send it.
    if (!std::exchange(spec.contact, {}).empty()) {
      asked->edns_option_rejected = true;
      continue;
    }
    asked->edns_badvers = asked->message.rcode() == dns::RCode::kBadVers;
    spec.edns = false;
  }
  asked->small_letters = spec.small_letters;
  if (bare_flags != 0 && asked->status != net::ExchangeStatus::kReply &&
      asked->status != net::ExchangeStatus::kCancelled) {
    TakeBareError(bare_flags, asked.get());
    transport = net::Protocol::kUdp;
  }
  Conclude(first, transport, options, spec.edns, asked.get());
  co_return asked;
}

async::Task<std::chrono::nanoseconds> BackOff(net::Network* network, const AskOptions& options,
                                              unsigned repeats) {
  constexpr unsigned kMostDoublings = 2;
  const std::chrono::milliseconds whole =
      options.brisk ? std::min(options.timeout, kBriskWait) : options.timeout;
  const std::chrono::milliseconds wait = whole / 8 * (1 << std::min(repeats - 1, kMostDoublings));
  const std::chrono::nanoseconds begun = network->loop()->now();
  net::Pause pause(network, network->Jittered(wait));
  co_await pause;
  co_return network->loop()->now() - begun;
}

}  // namespace caascan::query
