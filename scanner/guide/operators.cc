// Keys are suffixes of names in wire form, so that looking a host up is a few hash look-ups in its
// own bytes. That every row of the table is sound is a test's to say; one that is not is left
// out here. Tested by operators_test.cc.
#include "scanner/guide/operators.h"

#include <libpsl.h>

#include <algorithm>
#include <array>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "scanner/caa/table_text.h"
#include "scanner/guide/embedded.h"

namespace caascan::guide {
namespace {

constexpr size_t kFields = 6;
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

}  // namespace

OperatorMatch FindOperatorMatch(dns::NameView host, size_t above) {
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

const Operator* FindOperator(dns::NameView host) { return FindOperatorMatch(host, 0).known; }

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

}  // namespace caascan::guide
