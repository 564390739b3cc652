// Columns rather than rows, since like follows like there, which packs well: a list that another
// column has too (trials, mostly) is written once. Tested by page_data_test.cc and
// tests/e2e/html_report_test.py.
#include "scanner/publish/page_data.h"

#include <zlib.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/strings/escaping.h>

#include "caascan/finding_kind.h"
#include "caascan/outcome.h"
#include "caascan/reason_meaning.h"
#include "scanner/guide/reason_remedy.h"
#include "scanner/publish/html_page.h"
#include "scanner/record/json_text.h"
#include "scanner/report/formats/cell_text.h"
#include "scanner/report/formats/formats.h"

namespace caascan::publish {
namespace {

using report::Cell;
using report::Column;
using report::ColumnKind;
using report::Share;
using report::Table;

constexpr size_t kMaxTextSize = 200;
constexpr size_t kMaxWrappedSize = 2000;
constexpr int64_t kMsPerSecond = 1000;

/// An object or a list in the making.
void Comma(std::string* out) {
  const char last = out->back();
  if (last != '{' && last != '[') *out += ',';
}

void AppendKey(std::string_view key, std::string* out) {
  Comma(out);
  record::AppendJsonString(key, out);
  *out += ':';
}

void AppendText(std::string_view key, std::string_view value, std::string* out) {
  AppendKey(key, out);
  record::AppendJsonString(value, out);
}

const char* KindCode(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kText:
      return "text";
    case ColumnKind::kCount:
      return "count";
    case ColumnKind::kShare:
      return "share";
    case ColumnKind::kNumber:
      return "number";
    case ColumnKind::kTime:
      break;
  }
  return "time";
}

class PageWriter {
 public:
  std::string Write(const report::Report& report, size_t short_rows) {
    out_ = "{\"short\":" + std::to_string(short_rows) + ",\"tables\":[";
    for (const Table& table : report.tables) AddTable(table);
    out_ += "],\"texts\":[" + texts_json_ + "],\"guide\":{";
    AddGuide();
    out_ += "},\"samples\":{";
    for (const report::SampleList& list : report.samples) AddSamples(list);
    return std::move(out_) + "}}";
  }

 private:
  void AddTable(const Table& table);
  void AddColumn(const Table& table, size_t at);
  void AddTexts(const Table& table, size_t at);
  void AddPictures(const Table& table);
  void AddGuide();
  void AddSamples(const report::SampleList& list);
  /// Where the list is among the table's.
  std::string PlaceOf(std::string numbers);
  void AddFacts(const std::vector<std::pair<const char*, std::string_view>>& facts);

  std::string out_;
  std::string texts_json_;
  absl::flat_hash_map<std::string, size_t> text_places_;
  std::vector<std::string> numbers_;  // Of the table.
};

const Cell& CellAt(const Table& table, size_t row, size_t column) {
  static const Cell kNone;
  return column < table.rows[row].size() ? table.rows[row][column] : kNone;
}

/// A list of what `number` makes of each row; one number where all rows have the same.
template <typename Number>
std::string NumberList(const Table& table, const Number& number) {
  std::string list = "[";
  std::string first;
  bool same = true;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    const std::string text = number(row);
    if (row == 0) first = text;
    same = same && text == first;
    Comma(&list);
    list += text;
  }
  return same && !table.rows.empty() ? first : list + "]";
}

std::string NumberOf(const Cell& cell, int64_t base_s) {
  if (const auto* count = std::get_if<uint64_t>(&cell)) return std::to_string(*count);
  if (const auto* number = std::get_if<double>(&cell)) return report::NumberText(*number);
  if (const auto* ms = std::get_if<int64_t>(&cell))
    return std::to_string(*ms / kMsPerSecond - base_s);
  return "null";
}

/// The first second of a column of times; 0 of any other.
int64_t BaseOf(const Table& table, size_t at) {
  int64_t base = std::numeric_limits<int64_t>::max();
  for (size_t row = 0; row < table.rows.size(); ++row) {
    const auto* ms = std::get_if<int64_t>(&CellAt(table, row, at));
    if (ms != nullptr) base = std::min(base, *ms / kMsPerSecond);
  }
  return base == std::numeric_limits<int64_t>::max() ? 0 : base;
}

std::string PageWriter::PlaceOf(std::string numbers) {
  const auto found = std::find(numbers_.begin(), numbers_.end(), numbers);
  const auto place = static_cast<size_t>(found - numbers_.begin());
  if (found == numbers_.end()) numbers_.push_back(std::move(numbers));
  return std::to_string(place);
}

void PageWriter::AddTexts(const Table& table, size_t at) {
  const bool wrapped = table.wrapped && at + 1 == table.columns.size();
  out_ += '[';
  for (size_t row = 0; row < table.rows.size(); ++row) {
    std::string text = Cut(report::CellText(CellAt(table, row, at), ColumnKind::kText),
                           wrapped ? kMaxWrappedSize : kMaxTextSize);
    const auto [place, added] = text_places_.try_emplace(std::move(text), text_places_.size());
    Comma(&out_);
    out_ += std::to_string(added ? 0 : place->second + 1);
    if (!added) continue;
    if (!texts_json_.empty()) texts_json_ += ',';
    record::AppendJsonString(place->first, &texts_json_);
  }
  out_ += ']';
}

