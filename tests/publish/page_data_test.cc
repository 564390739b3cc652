#include "scanner/publish/page_data.h"

#include <gtest/gtest.h>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <string>

#include <absl/strings/escaping.h>

#include "tests/report/hostile_table.h"

namespace caascan::publish {
namespace {

using report::Cell;
using report::ColumnKind;
using report::HostileTable;
using report::Share;
using report::Table;

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string Data(std::vector<Table> tables) {
  return PageData({.title = "R", .schema = "", .tables = std::move(tables)}, 10);
}

TEST(PageDataTest, ATextIsThereOnce) {
  Table table = HostileTable("x");
  for (const char* text : {"y", "x", "z", "y"}) {
    table.rows.push_back({std::string(text), uint64_t{1}, Share{1, 4}});
  }
  const std::string data = Data({table, table});
  EXPECT_TRUE(Has(data, R"("texts":[0,0,1,0,2])")) << data;
  EXPECT_TRUE(Has(data, R"("texts":[1,2,1,3,2])")) << "in the second table all are known: " << data;
  EXPECT_TRUE(Has(data, R"("texts":["x","y","z"])")) << data;
}

TEST(PageDataTest, NumbersThatAllRowsHaveAreOneAndListsAreThereOnce) {
  Table table = HostileTable("x");
  table.rows.push_back({std::string("y"), uint64_t{7}, Share{7, 4}});
  const std::string data = Data({table});
  EXPECT_TRUE(Has(data, R"("kind":"count","base":0,"numbers":0)")) << data;
  EXPECT_TRUE(Has(data, R"("kind":"share","numbers":0,"trials":1)")) << data;
  EXPECT_TRUE(Has(data, R"("numbers":[[1,7],4]})")) << data;
}

TEST(PageDataTest, TimesAreSecondsAfterTheFirst) {
  Table table = HostileTable("x");
  table.columns[1].kind = ColumnKind::kTime;
  table.rows[0][1] = int64_t{1'700'000'005'999};
  table.rows.push_back({std::string("y"), int64_t{1'700'000'002'000}, Share{}});
  table.rows.push_back({std::string("z"), Cell(), Share{}});
  const std::string data = Data({table});
  EXPECT_TRUE(Has(data, R"("base":1700000002,)")) << data;
  EXPECT_TRUE(Has(data, "[3,0,null]")) << data;
}

TEST(PageDataTest, RowsMayEndEarly) {
  Table table = HostileTable("x");
  table.rows.push_back({std::string("y")});
  const std::string data = Data({table});
  EXPECT_TRUE(Has(data, R"("numbers":[[1,null],[1,0],[4,0]]})")) << data;
}

TEST(PageDataTest, HostileTextIsPrintableAndCut) {
  const std::string evil = Data({HostileTable("<b>\"\\\x01\xE2\x80\xAE\xFF")});
  EXPECT_TRUE(Has(evil, R"("texts":["<b>\"\\\\u{1}\\u{202E}\\u{FFFD}"])")) << evil;
  const std::string data = Data({HostileTable(std::string(5000, 'a'))});
  EXPECT_LT(data.size(), 1000u);
  Table wrapped = HostileTable("x");
  wrapped.columns[2].kind = ColumnKind::kText;
  wrapped.rows[0][2] = std::string(1500, 'b');
  wrapped.wrapped = true;
  EXPECT_TRUE(Has(Data({wrapped}), std::string(1500, 'b'))) << "what is to be read in full";
}

TEST(PageDataTest, TellsWhatCodesMean) {
  const std::string data = Data({HostileTable("lame_refused"), HostileTable("dnssec_bogus")});
  EXPECT_TRUE(Has(data, R"("lame_refused":{"kind":"code","meaning":")")) << data;
  EXPECT_TRUE(Has(data, R"("dnssec_bogus":{"kind":"reason","meaning":")")) << data;
  EXPECT_TRUE(Has(Data({HostileTable("x")}), R"("guide":{},"samples":{}})"));
}

TEST(PageDataTest, SaysHowManyRowsAreAFew) {
  EXPECT_TRUE(Has(Data({}), R"("short":10,"tables":[])"));
}

TEST(PageDataTest, HasTheSamples) {
  const std::string data =
      PageData({.title = "R",
                .schema = "",
                .tables = {},
                .samples = {{"operator/\xE2\x80\xAE", {{"a.test", "refused", "ns", "192.0.2.1"}}}}},
               10);
  EXPECT_TRUE(
      Has(data, R"("samples":{"operator/\\u{202E}":[["a.test","refused","ns","192.0.2.1"]]})"))
      << data;
}

TEST(PackedTextTest, IsRawDeflateInBase64) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * i);
  std::string packed;
  ASSERT_TRUE(absl::Base64Unescape(PackedText(text), &packed));
  EXPECT_LT(packed.size(), text.size() * 6 / 10);
  std::string opened(text.size() + 1, '\0');
  z_stream stream = {};
  ASSERT_EQ(inflateInit2(&stream, -MAX_WBITS), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(opened.data());
  stream.avail_out = static_cast<uInt>(opened.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  opened.resize(stream.total_out);
  EXPECT_EQ(opened, text);
  (void)inflateEnd(&stream);
}

}  // namespace
}  // namespace caascan::publish
