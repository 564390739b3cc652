// Lines are looked at as text, and only as far as their order needs it: this is a small part of
// what reading them costs. Tested by zone_order_test.cc.
#include "scanner/zonefile/zone_order.h"

#include <sys/stat.h>

#include <absl/hash/hash.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "scanner/caa/property.h"
#include "scanner/dns/record_text.h"
#include "scanner/io/line_reader.h"
#include "scanner/zonefile/zone_directive.h"
#include "scanner/zonefile/zone_fields.h"

namespace caascan::zonefile {
namespace {

enum class Kind : uint8_t { kDelegation, kAddress, kSoa, kZonemd, kOther, kUnknown };

Kind KindOf(std::string_view type) {
  using caa::EqualIgnoringCase;
  if (EqualIgnoringCase(type, "ns") || EqualIgnoringCase(type, "ds")) return Kind::kDelegation;
  if (EqualIgnoringCase(type, "a") || EqualIgnoringCase(type, "aaaa")) return Kind::kAddress;
  if (EqualIgnoringCase(type, "soa")) return Kind::kSoa;
  if (EqualIgnoringCase(type, "zonemd")) return Kind::kZonemd;
  constexpr std::array<std::string_view, 11> kOthers = {"rrsig",   "nsec3",      "nsec", "dnskey",
                                                        "txt",     "nsec3param", "cds",  "mx",
                                                        "cdnskey", "caa",        "cname"};
  const auto same = [type](std::string_view other) { return EqualIgnoringCase(type, other); };
  return std::any_of(kOthers.begin(), kOthers.end(), same) ? Kind::kOther : Kind::kUnknown;
}

/// `word` is in lower case.
bool Mentions(std::string_view line, std::string_view word) {
  const auto same = [](char in_line, char in_word) {
    return dns::LowerOctet(static_cast<uint8_t>(in_line)) == static_cast<uint8_t>(in_word);
  };
  return std::search(line.begin(), line.end(), word.begin(), word.end(), same) != line.end();
}

/// Of a record whose type or class is written in an unusual way, as the second reading takes it.
/// What has no type is none.
bool MeansDelegations(dns::RRType type) {
  return type == dns::RRType::kNS || type == dns::RRType::kDS || type == dns::RRType::kA ||
         type == dns::RRType::kAAAA || type == dns::RRType::kSOA;
}

/// Could the text be another name than the one that it shows, or none?
bool IsPlainOwner(std::string_view owner) {
  return owner.ends_with('.') && owner.find_first_of("\\;\"") == std::string_view::npos;
}

}  // namespace

bool ComesBefore(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    a.remove_suffix(1);
    b.remove_suffix(1);
    const size_t a_begin = a.rfind('.') + 1;  // 0 where there is none.
    const size_t b_begin = b.rfind('.') + 1;
    const int order = a.substr(a_begin).compare(b.substr(b_begin));
    if (order != 0) return order < 0;
    a = a.substr(0, a_begin);
    b = b.substr(0, b_begin);
  }
  return a.empty() && !b.empty();
}

ZoneOrder::ZoneOrder(size_t max_hashes, size_t glue_memory)
    : max_hashes_(max_hashes), glue_(std::make_unique<GlueTable>(glue_memory)) {}

void ZoneOrder::Add(std::string_view line) {
  // Directives mean nothing to owners that are absolute, and all others end the order.
  if (line.empty() || line[0] == ';' || line[0] == '$') return;
  if (ordered_) {
    Look(line);
  } else {
    has_digest_ = has_digest_ || Mentions(line, "zonemd");
  }
}

void ZoneOrder::Look(std::string_view line) {
  std::string_view rest = line;
  const bool has_owner = dns::kRecordBlanks.find(line[0]) == std::string_view::npos;
  const std::string_view owner = dns::TakeRecordField(&rest);
  if (owner.empty()) return;  // Blanks alone.
  ordered_ = has_owner && IsPlainOwner(owner) && line.find('(') == std::string_view::npos;
  if (!ordered_) {
    has_digest_ = has_digest_ || Mentions(line, "zonemd");
    return;
  }
  const std::string_view behind_owner = rest;
  const std::string_view type = TakeType(&rest);
  switch (KindOf(type)) {
    case Kind::kDelegation:
      ordered_ = AddOwner(owner);
      break;
    case Kind::kAddress:
      ordered_ = AddAddress(owner, dns::TakeRecordField(&rest));
      break;
    case Kind::kSoa:
      if (dns::Name apex; dns::Name::FromText(owner, &apex) == dns::NameError::kNone) {
        apex_ = apex_.value_or(apex);
      }
      break;
    case Kind::kZonemd:
      has_digest_ = true;
      break;
    case Kind::kOther:
      if (denials_ != nullptr && ProofKindOf(type, rest) == ProofKind::kOfSpan) {
        TakeSpan(owner, type, rest, apex_, denials_);
      }
      break;
    case Kind::kUnknown:
      ordered_ = !MeansDelegations(dns::RecordTypeOf(dns::RecordTypeText(behind_owner)));
      break;
  }
}

