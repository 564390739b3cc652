// The idea: a record is not written anew but copied, with a few places replaced, so that members
// this version does not know survive in their places. Each line is read twice by simdjson: its DOM
// parser proves the whole line to be JSON (what is passed through untouched must not make our
// output invalid), the record's reader then tells where in the line each member stands. Edits are
// collected in the order of the line and at most one for each member, so a fixed array holds them.
// Tested by redecide_test.cc.
#include "scanner/record/redecide.h"

#include <simdjson.h>

#include <array>
#include <cassert>
#include <chrono>
#include <span>

#include "caascan/outcome.h"
#include "scanner/record/json_check.h"
#include "scanner/record/json_text.h"
#include "scanner/record/persist_member.h"
#include "scanner/record/raw_json.h"
#include "scanner/record/record_text.h"
#include "scanner/record/record_view.h"
#include "scanner/record/validity.h"

namespace caascan::record {
namespace {

/// One CA of the set, with what its decision looks like in JSON.
struct SetMember {
  IssuanceRequest request;
  std::string permit;  // "Name":"permit"
  std::string deny;
};

SetMember MakeSetMember(const CertificationAuthority& ca, const IssuanceRequest& request) {
  SetMember member = {request, {}, {}};
  member.request.issuer_domains = ca.issuer_domains;
  AppendJsonString(ca.name, &member.permit);
  member.deny = member.permit + R"(:"deny")";
  member.permit += R"(:"permit")";
  return member;
}

/// Replaces `place` (empty for an insertion) by a part of the scratch string.
struct Edit {
  std::string_view place;
  size_t text_begin = 0;
  size_t text_end = 0;
};

/// A member's place with the comma that joins it to the others. REQUIRES: it is not the only one.
std::string_view WithComma(const MemberPlace& place) {
  const char* begin = place.key;
  const char* end = place.value.data() + place.value.size();
  do {
    --begin;
  } while (*begin != ',' && *begin != '{');
  if (*begin == '{') {
    ++begin;
    while (*end != ',') ++end;
    ++end;
  }
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace

class Redecider::Impl {
 public:
  Impl(const IssuanceRequest& request, const std::vector<CertificationAuthority>& ca_set)
      : request_(request) {
    set_.reserve(ca_set.size());
    for (const CertificationAuthority& ca : ca_set) set_.push_back(MakeSetMember(ca, request));
  }

  Result Append(std::string_view line, std::string* out);

 private:
  static constexpr size_t kMaxEdits = 7;

  std::string_view Read(std::string_view line);
  void ReadRrset();
  void AddEdits(std::string_view line);
  void AddWouldIssueEdit(bool would_issue);
  void AddDecisionsEdit(std::string_view at_end);
  void AddPersistEdit();
  void AppendDecisions();
  void AppendValidUntil();
  void AddEdit(std::string_view place, size_t text_begin);
  void AppendEdited(std::string_view line, std::string* out) const;

  /// The record of the line at hand.
  const RecordView& record() const { return reader_.record(); }
  std::span<const CaaRecord> rrset() const { return std::span(rrset_).first(record().caa.size()); }

  IssuanceRequest request_;
  std::vector<SetMember> set_;
  simdjson::dom::parser checker_;
  RecordReader reader_;

  // Of the line at hand.
  std::vector<CaaRecord> rrset_;  // Those behind the record's own are kept for their memory.
  Decision decision_;
  PersistReport persist_;
  std::string scratch_;  // What edits put in.
  std::array<Edit, kMaxEdits> edits_;
  size_t edit_count_ = 0;
};

/// Takes the line apart. What is wrong with it, or empty.
std::string_view Redecider::Impl::Read(std::string_view line) {
  // The DOM parser also refuses what is JSON but none of its values: 1e999, or half a surrogate
  // pair.
  if (checker_.parse(line.data(), line.size(), false).error() != simdjson::SUCCESS &&
      !IsJsonObject(line)) {
    return "no JSON object";
  }
  const std::string_view problem = reader_.ReadToDecide(line);
  if (!problem.empty()) return problem;
  const MemberPlace& persist = reader_.place(Member::kPersist);
  persist_.records.clear();
  if (persist.key != nullptr && !ReadPersist(persist.value, &persist_)) {
    return "persist is no report of this version";
  }
  // Without its records, what was denied would now be permitted.
  const bool needs_caa = IsDecided(record().outcome) &&
                         record().reason_code != DecisionReasonCode(DecisionReason::kNoCaa);
  return needs_caa && !record().has_caa ? "caa is missing, and reason is not no_caa"
                                        : std::string_view();
}

/// Makes octets of the record's presentation, which the reader found sound.
void Redecider::Impl::ReadRrset() {
  const std::vector<CaaRecordView>& records = record().caa;
  if (rrset_.size() < records.size()) rrset_.resize(records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    rrset_[i].flags = records[i].flags;
    (void)UndoPresentation(records[i].tag, &rrset_[i].tag);
    (void)UndoPresentation(records[i].value, &rrset_[i].value);
  }
}

/// The text from `text_begin` to the scratch string's end takes the place of `place`. Edits stay in
/// the order of the line; of two at one place, the first added comes first.
void Redecider::Impl::AddEdit(std::string_view place, size_t text_begin) {
  size_t at = edit_count_++;
  for (; at > 0 && edits_[at - 1].place.data() > place.data(); --at) edits_[at] = edits_[at - 1];
  edits_[at] = {place, text_begin, scratch_.size()};
}

void Redecider::Impl::AppendDecisions() {
  scratch_ += '{';
  for (SetMember& member : set_) {
    member.request.wildcard = request_.wildcard;
    scratch_ += Decide(rrset(), member.request).permit ? member.permit : member.deny;
    scratch_ += ',';
  }
  scratch_.back() = '}';
}

void Redecider::Impl::AppendValidUntil() {
  const std::chrono::sys_time<std::chrono::milliseconds> time{
      std::chrono::milliseconds(record().time_ms)};
  AppendJsonTime(time + ValidityOf(record().caa_ttl_s), &scratch_);
}

/// Behind may_issue, where a record of an earlier version has none.
void Redecider::Impl::AddWouldIssueEdit(bool would_issue) {
  const std::string_view text = would_issue ? "true" : "false";
  const MemberPlace& place = reader_.place(Member::kWouldIssue);
  const std::string_view may_issue = reader_.place(Member::kMayIssue).value;
  if (place.key == nullptr && may_issue.empty()) return;
  const size_t begin = scratch_.size();
  if (place.key == nullptr) scratch_ += R"(,"would_issue":)";
  scratch_ += text;
  AddEdit(place.key == nullptr ? may_issue.substr(may_issue.size()) : place.value, begin);
}

void Redecider::Impl::AddDecisionsEdit(std::string_view at_end) {
  const MemberPlace& place = reader_.place(Member::kDecisions);
  const MemberPlace& valid_until = reader_.place(Member::kValidUntil);
  const size_t begin = scratch_.size();
  if (set_.empty()) {
    if (place.key != nullptr) AddEdit(WithComma(place), begin);
  } else if (place.key != nullptr) {
    AppendDecisions();
    AddEdit(place.value, begin);
  } else if (valid_until.key != nullptr) {  // Where the scanner writes them.
    scratch_ += R"("decisions":)";
    AppendDecisions();
    scratch_ += ',';
    AddEdit(std::string_view(valid_until.key, valid_until.key), begin);
  } else {
    scratch_ += R"(,"decisions":)";
    AppendDecisions();
    AddEdit(at_end, begin);
  }
}

/// Its records are judged as of the time of the scan. Without records nothing depends on the CA.
void Redecider::Impl::AddPersistEdit() {
  const MemberPlace& place = reader_.place(Member::kPersist);
  if (place.key == nullptr || persist_.records.empty()) return;
  JudgeAnew(request_, record().time_ms, &persist_);
  const size_t begin = scratch_.size();
  AppendPersist(persist_, &scratch_);
  AddEdit(place.value, begin);
}

void Redecider::Impl::AddEdits(std::string_view line) {
  const std::string_view at_end = line.substr(line.rfind('}'), 0);
  scratch_ += decision_.permit ? R"("permit")" : R"("deny")";
  AddEdit(reader_.place(Member::kOutcome).value, 0);
  size_t begin = scratch_.size();
  scratch_ += '"';
  scratch_ += DecisionReasonCode(decision_.reason);
  scratch_ += '"';
  AddEdit(reader_.place(Member::kReason).value, begin);
  begin = scratch_.size();
  scratch_ += decision_.permit ? "true" : "false";
  AddEdit(reader_.place(Member::kMayIssue).value, begin);
  AddWouldIssueEdit(decision_.permit);
  AddDecisionsEdit(at_end);
  begin = scratch_.size();
  const MemberPlace& valid_until = reader_.place(Member::kValidUntil);
  const bool had_valid_until = valid_until.key != nullptr;
  if (!had_valid_until) scratch_ += R"(,"valid_until":)";
  AppendValidUntil();
  AddEdit(had_valid_until ? valid_until.value : at_end, begin);
}

void Redecider::Impl::AppendEdited(std::string_view line, std::string* out) const {
  const char* copied = line.data();
  for (const Edit& edit : std::span(edits_).first(edit_count_)) {
    out->append(copied, edit.place.data());
    out->append(scratch_, edit.text_begin, edit.text_end - edit.text_begin);
    copied = edit.place.data() + edit.place.size();
  }
  out->append(copied, line.data() + line.size());
}

Redecider::Result Redecider::Impl::Append(std::string_view line, std::string* out) {
  Result result;
  result.problem = Read(line);
  if (!result.problem.empty()) return result;
  scratch_.clear();
  edit_count_ = 0;
  request_.wildcard = record().name.starts_with("*.");
  if (!IsDecided(record().outcome)) {
    AddWouldIssueEdit(record().may_issue && request_.uses_exception);
  } else {
    ReadRrset();
    decision_ = Decide(rrset(), request_);
    result.verdict = decision_.permit ? Verdict::kPermit : Verdict::kDeny;
    result.changed = decision_.permit != (record().outcome == Outcome::kPermit);
    AddEdits(line);
  }
  AddPersistEdit();
  AppendEdited(line, out);
  out->push_back('\n');
  return result;
}

Redecider::Redecider(const IssuanceRequest& request,
                     const std::vector<CertificationAuthority>& ca_set)
    : impl_(std::make_unique<Impl>(request, ca_set)) {
  assert(!request.issuer_domains.empty() && "somebody is to issue");
}
Redecider::~Redecider() = default;

Redecider::Result Redecider::Append(std::string_view line, std::string* out) {
  return impl_->Append(TrimJsonSpace(line), out);
}

}  // namespace caascan::record
