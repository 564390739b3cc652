// Keys are suffixes of names in wire form, so that looking a host up is a few hash look-ups in its
// own bytes. That every row of the table is sound is a test's to say; one that is not is left
// out here. Tested by operators_test.cc.
#include "scanner/diagnose/operators.h"

#include <libpsl.h>

#include <algorithm>
#include <array>
#include <vector>

#include <absl/container/inlined_vector.h>

#include "scanner/caa/table_text.h"
#include "scanner/diagnose/embedded.h"

namespace caascan::diagnose {
namespace {

constexpr size_t kFields = 5;
constexpr size_t kMaxNamed = 3;
constexpr size_t kMaxAddresses = 100'000;
// No public suffix is longer.
constexpr size_t kMaxSuffixLabels = 8;

struct Glob {
  std::string_view begin;  // Of the first label, before the "*".
  std::string_view end;    // Behind it.
  dns::Name tail;          // The other labels.
  Operator who;
};

struct Table {
  std::vector<std::string> keys;  // Wire form; `exact` looks into them.
  absl::flat_hash_map<std::string_view, Operator> exact;
  std::vector<Glob> globs;
};

bool KindOf(std::string_view text, OperatorKind* kind) {
  constexpr std::array<std::string_view, 5> kTexts = {"dns", "registrar", "hosting", "dynamic",
                                                      "parking"};
  const auto* const found = std::find(kTexts.begin(), kTexts.end(), text);
  *kind = static_cast<OperatorKind>(found - kTexts.begin());
  return found != kTexts.end();
}

void AddRow(const caa::TableRow& row, Table* table) {
  Operator who;
  if (row.size() != kFields || row[1].empty() || !KindOf(row[2], &who.kind)) return;
  who.name = row[1];
  const std::string_view pattern = row[0];
  const size_t star = pattern.find('*');
  dns::Name name;
  if (star == std::string_view::npos) {
    if (dns::Name::FromText(pattern, &name) != dns::NameError::kNone) return;
    table->keys.emplace_back(name.view().bytes());
    table->exact.emplace(table->keys.back(), who);
    return;
  }
  const size_t dot = pattern.find('.');
  if (dot == std::string_view::npos || star > dot) return;
  if (dns::Name::FromText(pattern.substr(dot + 1), &name) != dns::NameError::kNone) return;
  table->globs.push_back(
      {pattern.substr(0, star), pattern.substr(star + 1, dot - star - 1), name, who});
}

Table ReadTable() {
  Table table;
  const std::vector<caa::TableRow> rows = caa::ReadTable(OperatorsText());
  table.keys.reserve(rows.size());  // Views look into it.
  for (const caa::TableRow& row : rows) AddRow(row, &table);
  return table;
}

const Table& TheTable() {
  static const Table table = ReadTable();
  return table;
}

bool Fits(const Glob& glob, dns::NameView name) {
  const std::string_view label = name.first_label();
  return label.size() >= glob.begin.size() + glob.end.size() &&
         label.substr(0, glob.begin.size()) == glob.begin &&
         label.substr(label.size() - glob.end.size()) == glob.end &&
         name.parent() == glob.tail.view();
}

/// What of a host a pattern fits.
struct Match {
  const Operator* known = nullptr;
  size_t size = 0;  // Of that suffix.
};

/// Looks at the suffixes of more than `above` octets, and two labels at least.
Match FindMatch(dns::NameView host, size_t above) {
  const Table& table = TheTable();
  dns::NameView at = host;
  for (size_t labels = host.label_count(); labels > 1 && at.size() > above;
       --labels, at = at.parent()) {
    if (const auto found = table.exact.find(at.bytes()); found != table.exact.end()) {
      return {&found->second, at.size()};
    }
    for (const Glob& glob : table.globs) {
      if (Fits(glob, at)) return {&glob.who, at.size()};
    }
  }
  return {};
}

/// One of a zone's operators: one that is known, or a domain.
struct Found {
  const Operator* known = nullptr;
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

/// The Public Suffix List costs more than all the rest. Most servers that nobody knows are within
/// the domain that they serve, which needs no asking.
dns::NameView DomainOf(dns::NameView host, dns::NameView zone) {
  const bool own = zone.label_count() == 2 && host.IsAtOrBelow(zone);
  return own ? host.suffix(2) : RegistrableDomain(host);
}

}  // namespace

const Operator* FindOperator(dns::NameView host) { return FindMatch(host, 0).known; }

dns::NameView RegistrableDomain(dns::NameView host) {
  const psl_ctx_t* const list = psl_builtin();
  const size_t labels = host.label_count();
  std::string text;
  for (size_t count = 2; count < std::min(labels, kMaxSuffixLabels + 1); ++count) {
    const dns::NameView parent = host.suffix(count);
    text.clear();
    parent.AppendText(&text);
    if (list == nullptr || psl_is_public_suffix2(list, text.c_str(), PSL_TYPE_ICANN) == 0) {
      return parent;
    }
  }
  return host;
}

void OperatorNamer::Learn(const resolve::Zone& zone, size_t server, const Operator* known) {
  for (const resolve::Zone::ServerAddress& address : zone.addresses) {
    if (address.server != server || address.peer->address().IsSpecialPurpose()) continue;
    if (by_address_.size() < kMaxAddresses) by_address_.emplace(address.peer->address(), known);
  }
}

const Operator* OperatorNamer::ByAddress(const resolve::Zone& zone, size_t server) const {
  for (const resolve::Zone::ServerAddress& address : zone.addresses) {
    if (address.server != server) continue;
    const auto found = by_address_.find(address.peer->address());
    if (found != by_address_.end()) return found->second;
  }
  return nullptr;
}

void OperatorNamer::Name(dns::NameView name, const resolve::Zone& zone, std::string* out) {
  absl::InlinedVector<Found, 4> all;
  dns::NameView last;  // The last host. Beside it, in the same domain, the same is true.
  Match match;
  dns::NameView domain;
  for (size_t i = 0; i < zone.servers.size(); ++i) {
    const dns::NameView host = zone.host(zone.servers[i]);
    if (host.is_root()) continue;
    const bool beside = !last.is_root() && host.parent() == last.parent();
    const size_t parent_size = host.parent().size();
    if (!beside) domain = dns::NameView();
    if (match.known == nullptr || match.size > parent_size || !beside) {
      match = FindMatch(host, beside ? parent_size : 0);
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
