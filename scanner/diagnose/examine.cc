// First the zone's SOA: does the server answer at all, and does it serve the zone? Where it does,
// the query that failed goes out again, and others that differ from it in one thing, all at once.
// Behind each that stays unanswered goes the SOA once more, its control: the silence counts only if
// that one is answered, so a path that is down, or full, for a while accuses nobody. Tested by
// examine_test.cc and, end to end, against the lab.
#include "scanner/diagnose/examine.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "scanner/net/fan.h"
#include "scanner/resolve/classify.h"
#include "scanner/resolve/failure.h"

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

struct ProbeSpec {  // NOLINT(clang-analyzer-optin.performance.Padding): ten of them, for reading.
  ProbeKind kind;
  std::string_view label;
  RRType type;
  bool at_zone;  // Of the zone's name, else of the name that was looked up.
  bool edns = true;
  bool over_tcp = false;
  bool without_do = false;
  bool option = false;
  bool controlled = false;           // Its silence counts only where its control is answered.
  uint8_t max_tries = UINT8_MAX;     // For what is no more than detail.
  uint8_t max_silences = UINT8_MAX;  // Of as many, where others of the kind were met before.
};

constexpr ProbeSpec kSpecs[kProbeKinds] = {
    {.kind = ProbeKind::kSoa, .label = "SOA", .type = RRType::kSOA, .at_zone = true},
    {.kind = ProbeKind::kCaa,
     .label = "CAA again",
     .type = RRType::kCAA,
     .at_zone = false,
     .controlled = true},
    {.kind = ProbeKind::kUnknownType,
     .label = "TYPE65280",
     .type = RRType::kUnassigned,
     .at_zone = false,
     .controlled = true},
    {.kind = ProbeKind::kCaaWithoutEdns,
     .label = "CAA without EDNS",
     .type = RRType::kCAA,
     .at_zone = false,
     .edns = false,
     .max_tries = 2},
    {.kind = ProbeKind::kCaaOverTcp,
     .label = "CAA over TCP",
     .type = RRType::kCAA,
     .at_zone = false,
     .over_tcp = true,
     .max_tries = 1},
    {.kind = ProbeKind::kCaaWithoutDo,
     .label = "CAA without DO",
     .type = RRType::kCAA,
     .at_zone = false,
     .without_do = true,
     .max_tries = 2},
    {.kind = ProbeKind::kSoaWithoutEdns,
     .label = "SOA without EDNS",
     .type = RRType::kSOA,
     .at_zone = true,
     .edns = false},
    {.kind = ProbeKind::kSoaOverTcp,
     .label = "SOA over TCP",
     .type = RRType::kSOA,
     .at_zone = true,
     .over_tcp = true,
     .max_tries = 1},
    {.kind = ProbeKind::kSoaWithOption,
     .label = "SOA with EDNS option 65001",
     .type = RRType::kSOA,
     .at_zone = true,
     .option = true,
     .controlled = true},
    {.kind = ProbeKind::kSoaAgain,
     .label = "SOA with EDNS again",
     .type = RRType::kSOA,
     .at_zone = true,
     .controlled = true,
     .max_silences = 2},
};

const ProbeSpec& SpecOf(ProbeKind kind) { return kSpecs[static_cast<size_t>(kind)]; }

resolve::AskOptions OptionsOf(const ProbeSpec& spec, const ProbeContext& context) {
  resolve::AskOptions options = context.ask;
  options.strict = true;
  options.edns = spec.edns;
  options.over_tcp = spec.over_tcp;
  options.dnssec_ok = options.dnssec_ok && spec.edns && !spec.without_do;
  options.contact = spec.option ? "?" : "";
  return options;
}

void TakeReply(const resolve::Asked& asked, const ProbeSpec& spec, const ProbeContext& context,
               Heard* heard) {
  heard->result = asked.result;
  heard->mismatches = asked.mismatches;
  heard->truncated_over_tcp = asked.result == ServerResult::kTruncated && asked.over_tcp &&
                              asked.status == net::ExchangeStatus::kReply;
  if (!asked.replied) return;
  resolve::AliasChain chain(spec.at_zone ? context.zone : context.name);
  const resolve::Classified classified =
      resolve::Classify(asked.message, {false, context.zone}, spec.type, &chain);
  heard->rcode = static_cast<uint16_t>(asked.message.rcode());
  heard->result = classified.without_authority ? ServerResult::kNotAuthoritative
                                               : resolve::ResultOf(classified);
}