void PageWriter::AddColumn(const Table& table, size_t at) {
  const Column& column = table.columns[at];
  Comma(&out_);
  out_ += '{';
  AppendText("id", column.id, &out_);
  AppendText("heading", report::PrintableText(column.heading), &out_);
  AppendText("kind", KindCode(column.kind), &out_);
  if (column.kind == ColumnKind::kText) {
    AppendKey("texts", &out_);
    AddTexts(table, at);
  } else if (column.kind == ColumnKind::kShare) {
    const auto part = [&table, at](uint64_t Share::*member) {
      return [&table, at, member](size_t row) {
        const auto* share = std::get_if<Share>(&CellAt(table, row, at));
        return share == nullptr ? std::string("0") : std::to_string(share->*member);
      };
    };
    AppendKey("numbers", &out_);
    out_ += PlaceOf(NumberList(table, part(&Share::hits)));
    AppendKey("trials", &out_);
    out_ += PlaceOf(NumberList(table, part(&Share::trials)));
  } else {
    const int64_t base = BaseOf(table, at);
    AppendKey("base", &out_);
    out_ += std::to_string(base);
    AppendKey("numbers", &out_);
    out_ += PlaceOf(NumberList(
        table, [&table, at, base](size_t row) { return NumberOf(CellAt(table, row, at), base); }));
  }
  out_ += '}';
}

void AppendPoints(const std::vector<report::CurvePoint>& points, std::string* out) {
  *out += '[';
  for (const report::CurvePoint& point : points) {
    Comma(out);
    *out += '[' + report::NumberText(point.share) + ',' + report::NumberText(point.value) + ']';
  }
  *out += ']';
}

void PageWriter::AddPictures(const Table& table) {
  AppendKey("plotted", &out_);
  out_ += table.plotted ? "true" : "false";
  AppendText("curveTitle", report::PrintableText(table.curve_title), &out_);
  AppendKey("curve", &out_);
  AppendPoints(table.curve, &out_);
  AppendKey("lines", &out_);
  out_ += '[';
  for (const report::TimeLine& line : table.lines) {
    Comma(&out_);
    out_ += '{';
    AppendText("name", report::PrintableText(line.name), &out_);
    AppendKey("points", &out_);
    AppendPoints(line.points, &out_);
    out_ += '}';
  }
  out_ += ']';
}

void PageWriter::AddTable(const Table& table) {
  numbers_.clear();
  Comma(&out_);
  out_ += '{';
  AppendText("id", table.id, &out_);
  AppendText("title", report::PrintableText(table.title), &out_);
  AppendKey("notes", &out_);
  out_ += '[';
  for (const std::string& note : {table.note, report::MissedNote(table)}) {
    if (note.empty()) continue;
    Comma(&out_);
    record::AppendJsonString(report::PrintableText(note), &out_);
  }
  out_ += ']';
  AppendKey("rows", &out_);
  out_ += std::to_string(table.rows.size());
  AddPictures(table);
  AppendKey("columns", &out_);
  out_ += '[';
  for (size_t at = 0; at < table.columns.size(); ++at) AddColumn(table, at);
  out_ += ']';
  AppendKey("numbers", &out_);
  out_ += '[';
  for (const std::string& numbers : numbers_) {
    Comma(&out_);
    out_ += numbers;
  }
  out_ += "]}";
}

void PageWriter::AddFacts(const std::vector<std::pair<const char*, std::string_view>>& facts) {
  out_ += '{';
  for (const auto& [key, value] : facts) {
    if (!value.empty()) AppendText(key, value, &out_);
  }
  out_ += '}';
}

void PageWriter::AddGuide() {
  for (const FindingKind& kind : FindingKinds()) {
    const std::string_view code = FindingCodeText(kind.code);
    if (!text_places_.contains(std::string(code))) continue;
    AppendKey(code, &out_);
    AddFacts({{"kind", "code"},
              {"meaning", kind.meaning},
              {"evidence", kind.evidence},
              {"remedy", kind.remedy},
              {"rule", kind.rfc},
              {"severity", SeverityText(kind.severity)},
              {"actor", ActorText(kind.actor)}});
  }
  for (size_t i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    if (!text_places_.contains(std::string(ReasonCode(reason)))) continue;
    AppendKey(ReasonCode(reason), &out_);
    AddFacts({{"kind", "reason"},
              {"meaning", ReasonMeaning(reason)},
              {"remedy", guide::ReasonRemedy(reason)}});
  }
}

void PageWriter::AddSamples(const report::SampleList& list) {
  AppendKey(Cut(report::PrintableText(list.key), kMaxTextSize), &out_);
  out_ += '[';
  for (const report::Sample& sample : list.samples) {
    Comma(&out_);
    out_ += '[';
    for (const std::string* text : {&sample.name, &sample.what, &sample.host, &sample.address}) {
      Comma(&out_);
      record::AppendJsonString(report::PrintableText(*text), &out_);
    }
    out_ += ']';
  }
  out_ += ']';
}

}  // namespace

std::string PageData(const report::Report& report, size_t short_rows) {
  return PageWriter().Write(report, short_rows);
}

std::string PackedText(std::string_view text) {
  constexpr int kMostMemory = 9;
  z_stream stream = {};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, kMostMemory,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string packed(deflateBound(&stream, text.size()), '\0');
  // zlib reads what it does not write to through a pointer that is not const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  [[maybe_unused]] const int result = deflate(&stream, Z_FINISH);
  assert(result == Z_STREAM_END);
  packed.resize(stream.total_out);
  (void)deflateEnd(&stream);
  return absl::Base64Escape(packed);
}

}  // namespace caascan::publish
