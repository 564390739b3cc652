// The idea: a record is not written anew but copied, with a few places replaced, so that members
// this version does not know survive in their places. Each line is read twice by simdjson: its DOM
// parser proves the whole line to be JSON (what is passed through untouched must not make our
// output invalid), the record's reader then tells where in the line each member stands. Edits are
// collected in the order of the line and at most one for each member, so a fixed array holds them.
// Tested by redecide_test.cc.
#include "scanner/redecide/redecide.h"

#include <simdjson.h>

#include <array>
#include <cassert>
#include <chrono>
#include <span>
#include <utility>

#include "caascan/outcome.h"
#include "scanner/record/json_check.h"
#include "scanner/record/json_text.h"
#include "scanner/record/persist_member.h"
#include "scanner/record/raw_json.h"
#include "scanner/record/record_text.h"
#include "scanner/record/record_view.h"
#include "scanner/record/validity.h"

namespace caascan::redecide {
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
  record::AppendJsonString(ca.name, &member.permit);
  member.deny = member.permit + R"(:"deny")";
  member.permit += R"(:"permit")";
  return member;
}

/// Replaces `place` (empty for an insertion) by a part of the scratch string.
struct Edit {
  std::string_view place;
  size_t text_begin = 0;
  size_t text_end = 0;
  bool removes = false;  // It is a member, and nothing takes its place.
};

/// From the key to the value's end. REQUIRES: it is there.
std::string_view Whole(const record::MemberPlace& place) {
  const char* const end = place.value.data() + place.value.size();
  return {place.key, static_cast<size_t>(end - place.key)};
}

/// A member was left out behind what *out holds: its comma goes too, the one in front of it or, of
/// the first member, the one at or behind `rest`. What is left of the line. REQUIRES: it is not the
/// only member.
const char* DropComma(const char* rest, std::string* out) {
  const size_t at = out->find_last_not_of(" \t\r\n");
  if (out->at(at) == ',') {
    out->resize(at);
    return rest;
  }
  out->resize(at + 1);
  while (*rest != ',') ++rest;
  return rest + 1;
}

}  // namespace

class Redecider::Impl {
 public:
  Impl(const IssuanceRequest& request, const std::vector<CertificationAuthority>& ca_set,
       const RedecideRules& rules)
      : request_(request), rules_(rules) {
    set_.reserve(ca_set.size());
    for (const CertificationAuthority& ca : ca_set) set_.push_back(MakeSetMember(ca, request));
  }

  Result Append(std::string_view line, std::string* out);

 private:
  static constexpr size_t kMaxEdits = 9;

  std::string_view Read(std::string_view line);
  void ReadRrset();
  void AddEdits(std::string_view line);
  void AddPurposeEdit();
  void AddWouldIssueEdit(bool would_issue);
  void AddPersistEdit();
  void AddObjectEdit(record::Member member, std::string_view key, std::string_view object,
                     std::string_view at_end);
  std::string_view Decisions();
  std::string_view Parameters();
  void AppendValidUntil();
  void AddEdit(std::string_view place, size_t text_begin, bool removes = false);
  void AppendEdited(std::string_view line, std::string* out) const;

  /// The record of the line at hand.
  const record::RecordView& record() const { return reader_.record(); }
  std::span<const CaaRecord> rrset() const { return std::span(rrset_).first(record().caa.size()); }

  IssuanceRequest request_;
  const RedecideRules rules_;
  std::vector<SetMember> set_;
  simdjson::dom::parser checker_;
  record::RecordReader reader_;

  // Of the line at hand.
  std::vector<CaaRecord> rrset_;  // Those behind the record's own are kept for their memory.
  Decision decision_;
  PersistReport persist_;
  bool turns_ = false;
  std::string object_;   // The member being made.
  std::string scratch_;  // What edits put in.
  std::array<Edit, kMaxEdits> edits_;
  size_t edit_count_ = 0;
};

