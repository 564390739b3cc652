// A line goes three ways. The plain form `owner TTL IN TYPE RDATA`, absolute names, nothing quoted
// and no comment, is read here, since zone files of top-level domains hold little else and have
// hundreds of millions of lines. Comments and parentheses are taken away first, a record's lines
// joined, and then the plain form is tried again. ldns reads what is left: relative names, a TTL or
// a class that is left out, escapes, DS. Types that say nothing of delegations are not looked into:
// they are as untrusted as the rest, and ldns 1.8 leaks memory at some (an IPSECKEY without its
// key). Tested by zone_line_test.cc.
#include "scanner/input/zone_line.h"

#include <absl/strings/str_cat.h>
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "scanner/caa/property.h"
#include "scanner/dns/ldns.h"
#include "scanner/dns/record_text.h"

namespace caascan::input {
namespace {

// No more of one delegation is kept: see zones::Zone.
constexpr size_t kMaxServers = 16;
constexpr size_t kMaxGlue = 32;
constexpr size_t kMaxDs = 16;
// The lines of one record, joined.
constexpr size_t kMaxRecordSize = size_t{64} << 10;
constexpr uint32_t kDefaultTtl = 3600;

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

/// Reads an address into `*octets`. How many it has: 0 where it is none.
size_t ReadAddress(std::string_view text,
                   std::array<uint8_t, dns::Delegation::kIpv6Octets>* octets) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.size() >= copy.size()) return 0;
  text.copy(copy.data(), text.size());
  if (inet_pton(AF_INET, copy.data(), octets->data()) == 1) return dns::Delegation::kIpv4Octets;
  if (inet_pton(AF_INET6, copy.data(), octets->data()) == 1) return dns::Delegation::kIpv6Octets;
  return 0;
}

absl::string_view AbslView(std::string_view text) { return {text.data(), text.size()}; }

dns::NameView ViewOf(const ldns_rdf* name) {
  return dns::NameView::FromTrusted(ldns_rdf_data(name), ldns_rdf_size(name));
}

}  // namespace

class ZoneLines::Impl {
 public:
  Verdict Add(std::string_view line);
  Verdict End();
  const std::string& owner() const { return done_owner_; }
  std::unique_ptr<dns::Delegation> TakeDelegation() { return std::move(done_); }
  const std::string& invalid_text() const { return invalid_text_; }

 private:
  enum class Read : uint8_t { kDone, kNotPlain, kNewDelegation };

  Verdict Interpret(std::string_view record);
  Verdict Directive(std::string_view record);
  Read ReadPlain(std::string_view record);
  Verdict ReadByLdns(std::string_view record);
  bool TakeRr(const ldns_rr* rr);
  bool Join(std::string_view line);
  Verdict Invalid(std::string_view text);

  bool Begin(dns::NameView owner);
  bool AddServer(dns::NameView owner, uint32_t ttl_s, dns::NameView host);
  bool AddDs(dns::NameView owner, std::string_view rdata);
  void AddAddress(dns::NameView owner, std::span<const uint8_t> octets);
  bool Flush();

  std::unique_ptr<ldns_rdf, RdfFree> origin_{ldns_dname_new_frm_str(".")};
  uint32_t default_ttl_s_ = kDefaultTtl;
  std::string last_owner_;  // As the file has it, for lines that leave it out.
  std::string joined_;      // A record's lines so far, without comments.
  size_t depth_ = 0;        // Of parentheses that are open.
  bool has_apex_ = false;
  dns::Name apex_;

  bool open_ = false;  // Is there a delegation that is not complete?
  dns::Name owner_;
  std::unique_ptr<dns::Delegation> delegation_;
  std::vector<dns::Name> hosts_;

  std::string done_owner_;
  std::unique_ptr<dns::Delegation> done_;
  std::string invalid_text_;
};

ZoneLines::Verdict ZoneLines::Impl::Add(std::string_view line) {
  if (depth_ == 0 && line.find_first_of(";()\"") == std::string_view::npos) return Interpret(line);
  if (!Join(line)) {
    depth_ = 0;
    const Verdict verdict = Invalid(joined_);
    joined_.clear();
    return verdict;
  }
  if (depth_ > 0) return Verdict::kNothing;
  const Verdict verdict = Interpret(joined_);
  joined_.clear();
  return verdict;
}

