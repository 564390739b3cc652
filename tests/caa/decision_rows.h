// What the tables of the decision's tests share: a row, and the words rows are written in.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "caascan/caa.h"

namespace caascan {

constexpr const char* kCa = "letsencrypt.org";
constexpr const char* kAccount = "https://ca.example/acct/1";

struct Row {
  const char* name;
  const char* section;
  std::vector<CaaRecord> rrset;
  DecisionReason reason;
  IssuanceRequest request = {{kCa}, false, {}, {}};

  friend void PrintTo(const Row& row, std::ostream* os) { *os << row.section; }
};

inline IssuanceRequest Plain() { return {{kCa}, false, {}, {}}; }
inline IssuanceRequest Wildcard() { return {{kCa}, true, {}, {}}; }
inline IssuanceRequest For(std::string ca, std::optional<std::string> account = std::nullopt,
                           std::optional<std::string> method = std::nullopt) {
  IssuanceRequest request = {{std::move(ca)}, false, {}, {}};
  if (account) request.account_uris = {*std::move(account)};
  if (method) request.validation_methods = {*std::move(method)};
  return request;
}
inline CaaRecord Issue(std::string value) { return {0, "issue", std::move(value)}; }
inline CaaRecord IssueWild(std::string value) { return {0, "issuewild", std::move(value)}; }

/// Its tests stand in decision_test.cc; every table instantiates them.
class DecideTest : public testing::TestWithParam<Row> {};

inline std::string NameOf(const testing::TestParamInfo<Row>& info) { return info.param.name; }

}  // namespace caascan
