// What has to agree before a message is taken for the answer to a query (RFC 5452 §9).
#pragma once

#include <cstdint>
#include <span>

#include "scanner/dns/query.h"

namespace caascan::net {

/// Random bits for the letter case of a query's name (0x20). Where they would leave it all small,
/// as a server that loses the case would send it back, one letter becomes a capital. Pure.
uint64_t CaseBitsFor(dns::NameView name, uint64_t random);

/// How a datagram with the right ID at the right socket compares with the query it may answer.
/// Pure.
enum class MatchVerdict : uint8_t {
  kMatch,
  kOtherSource,    // The right question, from elsewhere.
  kOtherQuestion,  // From the server.
  kNoQuestion,     // Likewise, and it is no error.
  kOtherCase,      // Likewise, the right question.
  kBareError,      // Likewise, without question: an error, for whatever query it is.
  kNoMessage,      // Likewise.
  kUnrelated,      // From elsewhere, and no answer to this: the ID is the same by chance.
};
MatchVerdict MatchReply(const dns::QuerySpec& query, uint64_t case_bits, bool same_source,
                        std::span<const uint8_t> datagram);

/// Is the datagram the query itself, as far as its question's end? Whoever quotes that has seen it;
/// its ID is compared by the caller. Pure.
bool IsQuery(const dns::QuerySpec& query, uint64_t case_bits, std::span<const uint8_t> datagram);

/// How many answers to a query may disagree with it before the right one is taken over TCP alone.
/// A forger has that many guesses, however many datagrams he sends. Pure.
uint32_t MostGuesses(const dns::QuerySpec& query);

}  // namespace caascan::net
