// Records of an operator's failures, for the tests of dossiers.
#pragma once

#include <string>

#include "tests/record/record_lines.h"

namespace caascan::explain {

/// A record whose look-up one of two servers refused.
inline std::string Failure(const std::string& name, const std::string& operator_name,
                           const std::string& evidence = "REFUSED") {
  return record::Line(
      name, "refused",
      R"(,"zone":"z.example","operator":")" + operator_name +
          R"(","servers":[{"host":"ns1.op.test","address":"192.0.2.1","result":"refused"},)"
          R"({"host":"ns2.op.test","address":"192.0.2.2","result":"answer"}],)"
          R"("findings":[{"code":"lame_refused","host":"ns1.op.test",)"
          R"("address":"192.0.2.1","evidence":")" +
          evidence + R"("}])");
}

}  // namespace caascan::explain