/// Puts the line behind joined_, without its comment, blanks for parentheses. False where they do
/// not match, a quote stays open, or the record is too long.
bool ZoneLines::Impl::Join(std::string_view line) {
  bool quoted = false;
  bool sound = joined_.size() + line.size() < kMaxRecordSize;
  for (size_t i = 0; i < line.size() && joined_.size() < kMaxRecordSize; ++i) {
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
      sound = sound && depth_ > 0;
      depth_ -= depth_ > 0 ? 1 : 0;
      c = ' ';
    }
    joined_.push_back(c);
  }
  joined_.push_back(' ');
  return sound && !quoted;
}

ZoneLines::Verdict ZoneLines::Impl::Invalid(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(dns::kRecordBlanks), text.size());
  text.remove_prefix(begin);
  text = text.substr(0, text.find_last_not_of(dns::kRecordBlanks) + 1);
  invalid_text_.assign(text);
  return Verdict::kInvalid;
}

ZoneLines::Verdict ZoneLines::Impl::Interpret(std::string_view record) {
  if (record.find_first_not_of(dns::kRecordBlanks) == std::string_view::npos)
    return Verdict::kNothing;
  if (record[0] == '$') return Directive(record);
  switch (ReadPlain(record)) {
    case Read::kDone:
      return Verdict::kNothing;
    case Read::kNewDelegation:
      return Verdict::kDelegation;
    case Read::kNotPlain:
      break;
  }
  return ReadByLdns(record);
}

