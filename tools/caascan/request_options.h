// The options that say who asks and for what; `scan` and `decide` share them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <CLI/CLI.hpp>

#include "caascan/caa.h"

namespace caascan::tool {

/// --ca, --ca-set, --for, --on-failure, --account-uri and --validation-method. Must outlive the
/// parsing.
class RequestOptions {
 public:
  enum class WithoutFor : uint8_t { kTls, kAsRecorded };

  /// `without_for`: what holds without --for.
  void AddTo(CLI::App* app, WithoutFor without_for = WithoutFor::kTls);

  /// As typed; empty where --ca-set was not given.
  const std::string& ca_set_path() const { return ca_set_path_; }

  /// What --for says; nullopt where it was not given, and records tell.
  std::optional<Purpose> purpose() const { return purpose_; }

  /// After parsing: fills in all but `wildcard` and `parameters`. Errors: InvalidArgument that
  /// names the option, and the file and line where there is one.
  absl::Status Read(IssuanceRequest* request, std::vector<CertificationAuthority>* ca_set) const;

  /// What was probably not meant: a line for each issuer that is unknown, and near to a known one.
  std::vector<std::string> Warnings() const;

 private:
  const CLI::App* app_ = nullptr;
  /// What --on-failure says.
  enum class OnFailure : uint8_t { kCa, kRefuse, kBaseline };

  std::vector<std::string> cas_;  // As typed.
  OnFailure on_failure_ = OnFailure::kCa;
  std::string ca_set_path_;
  std::optional<Purpose> purpose_;
  std::vector<std::string> account_uris_;
  std::vector<std::string> validation_methods_;
};

}  // namespace caascan::tool