bool ZoneOrder::AddOwner(std::string_view owner) {
  if (owner == typed_) return true;
  typed_.assign(owner);
  lower_.assign(owner);
  for (char& c : lower_) c = static_cast<char>(dns::LowerOctet(static_cast<uint8_t>(c)));
  if (lower_ == last_) return true;
  ascends_as_text_ = ascends_as_text_ && last_ < lower_;
  ascends_canonically_ = ascends_canonically_ && (last_.empty() || ComesBefore(last_, lower_));
  last_.swap(lower_);
  all_hashed_ = all_hashed_ && hashes_.size() < max_hashes_;
  if (all_hashed_) {
    hashes_.push_back(absl::HashOf(absl::string_view(last_)));
  } else {
    std::vector<uint64_t>().swap(hashes_);
  }
  return ascends_as_text_ || ascends_canonically_ || all_hashed_;
}

bool ZoneOrder::AddAddress(std::string_view owner, std::string_view rdata) {
  std::array<uint8_t, dns::Delegation::kIpv6Octets> octets{};
  const size_t size = ReadAddress(rdata, &octets);
  dns::Name host;
  if (size == 0 || dns::Name::FromText(owner, &host) != dns::NameError::kNone) return true;
  if (glue_->Add(host, std::span(octets).first(size))) return true;
  // The second reading finds it where it follows its own delegation.
  dns::Name delegated;
  return dns::Name::FromText(last_, &delegated) == dns::NameError::kNone &&
         host.view().IsAtOrBelow(delegated);
}

bool ZoneOrder::End() {
  if (ordered_ && !ascends_as_text_ && !ascends_canonically_) {
    std::sort(hashes_.begin(), hashes_.end());
    ordered_ = std::adjacent_find(hashes_.begin(), hashes_.end()) == hashes_.end();
  }
  std::vector<uint64_t>().swap(hashes_);
  return ordered_;
}

ZonePlan ZoneOrder::TakePlan() {
  ZonePlan plan;
  if (ordered_) {
    glue_->Finish();
    plan.glue = std::move(glue_);
    plan.apex = apex_;
  } else {
    glue_.reset();
    plan.sorter = std::make_unique<ZoneSorter>();
  }
  if (has_digest_) plan.digest = std::make_unique<ZoneDigest>();
  return plan;
}

absl::Status PlanZone(const std::string& path, const io::WakeFd* wake, ZonePlan* plan) {
  DenialSink* const denials = plan->denials;
  const bool owners = plan->owners;
  plan->sorter = std::make_unique<ZoneSorter>();
  struct stat info = {};
  if (path == "-" || stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return absl::OkStatus();
  }
  auto reader = io::LineReader::Open(path, wake);
  if (!reader.ok()) return absl::OkStatus();  // The second reading says why.
  ZoneOrder order;
  order.set_denials(denials);
  if (owners) order.WantSorted();
  io::Line line;
  io::ReadResult result = io::ReadResult::kLine;
  while ((result = (*reader)->Next(&line, /*wait=*/true)) == io::ReadResult::kLine) {
    if (line.overlong) continue;  // It is no record.
    const std::string_view text =
        line.number == 1 ? io::WithoutByteOrderMark(line.text) : line.text;
    if (const ZoneDirective directive = ZoneDirectiveOf(text);
        order.ordered() && StandsForRecords(directive)) {
      return RefuseDirective(directive, io::InputFile::DisplayName(path), line.number);
    }
    order.Add(text);
  }
  (void)order.End();
  *plan = order.TakePlan();
  plan->denials = denials;
  plan->owners = owners;
  return result == io::ReadResult::kInterrupted ? absl::CancelledError("interrupted")
                                                : absl::OkStatus();
}

}  // namespace caascan::zonefile
