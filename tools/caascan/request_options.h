// The options that say who asks and for what; `scan` and `decide` share them.
#pragma once

#include <string>
#include <vector>

#include <absl/status/status.h>
#include <CLI/CLI.hpp>

#include "caascan/caa.h"

namespace caascan::tool {

/// --ca, --ca-set, --account-uri and --validation-method. Must outlive the parsing.
class RequestOptions {
 public:
  void AddTo(CLI::App* app);

  /// After parsing: fills in all but `wildcard`. Errors: InvalidArgument that names the option, and
  /// the file and line where there is one.
  absl::Status Read(IssuanceRequest* request, std::vector<CertificationAuthority>* ca_set) const;

 private:
  const CLI::App* app_ = nullptr;
  std::vector<std::string> cas_;  // As typed.
  std::string ca_set_path_;
  std::string account_uri_;
  std::string validation_method_;
};

}  // namespace caascan::tool
