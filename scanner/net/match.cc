// Tested by match_test.cc.
#include "scanner/net/match.h"

#include <algorithm>
#include <bit>

#include "scanner/dns/message.h"

namespace caascan::net {

namespace {

bool IsLetter(uint8_t octet) {
  octet = dns::LowerOctet(octet);
  return octet >= 'a' && octet <= 'z';
}

}  // namespace

uint64_t CaseBitsFor(dns::NameView name, uint64_t random) {
  const size_t size = std::min<size_t>(name.size(), 64);
  const uint64_t mask = ~uint64_t{0} >> (64 - size);
  // With many capitals chosen one of them is sure to meet a letter: names are mostly letters.
  if (static_cast<size_t>(std::popcount(random & mask)) > size / 3 + 2) return random;
  uint64_t letters = 0;
  for (size_t i = 0; i < size; ++i) {
    if (IsLetter(name.data()[i])) letters |= uint64_t{1} << i;
  }
  return (random & letters) != 0 ? random : random | (letters & (~letters + 1));
}

MatchVerdict MatchReply(const dns::QuerySpec& query, uint64_t case_bits, bool same_source,
                        std::span<const uint8_t> datagram) {
  const auto peek = dns::PeekQuestion(datagram);
  if (!peek || !peek->is_response) {
    return same_source ? MatchVerdict::kNoMessage : MatchVerdict::kUnrelated;
  }
  const bool right_type =
      peek->has_question && peek->type == query.type && peek->rr_class == dns::kClassIn;
  const bool same_case = right_type && dns::SameCase(query.name, case_bits, peek->name);
  if (same_source && same_case) return MatchVerdict::kMatch;  // As nearly all do.
  const bool same_question = same_case || (right_type && peek->name == query.name);
  if (!same_source) return same_question ? MatchVerdict::kOtherSource : MatchVerdict::kUnrelated;
  if (!peek->has_question) {
    return peek->rcode == dns::RCode::kNoError || peek->rcode == dns::RCode::kNXDomain
               ? MatchVerdict::kNoQuestion
               : MatchVerdict::kBareError;
  }
  return same_question ? MatchVerdict::kOtherCase : MatchVerdict::kOtherQuestion;
}

bool IsQuery(const dns::QuerySpec& query, uint64_t case_bits, std::span<const uint8_t> datagram) {
  const auto peek = dns::PeekQuestion(datagram);
  return peek && !peek->is_response && peek->has_question && peek->type == query.type &&
         peek->rr_class == dns::kClassIn && dns::SameCase(query.name, case_bits, peek->name);
}

uint32_t MostGuesses(const dns::QuerySpec& query) {
  if (query.small_letters) return 1;
  const dns::NameView name = query.name;
  // An ID of 16 bits and four letters are a million possibilities.
  constexpr long kLettersForTwo = 4;
  const auto letters = std::count_if(name.data(), name.data() + name.size(), IsLetter);
  return letters < kLettersForTwo ? 1 : 2;
}

}  // namespace caascan::net
