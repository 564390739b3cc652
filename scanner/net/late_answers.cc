// Tested by udp_test.cc.
#include "scanner/net/late_answers.h"

#include "scanner/dns/message.h"

namespace caascan::net {
namespace {

uint32_t HashOf(dns::NameView name, dns::RRType type) {
  return static_cast<uint32_t>(dns::HashName(name, static_cast<uint16_t>(type)));
}

}  // namespace

void LateAnswers::Remember(uint32_t key, const async::Address& server, dns::NameView name,
                           dns::RRType type, std::chrono::nanoseconds sent_at) {
  if (queries_ == nullptr) queries_ = std::make_unique<Query[]>(kPlaces);
  queries_[PlaceOf(key)] = {server, true, key, HashOf(name, type), sent_at};
}

std::optional<std::chrono::nanoseconds> LateAnswers::Take(uint32_t key,
                                                          const async::Address& source,
                                                          std::span<const uint8_t> datagram) {
  if (queries_ == nullptr) return std::nullopt;
  Query& query = queries_[PlaceOf(key)];
  if (!query.waits || query.key != key || query.server != source) return std::nullopt;
  const auto peek = dns::PeekQuestion(datagram);
  if (!peek || !peek->is_response || !peek->has_question || peek->rr_class != dns::kClassIn ||
      HashOf(peek->name, peek->type) != query.question) {
    return std::nullopt;
  }
  query.waits = false;
  return query.sent_at;
}

}  // namespace caascan::net
