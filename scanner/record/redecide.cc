// The idea: a record is not written anew but copied, with a few places replaced, so that members
// this version does not know survive in their places. Each line is read twice by simdjson: its DOM
// parser proves the whole line to be JSON (what is passed through untouched must not make our
// output invalid), its On-Demand reader then tells where in the line each member stands. Edits are
// collected in the order of the line and at most one for each member, so a fixed array holds them.
// Tested by redecide_test.cc.
#include "scanner/record/redecide.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <cstring>
#include <span>

#include "caascan/record.h"
#include "scanner/record/json_check.h"
#include "scanner/record/json_text.h"
#include "scanner/record/raw_json.h"
#include "scanner/record/record_text.h"

namespace caascan::record {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::SUCCESS;

/// The members that matter here.
enum Member : unsigned {
  kName,
  kOutcome,
  kReason,
  kMayIssue,
  kCaa,
  kDecisions,
  kValidUntil,
  kTime,
  kOther
};
constexpr std::array<std::string_view, kOther> kMemberNames = {
    "name", "outcome", "reason", "may_issue", "caa", "decisions", "valid_until", "time"};

Member MemberOf(std::string_view key) {
  const auto* const found = std::find(kMemberNames.begin(), kMemberNames.end(), key);
  return static_cast<Member>(found - kMemberNames.begin());
}

constexpr unsigned Bit(unsigned member) { return 1u << member; }

/// Takes a note that `member` is there. False where it was before.
bool Note(unsigned member, unsigned* seen) {
  const bool first = (*seen & Bit(member)) == 0;
  *seen |= Bit(member);
  return first;
}

bool GetString(ondemand::value value, std::string_view* text) {
  return value.get_string().get(*text) == SUCCESS;
}

bool GetUnsigned(ondemand::value value, uint64_t max, uint64_t* number) {
  return value.get_uint64().get(*number) == SUCCESS && *number <= max;
}

/// Walks the members of an object. False as soon as `visit(key, key_begin, value)` is, or where the
/// object cannot be read.
template <typename Visit>
bool ForEachMember(ondemand::object object, const Visit& visit) {
  for (auto member : object) {
    ondemand::field field;
    std::string_view key;
    if (std::move(member).get(field) != SUCCESS) return false;
    const char* const key_begin = field.key().raw() - 1;  // At its quote.
    // A key that is valid JSON and yet no text (a lone surrogate) is none of ours.
    if (field.unescaped_key().get(key) != SUCCESS) key = {};
    if (!visit(key, key_begin, field.value())) return false;
  }
  return true;
}

/// The relevant RRset as read back; strings keep their memory.
class RrsetReader {
 public:
  bool Read(ondemand::value value) {
    ondemand::object object;
    if (value.get_object().get(object) != SUCCESS) return false;
    unsigned seen = 0;
    const bool sound = ForEachMember(
        object, [this, &seen](std::string_view key, const char*, ondemand::value member) {
          if (key == "ttl") return Note(0, &seen) && GetUnsigned(member, UINT32_MAX, &ttl_s_);
          if (key == "records") return Note(1, &seen) && ReadRecords(member);
          return true;
        });
    return sound && seen == 3 && size_ > 0;
  }

  std::span<const CaaRecord> records() const { return std::span(records_).first(size_); }
  uint64_t ttl_s() const { return ttl_s_; }
  void Clear() {
    size_ = 0;
    ttl_s_ = 0;
  }

 private:
  bool ReadRecords(ondemand::value value) {
    ondemand::array array;
    if (value.get_array().get(array) != SUCCESS) return false;
    for (auto element : array) {
      ondemand::object object;
      if (element.get_object().get(object) != SUCCESS) return false;
      if (size_ == records_.size()) records_.emplace_back();
      if (!ReadRecord(object, &records_[size_])) return false;
      ++size_;
    }
    return true;
  }

  static bool ReadRecord(ondemand::object object, CaaRecord* record) {
    unsigned seen = 0;
    const auto visit = [record, &seen](std::string_view key, const char*, ondemand::value value) {
      uint64_t flags = 0;
      std::string_view text;
      if (key == "flags") {
        if (!Note(0, &seen) || !GetUnsigned(value, UINT8_MAX, &flags)) return false;
        record->flags = static_cast<uint8_t>(flags);
      } else if (key == "tag") {
        return Note(1, &seen) && GetString(value, &text) && UndoPresentation(text, &record->tag);
      } else if (key == "value") {
        return Note(2, &seen) && GetString(value, &text) && UndoPresentation(text, &record->value);
      }
      return true;
    };
    return ForEachMember(object, visit) && seen == 7;
  }

