// Tested by record_type_test.cc.
#include "scanner/zonefile/record_type.h"

#include <algorithm>
#include <array>

#include "scanner/caa/property.h"
#include "scanner/dns/record_text.h"

namespace caascan::zonefile {
namespace {

// Those that ldns 1.8 does not know.
constexpr std::array<std::string_view, 20> kOthers = {
    "amtrelay", "avc",     "brid", "cla", "doa", "dsync", "gid",    "hhit",   "ipn",   "ninfo",
    "nxname",   "resinfo", "rkey", "ta",  "uid", "uinfo", "unspec", "wallet", "alias", "aname"};

}  // namespace

bool IsRecordType(std::string_view text) {
  if (dns::RecordTypeOf(text) != dns::RRType{}) return true;
  const auto same = [text](std::string_view other) { return caa::EqualIgnoringCase(text, other); };
  return std::any_of(kOthers.begin(), kOthers.end(), same);
}

}  // namespace caascan::zonefile
