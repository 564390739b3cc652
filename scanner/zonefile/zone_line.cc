// A line goes three ways. The plain form `owner TTL IN TYPE RDATA`, absolute names, nothing quoted
// and no comment, is read here, since zone files of top-level domains hold little else and have
// hundreds of millions of lines. Comments and parentheses are taken away first, a record's lines
// joined, and then the plain form is tried again. ldns reads what is left: relative names, a TTL or
// a class that is left out, escapes, DS. Types that say nothing of delegations are not looked into:
// they are as untrusted as the rest, and ldns 1.8 leaks memory at some (an IPSECKEY without its
// key). Tested by zone_line_test.cc.
#include "scanner/zonefile/zone_line.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <span>
#include <utility>

#include "scanner/caa/property.h"
#include "scanner/dns/ldns.h"
#include "scanner/dns/record_text.h"
#include "scanner/zonefile/delegation_builder.h"
#include "scanner/zonefile/record_type.h"
#include "scanner/zonefile/zone_fields.h"

namespace caascan::zonefile {
namespace {

// The lines of one record, joined.
constexpr size_t kMaxRecordSize = size_t{64} << 10;
constexpr uint32_t kDefaultTtl = 3600;
constexpr uint32_t kNoTtl = 0xFFFFFFFE;  // No record has it (RFC 2181 §8).

struct RrFree {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};
struct RdfFree {
  void operator()(ldns_rdf* rdf) const { ldns_rdf_deep_free(rdf); }
};

enum class Kind : uint8_t { kOther, kSoa, kNs, kDs, kAddress };

Kind KindOf(std::string_view type) {
  if (caa::EqualIgnoringCase(type, "ns")) return Kind::kNs;
  if (caa::EqualIgnoringCase(type, "a") || caa::EqualIgnoringCase(type, "aaaa"))
    return Kind::kAddress;
  if (caa::EqualIgnoringCase(type, "ds")) return Kind::kDs;
  return caa::EqualIgnoringCase(type, "soa") ? Kind::kSoa : Kind::kOther;
}

bool SaysSomethingOfDelegations(dns::RRType type) {
  return type == dns::RRType::kNS || type == dns::RRType::kDS || type == dns::RRType::kA ||
         type == dns::RRType::kAAAA || type == dns::RRType::kSOA;
}

/// What makes a line more, or less, than a record of its own. Kept fit for vector instructions.
bool NeedsJoin(char c) { return c == ';' || c == '(' || c == ')' || c == '"'; }

absl::string_view AbslView(std::string_view text) { return {text.data(), text.size()}; }

dns::NameView ViewOf(const ldns_rdf* name) {
  return dns::NameView::FromTrusted(ldns_rdf_data(name), ldns_rdf_size(name));
}

}  // namespace

class ZoneLines::Impl {
 public:
  explicit Impl(ZonePlan plan) : plan_(std::move(plan)) {
    builder_.set_glue(plan_.sorter != nullptr ? plan_.sorter->glue() : plan_.glue.get());
    if (plan_.apex.has_value()) builder_.SetApex(*plan_.apex);
    if (plan_.owners) builder_.TakeOwners();
    assert((!plan_.owners || plan_.sorter != nullptr) && "owners are sorted");
  }
  Verdict Add(std::string_view line, uint64_t number);
  Verdict End();
  const std::string& owner() const { return builder_.owner(); }
  std::unique_ptr<dns::Delegation> TakeDelegation() { return builder_.Take(); }
  const InvalidRecord& invalid() const { return invalid_; }
  ZoneDirective refused() const { return refused_; }
  bool has_records() const { return has_records_; }
  ZoneDigest::Verdict CompareDigest() {
    return plan_.digest != nullptr ? plan_.digest->Compare() : ZoneDigest::Verdict::kNothing;
  }
  bool lacks_closing_soa() const { return promises_closing_soa_ && last_soa_ != records_; }
  const absl::Status& status() const {
    return plan_.sorter != nullptr ? plan_.sorter->status() : sound_;
  }
  double share_given() const { return plan_.sorter != nullptr ? plan_.sorter->share_given() : 1; }

