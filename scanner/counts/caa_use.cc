// Tested by caa_use_test.cc.
#include "scanner/counts/caa_use.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <cassert>

#include "scanner/caa/property.h"
#include "scanner/record/record_text.h"

namespace caascan::counts {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(CaaFeature::kCount)> kFeatureCodes = {
    "issue",
    "issuewild",
    "iodef",
    "iodef_mailto",
    "iodef_http",
    "iodef_other",
    "issuemail",
    "issuevmc",
    "contact",
    "unknown_tag",
    "critical",
    "flag_one",
    "unknown_critical",
    "nobody",
    "malformed",
    "accounturi",
    "validationmethods"};

constexpr uint8_t kCriticalFlag = 128;

bool StartsWith(std::string_view text, std::string_view scheme) {
  return caa::EqualIgnoringCase(text.substr(0, scheme.size()), scheme);
}

/// REQUIRES of these three: properties of the kind name an issuer.
CaaFeature FeatureOf(caa::TagKind kind) {
  assert(kind <= caa::TagKind::kIssueVmc && "it names an issuer");
  constexpr std::array kFeatures = {CaaFeature::kIssue, CaaFeature::kIssueWild,
                                    CaaFeature::kIssueMail, CaaFeature::kIssueVmc};
  return kFeatures[static_cast<size_t>(kind)];
}

Purpose PurposeOf(caa::TagKind kind) {
  if (kind == caa::TagKind::kIssueMail) return Purpose::kSmime;
  return kind == caa::TagKind::kIssueVmc ? Purpose::kMark : Purpose::kTls;
}

uint64_t& CountOf(caa::TagKind kind, IssuerRow* row) {
  if (kind == caa::TagKind::kIssueMail) return row->issuemail;
  if (kind == caa::TagKind::kIssueVmc) return row->issuevmc;
  return kind == caa::TagKind::kIssueWild ? row->issuewild : row->issue;
}

}  // namespace

std::string_view CaaFeatureCode(CaaFeature feature) {
  return kFeatureCodes[static_cast<size_t>(feature)];
}

size_t CaaUse::DepthOf(const record::RecordView& record) {
  constexpr size_t kBehindAlias = kMaxDepth + 1;
  std::string_view name = record.name;
  if (name.starts_with("*.")) name.remove_prefix(2);
  const std::string_view owner = record.caa_owner;
  if (name.size() < owner.size() || !name.ends_with(owner)) return kBehindAlias;
  const std::string_view above = name.substr(0, name.size() - owner.size());
  if (!above.empty() && above.back() != '.') return kBehindAlias;
  const auto depth = static_cast<size_t>(std::count(above.begin(), above.end(), '.'));
  return std::min(depth, kMaxDepth);
}

void CaaUse::AddDepth(const record::RecordView& record) {
  const size_t depth = DepthOf(record);
  const uint64_t missing = record.nxdomain ? 1 : 0;
  if (depth > kMaxDepth) {
    ++behind_alias_;
    missing_behind_alias_ += missing;
  } else {
    ++depths_[depth];
    missing_depths_[depth] += missing;
  }
}

void CaaUse::AddIodef() {
  Mark(CaaFeature::kIodef);
  if (StartsWith(value_, "mailto:")) {
    Mark(CaaFeature::kIodefMailto);
  } else if (StartsWith(value_, "http:") || StartsWith(value_, "https:")) {
    Mark(CaaFeature::kIodefHttp);
  } else {
    Mark(CaaFeature::kIodefOther);
  }
}

/// A property that names an issuer. Of those that do not count for the purpose the tag alone does.
void CaaUse::AddIssue(caa::TagKind kind) {
  Mark(FeatureOf(kind));
  if (PurposeOf(kind) != purpose_) return;
  const caa::IssueValue value = caa::ReadIssueValue(value_);
  if (value.form != caa::IssueValue::Form::kSound) {
    Mark(CaaFeature::kMalformed);
  } else if (value.issuer.empty()) {
    Mark(CaaFeature::kNobody);
  }
  if (value.account_uri.count > 0) Mark(CaaFeature::kAccountUri);
  if (value.validation_methods.count > 0) Mark(CaaFeature::kValidationMethods);
  NamedIssuer named = {std::string(value.issuer), kind};
  absl::AsciiStrToLower(&named.domain);
  parameter_use_.Add(kind, named.domain, value);
  if (named.domain.empty()) return;
  const bool known = std::any_of(named_.begin(), named_.end(), [&named](const NamedIssuer& other) {
    return other.kind == named.kind && other.domain == named.domain;
  });
  if (!known) named_.push_back(std::move(named));
}

