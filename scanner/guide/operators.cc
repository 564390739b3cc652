// Keys are suffixes of names in wire form, so that looking a host up is a few hash look-ups in its
// own bytes. That every row of the built-in table is sound is a test's to say; one that is not is
// left out here, as is one whose pattern the user's rows have. Tested by operators_test.cc.
#include "scanner/guide/operators.h"

#include <absl/memory/memory.h>
#include <absl/strings/str_cat.h>
#include <libpsl.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "scanner/caa/table_text.h"
#include "scanner/guide/embedded.h"
#include "scanner/io/line_reader.h"

namespace caascan::guide {
namespace {

constexpr size_t kFields = 6;
// No public suffix is longer.
constexpr size_t kMaxSuffixLabels = 8;

bool KindOf(std::string_view text, OperatorKind* kind) {
  constexpr std::array<std::string_view, 5> kTexts = {"dns", "registrar", "hosting", "dynamic",
                                                      "parking"};
  const auto* const found = std::find(kTexts.begin(), kTexts.end(), text);
  *kind = static_cast<OperatorKind>(found - kTexts.begin());
  return found != kTexts.end();
}

absl::Status BadLine(size_t line, const std::string& why) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", why));
}

}  // namespace

bool OperatorTable::Fits(const Glob& glob, dns::NameView name) {
  const std::string_view label = name.first_label();
  return label.size() >= glob.begin.size() + glob.end.size() &&
         label.substr(0, glob.begin.size()) == glob.begin &&
         label.substr(label.size() - glob.end.size()) == glob.end &&
         name.parent() == glob.tail.view();
}

bool OperatorTable::Add(std::string_view pattern, Operator who) {
  const size_t star = pattern.find('*');
  dns::Name name;
  if (star == std::string_view::npos) {
    if (dns::Name::FromText(pattern, &name) != dns::NameError::kNone) return false;
    name.ToLower();
    if (exact_.contains(name.view().bytes())) return false;
    assert(keys_.size() < keys_.capacity() && "views into keys_ stay valid");
    keys_.emplace_back(name.view().bytes());
    exact_.emplace(keys_.back(), who);
    return true;
  }
  const size_t dot = pattern.find('.');
  if (dot == std::string_view::npos || star > dot) return false;
  if (dns::Name::FromText(pattern.substr(dot + 1), &name) != dns::NameError::kNone) return false;
  name.ToLower();
  Glob glob{pattern.substr(0, star), pattern.substr(star + 1, dot - star - 1), name, who};
  const auto same = [&glob](const Glob& other) {
    return other.begin == glob.begin && other.end == glob.end && other.tail == glob.tail;
  };
  if (std::any_of(globs_.begin(), globs_.end(), same)) return false;
  globs_.push_back(std::move(glob));
  return true;
}

void OperatorTable::AddBuiltIn() {
  for (const caa::TableRow& row : caa::ReadTable(OperatorsText())) {
    Operator who;
    if (row.size() != kFields || row[1].empty() || !KindOf(row[2], &who.kind)) continue;
    who.name = row[1];
    Add(row[0], who);
  }
}

const OperatorTable& OperatorTable::BuiltIn() {
  static const OperatorTable* const table = [] {
    auto* made = new OperatorTable(caa::ReadTable(OperatorsText()).size());
    made->AddBuiltIn();
    return made;
  }();
  return *table;
}

absl::StatusOr<std::unique_ptr<const OperatorTable>> OperatorTable::WithRows(std::string text) {
  const auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  auto table = absl::WrapUnique(new OperatorTable(lines + caa::ReadTable(OperatorsText()).size()));
  table->text_ = std::move(text);
  size_t line = 0;
  for (std::string_view rest = table->text_; !rest.empty();) {
    ++line;
    const std::string_view row = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), row.size() + 1));
    const std::vector<caa::TableRow> rows = caa::ReadTable(io::TrimBlanks(row));
    if (rows.empty()) continue;
    const caa::TableRow& fields = rows.front();
    if (fields.size() < 2 || fields[1].empty()) {
      return BadLine(line, "has no operator behind a tab");
    }
    Operator who{fields[1]};
    if (fields.size() > 2 && !fields[2].empty() && !KindOf(fields[2], &who.kind)) {
      return BadLine(line, "knows no kind of operator \"" + std::string(fields[2]) + "\"");
    }
    if (!table->Add(fields[0], who)) {
      return BadLine(
          line, "is no pattern of names, or one that is there already: " + std::string(fields[0]));
    }
  }
  table->AddBuiltIn();
  return std::unique_ptr<const OperatorTable>(std::move(table));
}

absl::StatusOr<std::unique_ptr<const OperatorTable>> OperatorTable::Read(const std::string& path) {
  auto reader = io::LineReader::Open(path, nullptr);
  if (!reader.ok()) return reader.status();
  std::string text;
  io::Line line;
  while ((*reader)->Next(&line, /*wait=*/true) == io::ReadResult::kLine) {
    text.append(line.text).push_back('\n');
  }
  if (!(*reader)->status().ok()) return (*reader)->status();
  auto table = WithRows(std::move(text));
  if (table.ok()) return table;
  return absl::InvalidArgumentError(
      absl::StrCat("--operators: ", path, ", ", table.status().message()));
}

OperatorMatch OperatorTable::Match(dns::NameView host, size_t above) const {
  dns::NameView at = host;
  for (size_t labels = host.label_count(); labels > 1 && at.size() > above;
       --labels, at = at.parent()) {
    if (const auto found = exact_.find(at.bytes()); found != exact_.end()) {
      return {&found->second, at.size()};
    }
    for (const Glob& glob : globs_) {
      if (Fits(glob, at)) return {&glob.who, at.size()};
    }
  }
  return {};
}

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
