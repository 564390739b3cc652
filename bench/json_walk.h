// simdjson's own On-Demand walk over the members of a record that a report needs: what reading
// costs at least, for benchmarks to hold ours against.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace caascan::report {

/// A sum over all that is read, so that nothing is optimised away. Throws simdjson_error where a
/// member is not what records have.
inline size_t WalkArray(simdjson::ondemand::array array) {
  size_t sum = 0;
  for (simdjson::ondemand::object object : array) {
    for (simdjson::ondemand::field field : object) {
      const std::string_view key = field.unescaped_key();
      if (key == "rtt_ms" || key == "ede") continue;
      if (key == "flags") {
        sum += uint64_t{field.value().get_uint64()};
      } else {
        sum += std::string_view(field.value().get_string()).size();
      }
    }
  }
  return sum;
}

inline size_t WalkMember(std::string_view key, simdjson::ondemand::value value) {
  if (key == "name" || key == "outcome" || key == "reason" || key == "dnssec" || key == "time" ||
      key == "zone" || key == "operator" || key == "failed_at") {
    return std::string_view(value.get_string()).size();
  }
  if (key == "may_issue" || key == "nxdomain") return bool{value.get_bool()} ? 1 : 0;
  if (key == "queries" || key == "retries") return uint64_t{value.get_uint64()};
  if (key == "elapsed_ms") return static_cast<size_t>(double{value.get_double()});
  if (key == "servers" || key == "findings") return WalkArray(value.get_array());
  size_t sum = 0;
  if (key == "decisions") {
    for (simdjson::ondemand::field field : value.get_object()) {
      sum += std::string_view(field.unescaped_key()).size();
      sum += std::string_view(field.value().get_string()).size();
    }
  } else if (key == "caa") {
    simdjson::ondemand::object caa = value.get_object();
    sum += std::string_view(caa["owner"].get_string()).size();
    sum += uint64_t{caa["ttl"].get_uint64()};
    sum += WalkArray(caa["records"].get_array());
  }
  return sum;
}

inline size_t WalkRecord(simdjson::ondemand::object record) {
  size_t sum = 0;
  for (simdjson::ondemand::field field : record) {
    const std::string_view key = field.unescaped_key();
    sum += WalkMember(key, field.value());
  }
  return sum;
}

}  // namespace caascan::report
