// Tested by trust_anchor_test.cc.
#include "scanner/zones/trust_anchor.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "scanner/zones/record_file.h"

namespace caascan::zones {
namespace {

// Key tag, algorithm 8, digest type 2 (SHA-256), digest.
constexpr absl::string_view kRootAnchors[] = {
    "4f660802e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d",
    "97280802683d2d0acb8c9b712a1948b27f741219298d0a450d612c483af444a4c0fb2b16",
};

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

std::vector<TrustAnchor> BuiltInTrustAnchors() {
  std::vector<TrustAnchor> anchors;
  for (const absl::string_view hex : kRootAnchors) {
    anchors.push_back({dns::Name(), dns::RRType::kDS, absl::HexStringToBytes(hex)});
  }
  return anchors;
}

absl::StatusOr<std::vector<TrustAnchor>> ReadTrustAnchors(const std::string& path) {
  std::vector<TrustAnchor> anchors;
  const RecordFile file{.what = "trust anchor",
                        .path = path,
                        .types = {dns::RRType::kDS, dns::RRType::kDNSKEY},
                        .others = "a record that is neither DS nor DNSKEY"};
  absl::Status read =
      ReadRecordFile(file, [&](const ldns_rr* rr) { anchors.push_back(AnchorOf(rr)); });
  if (!read.ok()) return read;
  const auto of_root = [](const TrustAnchor& anchor) { return anchor.owner.view().is_root(); };
  if (std::none_of(anchors.begin(), anchors.end(), of_root)) {
    return absl::InvalidArgumentError(
        absl::StrCat("trust anchor ", path, ": no DS or DNSKEY record of the root"));
  }
  return anchors;
}

}  // namespace caascan::zones