/// One probe on its way.
struct Probing {
  const ProbeContext* context;
  const ProbeSpec* spec;
  resolve::AskOptions options;
  Examination* examination;
  Heard* heard;
  net::Fan* fan;
  std::chrono::nanoseconds waited{0};  // For the server, those before it included.
};

bool OurOwnEnd(const resolve::Asked& asked) {
  return asked.status == net::ExchangeStatus::kCancelled ||
         asked.status == net::ExchangeStatus::kSendFailed ||
         asked.status == net::ExchangeStatus::kBlocked;
}

/// Silence, and a connection that gives none, may be chance.
bool MayBeChance(ServerResult result) {
  return result == ServerResult::kTimeout || result == ServerResult::kTruncated;
}

/// How often it must be seen. A SERVFAIL may be a passing trouble; of CAA it is the second one.
unsigned TimesNeeded(ServerResult result, const ProbeSpec& spec, unsigned silences) {
  if (MayBeChance(result)) return silences;
  const bool first = spec.kind == ProbeKind::kUnknownType || spec.option;
  return result == ServerResult::kServfail && first ? std::min(silences, 2u) : 1;
}

/// Is the server there, and the way to it? By the SOA, in the way in which it was answered before.
/// Waits as long as this server usually takes, and longer: an answer that comes later than that
/// only leaves a silence uncounted.
net::Task<bool> AnswersControl(Probing* probing) {
  constexpr int kTries = 2;
  constexpr std::chrono::milliseconds kLeast(300);
  const ProbeContext& context = *probing->context;
  net::Peer* peer = probing->examination->peer.get();  // The examination keeps it.
  resolve::AskOptions options = context.ask;
  options.strict = true;
  options.contact = {};
  if (probing->examination->heard(ProbeKind::kSoa).silent()) {
    options.edns = options.dnssec_ok = false;
  }
  const auto usual = std::chrono::duration_cast<std::chrono::milliseconds>(4 * peer->srtt());
  options.timeout = std::min(options.timeout, usual + kLeast);
  bool answered = false;
  for (int count = 0; count < kTries && !answered; ++count) {
    const net::Pooled<resolve::Asked> asked =
        co_await resolve::Ask(peer, context.zone, RRType::kSOA, options, context.account);
    probing->waited += asked->spent;
    answered = asked->replied;
  }
  co_return answered;
}

net::Task<> Hear(Probing probing) {
  const ProbeContext& context = *probing.context;
  const ProbeSpec& spec = *probing.spec;
  const Patience patience = context.account->patient ? kPatient : kUsual;
  const unsigned tries = std::min(patience.tries, spec.max_tries);
  const unsigned silences = std::min({patience.silences, spec.max_tries, spec.max_silences});
  const dns::NameView name = spec.at_zone ? context.zone : context.name;
  Heard* heard = probing.heard;
  const auto is_over = [&] {
    return probing.waited >= context.max_wait || context.account->budget.exhausted();
  };
  for (unsigned count = 1; count <= tries && !is_over(); ++count) {
    if (count > 1) {
      probing.waited += co_await resolve::BackOff(context.network, context.ask, count - 1);
      if (is_over()) break;  // Others have spent what was left.
    }
    const net::Pooled<resolve::Asked> asked = co_await resolve::Ask(
        probing.examination->peer, name, spec.type, probing.options, context.account);
    probing.waited += asked->spent;
    if (OurOwnEnd(*asked)) break;
    const bool silent = asked->result == ServerResult::kTimeout;
    if (silent && heard->result == ServerResult::kTruncated) continue;  // It is not: it said TC.
    if (silent && spec.controlled) {
      const bool answered = co_await AnswersControl(&probing);
      if (!answered) continue;
    }
    const ServerResult before = heard->result;
    TakeReply(*asked, spec, context, heard);
    if (heard->result != before) heard->tries = 0;
    ++heard->tries;
    heard->asked = heard->tries >= TimesNeeded(heard->result, spec, silences);
    if (heard->asked) break;
  }
  probing.examination->waited = std::max(probing.examination->waited, probing.waited);
  probing.fan->End();
}

