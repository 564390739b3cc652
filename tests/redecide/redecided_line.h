// One line decided anew, for the tests of it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "caascan/caa.h"
#include "caascan/record.h"
#include "scanner/record/record_view.h"
#include "scanner/redecide/redecide.h"

namespace caascan::redecide {

using CaSet = std::vector<CertificationAuthority>;

inline IssuanceRequest RequestFor(std::string ca) { return {{std::move(ca)}, false, {}, {}}; }

/// What Append() makes of a line. What stands behind the line must not matter.
inline Redecider::Result Redecide(Redecider* redecider, const std::string& line, std::string* out) {
  const std::string padded = line + std::string(record::RecordReader::kPadding, '}');
  return redecider->Append(std::string_view(padded).substr(0, line.size()), out);
}

inline std::string LineOf(const Record& record) {
  std::string line;
  AppendRecord(record, &line);
  line.pop_back();
  return line;
}

}  // namespace caascan::redecide
