// First the zone's SOA: does the server answer at all, and does it serve the zone? Where it does,
// the query that failed goes out again, and others that differ from it in one thing, all at once.
// Behind each that stays unanswered goes the SOA once more, its control: the silence counts only if
// that one is answered, so a path that is down, or full, for a while accuses nobody. Tested by
// probe_test.cc and, end to end, against the lab.
#include "scanner/diagnose/examine.h"

#include <algorithm>

#include "scanner/async/fan.h"
#include "scanner/query/classify.h"
#include "scanner/query/failure.h"

namespace caascan::diagnose {
namespace {

using dns::RRType;

// How often a silence must be seen, and how often a query is sent for it at most. A lost probe
// would turn a server that refuses CAA alone into a lame one.
struct Patience {
  uint8_t silences;
  uint8_t tries;
};
constexpr Patience kUsual = {3, 4};
constexpr Patience kPatient = {5, 12};
constexpr Patience kOfTheKnownSilent = {1, 1};  // It was examined for other names already.

query::AskOptions OptionsOf(const ProbeSpec& spec, const ProbeContext& context) {
  query::AskOptions options = context.ask;
  options.strict = true;
  options.edns = spec.edns;
  options.over_tcp = spec.over_tcp;
  options.dnssec_ok = options.dnssec_ok && spec.edns && !spec.without_do;
  options.contact = spec.option ? "?" : "";
  return options;
}

void TakeReply(const query::Asked& asked, const ProbeSpec& spec, const ProbeContext& context,
               Heard* heard) {
  heard->result = asked.result;
  heard->mismatches = asked.mismatches;
  heard->truncated_over_tcp = asked.result == ServerResult::kTruncated && asked.over_tcp &&
                              asked.status == net::ExchangeStatus::kReply;
  if (!asked.replied) return;
  query::AliasChain chain(spec.at_zone ? context.zone : context.name);
  const query::Classified classified =
      query::Classify(asked.message, {false, context.zone}, spec.type, &chain);
  heard->rcode = static_cast<uint16_t>(asked.message.rcode());
  heard->result =
      classified.without_authority ? ServerResult::kNotAuthoritative : query::ResultOf(classified);
}

/// What came of one try.
struct Try {
  Heard heard;
  bool ended_by_us = false;
  bool has_control = false;  // Where it was silent: the control behind it was answered.

