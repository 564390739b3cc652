// Which query a datagram answers, and what becomes of one that answers none. Tested by udp_test.cc
// and udp_doubt_test.cc.
#include "scanner/dns/message.h"
#include "scanner/net/match.h"
#include "scanner/net/udp.h"

namespace caascan::net {

Exchange* UdpTransport::Find(const Socket& socket, uint16_t id) const {
  const auto it = pending_.find(Key(socket.index, id));
  return it == pending_.end() ? nullptr : it->second;
}

/// Among some of the queries under way to `source`, from whatever socket: who forges answers does
/// not know which it was, and each of his guesses counts. Strangers may send us anything, and
/// often, so only a few are looked at, and the next ones by the next datagram.
Exchange* UdpTransport::FindByQuestion(const async::Address& source,
                                       std::span<const uint8_t> datagram) {
  Peer* peer = client_->FindPeer(source);
  const auto peek = dns::PeekQuestion(datagram);
  if (peer == nullptr || !peek || !peek->has_question) return nullptr;
  auto& sent = peer->sent();
  constexpr int kLooks = 32;
  Exchange* const first = sent.front();
  for (int looks = 0; looks < kLooks; ++looks) {
    Exchange* exchange = sent.front();
    if (exchange == nullptr || (looks > 0 && exchange == first)) break;
    const auto verdict =
        MatchReply(exchange->query(), exchange->course().case_bits, true, datagram);
    if (verdict == MatchVerdict::kMatch || verdict == MatchVerdict::kOtherCase) return exchange;
    sent.PushBack(sent.PopFront());
  }
  return nullptr;
}

/// One more datagram that is no answer, from where the answer should come. The first one leaves the
/// answer a short time; with the last one that is borne, only TCP can bring it.
void UdpTransport::Doubt(Exchange* exchange) {
  constexpr std::chrono::milliseconds kLeft(300);
  const uint32_t count = exchange->result().mismatches.from_server();
  if (count >= MostGuesses(exchange->query())) {
    NoteTimeout(exchange);
    return client_->Complete(exchange, ExchangeStatus::kDoubtful);
  }
  if (count > 1) return;
  const auto spent = client_->loop()->now() - exchange->course().sent_at;
  if (spent + kLeft < exchange->timeout()) client_->loop()->Arm(exchange, kLeft);
}

/// Is it the answer to a query whose time is over? Counts it, as that or as a stray.
bool UdpTransport::TakeLate(uint32_t key, const async::Address& source,
                            std::span<const uint8_t> datagram) {
  const auto sent_at = late_.Take(key, source, datagram);
  if (sent_at) {
    client_->NoteLateAnswer(source, *sent_at);
  } else {
    ++client_->stats().strays;
  }
  return sent_at.has_value();
}

void UdpTransport::Accept(const Socket& socket, const async::Address& source,
                          std::span<const uint8_t> datagram) {
  if (datagram.size() < 2) {
    ++client_->stats().strays;
    return;
  }
  const auto id = static_cast<uint16_t>((datagram[0] << 8) | datagram[1]);
  Exchange* exchange = Find(socket, id);
  if (exchange == nullptr) {
    const bool late = TakeLate(Key(socket.index, id), source, datagram);
    exchange = late ? nullptr : FindByQuestion(source, datagram);
    if (exchange == nullptr) return;
    ++exchange->result().mismatches.id;
    return Doubt(exchange);
  }
  Mismatches& mismatches = exchange->result().mismatches;
  const bool same_source = source == exchange->peer()->address();
  const auto verdict =
      MatchReply(exchange->query(), exchange->course().case_bits, same_source, datagram);
  if (verdict == MatchVerdict::kMatch) return client_->CompleteReply(exchange, datagram);
  const bool late = TakeLate(Key(socket.index, id), source, datagram);  // The ID came round.
  switch (late ? MatchVerdict::kUnrelated : verdict) {
    case MatchVerdict::kOtherSource:
      ++mismatches.source;
      break;
    case MatchVerdict::kOtherCase:
      ++mismatches.letter_case;
      return Doubt(exchange);
    case MatchVerdict::kBareError:
      if (mismatches.bare_error++ == 0) {
        exchange->result().bare_flags = static_cast<uint16_t>((datagram[2] << 8) | datagram[3]);
      }
      return Doubt(exchange);
    case MatchVerdict::kNoQuestion:
      ++mismatches.no_question;
      return Doubt(exchange);
    case MatchVerdict::kOtherQuestion:
    case MatchVerdict::kNoMessage:
      ++mismatches.question;
      return Doubt(exchange);
    case MatchVerdict::kMatch:
    case MatchVerdict::kUnrelated:
      break;
  }
}

}  // namespace caascan::net
