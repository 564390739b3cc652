#include "scanner/dns/record_text.h"

#include <gtest/gtest.h>

namespace caascan::dns {
namespace {

struct Row {
  std::string_view behind_owner;
  std::string_view type;
};

TEST(RecordTextTest, TypeBehindTtlAndClass) {  // RFC 1035 §5.1.
  const Row rows[] = {
      {" 60 IN NS a.net.", "NS"},
      {"\tin\t1h30m\tds 1 8 2 00", "ds"},
      {" NS a.net.", "NS"},
      {" IN A 192.0.2.1", "A"},
      {" 60 A 192.0.2.1", "A"},
      {" CH TXT \"IN\"", "TXT"},
      {" CLASS1 TYPE257 \\# 0", "TYPE257"},
      {" 60 IN", ""},
      {" 60", ""},
      {"", ""},
      {" \r", ""},
      // No more than two fields are stepped over, whatever they are.
      {" 60 IN 60 NS a.", "60"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(RecordTypeText(row.behind_owner), row.type) << row.behind_owner;
}

TEST(RecordTextTest, TypesByMnemonicAndNumber) {
  EXPECT_EQ(RecordTypeOf("ns"), RRType::kNS);
  EXPECT_EQ(RecordTypeOf("CAA"), RRType::kCAA);
  EXPECT_EQ(RecordTypeOf("TYPE43"), RRType::kDS);
  for (const std::string_view none : {"", "NSX", "a.net.", "IN", "TYPE"}) {
    EXPECT_EQ(static_cast<int>(RecordTypeOf(none)), 0) << none;
  }
}

}  // namespace
}  // namespace caascan::dns
