// Tested by iterative_test.cc and end to end against the lab.
#include "scanner/resolve/ask.h"

#include <utility>

namespace caascan::resolve {
namespace {

dns::QuerySpec SpecOf(dns::NameView name, dns::RRType type, const AskOptions& options) {
  dns::QuerySpec spec;
  spec.name = name;
  spec.type = type;
  spec.recursion_desired = options.recursion_desired;
  spec.edns = options.edns;
  spec.dnssec_ok = options.dnssec_ok;
  return spec;
}

ServerResult ResultOf(const net::ExchangeResult& exchange) {
  switch (exchange.status) {
    case net::ExchangeStatus::kUnreachable:
    case net::ExchangeStatus::kSendFailed:
      return ServerResult::kUnreachable;
    default:
      return exchange.mismatches.any() ? ServerResult::kMismatched : ServerResult::kTimeout;
  }
}

bool IsTruncated(std::span<const uint8_t> message) {
  return message.size() > 2 && (message[2] & (dns::kFlagTC >> 8)) != 0;
}

void AddMismatches(const net::Mismatches& from, net::Mismatches* to) {
  to->source = static_cast<uint16_t>(to->source + from.source);
  to->question = static_cast<uint16_t>(to->question + from.question);
  to->letter_case = static_cast<uint16_t>(to->letter_case + from.letter_case);
}

/// Takes an exchange's end into *asked. False where the datagram asks for TCP.
bool Take(const net::ExchangeResult& exchange, net::Transport transport, Asked* asked) {
  asked->status = exchange.status;
  asked->replied = false;
  AddMismatches(exchange.mismatches, &asked->mismatches);
  if (exchange.status != net::ExchangeStatus::kReply) {
    asked->result = ResultOf(exchange);
    return transport == net::Transport::kTcp || !exchange.mismatches.any();
  }
  asked->rtt = exchange.rtt;
  if (transport == net::Transport::kUdp && IsTruncated(exchange.message)) {
    asked->result = ServerResult::kTruncated;
    return false;
  }
  asked->parse_failure = dns::Message::Parse(exchange.message, &asked->message);
  asked->replied = asked->parse_failure.error == dns::ParseError::kNone;
  asked->result = asked->replied ? ServerResult::kAnswer : ServerResult::kMalformed;
  return true;
}

bool RefusesEdns(const Asked& asked) {
  if (!asked.replied) return false;
  const dns::RCode rcode = asked.message.rcode();
  if (rcode == dns::RCode::kBadVers) return true;
  return (rcode == dns::RCode::kFormErr || rcode == dns::RCode::kNotImp) && !asked.message.edns();
}

}  // namespace

net::Task<Asked> Ask(net::Network* network, net::Peer* peer, dns::NameView name, dns::RRType type,
                     const AskOptions& options, Account* account) {
  Asked asked;
  if (peer->blocked()) {
    asked.status = net::ExchangeStatus::kBlocked;
    asked.result = ServerResult::kBlocked;
    co_return asked;
  }
  dns::QuerySpec spec = SpecOf(name, type, options);
  if (spec.edns && !options.contact.empty() && peer->TakeContactTurn()) {
    spec.contact = options.contact;
  }
  net::Transport transport = net::Transport::kUdp;
  while (true) {
    net::Exchange exchange(network, peer, spec, transport, options.timeout);
    ++account->queries;
    const net::ExchangeResult result = co_await exchange;
    if (!Take(result, transport, &asked)) {
      if (account->exhausted()) break;
      transport = net::Transport::kTcp;
      continue;
    }
    if (spec.edns && RefusesEdns(asked) && !account->exhausted()) {
      // It may mind the option alone, which no one else would send it.
      if (!std::exchange(spec.contact, {}).empty()) continue;
      asked.edns_badvers = asked.message.rcode() == dns::RCode::kBadVers;
      spec.edns = false;
      continue;
    }
    break;
  }
  const bool was_truncated = transport == net::Transport::kTcp && !asked.mismatches.any();
  asked.over_tcp = transport == net::Transport::kTcp;
  if (was_truncated && !asked.replied && asked.result != ServerResult::kMalformed) {
    asked.result = ServerResult::kTruncated;
  }
  if (!asked.replied && asked.mismatches.any()) asked.result = ServerResult::kMismatched;
  asked.fell_back_from_edns = options.edns && !spec.edns && asked.replied &&
                              (asked.message.rcode() == dns::RCode::kNoError ||
                               asked.message.rcode() == dns::RCode::kNXDomain);
  co_return asked;
}

}  // namespace caascan::resolve