using ProbeKindList = std::span<const ProbeKind>;

constexpr ProbeKind kOnlySoa[] = {ProbeKind::kSoa};
constexpr ProbeKind kOnlyCaa[] = {ProbeKind::kCaa};
constexpr ProbeKind kOnlyUnknown[] = {ProbeKind::kUnknownType};
constexpr ProbeKind kOfTheSilent[] = {ProbeKind::kSoa, ProbeKind::kSoaWithoutEdns,
                                      ProbeKind::kSoaOverTcp};
constexpr ProbeKind kOfThoseWhoServe[] = {
    ProbeKind::kCaa,        ProbeKind::kUnknownType,  ProbeKind::kCaaWithoutEdns,
    ProbeKind::kCaaOverTcp, ProbeKind::kCaaWithoutDo, ProbeKind::kSoaWithOption};
constexpr ProbeKind kOnceMore[] = {ProbeKind::kSoaAgain};
// What goes into the evidence.
constexpr ProbeKind kCaaProbes[] = {ProbeKind::kCaa, ProbeKind::kCaaWithoutDo,
                                    ProbeKind::kCaaWithoutEdns, ProbeKind::kCaaOverTcp,
                                    ProbeKind::kSoa};
constexpr ProbeKind kTypeProbes[] = {ProbeKind::kUnknownType, ProbeKind::kSoa};
constexpr ProbeKind kOptionProbes[] = {ProbeKind::kSoaWithOption, ProbeKind::kSoa};
constexpr ProbeKind kEdnsProbes[] = {ProbeKind::kSoa, ProbeKind::kSoaWithoutEdns,
                                     ProbeKind::kSoaAgain};

net::Task<> HearAll(const ProbeContext* context, ProbeKindList kinds, Examination* examination) {
  net::Fan fan;
  const std::chrono::nanoseconds waited = examination->waited;
  for (const ProbeKind kind : kinds) {
    if (kind == ProbeKind::kCaaWithoutDo && !context->ask.dnssec_ok) continue;
    if (kind == ProbeKind::kSoaWithOption && !context->options) continue;
    const ProbeSpec& spec = SpecOf(kind);
    fan.Begin();
    net::Spawn(Hear({context, &spec, OptionsOf(spec, *context), examination,
                     &examination->heard(kind), &fan, waited}));
  }
  co_await fan.All();
}

// --- What follows ---

struct CodeRow {
  ServerResult result;
  FindingCode code;
};

/// Of CAA, where the zone is served.
constexpr CodeRow kOnCaa[] = {
    {ServerResult::kNotimp, FindingCode::kNotimpOnCaa},
    {ServerResult::kFormerr, FindingCode::kFormerrOnCaa},
    {ServerResult::kRefused, FindingCode::kRefusedOnCaa},
    {ServerResult::kServfail, FindingCode::kServfailOnCaa},
    {ServerResult::kRcode, FindingCode::kRcodeOnCaa},
    {ServerResult::kMalformed, FindingCode::kResponseMalformed},
};
/// Of the zone's SOA.
constexpr CodeRow kLame[] = {
    {ServerResult::kRefused, FindingCode::kLameRefused},
    {ServerResult::kServfail, FindingCode::kLameServfail},
    {ServerResult::kNotAuthoritative, FindingCode::kLameNotAuthoritative},
    {ServerResult::kUpwardReferral, FindingCode::kLameUpwardReferral},
    {ServerResult::kNotimp, FindingCode::kLameRcode},
    {ServerResult::kFormerr, FindingCode::kLameRcode},
    {ServerResult::kRcode, FindingCode::kLameRcode},
    {ServerResult::kMalformed, FindingCode::kResponseMalformed},
    {ServerResult::kUnreachable, FindingCode::kServerUnreachable},
};

