// JSON and CSV: all that a report knows, for programs. Tested by data_formats_test.cc.
#include <string_view>

#include "scanner/record/csv_text.h"
#include "scanner/record/json_text.h"
#include "scanner/report/formats/cell_text.h"
#include "scanner/report/formats/formats.h"
#include "scanner/report/interval.h"

namespace caascan::report {
namespace {

void AppendMember(const std::string& key, const std::string& value, std::string* out) {
  record::AppendJsonString(key, out);
  *out += ':';
  *out += value;
}

std::string JsonText(std::string_view text) {
  std::string json;
  record::AppendJsonString(text, &json);
  return json;
}

/// A share becomes three members, beside each other; an empty cell is null.
void AppendCell(const Column& column, const Cell& cell, std::string* out) {
  if (column.kind == ColumnKind::kShare) {
    const auto* share = std::get_if<Share>(&cell);
    const bool known = share != nullptr && share->trials > 0;
    const Interval interval = known ? WilsonInterval(share->hits, share->trials) : Interval();
    const auto number = [known](double value) {
      return known ? NumberText(value) : std::string("null");
    };
    AppendMember(
        column.id,
        number(known ? static_cast<double>(share->hits) / static_cast<double>(share->trials) : 0),
        out);
    *out += ',';
    AppendMember(column.id + "_low", number(interval.low), out);
    *out += ',';
    AppendMember(column.id + "_high", number(interval.high), out);
    return;
  }
  std::string value = "null";
  if (const auto* text = std::get_if<std::string>(&cell)) value = JsonText(*text);
  if (const auto* count = std::get_if<uint64_t>(&cell)) value = std::to_string(*count);
  if (const auto* ms = std::get_if<int64_t>(&cell)) value = JsonText(TimeText(*ms));
  if (const auto* number = std::get_if<double>(&cell)) value = NumberText(*number);
  AppendMember(column.id, value, out);
}

void AppendJsonTable(const Table& table, std::string* out) {
  *out += "{\"missed\":" + std::to_string(table.missed) + ",\"rows\":[";
  for (size_t row = 0; row < table.rows.size(); ++row) {
    *out += row == 0 ? "\n{" : ",\n{";
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (i != 0) *out += ',';
      AppendCell(table.columns[i], table.rows[row][i], out);
    }
    *out += '}';
  }
  *out += "]}";
}

std::string CsvCell(const Column& column, const Cell& cell) {
  if (column.kind == ColumnKind::kShare) {
    const auto* share = std::get_if<Share>(&cell);
    if (share == nullptr || share->trials == 0) return ",,";
    const Interval interval = WilsonInterval(share->hits, share->trials);
    return NumberText(static_cast<double>(share->hits) / static_cast<double>(share->trials)) + ',' +
           NumberText(interval.low) + ',' + NumberText(interval.high);
  }
  if (const auto* text = std::get_if<std::string>(&cell)) {
    std::string field;
    record::AppendOneLineCsvField(*text, &field);
    return field;
  }
  if (const auto* count = std::get_if<uint64_t>(&cell)) return std::to_string(*count);
  if (const auto* ms = std::get_if<int64_t>(&cell)) return TimeText(*ms);
  if (const auto* number = std::get_if<double>(&cell)) return NumberText(*number);
  return "";
}

}  // namespace

std::string JsonReport(const Report& report) {
  std::string out = "{";
  AppendMember("schema", JsonText(report.schema), &out);
  for (const Table& table : report.tables) {
    out += ",\n";
    record::AppendJsonString(table.id, &out);
    out += ':';
    AppendJsonTable(table, &out);
  }
  out += "}\n";
  return out;
}

std::string CsvTable(const Table& table) {
  std::string out;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (i != 0) out += ',';
    out += column.id;
    if (column.kind == ColumnKind::kShare) out += ',' + column.id + "_low," + column.id + "_high";
  }
  out += "\r\n";
  for (const std::vector<Cell>& row : table.rows) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (i != 0) out += ',';
      out += CsvCell(table.columns[i], row[i]);
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace caascan::report
