// Tested end to end, by zones_test.py.
#include "scanner/zonefacts/collector.h"

#include <algorithm>
#include <chrono>

#include "scanner/query/failure.h"
#include "scanner/zonefacts/message_facts.h"

namespace caascan::zonefacts {
namespace {

using dns::NameView;
using dns::RRType;

// Of a table's entry, and of its place in the index.
constexpr size_t kEntryBytes = sizeof(FactsTable::value_type) + 16;

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// DNSSEC's own sets say nothing of how a server answers for data.
bool IsForData(RRType type) { return type != RRType::kDS && type != RRType::kDNSKEY; }

/// CAA facts are the records'.
bool IsOfZone(FindingCode code) { return !FindingCodeText(code).starts_with("caa_"); }

}  // namespace

Facts* Collector::FactsOf(NameView zone) {
  const auto found = table_.find(zone);
  Facts& facts = found != table_.end() ? found->second
                                       : table_.try_emplace(dns::CompactName(zone)).first->second;
  return &facts;
}

/// Only between names: what others hold of the table ends here.
void Collector::FlushIfFull() {
  const size_t times_full = (bytes_ + table_.size() * kEntryBytes) / options_.max_bytes;
  if (times_full == 0 || !output_->Take(&table_, times_full > 1)) return;
  bytes_ = 0;
}

void Collector::NoteDelegation(NameView apex, const zones::Zone& zone, Facts* facts) {
  if (!facts->has_parent_set()) {
    for (const auto& server : zone.servers) (void)facts->AddHost(zone.host(server), true, false);
    if (options_.name_operator) options_.name_operator(apex, zone, &facts->operator_name);
    bytes_ += facts->HeapBytes();
  }
  // Addresses are only ever added.
  for (size_t i = facts->addresses_noted; i < zone.addresses.size(); ++i) {
    const auto& address = zone.addresses[i];
    const int8_t host = facts->AddHost(zone.host(zone.servers[address.server]), true, false);
    (void)facts->AddServer(address.peer->address(), host);
  }
  facts->addresses_noted = static_cast<uint8_t>(zone.addresses.size());
}

void Collector::OnReply(const zones::ObservedReply& reply) {
  FlushIfFull();
  Facts* const facts = FactsOf(reply.apex);
  facts->time_ms = NowMs();
  NoteDelegation(reply.apex, *reply.zone, facts);
  Facts::Server* const server = facts->AddServer(reply.address->peer->address(), -1);
  const query::Asked& asked = *reply.asked;
  if (server != nullptr && IsForData(reply.type)) {
    const bool replied = asked.replied;
    facts->NoteResult(replied ? query::ResultOf(asked.classified) : asked.result,
                      replied ? static_cast<uint16_t>(asked.message.rcode()) : uint16_t{0}, server);
    const DnssecStatus status = reply.validator->enabled()
                                    ? reply.validator->StatusOf(*reply.zone, reply.apex)
                                    : DnssecStatus::kUnchecked;
    if (status != DnssecStatus::kIndeterminate) facts->dnssec = status;
  }
  if (!asked.replied) return;
  const auto facts_of = [this, facts](NameView zone) {
    Facts* const below = FactsOf(zone);
    below->time_ms = facts->time_ms;
    return below;
  };
  TakeMessage(asked.message, {reply.apex, facts, server}, facts_of);
  if (asked.classified.kind != query::ResponseKind::kReferral) return;
  const dns::Name cut = asked.classified.cut.ToName();
  Facts* const child = facts_of(cut);
  child->has_parent = true;
  child->parent = dns::CompactName(reply.apex);
}

void Collector::OnFailure(NameView apex, const zones::Zone& zone,
                          std::span<const query::Attempt> attempts) {
  FlushIfFull();
  Facts* const facts = FactsOf(apex);
  facts->time_ms = NowMs();
  NoteDelegation(apex, zone, facts);
  for (const query::Attempt& attempt : attempts) {
    if (attempt.peer != nullptr || !attempt.host) continue;
    const int8_t host = facts->AddHost(*attempt.host, true, false);
    Facts::Server* const server = facts->AddServer(std::nullopt, host);
    if (server != nullptr) facts->NoteResult(attempt.result, attempt.rcode, server);
  }
}

void Collector::OnSurvey(const diagnose::SurveyedZone& survey) {
  FlushIfFull();
  Facts* const facts = FactsOf(survey.zone);
  facts->time_ms = NowMs();
  const diagnose::ServerView* first = nullptr;
  for (const diagnose::SurveyedServer& each : survey.servers) {
    dns::Name host;
    const bool has_host = dns::Name::FromText(each.view->host, &host) == dns::NameError::kNone;
    const int8_t index = has_host ? facts->AddHost(host, each.view->at_parent, false) : int8_t{-1};
    Facts::Server* const server = facts->AddServer(each.peer->address(), index);
    if (server != nullptr && each.asked) facts->NoteResult(each.result, each.rcode, server);
    if (server != nullptr && each.view->serial) server->serial = each.view->serial;
    if (first == nullptr && each.view->at_parent && each.view->ns) first = each.view;
  }
  if (first == nullptr) return;
  facts->BeginChildSet();
  for (const std::string& name : *first->ns) {
    dns::Name host;
    if (dns::Name::FromText(name, &host) == dns::NameError::kNone) {
      (void)facts->AddHost(host, false, true);
    }
  }
}

void Collector::AddRecord(const Record& record) {
  const bool bogus = record.reason == Reason::kDnssecBogus;
  if (record.findings.empty() && !bogus) return;
  const auto facts_of = [this](const std::string& text) -> Facts* {
    dns::Name zone;
    if (text.empty() || dns::Name::FromText(text, &zone) != dns::NameError::kNone) return nullptr;
    Facts* const facts = FactsOf(zone);
    facts->time_ms = NowMs();
    return facts;
  };
  for (const Finding& finding : record.findings) {
    if (!IsOfZone(finding.code)) continue;
    Facts* const facts = facts_of(finding.zone.empty() ? record.zone : finding.zone);
    if (facts != nullptr) facts->findings.set(static_cast<size_t>(finding.code));
  }
  Facts* const facts = bogus ? facts_of(record.zone) : nullptr;
  if (facts != nullptr) facts->dnssec = record.dnssec;
}

void Collector::AddReply(NameView apex, const async::Address& address,
                         const dns::Message& message) {
  FlushIfFull();
  Facts* const facts = FactsOf(apex);
  facts->time_ms = NowMs();
  TakeMessage(message, {apex, facts, facts->AddServer(address, -1)},
              [this](NameView zone) { return FactsOf(zone); });
}

bool Collector::Claim(NameView zone, Claimed what) {
  const auto found = table_.find(zone);
  if (found != table_.end() &&
      (what == kNs ? found->second.has_child_set() : found->second.has_keys())) {
    return false;
  }
  if (claims_.size() == kMaxClaims) claims_.clear();
  return claims_.insert(dns::HashName(zone, what)).second;
}

}  // namespace caascan::zonefacts