/// Takes the line apart. What is wrong with it, or empty.
std::string_view Redecider::Impl::Read(std::string_view line) {
  // The DOM parser also refuses what is JSON but none of its values: 1e999, or half a surrogate
  // pair.
  if (checker_.parse(line.data(), line.size(), false).error() != simdjson::SUCCESS &&
      !record::IsJsonObject(line)) {
    return "no JSON object";
  }
  const std::string_view problem = reader_.ReadToDecide(line);
  if (!problem.empty()) return problem;
  const record::MemberPlace& persist = reader_.place(record::Member::kPersist);
  persist_.records.clear();
  if (persist.key != nullptr && !record::ReadPersist(persist.value, &persist_)) {
    return "persist is not a report of this version";
  }
  // Without its records, what was denied would now be permitted.
  const bool needs_caa = IsDecided(record().outcome) &&
                         record().reason_code != DecisionReasonCode(DecisionReason::kNoCaa);
  return needs_caa && !record().has_caa ? "caa is missing, and reason is not no_caa"
                                        : std::string_view();
}

/// Makes octets of the record's presentation, which the reader found sound.
void Redecider::Impl::ReadRrset() {
  const std::vector<record::CaaRecordView>& records = record().caa;
  if (rrset_.size() < records.size()) rrset_.resize(records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    rrset_[i].flags = records[i].flags;
    (void)record::UndoPresentation(records[i].tag, &rrset_[i].tag);
    (void)record::UndoPresentation(records[i].value, &rrset_[i].value);
  }
}

/// The text from `text_begin` to the scratch string's end takes the place of `place`. Edits stay in
/// the order of the line; of two at one place, the first added comes first.
void Redecider::Impl::AddEdit(std::string_view place, size_t text_begin, bool removes) {
  size_t at = edit_count_++;
  for (; at > 0 && edits_[at - 1].place.data() > place.data(); --at) edits_[at] = edits_[at - 1];
  edits_[at] = {place, text_begin, scratch_.size(), removes};
}

/// Empty where there is no set. Holds until the next member is made.
std::string_view Redecider::Impl::Decisions() {
  object_.clear();
  if (set_.empty()) return object_;
  object_ += '{';
  for (SetMember& member : set_) {
    member.request.wildcard = request_.wildcard;
    member.request.purpose = request_.purpose;
    object_ += Decide(rrset(), member.request).permit ? member.permit : member.deny;
    object_ += ',';
  }
  object_.back() = '}';
  return object_;
}

/// Likewise: both verdicts where they are wanted, and whether they differ.
std::string_view Redecider::Impl::Parameters() {
  object_.clear();
  if (!rules_.both_parameters) return object_;
  const ParameterRule asked = std::exchange(request_.parameters, ParameterRule::kIgnore);
  const bool ignored = Decide(rrset(), request_).permit;
  request_.parameters = asked;
  turns_ = ignored != decision_.permit;
  object_ += decision_.permit ? R"({"enforce":"permit",)" : R"({"enforce":"deny",)";
  object_ += ignored ? R"("ignore":"permit"})" : R"("ignore":"deny"})";
  return object_;
}

void Redecider::Impl::AppendValidUntil() {
  const std::chrono::sys_time<std::chrono::milliseconds> time{
      std::chrono::milliseconds(record().time_ms)};
  record::AppendJsonTime(time + record::ValidityOf(record().caa_ttl_s), &scratch_);
}

/// Behind may_issue, where a record of an earlier version has none.
void Redecider::Impl::AddWouldIssueEdit(bool would_issue) {
  const std::string_view text = would_issue ? "true" : "false";
  const record::MemberPlace& place = reader_.place(record::Member::kWouldIssue);
  const std::string_view may_issue = reader_.place(record::Member::kMayIssue).value;
  if (place.key == nullptr && may_issue.empty()) return;
  const size_t begin = scratch_.size();
  if (place.key == nullptr) scratch_ += R"(,"would_issue":)";
  scratch_ += text;
  AddEdit(place.key == nullptr ? may_issue.substr(may_issue.size()) : place.value, begin);
}

/// `for`, where it is told; behind the name in a record that has none. TLS goes without saying.
void Redecider::Impl::AddPurposeEdit() {
  if (!rules_.purpose || *rules_.purpose == record().purpose) return;
  const record::MemberPlace& place = reader_.place(record::Member::kFor);
  const size_t begin = scratch_.size();
  if (*rules_.purpose == Purpose::kTls) return AddEdit(Whole(place), begin, /*removes=*/true);
  if (place.key == nullptr) scratch_ += R"(,"for":)";
  scratch_.append(R"(")").append(PurposeCode(*rules_.purpose)).append(R"(")");
  const std::string_view name = reader_.place(record::Member::kName).value;
  AddEdit(place.key == nullptr ? name.substr(name.size()) : place.value, begin);
}

