// Who runs a name's servers, as far as a record tells.
#pragma once

#include <string>
#include <string_view>

#include "scanner/report/record_view.h"

namespace caascan::report {

/// How an operator's name came about.
enum class OperatorBasis : uint8_t {
  kNone,    // The record says nothing of servers.
  kRecord,  // Its `operator` says so.
  kHost,    // It has none: the registrable domain of a server's name stands for it.
};

struct OperatorName {
  std::string name;  // Empty for kNone.
  OperatorBasis basis = OperatorBasis::kNone;
};

/// The record's `operator`; else the registrable domain (Public Suffix List) of the first server
/// that is at fault, else of the first server, else of the first finding's. Safe from any thread.
OperatorName OperatorOf(const RecordView& record);

/// The shortest parent of a host's name (or itself) that is no public suffix; the host itself where
/// there is none. A view into `host`. Takes any text.
std::string_view RegistrableDomain(const std::string& host);

/// Is this result of a server (the record's `result`) held against it? An answer and a referral are
/// not, nor is an address that we would not ask.
bool IsFault(std::string_view server_result);

}  // namespace caascan::report
