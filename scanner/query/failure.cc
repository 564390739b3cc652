// Tested by failure_test.cc.
#include "scanner/query/failure.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "scanner/stream/stream_error.h"

namespace caascan::query {

bool IsUsable(ResponseKind kind) {
  switch (kind) {
    case ResponseKind::kAnswer:
    case ResponseKind::kAlias:
    case ResponseKind::kAliasFailed:
    case ResponseKind::kNoData:
    case ResponseKind::kNxDomain:
    case ResponseKind::kReferral:
      return true;
    case ResponseKind::kNotAuthoritative:
    case ResponseKind::kUpwardReferral:
    case ResponseKind::kOtherRecords:
    case ResponseKind::kError:
      return false;
  }
  return false;
}

ServerResult ResultOf(const Classified& classified) {
  if (classified.kind == ResponseKind::kNotAuthoritative) return ServerResult::kNotAuthoritative;
  if (classified.kind == ResponseKind::kUpwardReferral) return ServerResult::kUpwardReferral;
  if (classified.kind == ResponseKind::kOtherRecords) return ServerResult::kMalformed;
  if (classified.kind == ResponseKind::kReferral) return ServerResult::kReferral;
  if (classified.kind != ResponseKind::kError) return ServerResult::kAnswer;
  switch (classified.rcode) {
    case dns::RCode::kServFail:
      return ServerResult::kServfail;
    case dns::RCode::kNotImp:
      return ServerResult::kNotimp;
    case dns::RCode::kRefused:
      return ServerResult::kRefused;
    case dns::RCode::kFormErr:
      return ServerResult::kFormerr;
    default:
      return ServerResult::kRcode;
  }
}

namespace {

Reason ReasonOf(ServerResult result, bool recursive) {
  switch (result) {
    case ServerResult::kServfail:
      return Reason::kServfail;
    case ServerResult::kNotimp:
      return Reason::kNotimp;
    case ServerResult::kFormerr:
      return Reason::kFormerr;
    case ServerResult::kRcode:
      return Reason::kRcode;
    case ServerResult::kMalformed:
      return Reason::kMalformedResponse;
    case ServerResult::kRefused:
      return recursive ? Reason::kRcode : Reason::kRefused;
    // A resolver that refers has answered nothing; it serves no zone that could be lame.
    case ServerResult::kNotAuthoritative:
      return recursive ? Reason::kMalformedResponse : Reason::kNotAuthoritative;
    case ServerResult::kUpwardReferral:
      return recursive ? Reason::kMalformedResponse : Reason::kUpwardReferral;
    case ServerResult::kUnresolved:
    case ServerResult::kBlocked:
      return Reason::kUnresolvableServers;
    case ServerResult::kTruncated:
      return Reason::kTruncated;
    case ServerResult::kUnreachable:
      return Reason::kUnreachable;
    case ServerResult::kAnswer:
    case ServerResult::kReferral:
    case ServerResult::kTimeout:
    case ServerResult::kMismatched:
      return Reason::kNoResponse;
  }
  return Reason::kNoResponse;
}

// Most telling first: the outcomes' order is the contract's; within one, what says most about the
// cause. That a server's name has no address says least: it decides only where no server was
// reached at all.
constexpr Reason kTelling[] = {
    Reason::kNotimp,    Reason::kFormerr,     Reason::kRcode,          Reason::kMalformedResponse,
    Reason::kServfail,  Reason::kRefused,     Reason::kUpwardReferral, Reason::kNotAuthoritative,
    Reason::kTruncated, Reason::kUnreachable, Reason::kNoResponse,     Reason::kUnresolvableServers,
};

}  // namespace

Reason PlainReason(std::span<const Attempt> attempts, bool recursive) {
  if (attempts.empty()) return Reason::kUnresolvableServers;
  if (std::any_of(attempts.begin(), attempts.end(),
                  [](const Attempt& attempt) { return attempt.bogus; })) {
    return Reason::kDnssecBogus;
  }
  const auto local = [](const Attempt& attempt) { return attempt.local_fault; };
  const auto family = [](const Attempt& attempt) { return attempt.other_family; };
  if (std::all_of(attempts.begin(), attempts.end(), family)) return Reason::kFamilyUnavailable;
  if (std::all_of(attempts.begin(), attempts.end(), local)) return Reason::kLocalFault;
  const bool any_local = std::any_of(attempts.begin(), attempts.end(), local);
  const bool any_family = std::any_of(attempts.begin(), attempts.end(), family);
  const bool any_blocklisted = std::any_of(
      attempts.begin(), attempts.end(), [](const Attempt& attempt) { return attempt.blocklisted; });
  for (const Reason reason : kTelling) {
    // Whoever might have answered could not be asked.
    if (reason == Reason::kUnresolvableServers && any_family) return Reason::kFamilyUnavailable;
    if (reason == Reason::kUnresolvableServers && any_local) return Reason::kLocalFault;
    if (reason == Reason::kUnresolvableServers && any_blocklisted) return Reason::kBlocklisted;
    const auto fits = [reason, recursive](const Attempt& attempt) {
      return !attempt.local_fault && ReasonOf(attempt.result, recursive) == reason;
    };
    if (std::any_of(attempts.begin(), attempts.end(), fits)) return reason;
  }
  return Reason::kNoResponse;
}

std::string DetailOf(const dns::Message& message, const Classified& classified) {
  if (classified.kind == ResponseKind::kOtherRecords) {
    return classified.rcode == dns::RCode::kNXDomain
               ? "NXDOMAIN, and records in the answer section"
               : "the answer section holds records, and none that belongs to the question";
  }
  // Who reads that the server is lame may have seen CAs issue all the same.
  const bool refers = message.count(dns::Section::kAuthority) != 0;
  const bool resolver = (message.flags() & dns::kFlagRA) != 0;
  if (classified.kind != ResponseKind::kNotAuthoritative || refers || resolver) return {};
  return "empty, without AA and without SOA: CAs whose resolver is Unbound or BIND take that as an "
         "empty answer";
}

Attempt MakeAttempt(const Asked& asked, net::Peer* peer, std::optional<dns::CompactName> host) {
  Attempt attempt;
  attempt.host = std::move(host);
  attempt.peer = peer;
  attempt.result = asked.result;
  attempt.answered = asked.replied || asked.result == ServerResult::kMalformed;
  attempt.rtt = asked.rtt;
  attempt.over_tcp = asked.over_tcp;
  attempt.mismatches = asked.mismatches;
  attempt.local_fault = asked.status == net::ExchangeStatus::kSendFailed;
  attempt.blocklisted = asked.status == net::ExchangeStatus::kBlocked;
  if (asked.result == ServerResult::kTruncated && asked.over_tcp &&
      asked.status == net::ExchangeStatus::kReply) {
    attempt.detail = "TC is set in an answer over TCP";
  }
  if (!asked.replied && stream::IsStreamError(asked.error)) {
    attempt.detail = stream::StreamErrorText(asked.error);
  }
  if (asked.result == ServerResult::kMalformed) {
    attempt.detail =
        absl::StrCat(absl::string_view(dns::ParseErrorText(asked.parse_failure.error).data()), ", ",
                     absl::string_view(dns::SectionText(asked.parse_failure.section).data()),
                     " section, octet ", asked.parse_failure.offset);
  }
  return attempt;
}

void Observe(const Asked& asked, const Classified* classified, const Attempt& attempt,
             Account* account) {
  using Kind = Observation::Kind;
  const auto note = [&](Kind kind) {
    for (const Observation& seen : account->observations) {
      if (seen.kind == kind && seen.peer == attempt.peer && seen.host == attempt.host) return;
    }
    account->observations.push_back({kind, attempt.host, attempt.peer, {}});
  };
  if (asked.mismatches.letter_case != 0 && asked.replied) note(Kind::kCaseChanged);
  const bool changed = asked.mismatches.question != 0;
  if (attempt.peer != nullptr && asked.replied && (changed || !asked.over_tcp) &&
      attempt.peer->NoteQuestion(changed)) {
    note(Kind::kQuestionChanged);
  }
  if (asked.mismatches.no_question != 0 && asked.replied) note(Kind::kQuestionMissing);
  if (asked.mismatches.source != 0 && asked.replied) note(Kind::kSourceChanged);
  if (attempt.peer != nullptr && asked.replied &&
      attempt.peer->letter_case() == net::Peer::LetterCase::kSensitive) {
    note(Kind::kCaseSensitive);
  }
  if (asked.fell_back_from_edns) note(asked.edns_badvers ? Kind::kEdnsBadvers : Kind::kEdnsFormerr);
  if (asked.edns_not_echoed) note(Kind::kEdnsNotEchoed);
  if (asked.edns_option_rejected) note(Kind::kEdnsOptionRejected);
  // That TCP was silent once, or a busy server closed a connection, may be chance.
  const bool has_tcp = attempt.peer != nullptr && attempt.peer->has_answered_over_tcp();
  if (asked.result == ServerResult::kTruncated && !has_tcp &&
      (asked.status == net::ExchangeStatus::kUnreachable ||
       asked.status == net::ExchangeStatus::kClosed)) {
    note(Kind::kTruncatedNoTcp);
  }
  if (asked.result == ServerResult::kBlocked && !attempt.blocklisted) note(Kind::kSpecialAddress);
  if (attempt.peer != nullptr && attempt.peer->rate_limited()) note(Kind::kRateLimited);
  if (classified == nullptr) return;
  if (classified->without_authority) note(Kind::kDataWithoutAuthority);
  if (classified->without_soa) note(Kind::kNegativeWithoutSoa);
  if (classified->soa_wrong_zone) note(Kind::kNegativeSoaWrongZone);
  if (classified->cname_beside_data) note(Kind::kCnameWithOtherData);
}

}  // namespace caascan::query
