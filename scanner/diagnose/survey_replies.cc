// What one reply to a survey says. Tested by survey_test.cc.
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "scanner/crypto/rdata.h"
#include "scanner/diagnose/survey.h"
#include "scanner/dns/presentation.h"
#include "scanner/query/classify.h"
#include "scanner/query/failure.h"

namespace caascan::diagnose {
namespace {

using dns::RRType;
using query::Asked;

/// As much of a set as tells it from another one, in printable ASCII.
std::string TextOf(const std::vector<CaaRecord>& records) {
  std::vector<std::string> lines;
  for (const CaaRecord& record : records) {
    std::string line = absl::StrCat(record.flags, " ");
    dns::AppendQuotable(record.tag, &line);
    line += " \"";
    dns::AppendQuotable(record.value, &line);
    lines.push_back(line + "\"");
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, text.empty() ? "" : ", ", line);
  return text;
}

/// Sorts, and leaves each but once.
void SortOnce(std::vector<std::string>* names) {
  std::sort(names->begin(), names->end());
  names->erase(std::unique(names->begin(), names->end()), names->end());
}

std::string CaaText(const Asked& asked, const query::Classified& classified,
                    const query::AliasChain& chain) {
  if (classified.kind == query::ResponseKind::kAlias) {
    return absl::StrCat("an alias of ", chain.Targets().back().view().ToText());
  }
  query::CaaAnswer answer;
  query::TakeCaaAnswer(asked.message, classified, chain.current(), &answer);
  return TextOf(answer.rrset.records);
}

void TakeSerial(const dns::Message& message, dns::Section section, dns::NameView zone,
                ServerView* view) {
  for (const dns::RecordView& record : message.records(section)) {
    if (record.type != RRType::kSOA || !record.owner.Equals(zone)) continue;
    view->serial = dns::ReadSoa(record).serial;
  }
}

}  // namespace

void Surveyor::TakeCaa(const Asked& asked, const Inquiry& inquiry, Server* server) const {
  const SurveyRequest& request = *inquiry.request;
  server->attempt = query::MakeAttempt(asked, server->peer, server->attempt.host);
  server->view.caa.reset();
  server->bogus.reset();
  query::Account seen;
  if (!asked.replied) {
    query::Observe(asked, nullptr, server->attempt, &seen);
    server->observations = std::move(seen.observations);
    return;
  }
  query::AliasChain chain(request.name);
  const query::Classified classified =
      query::Classify(asked.message, {false, request.zone}, RRType::kCAA, &chain);
  const bool usable = query::IsUsable(classified.kind);
  server->attempt.result = query::ResultOf(classified);
  server->attempt.rcode = static_cast<uint16_t>(asked.message.rcode());
  query::Observe(asked, usable ? &classified : nullptr, server->attempt, &seen);
  server->observations = std::move(seen.observations);
  if (server->attempt.result == ServerResult::kAnswer) {
    // An answer that there is none has the SOA.
    TakeSerial(asked.message, dns::Section::kAuthority, request.zone, &server->view);
    server->view.caa = CaaText(asked, classified, chain);
    server->bogus = resolver_->FindBogus(asked.message, request.zone, request.name,
                                         &inquiry.account->budget.work);
    server->attempt.bogus = server->bogus.has_value();
  }
}

void Surveyor::TakeOther(const Asked& asked, dns::NameView zone, Topic topic, ServerView* view) {
  const RRType type = topic == Topic::kNs ? RRType::kNS : RRType::kSOA;
  if (!asked.replied) return;
  query::AliasChain chain(zone);
  const query::Classified classified = query::Classify(asked.message, {false, zone}, type, &chain);
  if (classified.kind != query::ResponseKind::kAnswer || classified.without_authority) return;
  if (topic == Topic::kSoa) {
    TakeSerial(asked.message, dns::Section::kAnswer, zone, view);
    return;
  }
  std::vector<std::string> names;
  for (const dns::RecordView& record : asked.message.records(dns::Section::kAnswer)) {
    if (record.type != type || !record.owner.Equals(zone)) continue;
    names.push_back(record.NameRdata().ToName().view().ToLowerText());
  }
  if (names.empty()) return;
  SortOnce(&names);
  view->ns = std::move(names);
}

/// The zone's DNSKEY set. What no server's fault is leaves it open.
void Surveyor::TakeKeys(const Asked& asked, dns::NameView zone, Server* server) {
  server->view.keys.reset();
  server->gave_no_keys = !asked.replied && asked.status != net::ExchangeStatus::kSendFailed &&
                         asked.status != net::ExchangeStatus::kBlocked &&
                         asked.status != net::ExchangeStatus::kCancelled;
  if (!asked.replied) return;
  query::AliasChain chain(zone);
  const query::Classified classified =
      query::Classify(asked.message, {false, zone}, RRType::kDNSKEY, &chain);
  const bool has_keys = classified.kind == query::ResponseKind::kAnswer;
  server->gave_no_keys = IsRcode(query::ResultOf(classified));
  if (!has_keys && classified.kind != query::ResponseKind::kNoData) return;
  std::vector<std::string>& keys = server->view.keys.emplace();
  for (const dns::RecordView& record : asked.message.records(dns::Section::kAnswer)) {
    const auto key =
        record.type == RRType::kDNSKEY ? crypto::ReadDnskey(record.rdata) : std::nullopt;
    if (!key || !record.owner.Equals(zone)) continue;
    keys.push_back(absl::StrCat(crypto::KeyTag(record.rdata), " (algorithm ",
                                static_cast<int>(key->algorithm), ")"));
  }
  std::sort(keys.begin(), keys.end());
}

/// What a server of the zone above says of the delegation. One that serves both tells nothing.
void Surveyor::TakeReferral(const Asked& asked, const Inquiry& inquiry, ServerView* view) {
  const dns::NameView zone = inquiry.request->zone;
  view->ns.reset();
  if (!asked.replied) return;
  query::AliasChain chain(zone);
  const query::Classified classified =
      query::Classify(asked.message, {false, inquiry.above}, RRType::kNS, &chain);
  const bool denied = classified.kind == query::ResponseKind::kNoData ||
                      classified.kind == query::ResponseKind::kNxDomain;
  const bool refers =
      classified.kind == query::ResponseKind::kReferral && classified.cut.Equals(zone);
  if (classified.without_authority || classified.without_soa || !(denied || refers)) return;
  std::vector<std::string>& names = view->ns.emplace();
  for (const dns::RecordView& record : asked.message.records(dns::Section::kAuthority)) {
    if (record.type != RRType::kNS || !record.owner.Equals(zone)) continue;
    names.push_back(record.NameRdata().ToName().view().ToLowerText());
  }
  SortOnce(&names);
}

}  // namespace caascan::diagnose