template <size_t kSize>
std::optional<FindingCode> CodeOf(const CodeRow (&rows)[kSize], ServerResult result) {
  for (const CodeRow& row : rows) {
    if (row.result == result) return row.code;
  }
  return std::nullopt;
}

std::string OutcomeText(const Heard& heard, bool controlled) {
  switch (heard.result) {
    case ServerResult::kAnswer:
    case ServerResult::kReferral:
      return heard.rcode == static_cast<uint16_t>(dns::RCode::kNXDomain) ? "NXDOMAIN" : "NOERROR";
    case ServerResult::kServfail:
      return "SERVFAIL";
    case ServerResult::kNotimp:
      return "NOTIMP";
    case ServerResult::kRefused:
      return "REFUSED";
    case ServerResult::kFormerr:
      return "FORMERR";
    case ServerResult::kRcode:
      return absl::StrCat("RCODE ", heard.rcode);
    case ServerResult::kNotAuthoritative:
      return "NOERROR without authority";
    case ServerResult::kUpwardReferral:
      return "a referral upwards";
    case ServerResult::kTimeout:
      if (heard.tries <= 1) return "no answer";
      return absl::StrCat("no answer in ", heard.tries, " tries",
                          controlled ? ", SOA answered behind each" : "");
    case ServerResult::kUnreachable:
      return "unreachable";
    case ServerResult::kTruncated:
      return "truncated, and nothing over TCP";
    case ServerResult::kMalformed:
      return "a message that cannot be parsed";
    case ServerResult::kMismatched:
      return "only what does not match the query";
    case ServerResult::kUnresolved:
    case ServerResult::kBlocked:
      break;
  }
  return "not asked";
}

/// Collects one server's findings.
class Conclusion {
 public:
  Conclusion(const Examination& examination, std::vector<Finding>* findings)
      : examination_(examination), findings_(findings) {}

  void Draw() {
    const Heard& soa = heard(ProbeKind::kSoa);
    if (AddMismatches() || AddTruncation()) return;
    if (soa.silent()) return JudgeSilence();
    if (soa.served()) return JudgeTypes();
    if (!soa.asked || examination_.met.served()) return;
    Add(CodeOf(kLame, soa.result), kOnlySoa);
    if (soa.result == ServerResult::kNotimp) Add(FindingCode::kNotimpForType, kOnlySoa);
  }

 private:
  const Heard& heard(ProbeKind kind) const { return examination_.heard(kind); }

  /// Then its silence proves nothing.
  bool LimitsRate() const {
    return examination_.peer != nullptr && examination_.peer->rate_limited();
  }
  bool IsSilent(ProbeKind kind) const { return heard(kind).silent() && !LimitsRate(); }

  bool AddMismatches() {
    net::Mismatches seen;
    bool answered = false;
    for (const ProbeKind kind : {ProbeKind::kSoa, ProbeKind::kCaa}) {
      const Heard& probe = heard(kind);
      if (probe.result == ServerResult::kMismatched) {
        seen = probe.mismatches;
      } else if (probe.asked && !probe.silent()) {
        answered = true;
      }
    }
    const bool met = examination_.met.result == ServerResult::kMismatched ||
                     examination_.met.silent();  // What came may have been lost.
    if (answered || !seen.any() || !met) return false;
    if (seen.question != 0) Add(FindingCode::kQuestionChanged, kOnlySoa);
    if (seen.source != 0 || seen.id != 0) Add(FindingCode::kIdOrPortChanged, kOnlySoa);
    if (seen.letter_case != 0) Add(FindingCode::kCaseChanged, kOnlySoa);
    return true;
  }

  void JudgeSilence() {
    if (!examination_.met.silent() || LimitsRate()) return;
    const Heard& without_edns = heard(ProbeKind::kSoaWithoutEdns);
    const Heard& over_tcp = heard(ProbeKind::kSoaOverTcp);
    if (without_edns.asked && !without_edns.silent()) {
      if (IsSilent(ProbeKind::kSoaAgain)) Add(FindingCode::kEdnsDropped, kEdnsProbes);
    } else if (without_edns.silent() && over_tcp.asked && !over_tcp.served()) {
      Add(FindingCode::kServerSilent, kOfTheSilent);
    }
  }

