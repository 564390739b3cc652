#include "scanner/zonefile/record_type.h"

#include <gtest/gtest.h>

namespace caascan::zonefile {
namespace {

TEST(RecordTypeTest, IsRegisteredOrHasANumber) {
  for (const char* type :
       {"NS", "ns", "CAA", "uri", "HINFO", "TYPE65280", "type1", "RESINFO", "amtrelay", "WALLET",
        "DSYNC", "ALIAS", "ANAME", "SVCB", "NSEC3", "ZONEMD"}) {
    EXPECT_TRUE(IsRecordType(type)) << type;
  }
  for (const char* type : {"", "IN", "N", "NSX", "3600", "TYPE", "www", "example.com.", "alias."}) {
    EXPECT_FALSE(IsRecordType(type)) << type;
  }
}

}  // namespace
}  // namespace caascan::zonefile
