#include "scanner/record/record_form.h"

#include <gtest/gtest.h>

#include <string>

namespace caascan::record {
namespace {

struct FormRow {
  const char* name;
  const char* path;
  const char* form;  // "ndjson", "csv", or a part of the error.
};

class RecordFormTest : public testing::TestWithParam<FormRow> {};

TEST_P(RecordFormTest, IsByTheSuffix) {
  const std::string expected = GetParam().form;
  const auto form = RecordFormOfPath(GetParam().path);
  if (form.ok()) {
    EXPECT_EQ(*form == RecordForm::kCsv ? "csv" : "ndjson", expected);
  } else {
    EXPECT_NE(std::string(form.status().message()).find(expected), std::string::npos)
        << form.status();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RecordFormTest,
    testing::Values(FormRow{"StandardOutput", "", "ndjson"}, FormRow{"Dash", "-", "ndjson"},
                    FormRow{"NoSuffix", "out", "ndjson"}, FormRow{"Ndjson", "o.ndjson", "ndjson"},
                    FormRow{"Jsonl", "o.jsonl.zst", "ndjson"}, FormRow{"Json", "o.json", "ndjson"},
                    FormRow{"Gzip", "out.gz", "ndjson"}, FormRow{"Csv", "o.csv", "csv"},
                    FormRow{"CsvGzip", "a/b.c/O.CSV.GZ", "csv"},
                    FormRow{"Folder", "a.csv/out", "ndjson"},
                    FormRow{"Device", "/dev/fd/63", "ndjson"},
                    FormRow{"Date", "scan.2026", "ndjson"}, FormRow{"Hidden", ".csv", "ndjson"},
                    FormRow{"Parquet", "a/o.parquet", "TO 'o.parquet'"},
                    FormRow{"Xz", "o.ndjson.xz", "o.ndjson.xz: records are written"},
                    FormRow{"Tsv", "o.tsv", "CSV (.csv)"},
                    FormRow{"Text", "o.txt.gz", "o.txt.gz: records are written"},
                    FormRow{"QuoteInTheName", "a'b.parquet", "read_json('out.ndjson'"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(RequireNdjsonTest, RefusesCsv) {
  EXPECT_TRUE(RequireNdjson("o.ndjson").ok());
  EXPECT_FALSE(RequireNdjson("o.csv").ok());
  EXPECT_FALSE(RequireNdjson("o.parquet").ok());
}

}  // namespace
}  // namespace caascan::record