  /// TC, and no answer over TCP, again and again.
  bool AddTruncation() {
    if (examination_.met.result != ServerResult::kTruncated) return false;
    for (const ProbeKind kind : {ProbeKind::kSoa, ProbeKind::kCaa}) {
      if (!heard(kind).asked || heard(kind).result != ServerResult::kTruncated ||
          heard(kind).truncated_over_tcp) {
        continue;
      }
      Add(FindingCode::kTruncatedNoTcp,
          kind == ProbeKind::kSoa ? ProbeKindList(kOnlySoa) : kOnlyCaa);
      return true;
    }
    return false;
  }

  /// The zone is served.
  void JudgeTypes() {
    const Heard& caa = heard(ProbeKind::kCaa);
    const Heard& unknown = heard(ProbeKind::kUnknownType);
    if (IsSilent(ProbeKind::kCaa) && examination_.met.silent())
      Add(FindingCode::kCaaDropped, kCaaProbes);
    // Where the look-up was answered, one failure beside it is no rule.
    const bool failed = !examination_.met.silent() && !examination_.met.served();
    if (caa.asked && failed) Add(CodeOf(kOnCaa, caa.result), kCaaProbes);
    if (IsSilent(ProbeKind::kUnknownType)) Add(FindingCode::kUnknownTypesDropped, kTypeProbes);
    if (IsRcode(unknown)) Add(FindingCode::kUnknownTypesRejected, kTypeProbes);
    if (caa.result == ServerResult::kNotimp) {
      Add(FindingCode::kNotimpForType, kOnlyCaa);
    } else if (unknown.result == ServerResult::kNotimp) {
      Add(FindingCode::kNotimpForType, kOnlyUnknown);
    }
    if (IsRcode(heard(ProbeKind::kSoaWithOption)) || IsSilent(ProbeKind::kSoaWithOption)) {
      Add(FindingCode::kEdnsOptionRejected, kOptionProbes);
    }
  }

  static bool IsRcode(const Heard& heard) {
    return heard.asked &&
           (heard.result == ServerResult::kNotimp || heard.result == ServerResult::kFormerr ||
            heard.result == ServerResult::kRefused || heard.result == ServerResult::kServfail ||
            heard.result == ServerResult::kRcode);
  }

  void Add(std::optional<FindingCode> code, ProbeKindList evidence) {
    if (!code) return;
    Finding finding(*code);
    finding.host = examination_.host;
    if (examination_.peer != nullptr) finding.address = examination_.peer->address().ToText();
    if (examination_.met.asked) {
      absl::StrAppend(&finding.evidence, "CAA: ", OutcomeText(examination_.met, false));
    }
    for (const ProbeKind kind : evidence) {
      if (!heard(kind).asked) continue;
      const std::string_view label = SpecOf(kind).label;
      absl::StrAppend(&finding.evidence, finding.evidence.empty() ? "" : "; ",
                      absl::string_view(label.data(), label.size()), ": ",
                      OutcomeText(heard(kind), SpecOf(kind).controlled));
    }
    findings_->push_back(std::move(finding));
  }

  const Examination& examination_;
  std::vector<Finding>* const findings_;
};

}  // namespace

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

net::Task<> Examine(const ProbeContext* context, Examination* examination) {
  const Heard& soa = examination->heard(ProbeKind::kSoa);
  if (examination->met.silent()) {
    co_await HearAll(context, kOfTheSilent, examination);
  } else {
    co_await HearAll(context, kOnlySoa, examination);
  }
  if (soa.served()) {
    co_await HearAll(context, kOfThoseWhoServe, examination);
  }
  const Heard& without_edns = examination->heard(ProbeKind::kSoaWithoutEdns);
  if (soa.silent() && without_edns.asked && !without_edns.silent()) {
    co_await HearAll(context, kOnceMore, examination);
  }
}

void AddExamined(const Examination& examination, std::vector<Finding>* findings) {
  Conclusion(examination, findings).Draw();
}

}  // namespace caascan::diagnose
