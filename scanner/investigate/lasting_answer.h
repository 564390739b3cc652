// What was found out of a name, for as long as a CA may rely on it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "caascan/record.h"

namespace caascan::investigate {

/// The part of a permit's or a denial's record that depends on the DNS alone. Another request is
/// decided by it without a query. A value; empty by default.
class LastingAnswer {
 public:
  using Time = std::chrono::system_clock::time_point;

  /// REQUIRES: the record's look-up has not failed.
  void Take(const Record& record);
  /// Fills the record in; its names and its verdict are left as they are. Its `time` is that of the
  /// look-up, so that `valid_until` is not put off.
  void Give(Record* record) const;

  /// May a CA still rely on it?
  bool IsValid(Time now) const { return now < valid_until_; }
  /// The relevant RRset; empty where none was found.
  const std::vector<CaaRecord>& rrset() const;
  size_t HeapBytes() const;

 private:
  Time valid_until_{};
  Time time_{};
  bool nxdomain_ = false;
  DnssecStatus dnssec_ = DnssecStatus::kUnchecked;
  std::optional<CaaRrset> caa_;
  std::vector<std::string> cname_;
  std::string zone_;
  std::string operator_name_;
  std::vector<ServerReport> servers_;
  std::vector<Finding> findings_;
};

}  // namespace caascan::investigate
