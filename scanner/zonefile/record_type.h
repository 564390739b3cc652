// Is a text the type of a record, whether we know what that says or not?
#pragma once

#include <string_view>

namespace caascan::zonefile {

/// A mnemonic of IANA's registry, `TYPE` with a number (RFC 3597 §5), or ALIAS or ANAME, which
/// files of DNS providers hold; in letters of either case.
bool IsRecordType(std::string_view text);

}  // namespace caascan::zonefile