ZoneLines::Verdict ZoneLines::Impl::Directive(std::string_view record) {
  std::string_view rest = record;
  const std::string_view word = dns::TakeRecordField(&rest);
  const std::string value(dns::TakeRecordField(&rest));
  if (caa::EqualIgnoringCase(word, "$origin")) {
    ldns_rdf* origin = ldns_dname_new_frm_str(value.c_str());
    if (origin == nullptr) return Invalid(record);
    if (!value.ends_with('.') && ldns_dname_cat(origin, origin_.get()) != LDNS_STATUS_OK) {
      ldns_rdf_deep_free(origin);
      return Invalid(record);
    }
    origin_.reset(origin);
    return Verdict::kNothing;
  }
  if (caa::EqualIgnoringCase(word, "$ttl") && !value.empty()) {
    const char* end = nullptr;
    default_ttl_s_ = ldns_str2period(value.c_str(), &end);
    return *end == '\0' ? Verdict::kNothing : Invalid(record);
  }
  return Invalid(record);
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
  const Kind kind = KindOf(dns::TakeRecordField(&rest));
  const std::string_view rdata = dns::TakeRecordField(&rest);
  if (kind == Kind::kDs || rdata.empty() || record.find('\\') != std::string_view::npos) {
    return Read::kNotPlain;
  }
  last_owner_.assign(owner_text);
  if (kind == Kind::kOther) return Read::kDone;
  dns::Name owner;
  if (dns::Name::FromText(owner_text, &owner) != dns::NameError::kNone) return Read::kNotPlain;
  if (kind == Kind::kSoa) {
    if (!has_apex_) apex_ = owner;
    has_apex_ = true;
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

ZoneLines::Verdict ZoneLines::Impl::ReadByLdns(std::string_view record) {
  std::string_view rest = record;
  if (dns::kRecordBlanks.find(record[0]) == std::string_view::npos)
    last_owner_.assign(dns::TakeRecordField(&rest));
  const dns::RRType type = dns::RecordTypeOf(dns::RecordTypeText(rest));
  if (type == dns::RRType{}) return Invalid(record);
  if (!SaysSomethingOfDelegations(type)) return Verdict::kNothing;
  // The class may stand in front of the TTL (RFC 1035 §5.1), which ldns does not read.
  std::string_view behind = rest;
  const bool class_first = caa::EqualIgnoringCase(dns::TakeRecordField(&behind), "in");
  const std::string_view ttl = class_first ? dns::TakeRecordField(&behind) : std::string_view();
  const bool swapped = !ttl.empty() && ttl[0] >= '0' && ttl[0] <= '9';
  const std::string text =
      swapped ? absl::StrCat(last_owner_, " ", AbslView(ttl), " IN", AbslView(behind))
              : absl::StrCat(last_owner_, AbslView(rest));
  ldns_rr* raw = nullptr;
  const ldns_status status =
      ldns_rr_new_frm_str(&raw, text.c_str(), default_ttl_s_, origin_.get(), nullptr);
  const std::unique_ptr<ldns_rr, RrFree> rr(raw);
  if (status != LDNS_STATUS_OK || text.find('\0') != std::string::npos) return Invalid(record);
  return TakeRr(rr.get()) ? Verdict::kDelegation : Verdict::kNothing;
}

/// True where the delegation before it is complete.
bool ZoneLines::Impl::TakeRr(const ldns_rr* rr) {
  const dns::NameView owner = ViewOf(ldns_rr_owner(rr));
  const ldns_rdf* rdata = ldns_rr_rdf(rr, 0);
  if (rdata == nullptr) return false;
  const std::span<const uint8_t> octets(ldns_rdf_data(rdata), ldns_rdf_size(rdata));
  switch (ldns_rr_get_type(rr)) {
    case LDNS_RR_TYPE_SOA:
      if (!has_apex_) apex_ = owner;
      has_apex_ = true;
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

/// Makes `owner` the delegation that records are added to. True where another is complete by that.
bool ZoneLines::Impl::Begin(dns::NameView owner) {
  if (open_ && owner_.view() == owner) return false;
  const bool complete = Flush();
  open_ = true;
  owner_ = owner;
  delegation_ = std::make_unique<dns::Delegation>();
  hosts_.clear();
  return complete;
}

bool ZoneLines::Impl::AddServer(dns::NameView owner, uint32_t ttl_s, dns::NameView host) {
  if (owner.is_root() || (has_apex_ && owner == apex_.view())) return false;
  const bool complete = Begin(owner);
  const auto same = [host](const dns::Name& other) { return other.view() == host; };
  if (hosts_.size() == kMaxServers || std::any_of(hosts_.begin(), hosts_.end(), same)) {
    return complete;
  }
  ttl_s = dns::TtlSeconds(ttl_s);
  delegation_->ttl_s = hosts_.empty() ? ttl_s : std::min(delegation_->ttl_s, ttl_s);
  hosts_.emplace_back(host);
  hosts_.back().ToLower();
  delegation_->hosts.append(hosts_.back().view().bytes());
  return complete;
}

bool ZoneLines::Impl::AddDs(dns::NameView owner, std::string_view rdata) {
  if (owner.is_root() || (has_apex_ && owner == apex_.view())) return false;
  const bool complete = Begin(owner);
  if (delegation_->ds.size() < kMaxDs) delegation_->ds.emplace_back(rdata);
  return complete;
}

void ZoneLines::Impl::AddAddress(dns::NameView owner, std::span<const uint8_t> octets) {
  if (!open_ || (has_apex_ && !owner.IsAtOrBelow(apex_))) return;
  for (size_t i = 0; i < hosts_.size() && delegation_->glue.size() < kMaxGlue; ++i) {
    if (hosts_[i].view() == owner) delegation_->AddGlue(i, octets);
  }
}

/// True where a delegation is complete. One without servers (a DS that stands alone) is none.
bool ZoneLines::Impl::Flush() {
  if (!std::exchange(open_, false) || hosts_.empty()) return false;
  owner_.ToLower();
  done_owner_ = owner_.view().ToText();
  done_ = std::move(delegation_);
  return true;
}

ZoneLines::Verdict ZoneLines::Impl::End() {
  if (std::exchange(depth_, 0) > 0) {
    const Verdict verdict = Invalid(joined_);
    joined_.clear();
    return verdict;
  }
  return Flush() ? Verdict::kDelegation : Verdict::kNothing;
}

ZoneLines::ZoneLines() : impl_(std::make_unique<Impl>()) {}
ZoneLines::~ZoneLines() = default;
ZoneLines::Verdict ZoneLines::Add(std::string_view line) { return impl_->Add(line); }
ZoneLines::Verdict ZoneLines::End() { return impl_->End(); }
const std::string& ZoneLines::owner() const { return impl_->owner(); }
std::unique_ptr<dns::Delegation> ZoneLines::TakeDelegation() { return impl_->TakeDelegation(); }
const std::string& ZoneLines::invalid_text() const { return impl_->invalid_text(); }

}  // namespace caascan::input