 private:
  enum class Read : uint8_t { kDone, kNotPlain, kNewDelegation };

  Verdict Interpret(std::string_view record);
  Verdict Directive(std::string_view record);
  Read ReadPlain(std::string_view record);
  Verdict ReadByLdns(std::string_view record);
  std::optional<dns::Name> Absolute(std::string_view text) const;
  static std::string TextForLdns(std::string_view owner, std::string_view rest);
  void AddToDigest(std::string_view record);
  void TakeProof(std::string_view owner, std::string_view type, std::string_view rdata);
  bool TakeOwner(std::string_view owner, std::string_view type);
  void AddOwner(dns::NameView owner);
  bool TakeRr(const ldns_rr* rr);
  const char* Join(std::string_view line);
  Verdict Invalid(std::string_view text, std::string_view why);

  void ReadDigComment(std::string_view line);
  void AddSoa(dns::NameView owner);
  bool AddServer(dns::NameView owner, uint32_t ttl_s, dns::NameView host);
  bool AddDs(dns::NameView owner, std::string_view rdata);
  void AddAddress(dns::NameView owner, std::span<const uint8_t> octets);

  const ZonePlan plan_;
  DelegationBuilder builder_;
  std::optional<dns::Name> apex_;
  const absl::Status sound_;
  std::unique_ptr<ldns_rdf, RdfFree> origin_{ldns_dname_new_frm_str(".")};
  uint32_t default_ttl_s_ = kDefaultTtl;
  bool ttl_is_given_ = false;  // By $TTL.
  bool digest_ended_ = false;
  std::string last_owner_ = "@";  // As the file has it, for lines that leave it out.
  std::string joined_;            // A record's lines so far, without comments.
  size_t depth_ = 0;              // Of parentheses that are open.
  bool sorted_ = false;
  uint64_t records_ = 0;  // So far, those that cannot be read included.
  uint64_t soas_ = 0;
  uint64_t last_soa_ = 0;  // Which of the records it was.
  bool promises_closing_soa_ = false;

