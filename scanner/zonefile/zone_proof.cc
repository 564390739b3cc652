// Tested by zone_proof_test.cc.
#include "scanner/zonefile/zone_proof.h"

#include <absl/strings/str_cat.h>

#include <memory>

#include "scanner/caa/property.h"
#include "scanner/dns/ldns.h"
#include "scanner/dns/record_text.h"

namespace caascan::zonefile {
namespace {

using caa::EqualIgnoringCase;

struct RrFree {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};

absl::string_view AbslView(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

ProofKind ProofKindOf(std::string_view type, std::string_view rdata) {
  if (EqualIgnoringCase(type, "nsec")) return ProofKind::kOfDelegation;
  if (EqualIgnoringCase(type, "nsec3")) return ProofKind::kOfSpan;
  if (!EqualIgnoringCase(type, "rrsig")) return ProofKind::kNone;
  const std::string_view covered = dns::TakeRecordField(&rdata);
  if (EqualIgnoringCase(covered, "nsec3")) return ProofKind::kOfSpan;
  const bool of_delegation = EqualIgnoringCase(covered, "ds") || EqualIgnoringCase(covered, "nsec");
  return of_delegation ? ProofKind::kOfDelegation : ProofKind::kNone;
}

std::optional<ProofRecord> ReadProof(std::string_view owner, std::string_view type,
                                     std::string_view rdata) {
  const std::string text = absl::StrCat(AbslView(owner), " 0 IN ", AbslView(type), AbslView(rdata));
  ldns_rr* raw = nullptr;
  const bool is_read =
      text.find('\0') == std::string::npos &&
      ldns_rr_new_frm_str(&raw, text.c_str(), 0, nullptr, nullptr) == LDNS_STATUS_OK;
  const std::unique_ptr<ldns_rr, RrFree> rr(raw);
  if (!is_read) return std::nullopt;
  ProofRecord record;
  const ldns_rdf* name = ldns_rr_owner(rr.get());
  record.owner = dns::NameView::FromTrusted(ldns_rdf_data(name), ldns_rdf_size(name));
  record.type = static_cast<dns::RRType>(ldns_rr_get_type(rr.get()));
  for (size_t i = 0; i < ldns_rr_rd_count(rr.get()); ++i) {
    const ldns_rdf* field = ldns_rr_rdf(rr.get(), i);
    if (field == nullptr) return std::nullopt;
    record.rdata.append(reinterpret_cast<const char*>(ldns_rdf_data(field)), ldns_rdf_size(field));
  }
  return record;
}

void TakeSpan(std::string_view owner, std::string_view type, std::string_view rdata,
              const std::optional<dns::Name>& apex, DenialSink* sink) {
  if (!apex) return;
  const auto record = ReadProof(owner, type, rdata);
  if (!record) return sink->NoteUnreadable();
  sink->TakeDenial(*apex, record->owner, record->type,
                   {reinterpret_cast<const uint8_t*>(record->rdata.data()), record->rdata.size()});
}

}  // namespace caascan::zonefile
