// From what was found to the record of a name. Tested by investigate_test.cc and end to end.
#include <algorithm>
#include <cassert>

#include "scanner/diagnose/findings.h"
#include "scanner/diagnose/record_lint.h"
#include "scanner/input/asker.h"
#include "scanner/investigate/investigate.h"

namespace caascan::investigate {
namespace {

using query::CaaAnswer;
using query::LookupStatus;

const std::vector<CaaRecord> kNoRecords;

}  // namespace

std::string AddressText(const async::Address& address, uint16_t usual_port) {
  return address.port() == usual_port ? address.ToText() : address.ToTextWithPort();
}

void Investigator::FillRecord(const input::NameJob& job, unsigned passes, const Climb& climb,
                              query::Account* account) {
  input::StartRecord(job, &record_);
  record_.attempts = passes;
  const CaaAnswer& answer = *climb.answer;
  const CaaAnswer& in_zone = answer.status == LookupStatus::kEmpty ? *climb.own : answer;
  record_.zone = query::NameText(in_zone.zone);
  record_.operator_name = in_zone.operator_name;
  if (options_.climb && climb.extras != nullptr) {
    record_.climb = climb.extras->steps;
    if (in_zone.zone) resolver_->DescribeChain(*in_zone.zone, &record_.chain);
  }
  record_.cname = query::NameTexts(answer.cname.empty() ? climb.own->cname : answer.cname);
  record_.nxdomain = climb.own->denies_name();
  const bool failed = answer.status == LookupStatus::kFailed;
  record_.dnssec = failed ? answer.dnssec : climb.weakest;
  for (const Finding& finding : failed ? answer.findings : climb.findings) {
    diagnose::AddFinding(finding, &record_.findings);
  }
  if (climb.extras != nullptr) {
    for (const Finding& finding : climb.extras->survey) {
      diagnose::AddFinding(finding, &record_.findings);
    }
  }
  if (!failed) {
    const bool found = answer.status == LookupStatus::kRecords;
    FillDecision(job, found ? answer.rrset.records : kNoRecords, &record_);
    if (found) FillRrset(answer, &record_);
    return;
  }
  FillFailure(job, answer, *account, climb.at, &record_);
  diagnose::AddAliasFindings(climb.at, answer, &record_.findings);
  if (climb.parent) {  // Perhaps another name's look-up. What occurs twice is written once.
    account->attempts.insert(account->attempts.end(), answer.attempts.begin(),
                             answer.attempts.end());
  }
}

void Investigator::FillDecision(const input::NameJob& job, const std::vector<CaaRecord>& rrset,
                                Record* record) const {
  const Inquiry* inquiry = input::InquiryOf(job);
  const auto& ca_set = inquiry == nullptr ? options_.ca_set : inquiry->ca_set;
  const IssuanceRequest* request = inquiry == nullptr ? &options_.request : &inquiry->request;
  IssuanceRequest own;
  // The usual case copies nothing: every name asks alike.
  if (job.wildcard != request->wildcard || job.purpose != request->purpose ||
      !job.details().account_uris.empty() || !job.details().validation_methods.empty() ||
      !ca_set.empty()) {
    own = input::RequestOf(job, *request);
    request = &own;
  }
  const Decision decision = Decide(rrset, *request);
  record->reason = static_cast<Reason>(decision.reason);
  record->may_issue = record->would_issue = decision.permit;
  for (const CertificationAuthority& ca : ca_set) {
    own.issuer_domains = ca.issuer_domains;
    record->decisions.emplace_back(ca.name, Decide(rrset, own).permit);
  }
}

void Investigator::FillRrset(const CaaAnswer& answer, Record* record) const {
  record->caa = answer.rrset;
  // Only who asks the zone's own servers knows the zone.
  diagnose::LintRecords(answer.rrset, query::NameText(answer.zone),
                        answer.zone ? diagnose::TtlSource::kServer : diagnose::TtlSource::kCache,
                        &record->findings);
}

Record* Investigator::Recall(const input::NameJob& job) {
  assert(job.valid && "what is no name has no answer");
  const Inquiry* inquiry = input::InquiryOf(job);
  if (options_.known_bytes == 0 || options_.persist || inquiry == nullptr || inquiry->fresh ||
      inquiry->thorough || inquiry->also_persist) {
    return nullptr;
  }
  const auto known = known_.Find(job.name);
  if (!known || !known->IsValid(std::chrono::system_clock::now())) return nullptr;
  input::StartRecord(job, &record_);
  known->Give(&record_);
  FillDecision(job, known->rrset(), &record_);
  return &record_;
}

void Investigator::Remember(const input::NameJob& job) {
  const Outcome outcome = record_.outcome();
  if (options_.known_bytes == 0 || (outcome != Outcome::kPermit && outcome != Outcome::kDeny)) {
    return;
  }
  const auto known = known_.FindOrInsert(job.name);
  known->Take(record_);
  known_.Weigh(known);
}

void Investigator::FillFailure(const input::NameJob& job, const CaaAnswer& answer,
                               const query::Account& account, dns::NameView at,
                               Record* record) const {
  const Inquiry* inquiry = input::InquiryOf(job);
  const IssuanceRequest& request = inquiry == nullptr ? options_.request : inquiry->request;
  record->reason = answer.failure;
  // BR 4.2.2.1: retried, not for our own fault, and in zones that are all proven insecure. A second
  // pass out of a cache is no retry.
  const bool retried = answer.retried || account.failures_on_wire > 1;
  record->may_issue = answer.all_insecure && retried && !answer.ended_by_us() &&
                      OutcomeOf(answer.failure) != Outcome::kError;
  record->would_issue = record->may_issue && request.uses_exception;
  if (OutcomeOf(answer.failure) != Outcome::kError) record->failed_at = at.ToText();
}

void Investigator::FillServers(const query::Account& account, Record* record) const {
  if (options_.servers == ServersInRecord::kNone) return;
  for (const query::Attempt& attempt : account.attempts) {
    const bool good =
        attempt.result == ServerResult::kAnswer || attempt.result == ServerResult::kReferral;
    if (good && !attempt.bogus && options_.servers != ServersInRecord::kAll) continue;
    ServerReport report;
    report.host = query::NameText(attempt.host);
    if (attempt.peer != nullptr)
      report.address = AddressText(attempt.peer->address(), options_.port);
    report.result = attempt.result;
    report.rcode = attempt.rcode;
    if (attempt.answered) {
      report.rtt_ms = std::chrono::duration<double, std::milli>(attempt.rtt).count();
    }
    report.detail = attempt.detail;
    for (const query::ToldError& told : attempt.told) report.ede.push_back(told.info_code);
    // A server tried several times stands there once, with its last result.
    const auto same = std::find_if(
        record->servers.begin(), record->servers.end(), [&report](const ServerReport& other) {
          return other.address == report.address && other.host == report.host;
        });
    if (same == record->servers.end()) {
      record->servers.push_back(std::move(report));
    } else {
      *same = std::move(report);
    }
  }
}

/// Nothing suspends in here, so one record serves all names.
const Investigator::Result* Investigator::Finish(const input::NameJob& job, unsigned passes,
                                                 const Climb& climb, query::Account* account) {
  FillRecord(job, passes, climb, account);
  FillServers(*account, &record_);
  diagnose::AddFindings(*account, &record_.findings);
  record_.queries = account->budget.queries;
  record_.retries = account->retries;
  record_.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now() - job.started);
  record_.time = std::chrono::system_clock::now();
  Remember(job);
  result_ = {&record_, account->budget.work, nullptr};
  if (climb.extras != nullptr && climb.extras->persist) {
    const persist::PersistLookup& lookup = *climb.extras->persist;
    record_.queries += lookup.queries;
    record_.retries += lookup.retries;
    result_.validation.Add(lookup.validation);
    const Inquiry* inquiry = input::InquiryOf(job);
    const IssuanceRequest& request = inquiry == nullptr ? options_.request : inquiry->request;
    record_.persist =
        persist::ReportOf(job.name, lookup.answer, input::RequestOf(job, request), record_.time);
  }
  return &result_;
}

}  // namespace caascan::investigate
