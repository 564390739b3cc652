// Tested by conclusion_test.cc.
#include "scanner/diagnose/conclusion.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace caascan::diagnose {
namespace {

// What goes into the evidence.
constexpr ProbeKind kOnlyCaa[] = {ProbeKind::kCaa};
constexpr ProbeKind kOnlyUnknown[] = {ProbeKind::kUnknownType};
constexpr ProbeKind kCaaProbes[] = {ProbeKind::kCaa, ProbeKind::kCaaWithoutDo,
                                    ProbeKind::kCaaWithoutEdns, ProbeKind::kCaaOverTcp,
                                    ProbeKind::kSoa};
constexpr ProbeKind kNameProbes[] = {ProbeKind::kCaa, ProbeKind::kA, ProbeKind::kTxt,
                                     ProbeKind::kUnknownType, ProbeKind::kSoa};
constexpr ProbeKind kKeyProbes[] = {ProbeKind::kDnskey, ProbeKind::kDnskeyWithoutEdns,
                                    ProbeKind::kSoa};
constexpr ProbeKind kEdnsProbes[] = {ProbeKind::kSoa, ProbeKind::kSoaWithoutEdns,
                                     ProbeKind::kSoaAgain};

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
/// Of the zone's DNSKEY set, where the zone is served.
constexpr CodeRow kOnDnskey[] = {
    {ServerResult::kNotimp, FindingCode::kDnskeyNotimp},
    {ServerResult::kRefused, FindingCode::kDnskeyRefused},
    {ServerResult::kServfail, FindingCode::kDnskeyServfail},
    {ServerResult::kFormerr, FindingCode::kDnskeyRcode},
    {ServerResult::kRcode, FindingCode::kDnskeyRcode},
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

bool IsRcode(const Heard& heard) { return heard.asked && diagnose::IsRcode(heard.result); }

/// Collects one server's findings.
class Conclusion {
 public:
  Conclusion(const Examination& examination, std::vector<Finding>* findings)
      : examination_(examination), findings_(findings) {}

  void Draw() {
    const Heard& soa = heard(ProbeKind::kSoa);
    if (AddMismatches() || AddTruncation()) return;
    if (soa.silent()) return JudgeSilence();
    if (soa.served()) {
      if (NameIsBroken(examination_)) {
        Add(FindingCode::kNameBroken, kNameProbes);
      } else {
        JudgeTypes();
      }
      return JudgeOthers();
    }
    if (!soa.asked || examination_.met.served()) return;
    Add(CodeOf(kLame, soa.result), kSoaProbes);
    if (soa.result == ServerResult::kNotimp) Add(FindingCode::kNotimpForType, kSoaProbes);
  }

 private:
  const Heard& heard(ProbeKind kind) const { return examination_.heard(kind); }

  /// Then its silence proves nothing.
  bool LimitsRate() const {
    return examination_.peer != nullptr && examination_.peer->rate_limited();
  }
  /// Then UDP may be lost on our own side. Over IPv4 the zones above have answered by it.
  bool IsReachedByIpv6() const {
    return examination_.peer != nullptr && examination_.peer->address().is_v6();
  }
  /// Then nothing was asked over UDP, and what TCP lacks says nothing of that.
  bool AskedOverStreams() const {
    return examination_.peer != nullptr && examination_.peer->streams_only();
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
    if (seen.question != 0) Add(FindingCode::kQuestionChanged, kSoaProbes);
    if (seen.no_question != 0) Add(FindingCode::kQuestionMissing, kSoaProbes);
    if (seen.source != 0 || seen.id != 0) Add(FindingCode::kIdOrPortChanged, kSoaProbes);
    if (seen.letter_case != 0) Add(FindingCode::kCaseChanged, kSoaProbes);
    return true;
  }

  void JudgeSilence() {
    if (!examination_.met.silent() || LimitsRate()) return;
    const Heard& without_edns = heard(ProbeKind::kSoaWithoutEdns);
    const Heard& over_tcp = heard(ProbeKind::kSoaOverTcp);
    if (without_edns.asked && !without_edns.silent()) {
      if (IsSilent(ProbeKind::kSoaAgain)) Add(FindingCode::kEdnsDropped, kEdnsProbes);
    } else if (without_edns.silent() && AskedOverStreams()) {
      Add(FindingCode::kTcpUnavailable, kProbesOfTheSilent);
    } else if (without_edns.silent() && over_tcp.asked && !over_tcp.served()) {
      Add(FindingCode::kServerSilent, kProbesOfTheSilent);
    } else if (without_edns.silent() && over_tcp.served() && !IsReachedByIpv6()) {
      Add(FindingCode::kUdpDropped, kProbesOfTheSilent);
    }
  }

  /// TC, and no answer over TCP, again and again. What the look-up met may all have been lost.
  bool AddTruncation() {
    if (examination_.met.result != ServerResult::kTruncated && !examination_.met.silent()) {
      return false;
    }
    for (const ProbeKind kind : {ProbeKind::kSoa, ProbeKind::kCaa}) {
      if (!heard(kind).asked || heard(kind).result != ServerResult::kTruncated ||
          heard(kind).truncated_over_tcp) {
        continue;
      }
      Add(FindingCode::kTruncatedNoTcp,
          kind == ProbeKind::kSoa ? ProbeKindList(kSoaProbes) : kOnlyCaa);
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
    if (caa.asked && !examination_.met.served()) Add(CodeOf(kOnCaa, caa.result), kCaaProbes);
    JudgeEachProbe(/*at_zone=*/false);
    if (caa.result == ServerResult::kNotimp) {
      Add(FindingCode::kNotimpForType, kOnlyCaa);
    } else if (unknown.result == ServerResult::kNotimp) {
      Add(FindingCode::kNotimpForType, kOnlyUnknown);
    }
  }

  void JudgeOthers() {
    if (examination_.gave_no_keys) JudgeKeys();
    JudgeEachProbe(/*at_zone=*/true);
  }

  /// What follows from one probe alone. Those at the name that was looked up say nothing where that
  /// name is broken.
  void JudgeEachProbe(bool at_zone) {
    for (const ProbeSpec& spec : kProbeSpecs) {
      if (spec.at_zone != at_zone) continue;
      const ProbeKind evidence[] = {spec.kind, ProbeKind::kSoa};
      if (IsSilent(spec.kind)) Add(spec.if_silent, evidence);
      if (IsRcode(heard(spec.kind))) Add(spec.if_error, evidence);
    }
  }

  /// An answer without EDNS shows that the type gets through.
  void JudgeKeys() {
    const Heard& keys = heard(ProbeKind::kDnskey);
    if (IsSilent(ProbeKind::kDnskey)) {
      if (IsSilent(ProbeKind::kDnskeyWithoutEdns)) Add(FindingCode::kDnskeyDropped, kKeyProbes);
    } else if (keys.asked && keys.result == ServerResult::kTruncated) {
      if (!keys.truncated_over_tcp) Add(FindingCode::kTruncatedNoTcp, kKeyProbes);
    } else if (keys.asked) {
      Add(CodeOf(kOnDnskey, keys.result), kKeyProbes);
    }
  }

  void Add(std::optional<FindingCode> code, ProbeKindList evidence) {
    if (!code) return;
    const bool by_tcp = *code == FindingCode::kServerUnreachable && AskedOverStreams();
    Finding finding(by_tcp ? FindingCode::kTcpUnavailable : *code);
    finding.host = query::NameText(examination_.host);
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
    if (AskedOverStreams()) finding.evidence += "; all of it over TCP alone";
    if (examination_.known_silent) {
      absl::StrAppend(&finding.evidence, "; silent to all probes for other names before");
    }
    findings_->push_back(std::move(finding));
  }

  const Examination& examination_;
  std::vector<Finding>* const findings_;
};

}  // namespace

bool NameIsBroken(const Examination& examination) {
  constexpr ProbeKind kTypes[] = {ProbeKind::kCaa, ProbeKind::kA, ProbeKind::kTxt};
  return examination.heard(ProbeKind::kSoa).served() &&
         std::all_of(std::begin(kTypes), std::end(kTypes),
                     [&examination](ProbeKind kind) { return IsRcode(examination.heard(kind)); });
}

void AddExamined(const Examination& examination, std::vector<Finding>* findings) {
  Conclusion(examination, findings).Draw();
}

}  // namespace caascan::diagnose
