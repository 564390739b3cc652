// Tested by operator_namer_test.cc.
#include "scanner/diagnose/operator_namer.h"

#include <algorithm>

#include <absl/container/inlined_vector.h>

namespace caascan::diagnose {
namespace {

constexpr size_t kMaxNamed = 3;
constexpr size_t kMaxAddresses = 100'000;

/// One of a zone's operators: one that is known, or a domain.
struct Found {
  const guide::Operator* known = nullptr;
  dns::NameView domain;  // Where it is not.

  friend bool operator==(const Found& a, const Found& b) {
    return a.known == nullptr || b.known == nullptr ? a.known == b.known && a.domain == b.domain
                                                    : a.known->name == b.known->name;
  }
};

void AppendTo(const Found& found, std::string* out) {
  if (found.known != nullptr) {
    out->append(found.known->name);
  } else {
    found.domain.AppendText(out);
  }
}

/// The Public Suffix List costs more than all the rest. Most servers that the table does not have
/// are within the domain that they serve, which needs no asking.
dns::NameView DomainOf(dns::NameView host, dns::NameView zone) {
  const bool own = zone.label_count() == 2 && host.IsAtOrBelow(zone);
  return own ? host.suffix(2) : guide::RegistrableDomain(host);
}

}  // namespace

void OperatorNamer::Learn(const zones::Zone& zone, size_t server, const guide::Operator* known) {
  for (const zones::Zone::ServerAddress& address : zone.addresses) {
    if (address.server != server || address.peer->address().IsSpecialPurpose()) continue;
    if (by_address_.size() < kMaxAddresses) by_address_.emplace(address.peer->address(), known);
  }
}

const guide::Operator* OperatorNamer::ByAddress(const zones::Zone& zone, size_t server) const {
  for (const zones::Zone::ServerAddress& address : zone.addresses) {
    if (address.server != server) continue;
    const auto found = by_address_.find(address.peer->address());
    if (found != by_address_.end()) return found->second;
  }
  return nullptr;
}

void OperatorNamer::Name(dns::NameView name, const zones::Zone& zone, std::string* out) {
  absl::InlinedVector<Found, 4> all;
  dns::NameView last;  // The last host. Beside it, in the same domain, the same is true.
  guide::OperatorMatch match;
  dns::NameView domain;
  for (size_t i = 0; i < zone.servers.size(); ++i) {
    const dns::NameView host = zone.host(zone.servers[i]);
    if (host.is_root()) continue;
    const bool beside = !last.is_root() && host.parent() == last.parent();
    const size_t parent_size = host.parent().size();
    if (!beside) domain = dns::NameView();
    if (match.known == nullptr || match.size > parent_size || !beside) {
      match = table_.Match(host, beside ? parent_size : 0);
    }
    Found found{match.known, {}};
    if (match.known != nullptr) {
      Learn(zone, i, match.known);
    } else if ((found.known = ByAddress(zone, i)) == nullptr) {
      if (domain.is_root() || domain.size() > parent_size) domain = DomainOf(host, name);
      found.domain = domain;
    }
    last = host;
    if (std::find(all.begin(), all.end(), found) == all.end()) all.push_back(found);
  }
  out->clear();
  if (all.size() == 1) return AppendTo(all.front(), out);
  absl::InlinedVector<std::string, 4> names(all.size());
  for (size_t i = 0; i < all.size(); ++i) AppendTo(all[i], &names[i]);
  std::sort(names.begin(), names.end());
  for (size_t i = 0; i < std::min(names.size(), kMaxNamed); ++i) {
    out->append(i == 0 ? "" : ", ").append(names[i]);
  }
}

}  // namespace caascan::diagnose