  std::vector<CaaRecord> records_;  // The first size_ of them; the others keep their memory.
  size_t size_ = 0;
  uint64_t ttl_s_ = 0;
};

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

/// Where a member stands in the line.
struct Place {
  const char* key = nullptr;  // At its opening quote; null where there is no such member.
  std::string_view value;     // Without blanks around it.
};

/// Replaces `place` (empty for an insertion) by a part of the scratch string.
struct Edit {
  std::string_view place;
  size_t text_begin = 0;
  size_t text_end = 0;
};

/// A member's place with the comma that joins it to the others. REQUIRES: it is not the only one.
std::string_view WithComma(const Place& place) {
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

constexpr std::array<std::string_view, kOther> kWrongMember = {
    "name is no string",
    "outcome is none of the six",
    "reason is no string",
    "may_issue is no boolean",
    "caa is no set of CAA records",
    "decisions is no object",
    "valid_until is no string",
    "time is no time in UTC of the years 1970 to 2100"};
constexpr std::array<std::string_view, kOther> kMissingMember = {
    "name is missing", "outcome is missing", "reason is missing", "may_issue is missing",
    // Without its records, what was denied would now be permitted.
    "caa is missing, and reason is not no_caa", "", "", "time is missing"};

}  // namespace

const size_t Redecider::kPadding = simdjson::SIMDJSON_PADDING;

class Redecider::Impl {
 public:
  Impl(const IssuanceRequest& request, const std::vector<CertificationAuthority>& ca_set)
      : request_(request) {
    set_.reserve(ca_set.size());
    for (const CertificationAuthority& ca : ca_set) set_.push_back(MakeSetMember(ca, request));
  }

  Result Append(std::string_view line, std::string* out);

 private:
  static constexpr size_t kMaxEdits = 5;

  void Clear();
  std::string_view ReadMembers(std::string_view line);
  bool ReadMember(Member member, ondemand::value value);
  bool ReadOutcome(ondemand::value value);
  std::string_view FindMissing() const;
  void DecideAll();
  void AddEdits(std::string_view line);
  void AddDecisionsEdit(std::string_view at_end);
  void AppendDecisions();
  void AppendValidUntil();
  void AddEdit(std::string_view place, size_t text_begin);
  void AppendEdited(std::string_view line, std::string* out) const;

  IssuanceRequest request_;
  std::vector<SetMember> set_;
  simdjson::dom::parser checker_;
  ondemand::parser parser_;
  ondemand::document document_;

  // Of the line at hand.
  unsigned seen_ = 0;
  std::array<Place, kOther> places_;
  bool wildcard_ = false;
  Verdict before_ = Verdict::kFailed;
  bool no_caa_ = false;
  int64_t time_ms_ = 0;
  RrsetReader rrset_;
  Decision decision_;
  std::string scratch_;  // What edits put in.
  std::array<Edit, kMaxEdits> edits_;
  size_t edit_count_ = 0;
};

void Redecider::Impl::Clear() {
  seen_ = 0;
  places_ = {};
  before_ = Verdict::kFailed;
  no_caa_ = false;
  rrset_.Clear();
  scratch_.clear();
  edit_count_ = 0;
}

bool Redecider::Impl::ReadOutcome(ondemand::value value) {
  std::string_view text;
  if (!GetString(value, &text)) return false;
  for (const Outcome outcome : {Outcome::kPermit, Outcome::kDeny, Outcome::kServfail,
                                Outcome::kTimeout, Outcome::kLame, Outcome::kError}) {
    if (text != OutcomeCode(outcome)) continue;
    before_ = outcome == Outcome::kPermit ? Verdict::kPermit
              : outcome == Outcome::kDeny ? Verdict::kDeny
                                          : Verdict::kFailed;
    return true;
  }
  return false;
}

/// Reads the value of a member that matters. False where it is none such.
bool Redecider::Impl::ReadMember(Member member, ondemand::value value) {
  Place& place = places_[member];
  if (member != kCaa && member != kDecisions) place.value = TrimJsonSpace(value.raw_json_token());
  std::string_view text;
  bool may_issue = false;
  ondemand::object object;
  switch (member) {
    case kName:
      if (!GetString(value, &text)) return false;
      wildcard_ = text.starts_with("*.");
      return true;
    case kOutcome:
      return ReadOutcome(value);
    case kReason:
      if (!GetString(value, &text)) return false;
      no_caa_ = text == DecisionReasonCode(DecisionReason::kNoCaa);
      return true;
    case kMayIssue:
      return value.get_bool().get(may_issue) == SUCCESS;
    case kCaa:
      return rrset_.Read(value);
    case kDecisions:
      if (value.get_object().get(object) != SUCCESS) return false;
      if (object.raw_json().get(text) != SUCCESS) return false;
      place.value = TrimJsonSpace(text);
      return true;
    case kValidUntil:
      return GetString(value, &text);
    case kTime:
      return GetString(value, &text) && ParseJsonTime(text, &time_ms_);
    case kOther:
      break;
  }
  return true;
}

/// Takes the line apart. What is wrong with it, or empty.
std::string_view Redecider::Impl::ReadMembers(std::string_view line) {
  constexpr std::string_view kNoObject = "no JSON object";
  // The DOM parser also refuses what is JSON but none of its values: 1e999, or half a surrogate
  // pair.
  if (checker_.parse(line.data(), line.size(), false).error() != SUCCESS && !IsJsonObject(line)) {
    return kNoObject;
  }
  ondemand::object object;
  if (parser_.iterate(line.data(), line.size(), line.size() + kPadding).get(document_) != SUCCESS ||
      document_.get_object().get(object) != SUCCESS) {
    return kNoObject;
  }
  std::string_view problem;
  const auto visit = [this, &problem](std::string_view key, const char* key_begin,
                                      ondemand::value value) {
    const Member member = MemberOf(key);
    if (member == kOther) return true;
    places_[member].key = key_begin;
    if (!Note(member, &seen_)) {
      problem = "a member stands there twice";
    } else if (!ReadMember(member, value)) {
      problem = kWrongMember[member];
    }
    return problem.empty();
  };
  if (!ForEachMember(object, visit)) return problem.empty() ? kNoObject : problem;
  return FindMissing();
}

std::string_view Redecider::Impl::FindMissing() const {
  for (const Member member : {kName, kOutcome, kReason, kMayIssue, kTime}) {
    const bool optional = before_ == Verdict::kFailed && member != kName && member != kOutcome;
    if ((seen_ & Bit(member)) == 0 && !optional) return kMissingMember[member];
  }
  const bool needs_caa = before_ != Verdict::kFailed && !no_caa_;
  if (needs_caa && (seen_ & Bit(kCaa)) == 0) return kMissingMember[kCaa];
  return {};
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
    member.request.wildcard = wildcard_;
    scratch_ += Decide(rrset_.records(), member.request).permit ? member.permit : member.deny;
    scratch_ += ',';
  }
  scratch_.back() = '}';
}

