// The first row is judged at once, the rows behind it only where it leaves a question open. So a
// pipe that is slow waits for its second row at most where its file is of a usual kind. Tested by
// column_choice_test.cc.
#include "scanner/input/column_choice.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <numeric>
#include <utility>

#include "scanner/input/idna.h"
#include "scanner/input/name_job.h"
#include "scanner/io/line_reader.h"
#include "scanner/record/json_text.h"

namespace caascan::input {
namespace {

/// What a header calls a column of names, in lower case without blanks, `_` and `-`: first what can
/// hardly be anything else.
struct Word {
  std::string_view text;
  bool url = false;    // A column of URLs, or of names.
  bool vague = false;  // It may be one of titles: rows must agree.
};
constexpr std::array kNameWords = {
    Word{"domain"},           Word{"domainname"}, Word{"rootdomain"}, Word{"fqdn"},
    Word{"hostname"},         Word{"host"},       Word{"dnsname"},    Word{"name", false, true},
    Word{"origin", true},     Word{"url", true},  Word{"uri", true},  Word{"website", true, true},
    Word{"site", true, true},
};
constexpr std::array<std::string_view, 2> kRankWords = {"rank", "globalrank"};

/// As the words above are written.
std::string WordOf(std::string_view column) {
  std::string word;
  for (const char c : column) {
    if (c == ' ' || c == '_' || c == '-') continue;
    word.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  return word;
}

/// kNameWords.size() where it is none.
size_t NameWordOf(std::string_view column) {
  const std::string word = WordOf(column);
  const auto at = std::find_if(kNameWords.begin(), kNameWords.end(),
                               [&word](const Word& known) { return known.text == word; });
  return static_cast<size_t>(at - kNameWords.begin());
}

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The column that a number from 1 stands for, or one that no row has; kNone for any other text.
size_t ColumnOfNumber(const std::string& text) {
  if (!IsDigits(text)) return CsvColumns::kNone;
  uint32_t number = 0;
  const bool sound = absl::SimpleAtoi(text, &number) && number > 0;
  return sound ? number - 1 : CsvColumns::kNone - 1;
}

bool IsNamed(const std::string& column) { return !column.empty() && !IsDigits(column); }

std::string Lower(std::string_view text) {
  std::string lower;
  for (const char c : text) lower.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  return lower;
}

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

char FindSeparator(std::string_view row) {
  CsvRow splitter;
  char best = 0;
  std::pair<bool, size_t> merit(false, 1);
  for (const char separator : kSeparators) {
    if (row.find(separator) == std::string_view::npos) continue;
    const std::vector<std::string_view>& columns = splitter.Split(row, separator);
    const bool works = std::any_of(columns.begin(), columns.end(), [](std::string_view column) {
      const TypedName typed = ParseTypedName(column);
      return typed.error == TypedNameError::kUrl || NameWordOf(column) < kNameWords.size() ||
             (typed.ok() && typed.name.view().label_count() >= 2);
    });
    if (columns.size() < 2 || std::pair(works, columns.size()) <= merit) continue;
    merit = {works, columns.size()};
    best = separator;
  }
  return best;
}

ColumnChoice::ColumnChoice(InputFields fields, std::string file)
    : fields_(std::move(fields)), file_(std::move(file)), fixed_(ColumnOfNumber(fields_.column)) {}

const CsvColumns& ColumnChoice::columns() const {
  assert(done_ && "the columns are known");
  return columns_;
}

ColumnChoice::Kind ColumnChoice::KindOf(std::string_view column) {
  if (IsDigits(column)) return Kind::kNumber;
  const TypedName typed = ParseTypedName(column);
  if (typed.error == TypedNameError::kUrl) return Kind::kUrl;
  if (!typed.ok()) return Kind::kOther;
  // No top-level domain is a number (RFC 3696 §2), but `1.5` reads like a name.
  if (IsDigits(typed.name.view().suffix(1).first_label())) return Kind::kNumber;
  return typed.name.view().label_count() >= 2 || typed.wildcard ? Kind::kName : Kind::kLabel;
}

void ColumnChoice::Add(std::string_view row) {
  assert(!done_ && "a question is open");
  if (columns_.separator == 0) columns_.separator = FindSeparator(row);
  const std::vector<std::string_view>& columns = row_.Split(row, columns_.separator);
  kinds_.clear();
  for (const std::string_view column : columns) kinds_.push_back(KindOf(column));
  if (rows_++ == 0) {
    first_.assign(columns.begin(), columns.end());
    first_kinds_ = kinds_;
    AddFirst();
  } else {
    Count();
    AddLater();
  }
  if (!done_ && rows_ == kMaxRows) End();
}

void ColumnChoice::Count() {
  if (tallies_.size() < kinds_.size()) tallies_.resize(kinds_.size());
  for (size_t i = 0; i < kinds_.size(); ++i) {
    tallies_[i].names += kinds_[i] == Kind::kName ? 1 : 0;
    tallies_[i].urls += kinds_[i] == Kind::kUrl ? 1 : 0;
    tallies_[i].labels += kinds_[i] == Kind::kLabel ? 1 : 0;
  }
}

ColumnChoice::Header ColumnChoice::JudgeFirst() const {
  if (Names(fixed_)) return Header::kNo;
  const auto is = [this](Kind kind) {
    return std::find(first_kinds_.begin(), first_kinds_.end(), kind) != first_kinds_.end();
  };
  const bool plain = !is(Kind::kName) && !is(Kind::kUrl) && !is(Kind::kNumber);
  if (!by_word_.empty()) return plain ? Header::kYes : Header::kIfWordsFit;
  const bool several = first_.size() > 1 || fixed_ != CsvColumns::kNone;
  return plain && several ? Header::kIfNamesFollow : Header::kNo;
}

void ColumnChoice::TakeWords() {
  for (size_t word = 0; word < kNameWords.size(); ++word) {
    for (size_t i = 0; i < first_.size(); ++i) {
      if (NameWordOf(first_[i]) == word) by_word_.push_back(i);
    }
  }
}

/// Does the row at hand hold a name there?
bool ColumnChoice::Names(size_t column) const {
  return column < kinds_.size() && (kinds_[column] == Kind::kName || kinds_[column] == Kind::kUrl);
}

/// Does the row at hand hold a name where the first row has a word for one?
bool ColumnChoice::AnyWordNames() const {
  return std::any_of(by_word_.begin(), by_word_.end(),
                     [this](size_t column) { return Names(column); });
}

/// The only column of the row at hand that holds a name; kNone where there is none, or several.
size_t ColumnChoice::OnlyName() const {
  const auto only = [this](Kind kind) {
    const auto at = std::find(kinds_.begin(), kinds_.end(), kind);
    return at != kinds_.end() && std::count(at, kinds_.end(), kind) == 1
               ? static_cast<size_t>(at - kinds_.begin())
               : CsvColumns::kNone;
  };
  const bool none = std::find(kinds_.begin(), kinds_.end(), Kind::kName) == kinds_.end();
  return none && fields_.from_url ? only(Kind::kUrl) : only(Kind::kName);
}

void ColumnChoice::AddFirst() {
  TakeWords();
  const bool named =
      IsNamed(fields_.column) || std::any_of(fields_.keep.begin(), fields_.keep.end(), IsNamed);
  header_ = named ? Header::kYes : JudgeFirst();
  if (named && !ResolveNamed()) return;
  const bool decided = header_ == Header::kYes || header_ == Header::kNo;
  if (!decided) return;
  if (fixed_ != CsvColumns::kNone) return Take(fixed_);
  if (header_ == Header::kNo) return TakeOnlyName();
  const bool clear = by_word_.size() == 1 && !kNameWords[NameWordOf(first_[by_word_[0]])].vague;
  if (clear) Take(by_word_.front());
}

void ColumnChoice::AddLater() {
  const bool pointed = fixed_ != CsvColumns::kNone || !by_word_.empty();
  const size_t column = fixed_ != CsvColumns::kNone ? fixed_ : pointed ? by_word_.front() : 0;
  const bool only = rows_ == 2 && OnlyName() != CsvColumns::kNone;  // Below the header.
  switch (header_) {
    case Header::kNo:
      return;
    case Header::kIfWordsFit:
      header_ = Names(column) || (fixed_ == CsvColumns::kNone && AnyWordNames()) ? Header::kYes
                                                                                 : Header::kNo;
      if (fixed_ != CsvColumns::kNone || Names(column)) return Take(column);
      if (header_ == Header::kYes) return;
      kinds_ = first_kinds_;  // That row asks for a name after all.
      return TakeOnlyName();
    case Header::kIfNamesFollow:
      if (!pointed && !only) return;
      header_ = !pointed || Names(column) ? Header::kYes : Header::kNo;
      return pointed ? Take(column) : TakeOnlyName();
    case Header::kYes:
      if (!pointed && only) return TakeOnlyName();
      if (pointed && Names(column)) Take(column);
  }
}

/// Where the row at hand has but one.
void ColumnChoice::TakeOnlyName() {
  const size_t only = OnlyName();
  if (only == CsvColumns::kNone) return;
  by_rows_ = true;
  Take(only);
}

/// The one of `columns`, which are not empty, with the most names; of equals the first.
size_t ColumnChoice::BestOf(const std::vector<size_t>& columns) const {
  const auto merit = [this](size_t column) {
    const Tally tally = column < tallies_.size() ? tallies_[column] : Tally();
    return std::array{tally.names, tally.urls, tally.labels};
  };
  return *std::max_element(columns.begin(), columns.end(),
                           [&merit](size_t a, size_t b) { return merit(a) < merit(b); });
}

size_t ColumnChoice::BestOfAll() const {
  if (tallies_.empty()) return CsvColumns::kNone;
  std::vector<size_t> all(tallies_.size());
  std::iota(all.begin(), all.end(), 0);
  const size_t best = BestOf(all);
  const Tally& tally = tallies_[best];
  return tally.names + tally.urls + tally.labels > 0 ? best : CsvColumns::kNone;
}

void ColumnChoice::End() {
  assert(!done_ && "a question is open");
  if (rows_ == 0) {
    done_ = true;
    return;
  }
  const size_t best = BestOfAll();
  if (header_ == Header::kIfNamesFollow) {
    const bool follow = best != CsvColumns::kNone && tallies_[best].names + tallies_[best].urls > 0;
    header_ = follow ? Header::kYes : Header::kNo;
  }
  // A word beside names, and no row behind it that says more: nothing is left out.
  if (header_ == Header::kIfWordsFit) header_ = Header::kNo;
  if (fixed_ != CsvColumns::kNone) return Take(fixed_);
  if (header_ == Header::kYes && !by_word_.empty()) {
    size_t column = BestOf(by_word_);
    const Tally tally = column < tallies_.size() ? tallies_[column] : Tally();
    const bool empty = tally.names + tally.urls == 0;
    if (empty && best != CsvColumns::kNone && tallies_[best].names > 0) column = best;
    by_rows_ = column != by_word_.front();
    return Take(column);
  }
  by_rows_ = true;
  if (header_ == Header::kYes) return Take(best);
  kinds_ = first_kinds_;  // That row asks for a name too.
  Count();
  Take(BestOfAll());
}

/// The column of names is known, and whether there is a header: so is all else.
void ColumnChoice::Take(size_t column) {
  done_ = true;
  const bool user = !fields_.column.empty();
  if (user && column >= first_.size()) return FailWithout("--column", fields_.column);
  columns_.name = column;
  columns_.header = header_ == Header::kYes;
  if (columns_.header && column < first_.size()) {
    const size_t word = NameWordOf(first_[column]);
    columns_.takes_urls = word < kNameWords.size() && kNameWords[word].url;
  }
  TakeRank();
  TakeKept();
  if (by_rows_ && status_.ok()) Say();
}

void ColumnChoice::TakeRank() {
  if (!columns_.header) {
    if (IsDigits(first_.front()) && columns_.name == 1) columns_.rank = 0;
    return;
  }
  const auto at = std::find_if(first_.begin(), first_.end(), [](const std::string& column) {
    return std::find(kRankWords.begin(), kRankWords.end(), WordOf(column)) != kRankWords.end();
  });
  if (at != first_.end()) columns_.rank = static_cast<size_t>(at - first_.begin());
}

void ColumnChoice::TakeKept() {
  for (const std::string& wanted : fields_.keep) {
    const size_t column = IsDigits(wanted) ? ColumnOfNumber(wanted) : Find(wanted);
    if (column >= first_.size()) return FailWithout("--keep", wanted);
    const auto has = [this](size_t other, const std::string& key) {
      return std::any_of(columns_.kept.begin(), columns_.kept.end(),
                         [&](const auto& kept) { return kept.column == other || kept.key == key; });
    };
    std::string key;
    if (columns_.header && !first_[column].empty()) record::AppendJsonString(first_[column], &key);
    // Columns without a name, or with that of another, go by their number.
    if (key.empty() || has(CsvColumns::kNone, key)) key = absl::StrCat("\"", column + 1, "\"");
    if (!has(column, key)) columns_.kept.push_back({column, std::move(key)});
  }
}

void ColumnChoice::Say() {
  if (columns_.name == CsvColumns::kNone) {
    notice_ = absl::StrCat(file_, ": no column of its first ", rows_,
                           " rows holds names; --column NAME|N takes one");
    return;
  }
  if (first_.size() < 2 && tallies_.size() < 2) return;  // There is no other.
  const std::string called =
      columns_.header && columns_.name < first_.size()
          ? absl::StrCat(" (\"", EscapeTypedText(first_[columns_.name]), "\")")
          : "";
  notice_ = absl::StrCat(file_, ": the names are in column ", columns_.name + 1, called,
                         ", by its first ", rows_ == 1 ? "row" : absl::StrCat(rows_, " rows"),
                         "; --column NAME|N takes another");
}

size_t ColumnChoice::Find(std::string_view name) const {
  const std::string lower = Lower(io::TrimBlanks(name));
  for (size_t i = 0; i < first_.size(); ++i) {
    if (Lower(first_[i]) == lower) return i;
  }
  return CsvColumns::kNone;
}

/// False where the header lacks what the user named.
bool ColumnChoice::ResolveNamed() {
  if (IsNamed(fields_.column)) {
    fixed_ = Find(fields_.column);
    if (fixed_ == CsvColumns::kNone) FailWithout("--column", fields_.column);
  }
  for (const std::string& column : fields_.keep) {
    // Those by number are resolved with the rest.
    if (IsNamed(column) && Find(column) == CsvColumns::kNone) FailWithout("--keep", column);
  }
  return status_.ok();
}

void ColumnChoice::FailWithout(std::string_view option, std::string_view column) {
  constexpr size_t kMaxShown = 40;
  done_ = true;
  if (!status_.ok()) return;
  std::string message =
      absl::StrCat(View(option), ": ", file_, " has no column \"", EscapeTypedText(column),
                   "\"; the columns of its first row are ");
  for (size_t i = 0; i < std::min(first_.size(), kMaxShown); ++i) {
    absl::StrAppend(&message, i == 0 ? "\"" : ", \"", EscapeTypedText(first_[i]), "\"");
  }
  if (first_.size() > kMaxShown)
    absl::StrAppend(&message, " and ", first_.size() - kMaxShown, " more");
  status_ = absl::InvalidArgumentError(message);
}

}  // namespace caascan::input
