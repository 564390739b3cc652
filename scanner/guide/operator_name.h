// Who runs a name's servers, as far as a record tells.
#pragma once

#include <string>
#include <string_view>

#include "scanner/guide/operators.h"
#include "scanner/record/record_view.h"

namespace caascan::guide {

/// How an operator's name came about.
enum class OperatorBasis : uint8_t {
  kNone,    // The record says nothing of servers.
  kRecord,  // Its `operator` says so.
  kHost,    // It has none: a server's name tells.
};

struct OperatorName {
  std::string_view name;  // Empty for kNone.
  OperatorBasis basis = OperatorBasis::kNone;
};

/// The record's `operator`; else who runs the first server that is at fault, else the first server,
/// else the first finding's: its operator by `table`, else its registrable domain. The name is a
/// view into the record, or `*memory`. Safe from any thread.
OperatorName OperatorOf(const record::RecordView& record, std::string* memory,
                        const OperatorTable& table = OperatorTable::BuiltIn());

/// Who runs the server of that name: by `table`, else its registrable domain. A text that is no
/// domain name stands for itself. Safe from any thread.
std::string OperatorOfHost(std::string_view host,
                           const OperatorTable& table = OperatorTable::BuiltIn());

/// Is this result of a server (the record's `result`) held against it? An answer and a referral are
/// not, nor is an address that we would not ask.
bool IsFault(std::string_view server_result);

}  // namespace caascan::guide
