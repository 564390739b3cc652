// Tested by trust_anchor_test.cc.
#include "scanner/resolve/trust_anchor.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "scanner/resolve/record_file.h"

namespace caascan::resolve {
namespace {

TrustAnchor AnchorOf(const ldns_rr* rr) {
  TrustAnchor anchor;
  const ldns_rdf* owner = ldns_rr_owner(rr);
  anchor.owner = dns::NameView::FromTrusted(ldns_rdf_data(owner), ldns_rdf_size(owner));
  anchor.type = static_cast<dns::RRType>(ldns_rr_get_type(rr));
  for (size_t i = 0; i < ldns_rr_rd_count(rr); ++i) {
    const ldns_rdf* field = ldns_rr_rdf(rr, i);
    anchor.rdata.append(reinterpret_cast<const char*>(ldns_rdf_data(field)), ldns_rdf_size(field));
  }
  return anchor;
}

}  // namespace

absl::StatusOr<std::vector<TrustAnchor>> ReadTrustAnchors(const std::string& path) {
  std::vector<TrustAnchor> anchors;
  bool others = false;
  absl::Status read = ReadRecordFile("trust anchor", path, [&](const ldns_rr* rr) {
    const ldns_rr_type type = ldns_rr_get_type(rr);
    if (type == LDNS_RR_TYPE_DS || type == LDNS_RR_TYPE_DNSKEY) {
      anchors.push_back(AnchorOf(rr));
    } else {
      others = true;
    }
  });
  if (!read.ok()) return read;
  if (others) {
    return absl::InvalidArgumentError(
        absl::StrCat("trust anchor ", path, ": a record that is neither DS nor DNSKEY"));
  }
  const auto of_root = [](const TrustAnchor& anchor) { return anchor.owner.view().is_root(); };
  if (std::none_of(anchors.begin(), anchors.end(), of_root)) {
    return absl::InvalidArgumentError(
        absl::StrCat("trust anchor ", path, ": no DS or DNSKEY record of the root"));
  }
  return anchors;
}

}  // namespace caascan::resolve