/// An empty object takes the member away. `key` is as it stands in a record, with its colon.
void Redecider::Impl::AddObjectEdit(record::Member member, std::string_view key,
                                    std::string_view object, std::string_view at_end) {
  const record::MemberPlace& place = reader_.place(member);
  const record::MemberPlace& valid_until = reader_.place(record::Member::kValidUntil);
  const size_t begin = scratch_.size();
  if (object.empty()) {
    if (place.key != nullptr) AddEdit(Whole(place), begin, /*removes=*/true);
  } else if (place.key != nullptr) {
    scratch_ += object;
    AddEdit(place.value, begin);
  } else if (valid_until.key != nullptr) {  // Where the scanner writes them.
    scratch_.append(key).append(object).append(",");
    AddEdit(std::string_view(valid_until.key, valid_until.key), begin);
  } else {
    scratch_.append(",").append(key).append(object);
    AddEdit(at_end, begin);
  }
}

/// Its records are judged as of the time of the scan. Without records nothing depends on the CA.
void Redecider::Impl::AddPersistEdit() {
  const record::MemberPlace& place = reader_.place(record::Member::kPersist);
  if (place.key == nullptr || persist_.records.empty()) return;
  record::JudgeAnew(request_, record().time_ms, &persist_);
  const size_t begin = scratch_.size();
  record::AppendPersist(persist_, &scratch_);
  AddEdit(place.value, begin);
}

void Redecider::Impl::AddEdits(std::string_view line) {
  const std::string_view at_end = line.substr(line.rfind('}'), 0);
  size_t begin = scratch_.size();
  scratch_ += decision_.permit ? R"("permit")" : R"("deny")";
  AddEdit(reader_.place(record::Member::kOutcome).value, begin);
  begin = scratch_.size();
  scratch_ += '"';
  scratch_ += DecisionReasonCode(decision_.reason);
  scratch_ += '"';
  AddEdit(reader_.place(record::Member::kReason).value, begin);
  begin = scratch_.size();
  scratch_ += decision_.permit ? "true" : "false";
  AddEdit(reader_.place(record::Member::kMayIssue).value, begin);
  AddWouldIssueEdit(decision_.permit);
  AddObjectEdit(record::Member::kDecisions, R"("decisions":)", Decisions(), at_end);
  AddObjectEdit(record::Member::kParameters, R"("parameters":)", Parameters(), at_end);
  begin = scratch_.size();
  const record::MemberPlace& valid_until = reader_.place(record::Member::kValidUntil);
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
    if (edit.removes) copied = DropComma(copied, out);
  }
  out->append(copied, line.data() + line.size());
}

Redecider::Result Redecider::Impl::Append(std::string_view line, std::string* out) {
  Result result;
  result.problem = Read(line);
  if (!result.problem.empty()) return result;
  scratch_.clear();
  edit_count_ = 0;
  turns_ = false;
  AddPurposeEdit();
  request_.wildcard = record().name.starts_with("*.");
  request_.purpose = rules_.purpose.value_or(record().purpose);
  if (!IsDecided(record().outcome)) {
    AddWouldIssueEdit(record().may_issue && request_.uses_exception);
  } else {
    ReadRrset();
    decision_ = Decide(rrset(), request_);
    result.verdict = decision_.permit ? Verdict::kPermit : Verdict::kDeny;
    result.changed = decision_.permit != (record().outcome == Outcome::kPermit);
    AddEdits(line);
    result.turns = turns_;
  }
  AddPersistEdit();
  AppendEdited(line, out);
  out->push_back('\n');
  return result;
}

Redecider::Redecider(const IssuanceRequest& request,
                     const std::vector<CertificationAuthority>& ca_set, const RedecideRules& rules)
    : impl_(std::make_unique<Impl>(request, ca_set, rules)) {
  assert(!request.issuer_domains.empty() && "somebody is to issue");
}
Redecider::~Redecider() = default;

Redecider::Result Redecider::Append(std::string_view line, std::string* out) {
  return impl_->Append(record::TrimJsonSpace(line), out);
}

}  // namespace caascan::redecide