void CaaUse::AddRecord(const record::CaaRecordView& record) {
  if (!record::UndoPresentation(record.tag, &tag_)) tag_.assign(record.tag);
  if (!record::UndoPresentation(record.value, &value_)) value_.assign(record.value);
  absl::AsciiStrToLower(&tag_);
  ++tags_.Find(tag_)->count;
  if ((record.flags & kCriticalFlag) != 0) Mark(CaaFeature::kCritical);
  if ((record.flags & 1) != 0) Mark(CaaFeature::kFlagOne);
  const caa::TagKind kind = caa::ClassifyTag(tag_);
  switch (kind) {
    case caa::TagKind::kIssue:
    case caa::TagKind::kIssueWild:
    case caa::TagKind::kIssueMail:
    case caa::TagKind::kIssueVmc:
      return AddIssue(kind);
    case caa::TagKind::kUnknown:
      Mark(CaaFeature::kUnknownTag);
      if (!caa::IsCritical(record.flags)) return;
      Mark(CaaFeature::kUnknownCritical);
      return parameter_use_.AddUnknownCritical();
    case caa::TagKind::kOtherKnown:
      break;
  }
  if (tag_ == "iodef") AddIodef();
  if (tag_.starts_with("contact")) Mark(CaaFeature::kContact);
}

/// A name counts once for each issuer, however many properties name it, and once for all of them.
void CaaUse::CountIssuers(bool missing) {
  set_.clear();
  for (size_t i = 0; i < named_.size(); ++i) {
    const NamedIssuer& named = named_[i];
    IssuerRow* const row = issuers_.Find(named.domain);
    ++CountOf(named.kind, row);
    const bool first =
        std::none_of(named_.begin(), named_.begin() + static_cast<std::ptrdiff_t>(i),
                     [&named](const NamedIssuer& other) { return other.domain == named.domain; });
    if (!first) continue;
    ++row->names;
    row->missing += missing ? 1 : 0;
    set_.emplace_back(named.domain);
  }
  std::sort(set_.begin(), set_.end());
  set_key_.clear();
  for (const std::string_view issuer : set_) {
    if (!set_key_.empty()) set_key_ += ", ";
    set_key_ += issuer;
  }
  issuer_sets_.Find(set_key_)->Add(missing);
}

void CaaUse::Add(const record::RecordView& record) {
  assert(record.has_caa && "only names with CAA records have a use of them");
  ++names_;
  missing_ += record.nxdomain ? 1 : 0;
  AddDepth(record);
  seen_features_ = 0;
  named_.clear();
  purpose_ = record.purpose;
  parameter_use_.Begin(record.purpose, record.name.starts_with("*."));
  for (const record::CaaRecordView& entry : record.caa) AddRecord(entry);
  CountIssuers(record.nxdomain);
  parameter_use_.End(record.nxdomain, &parameters_);
  for (size_t i = 0; i < features_.size(); ++i) {
    const unsigned seen = (seen_features_ >> i) & 1u;
    features_[i] += seen;
    missing_features_[i] += record.nxdomain ? seen : 0;
  }
  set_sizes_.Add(record.caa.size());
  ttls_s_.Add(record.caa_ttl_s);
}

void CaaUse::Merge(const CaaUse& other) {
  names_ += other.names_;
  for (size_t i = 0; i < depths_.size(); ++i) depths_[i] += other.depths_[i];
  behind_alias_ += other.behind_alias_;
  for (size_t i = 0; i < features_.size(); ++i) features_[i] += other.features_[i];
  missing_ += other.missing_;
  for (size_t i = 0; i < missing_depths_.size(); ++i)
    missing_depths_[i] += other.missing_depths_[i];
  missing_behind_alias_ += other.missing_behind_alias_;
  for (size_t i = 0; i < missing_features_.size(); ++i) {
    missing_features_[i] += other.missing_features_[i];
  }
  issuers_.Merge(other.issuers_);
  issuer_sets_.Merge(other.issuer_sets_);
  tags_.Merge(other.tags_);
  persist_.Merge(other.persist_);
  parameters_.Merge(other.parameters_);
  set_sizes_.Merge(other.set_sizes_);
  ttls_s_.Merge(other.ttls_s_);
}

}  // namespace caascan::counts
