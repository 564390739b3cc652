// Is an input what it was read as?
#pragma once

#include <cstdint>
#include <string>

#include <absl/status/status.h>

#include "caascan/scanner.h"
#include "scanner/input/name_job.h"

namespace caascan::input {

/// Counts the jobs of one input. Some file that is no list of names at all would otherwise give as
/// many records as it has lines, none of them of use. One thread at a time; a value.
///
/// IP addresses are no names, and a list of them is an honest list all the same: they neither count
/// as names nor as what is wrong. Of a zone file a record that can be read counts as a name does.
class InputTally {
 public:
  /// So many lines that are neither names nor addresses, before the first name, are enough.
  static constexpr uint64_t kMaxInvalid = 1000;

  explicit InputTally(ZoneNames zone_names = ZoneNames::kDelegations) : zone_names_(zone_names) {}

  /// How the input is read, once it is known.
  void set_format(InputFormat format) { format_ = format; }
  /// A zone file's record was read.
  void set_has_records() { has_records_ = true; }
  /// A job, with its line and detail where it is not valid.
  void Add(const NameJob& job);

  /// Is it something else than what it was read as?
  bool IsSomethingElse() const { return invalid_ >= kMaxInvalid && names_ == 0 && !has_records_; }
  /// InvalidArgument that names the input, says how it was read, and what to give instead.
  /// REQUIRES: IsSomethingElse().
  absl::Status Refuse(const std::string& input) const;

  /// At the end of the input: what people should know of it, in a line of ASCII. Empty where it
  /// gave a name, and where it holds nothing.
  std::string Remark(const std::string& input) const;

 private:
  std::string FirstInvalid() const;

  ZoneNames zone_names_;
  InputFormat format_ = InputFormat::kLines;
  bool has_records_ = false;
  uint64_t names_ = 0;
  uint64_t addresses_ = 0;
  uint64_t invalid_ = 0;  // Neither.
  // The first of these.
  std::string text_;
  std::string why_;
  uint64_t line_ = 0;
};

}  // namespace caascan::input