/// BR 4.2.2.1, as AppendRecord() does it.
void Redecider::Impl::AppendValidUntil() {
  std::chrono::seconds validity = std::chrono::hours(8);
  validity = std::max(validity, std::chrono::seconds(rrset_.ttl_s()));
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(time_ms_)};
  AppendJsonTime(time + validity, &scratch_);
}

void Redecider::Impl::AddDecisionsEdit(std::string_view at_end) {
  const Place& place = places_[kDecisions];
  const size_t begin = scratch_.size();
  if (set_.empty()) {
    if (place.key != nullptr) AddEdit(WithComma(place), begin);
  } else if (place.key != nullptr) {
    AppendDecisions();
    AddEdit(place.value, begin);
  } else if (places_[kValidUntil].key != nullptr) {  // Where the scanner writes them.
    scratch_ += R"("decisions":)";
    AppendDecisions();
    scratch_ += ',';
    AddEdit(std::string_view(places_[kValidUntil].key, 1).substr(0, 0), begin);
  } else {
    scratch_ += R"(,"decisions":)";
    AppendDecisions();
    AddEdit(at_end, begin);
  }
}

void Redecider::Impl::AddEdits(std::string_view line) {
  const std::string_view at_end = line.substr(line.rfind('}'), 0);
  scratch_ += decision_.permit ? R"("permit")" : R"("deny")";
  AddEdit(places_[kOutcome].value, 0);
  size_t begin = scratch_.size();
  scratch_ += '"';
  scratch_ += DecisionReasonCode(decision_.reason);
  scratch_ += '"';
  AddEdit(places_[kReason].value, begin);
  begin = scratch_.size();
  scratch_ += decision_.permit ? "true" : "false";
  AddEdit(places_[kMayIssue].value, begin);
  AddDecisionsEdit(at_end);
  begin = scratch_.size();
  const bool had_valid_until = places_[kValidUntil].key != nullptr;
  if (!had_valid_until) scratch_ += R"(,"valid_until":)";
  AppendValidUntil();
  AddEdit(had_valid_until ? places_[kValidUntil].value : at_end, begin);
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
  Clear();
  Result result;
  result.problem = ReadMembers(line);
  if (!result.problem.empty()) return result;
  if (before_ == Verdict::kFailed) {
    out->append(line);
  } else {
    request_.wildcard = wildcard_;
    decision_ = Decide(rrset_.records(), request_);
    result.verdict = decision_.permit ? Verdict::kPermit : Verdict::kDeny;
    result.changed = result.verdict != before_;
    AddEdits(line);
    AppendEdited(line, out);
  }
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