  bool silent() const { return heard.result == ServerResult::kTimeout; }
};

/// One probe on its way.
struct Probing {
  const ProbeContext* context;
  const ProbeSpec* spec;
  query::AskOptions options;
  Examination* examination;
  Heard* heard;
  async::Fan* fan;
  std::chrono::nanoseconds waited{0};  // For the server, those before it included.
};

bool OurOwnEnd(const query::Asked& asked) {
  return asked.status == net::ExchangeStatus::kCancelled ||
         asked.status == net::ExchangeStatus::kSendFailed ||
         asked.status == net::ExchangeStatus::kBlocked;
}

/// Silence, and a connection that gives none, may be chance.
bool MayBeChance(ServerResult result) {
  return result == ServerResult::kTimeout || result == ServerResult::kTruncated;
}

/// How often it must be seen. Nothing follows from the silence of a server that spoke to the
/// look-up: its first probe is given more tries to be answered. A SERVFAIL may be a passing
/// trouble; of CAA it is the second one, unless the look-up met only silence: then any error for
/// CAA is the first.
unsigned TimesNeeded(ServerResult result, const ProbeSpec& spec, const Heard& met,
                     unsigned silences) {
  constexpr unsigned kMoreSilences = 3;
  if (result == ServerResult::kTimeout && spec.kind == ProbeKind::kSoa && !met.silent()) {
    return silences + kMoreSilences;
  }
  if (MayBeChance(result)) return silences;
  // One may be the late answer to another query, and the right one lost.
  if (result == ServerResult::kMismatched) return std::min(silences, 2u);
  if (spec.kind == ProbeKind::kCaa && met.silent()) {
    return IsRcode(result) ? std::min(silences, 2u) : 1;
  }
  const bool first =
      spec.at_zone ? spec.option || spec.type == RRType::kDNSKEY : spec.type != RRType::kCAA;
  return result == ServerResult::kServfail && first ? std::min(silences, 2u) : 1;
}

/// Is the server there, and the way to it? By the SOA, in the way in which it was answered before.
/// Waits as long as this server usually takes, and longer: an answer that comes later than that
/// only leaves a silence uncounted.
async::Task<bool> AnswersControl(Probing* probing) {
  constexpr int kTries = 2;
  constexpr std::chrono::milliseconds kLeast(300);
  const ProbeContext& context = *probing->context;
  net::Peer* peer = probing->examination->peer.get();  // The examination keeps it.
  query::AskOptions options = context.ask;
  options.strict = true;
  options.contact = {};
  if (probing->examination->heard(ProbeKind::kSoa).silent()) {
    options.edns = options.dnssec_ok = false;
  }
  const auto usual = std::chrono::duration_cast<std::chrono::milliseconds>(4 * peer->srtt());
  options.timeout = std::min(options.timeout, usual + kLeast);
  bool answered = false;
  for (int count = 0; count < kTries && !answered; ++count) {
    const async::Pooled<query::Asked> asked =
        co_await query::Ask(peer, context.zone, RRType::kSOA, options, context.account);
    probing->waited += asked->spent;
    answered = asked->replied;
  }
  co_return answered;
}

async::Task<> TryOnce(Probing* probing, Try* out) {
  const ProbeContext& context = *probing->context;
  const ProbeSpec& spec = *probing->spec;
  const async::Pooled<query::Asked> asked =
      co_await query::Ask(probing->examination->peer, spec.at_zone ? context.zone : context.name,
                          spec.type, probing->options, context.account);
  probing->waited += asked->spent;
  out->ended_by_us = OurOwnEnd(*asked);
  TakeReply(*asked, spec, context, &out->heard);
  if (out->ended_by_us || !spec.controlled || !out->silent()) co_return;
  const bool answered = co_await AnswersControl(probing);
  out->has_control = answered;
}

/// Takes a try into what is known. True where that settles it.
bool TakeTry(const Try& tried, const Probing& probing, unsigned silences) {
  const ProbeSpec& spec = *probing.spec;
  Heard* heard = probing.heard;
  const bool silent = tried.silent();
  if (silent && heard->result == ServerResult::kTruncated) return false;  // It is not: it said TC.
  if (silent && spec.controlled && !tried.has_control) return false;
  const bool same = heard->result == tried.heard.result;
  const auto tries = static_cast<uint8_t>((same ? heard->tries : 0) + 1);
  const bool truncated_over_tcp = same && heard->truncated_over_tcp;
  *heard = tried.heard;
  heard->tries = tries;
  heard->truncated_over_tcp |= truncated_over_tcp;
  heard->asked =
      heard->tries >= TimesNeeded(heard->result, spec, probing.examination->met, silences);
  return heard->asked;
}

async::Task<> TryBeside(Probing probing, Try* out, async::Fan* fan,
                        std::chrono::nanoseconds* waited) {
  co_await TryOnce(&probing, out);
  *waited = std::max(*waited, probing.waited);
  fan->End();
}

/// How many more silences it takes.
unsigned SilencesMissing(const Heard& heard, unsigned silences) {
  const unsigned seen = MayBeChance(heard.result) ? heard.tries : 0;
  return silences > seen ? silences - seen : 1;
}

bool IsOver(const Probing& probing) {
  return probing.waited >= probing.context->max_wait ||
         probing.context->account->budget.exhausted();
}

/// Would the name's time end before so many tries have waited one after the other, and a few of a
/// later probe's?
bool TimeIsShort(const Probing& probing, unsigned missing) {
  constexpr unsigned kLater = 2;
  const ProbeContext& context = *probing.context;
  const std::chrono::nanoseconds longest = context.ask.timeout * 3 / 2;  // With the rest before it.
  return context.max_wait - probing.waited < longest * (missing + kLater);
}

/// As many tries as silence takes, one shortly after the other: they wait at the same time. None
/// follows an answer. True where that settles it.
async::Task<bool> TrySideBySide(Probing* probing, unsigned missing, unsigned silences) {
  constexpr std::chrono::milliseconds kBriskApart(120);
  const ProbeContext& context = *probing->context;
  const std::chrono::milliseconds apart = context.ask.brisk ? kBriskApart : context.ask.timeout / 4;
  std::array<Try, kPatient.silences> tries;
  async::Fan fan;
  std::chrono::nanoseconds waited = probing->waited;
  unsigned sent = 0;
  for (Probing next = *probing; sent < missing && !IsOver(next); next.waited += apart) {
    fan.Begin();
    async::Spawn(TryBeside(next, &tries[sent++], &fan, &waited));
    net::Pause pause(context.network, apart);
    co_await pause;
    const auto has_ended = [](const Try& each) { return each.ended_by_us || !each.silent(); };
    if (std::any_of(tries.begin(), tries.begin() + sent, has_ended)) break;
  }
  co_await fan.All();
  probing->waited = waited;
  bool settled = false;
  for (unsigned i = 0; i < sent && !settled; ++i) {
    if (!tries[i].ended_by_us) settled = TakeTry(tries[i], *probing, silences);
  }
  co_return settled;
}

Patience PatienceFor(const ProbeContext& context, const net::Peer& peer) {
  if (peer.is_known_silent()) return kOfTheKnownSilent;
  return IsPatient(context.account->look) ? kPatient : kUsual;
}

/// Tries that follow one another show that a silence lasts. They overlap where somebody waits, and
/// where time is short.
async::Task<> Hear(Probing probing) {
  const ProbeContext& context = *probing.context;
  const ProbeSpec& spec = *probing.spec;
  const Patience patience = PatienceFor(context, *probing.examination->peer);
  const unsigned most = std::min(patience.tries, spec.max_tries);
  const unsigned silences = std::min({patience.silences, spec.max_tries, spec.max_silences});
  bool settled = false;
  if (context.ask.brisk && !IsOver(probing)) {
    settled = co_await TrySideBySide(&probing, silences, silences);
  }
  unsigned tries = 0;
  while (tries < most && !settled && !IsOver(probing)) {
    const unsigned missing = std::min(SilencesMissing(*probing.heard, silences), most - tries);
    if (missing > 1 && TimeIsShort(probing, missing)) {
      tries += missing;
      settled = co_await TrySideBySide(&probing, missing, silences);
      continue;
    }
    if (tries > 0) {
      probing.waited += co_await query::BackOff(context.network, context.ask, tries);
      if (IsOver(probing)) break;  // Others have spent what was left.
    }
    ++tries;
    Try tried;
    co_await TryOnce(&probing, &tried);
    if (tried.ended_by_us) break;
    settled = TakeTry(tried, probing, silences);
  }
  probing.examination->waited = std::max(probing.examination->waited, probing.waited);
  probing.fan->End();
}

async::Task<> HearAll(const ProbeContext* context, ProbeKindList kinds, Examination* examination) {
  async::Fan fan;
  const std::chrono::nanoseconds waited = examination->waited;
  for (const ProbeKind kind : kinds) {
    if (kind == ProbeKind::kCaaWithoutDo && !context->ask.dnssec_ok) continue;
    if (kind == ProbeKind::kSoaWithOption && !context->options) continue;
    const ProbeSpec& spec = SpecOf(kind);
    // The others are sent so already.
    if (spec.over_tcp && examination->peer->streams_only()) continue;
    fan.Begin();
    async::Spawn(Hear({context, &spec, OptionsOf(spec, *context), examination,
                       &examination->heard(kind), &fan, waited}));
  }
  co_await fan.All();
}

/// The zone is served.
async::Task<> ExamineTypes(const ProbeContext* context, Examination* examination) {
  const Heard& met = examination->met;
  if (!met.served() || context->options) {
    co_await HearAll(context, kProbesOfThoseWhoServe, examination);
  }
  // At the apex the SOA has shown already that the error is not the name's.
  if (IsRcode(met.result) && context->name != context->zone) {
    co_await HearAll(context, kOtherTypeProbes, examination);
  }
  if (!examination->gave_no_keys) co_return;
  if (context->ask.brisk) {
    co_await HearAll(context, kKeyProbesEitherWay, examination);
    co_return;
  }
  co_await HearAll(context, kKeyProbesWithEdns, examination);
  if (examination->heard(ProbeKind::kDnskey).silent()) {
    co_await HearAll(context, kKeyProbesWithoutEdns, examination);
  }
}

bool IsSilentToAll(const Examination& examination) {
  const Heard& over_tcp = examination.heard(ProbeKind::kSoaOverTcp);
  const bool by_tcp_too =
      examination.peer->streams_only() || (over_tcp.asked && !over_tcp.served());
  return examination.heard(ProbeKind::kSoa).silent() &&
         examination.heard(ProbeKind::kSoaWithoutEdns).silent() && by_tcp_too;
}

}  // namespace

bool IsRcode(ServerResult result) {
  return result == ServerResult::kNotimp || result == ServerResult::kFormerr ||
         result == ServerResult::kRefused || result == ServerResult::kServfail ||
         result == ServerResult::kRcode;
}

bool CallsForProbes(ServerResult result) {
  switch (result) {
    case ServerResult::kServfail:
    case ServerResult::kNotimp:
    case ServerResult::kRefused:
    case ServerResult::kFormerr:
    case ServerResult::kRcode:
    case ServerResult::kTimeout:
    case ServerResult::kTruncated:
    case ServerResult::kMismatched:
      return true;
    default:
      return false;
  }
}

async::Task<> Examine(const ProbeContext* context, Examination* examination) {
  const Heard& soa = examination->heard(ProbeKind::kSoa);
  if (examination->met.silent()) {
    const bool known = examination->peer->is_known_silent();
    co_await HearAll(context, kProbesOfTheSilent, examination);
    examination->known_silent = known && soa.silent();
    if (IsSilentToAll(*examination)) examination->peer->NoteProvenSilence();
  } else {
    co_await HearAll(context, kSoaProbes, examination);
  }
  if (soa.served()) co_await ExamineTypes(context, examination);
  const Heard& without_edns = examination->heard(ProbeKind::kSoaWithoutEdns);
  if (soa.silent() && without_edns.asked && !without_edns.silent()) {
    co_await HearAll(context, kSoaProbesOnceMore, examination);
  }
}

}  // namespace caascan::diagnose