  bool has_records_ = false;
  uint64_t first_line_ = 0;  // Of the record at hand.
  InvalidRecord invalid_;
  ZoneDirective refused_ = ZoneDirective::kNone;
};

ZoneLines::Verdict ZoneLines::Impl::Add(std::string_view line, uint64_t number) {
  if (depth_ == 0) first_line_ = number;
  if (depth_ == 0 && std::none_of(line.begin(), line.end(), NeedsJoin)) return Interpret(line);
  if (depth_ == 0 && line[0] == ';') {
    ReadDigComment(line);
    return Verdict::kNothing;
  }
  if (const char* const why = Join(line)) {
    depth_ = 0;
    const Verdict verdict = Invalid(joined_, why);
    joined_.clear();
    return verdict;
  }
  if (depth_ > 0) return Verdict::kNothing;
  const Verdict verdict = Interpret(joined_);
  joined_.clear();
  return verdict;
}

/// What dig writes above and below a zone transfer.
void ZoneLines::Impl::ReadDigComment(std::string_view line) {
  if (line.starts_with("; <<>> DiG ") && line.find("+onesoa") == std::string_view::npos) {
    promises_closing_soa_ = promises_closing_soa_ || line.find(" axfr") != std::string_view::npos ||
                            line.find(" AXFR") != std::string_view::npos;
  } else if (line.starts_with("; Transfer failed")) {
    promises_closing_soa_ = true;
    last_soa_ = UINT64_MAX;  // None closes it.
  }
}

/// Puts the line behind joined_, without its comment, blanks for parentheses. What is wrong where
/// they do not match, a quote stays open, or the record is too long; else null.
const char* ZoneLines::Impl::Join(std::string_view line) {
  bool quoted = false;
  bool matched = true;
  if (joined_.size() + line.size() >= kMaxRecordSize) return "record over 65536 bytes";
  for (size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (c == '\\' && i + 1 < line.size()) {
      joined_.push_back(c);
      c = line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ';') {
      break;
    } else if (!quoted && c == '(') {
      ++depth_;
      c = ' ';
    } else if (!quoted && c == ')') {
      matched = matched && depth_ > 0;
      depth_ -= depth_ > 0 ? 1 : 0;
      c = ' ';
    }
    joined_.push_back(c);
  }
  joined_.push_back(' ');
  if (quoted) return "quote that stays open";
  return matched ? nullptr : "parenthesis that was not opened";
}

ZoneLines::Verdict ZoneLines::Impl::Invalid(std::string_view text, std::string_view why) {
  const size_t begin = std::min(text.find_first_not_of(dns::kRecordBlanks), text.size());
  text.remove_prefix(begin);
  text = text.substr(0, text.find_last_not_of(dns::kRecordBlanks) + 1);
  invalid_.text.assign(text);
  invalid_.why = why;
  invalid_.line = first_line_;
  return Verdict::kInvalid;
}

ZoneLines::Verdict ZoneLines::Impl::Interpret(std::string_view record) {
  if (record.find_first_not_of(dns::kRecordBlanks) == std::string_view::npos)
    return Verdict::kNothing;
  if (record[0] == '$') return Directive(record);
  ++records_;
  if (plan_.digest != nullptr && !digest_ended_) AddToDigest(record);
  Verdict verdict = Verdict::kNothing;
  switch (ReadPlain(record)) {
    case Read::kDone:
      break;
    case Read::kNewDelegation:
      verdict = Verdict::kDelegation;
      break;
    case Read::kNotPlain:
      verdict = ReadByLdns(record);
      if (verdict == Verdict::kInvalid) return verdict;
      break;
  }
  has_records_ = true;
  return verdict;
}

ZoneLines::Verdict ZoneLines::Impl::Directive(std::string_view record) {
  const ZoneDirective directive = ZoneDirectiveOf(record);
  if (StandsForRecords(directive)) {
    refused_ = directive;
    invalid_.line = first_line_;
    return Verdict::kRefused;
  }
  std::string_view rest = record;
  (void)dns::TakeRecordField(&rest);
  const std::string value(dns::TakeRecordField(&rest));
  if (directive == ZoneDirective::kOrigin) {
    const std::optional<dns::Name> origin = Absolute(value);
    if (!origin) return Invalid(record, "$ORIGIN without a domain name");
    const dns::NameView name = origin->view();
    origin_.reset(ldns_dname_new_frm_data(static_cast<uint16_t>(name.size()), name.data()));
    return Verdict::kNothing;
  }
  if (directive == ZoneDirective::kTtl) {
    const char* end = nullptr;
    default_ttl_s_ = ldns_str2period(value.c_str(), &end);
    ttl_is_given_ = true;
    const bool sound = !value.empty() && *end == '\0';
    return sound ? Verdict::kNothing : Invalid(record, "$TTL without a time");
  }
  return Invalid(record, "directive that zone files do not know");
}

/// A name as the file has it, the origin behind it where it is relative.
std::optional<dns::Name> ZoneLines::Impl::Absolute(std::string_view text) const {
  if (text == "@") return dns::Name(ViewOf(origin_.get()));
  const std::string copy(text);
  if (copy.empty() || copy.find('\0') != std::string::npos) return std::nullopt;
  const std::unique_ptr<ldns_rdf, RdfFree> name(ldns_dname_new_frm_str(copy.c_str()));
  if (name == nullptr) return std::nullopt;
  if (ldns_dname_str_absolute(copy.c_str()) == 0 &&
      ldns_dname_cat(name.get(), origin_.get()) != LDNS_STATUS_OK) {
    return std::nullopt;
  }
  return dns::Name(ViewOf(name.get()));
}

ZoneLines::Impl::Read ZoneLines::Impl::ReadPlain(std::string_view record) {
  if (dns::kRecordBlanks.find(record[0]) != std::string_view::npos) return Read::kNotPlain;
  std::string_view rest = record;
  const std::string_view owner_text = dns::TakeRecordField(&rest);
  const std::string_view ttl_text = dns::TakeRecordField(&rest);
  uint32_t ttl_s = 0;
  const auto number = std::from_chars(ttl_text.data(), ttl_text.data() + ttl_text.size(), ttl_s);
  const bool has_ttl = number.ec == std::errc() && number.ptr == ttl_text.data() + ttl_text.size();
  if (!owner_text.ends_with('.') || !has_ttl ||
      !caa::EqualIgnoringCase(dns::TakeRecordField(&rest), "in")) {
    return Read::kNotPlain;
  }
  const std::string_view type = dns::TakeRecordField(&rest);
  const Kind kind = KindOf(type);
  const std::string_view behind_type = rest;
  const std::string_view rdata = dns::TakeRecordField(&rest);
  if (kind == Kind::kDs || rdata.empty() || record.find('\\') != std::string_view::npos) {
    return Read::kNotPlain;
  }
  last_owner_.assign(owner_text);
  if (kind == Kind::kOther) {
    TakeProof(owner_text, type, behind_type);
    return TakeOwner(owner_text, type) ? Read::kDone : Read::kNotPlain;
  }
  dns::Name owner;
  if (dns::Name::FromText(owner_text, &owner) != dns::NameError::kNone) return Read::kNotPlain;
  if (kind == Kind::kSoa) {
    AddSoa(owner);
    return Read::kDone;
  }
  if (rest.find_first_not_of(dns::kRecordBlanks) != std::string_view::npos) return Read::kNotPlain;
  if (kind == Kind::kAddress) {
    std::array<uint8_t, dns::Delegation::kIpv6Octets> octets{};
    const size_t size = ReadAddress(rdata, &octets);
    if (size == 0) return Read::kNotPlain;
    AddAddress(owner, std::span(octets).first(size));
    return Read::kDone;
  }
  dns::Name host;
  if (!rdata.ends_with('.') || dns::Name::FromText(rdata, &host) != dns::NameError::kNone) {
    return Read::kNotPlain;
  }
  return AddServer(owner, ttl_s, host) ? Read::kNewDelegation : Read::kDone;
}

/// As ldns reads it, without its owner: the class may stand in front of the TTL (RFC 1035 §5.1),
/// which ldns does not know.
std::string ZoneLines::Impl::TextForLdns(std::string_view owner, std::string_view rest) {
  std::string_view behind = rest;
  const bool class_first = caa::EqualIgnoringCase(dns::TakeRecordField(&behind), "in");
  const std::string_view ttl = class_first ? dns::TakeRecordField(&behind) : std::string_view();
  const bool swapped = !ttl.empty() && ttl[0] >= '0' && ttl[0] <= '9';
  return swapped ? absl::StrCat(AbslView(owner), " ", AbslView(ttl), " IN", AbslView(behind))
                 : absl::StrCat(AbslView(owner), AbslView(rest));
}

/// All types count for the digest. A record that ldns cannot read, or whose TTL is not known, ends
/// it: what leaks by that (see above) is one record's.
void ZoneLines::Impl::AddToDigest(std::string_view record) {
  std::string_view rest = record;
  std::string_view owner = last_owner_;
  if (!dns::IsRecordBlank(record[0])) owner = dns::TakeRecordField(&rest);
  const std::string text = TextForLdns(owner, rest);
  ldns_rr* raw = nullptr;
  const ldns_status status = ldns_rr_new_frm_str(
      &raw, text.c_str(), ttl_is_given_ ? default_ttl_s_ : kNoTtl, origin_.get(), nullptr);
  const std::unique_ptr<ldns_rr, RrFree> rr(raw);
  if (status == LDNS_STATUS_OK && text.find('\0') == std::string::npos &&
      ldns_rr_get_class(raw) == LDNS_RR_CLASS_IN && ldns_rr_ttl(raw) != kNoTtl) {
    plan_.digest->Add(raw);
  } else {
    plan_.digest->Spoil();
    digest_ended_ = true;
  }
}

ZoneLines::Verdict ZoneLines::Impl::ReadByLdns(std::string_view record) {
  std::string_view rest = record;
  if (dns::kRecordBlanks.find(record[0]) == std::string_view::npos)
    last_owner_.assign(dns::TakeRecordField(&rest));
  const std::string_view typed = dns::RecordTypeText(rest);
  if (!IsRecordType(typed)) return Invalid(record, "not a record: it has no known type");
  if (!SaysSomethingOfDelegations(dns::RecordTypeOf(typed))) {
    std::string_view behind_type = rest;
    const std::string_view type = TakeType(&behind_type);
    TakeProof(last_owner_, type, behind_type);
    if (!TakeOwner(last_owner_, type)) return Invalid(record, "owner that is not a domain name");
    return Verdict::kNothing;
  }
  const std::string text = TextForLdns(last_owner_, rest);
  ldns_rr* raw = nullptr;
  const ldns_status status =
      ldns_rr_new_frm_str(&raw, text.c_str(), default_ttl_s_, origin_.get(), nullptr);
  const std::unique_ptr<ldns_rr, RrFree> rr(raw);
  if (status != LDNS_STATUS_OK) return Invalid(record, ldns_get_errorstr_by_id(status));
  if (text.find('\0') != std::string::npos) return Invalid(record, "record that holds a NUL");
  return TakeRr(rr.get()) ? Verdict::kDelegation : Verdict::kNothing;
}

/// A record that says nothing of delegations by itself. What stands in a relative form is left out.
void ZoneLines::Impl::TakeProof(std::string_view owner, std::string_view type,
                                std::string_view rdata) {
  if (plan_.denials == nullptr || !owner.ends_with('.')) return;
  const ProofKind kind = ProofKindOf(type, rdata);
  if (kind == ProofKind::kOfSpan && plan_.sorter != nullptr) {
    TakeSpan(owner, type, rdata, apex_, plan_.denials);
  }
  if (kind != ProofKind::kOfDelegation) return;
  const auto record = ReadProof(owner, type, rdata);
  if (!record) {
    plan_.denials->NoteUnreadable();
  } else if (plan_.sorter != nullptr) {
    plan_.sorter->AddProof(record->owner, record->type, record->rdata);
  } else {
    builder_.AddProof(record->owner, record->type, record->rdata);
  }
}

/// False where the owner is no domain name. NSEC3 records stand at hashes, RRSIG records at names
/// that others stand at.
bool ZoneLines::Impl::TakeOwner(std::string_view owner, std::string_view type) {
  if (!plan_.owners || caa::EqualIgnoringCase(type, "nsec3") ||
      caa::EqualIgnoringCase(type, "rrsig")) {
    return true;
  }
  const std::optional<dns::Name> name = Absolute(owner);
  if (name) plan_.sorter->AddOwner(*name);
  return name.has_value();
}

void ZoneLines::Impl::AddOwner(dns::NameView owner) {
  if (plan_.owners) plan_.sorter->AddOwner(owner);
}

/// True where the delegation before it is complete.
bool ZoneLines::Impl::TakeRr(const ldns_rr* rr) {
  const dns::NameView owner = ViewOf(ldns_rr_owner(rr));
  const ldns_rdf* rdata = ldns_rr_rdf(rr, 0);
  if (rdata == nullptr) return false;
  const std::span<const uint8_t> octets(ldns_rdf_data(rdata), ldns_rdf_size(rdata));
  switch (ldns_rr_get_type(rr)) {
    case LDNS_RR_TYPE_SOA:
      AddSoa(owner);
      return false;
    case LDNS_RR_TYPE_NS:
      return AddServer(owner, ldns_rr_ttl(rr), ViewOf(rdata));
    case LDNS_RR_TYPE_A:
      AddAddress(owner, octets.first<dns::Delegation::kIpv4Octets>());
      return false;
    case LDNS_RR_TYPE_AAAA:
      AddAddress(owner, octets.first<dns::Delegation::kIpv6Octets>());
      return false;
    case LDNS_RR_TYPE_DS: {
      std::string wire;
      for (size_t i = 0; i < ldns_rr_rd_count(rr); ++i) {
        const ldns_rdf* field = ldns_rr_rdf(rr, i);
        wire.append(reinterpret_cast<const char*>(ldns_rdf_data(field)), ldns_rdf_size(field));
      }
      return AddDs(owner, wire);
    }
    default:
      return false;
  }
}

/// True where the delegation before it is complete.
bool ZoneLines::Impl::AddServer(dns::NameView owner, uint32_t ttl_s, dns::NameView host) {
  if (plan_.sorter == nullptr) return builder_.AddServer(owner, ttl_s, host);
  AddOwner(owner);
  plan_.sorter->AddServer(owner, ttl_s, host);
  return false;
}

/// Likewise.
bool ZoneLines::Impl::AddDs(dns::NameView owner, std::string_view rdata) {
  if (plan_.sorter == nullptr) return builder_.AddDs(owner, rdata);
  AddOwner(owner);
  plan_.sorter->AddDs(owner, rdata);
  return false;
}

void ZoneLines::Impl::AddAddress(dns::NameView owner, std::span<const uint8_t> octets) {
  if (plan_.sorter == nullptr) {
    builder_.AddAddress(owner, octets);
  } else {
    AddOwner(owner);
    plan_.sorter->AddAddress(owner, octets);
  }
}

void ZoneLines::Impl::AddSoa(dns::NameView owner) {
  if (!apex_) apex_ = owner;
  AddOwner(owner);
  builder_.SetApex(owner);
  last_soa_ = records_;
  if (++soas_ == records_ && soas_ == 2) promises_closing_soa_ = true;
}

ZoneLines::Verdict ZoneLines::Impl::End() {
  if (std::exchange(depth_, 0) > 0) {
    const Verdict verdict = Invalid(joined_, "parenthesis that stays open");
    joined_.clear();
    return verdict;
  }
  if (plan_.sorter == nullptr) {
    return builder_.Flush() ? Verdict::kDelegation : Verdict::kNothing;
  }
  if (!std::exchange(sorted_, true)) plan_.sorter->Finish();
  return plan_.sorter->Next(&builder_) ? Verdict::kDelegation : Verdict::kNothing;
}

ZoneLines::ZoneLines(ZonePlan plan) : impl_(std::make_unique<Impl>(std::move(plan))) {}
ZoneLines::~ZoneLines() = default;
ZoneLines::Verdict ZoneLines::Add(std::string_view line, uint64_t number) {
  return impl_->Add(line, number);
}
ZoneLines::Verdict ZoneLines::End() { return impl_->End(); }
const std::string& ZoneLines::owner() const { return impl_->owner(); }
std::unique_ptr<dns::Delegation> ZoneLines::TakeDelegation() { return impl_->TakeDelegation(); }
const ZoneLines::InvalidRecord& ZoneLines::invalid() const { return impl_->invalid(); }
ZoneDirective ZoneLines::refused() const { return impl_->refused(); }
bool ZoneLines::has_records() const { return impl_->has_records(); }
bool ZoneLines::lacks_closing_soa() const { return impl_->lacks_closing_soa(); }
const absl::Status& ZoneLines::status() const { return impl_->status(); }
ZoneDigest::Verdict ZoneLines::CompareDigest() { return impl_->CompareDigest(); }
double ZoneLines::share_given() const { return impl_->share_given(); }

}  // namespace caascan::zonefile
