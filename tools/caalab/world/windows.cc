// Tested by windows_test.cc.
#include "tools/caalab/world/windows.h"

#include <algorithm>

#include <absl/strings/str_cat.h>

namespace caascan::lab {

void Windows::Window::Add(const Arrived& at) {
  // Where the order is not known, those in front may have come as early as this one.
  for (auto it = earliest_.rbegin(); it != earliest_.rend() && *it > at.earliest; ++it) {
    *it = at.earliest;
  }
  earliest_.push_back(at.earliest);
  latest_ = std::max(latest_, at.latest);
  while (!earliest_.empty() && latest_ - earliest_.front() >= length_) earliest_.pop_front();
  most_ = std::max(most_, earliest_.size());
}

void Windows::Look(std::chrono::nanoseconds now) {
  looks_[0] = looks_[1];
  looks_[1] = looks_[2];
  looks_[2] = now;
}

void Windows::Arrive(const Address& server, const Arrived& at) {
  servers_[server].second.Add(at);
  tenth_.Add(at);
  ten_seconds_.Add(at);
  if (tenths_.empty()) first_ = at.latest;
  const auto since_first = std::max(at.latest - first_, std::chrono::nanoseconds(0));
  const auto tenth = static_cast<size_t>(since_first / std::chrono::milliseconds(100));
  if (tenth >= tenths_.size()) tenths_.resize(tenth + 1);
  ++tenths_[tenth];
}

void Windows::Begin(const Address& server) {
  Server& counts = servers_[server];
  counts.most_at_once = std::max(counts.most_at_once, ++counts.at_once);
}

void Windows::End(const Address& server) { --servers_[server].at_once; }

std::string Windows::ToJson() const {
  std::string out = absl::StrCat("{\"most_in_100ms\":", tenth_.most(),
                                 ",\"most_in_10s\":", ten_seconds_.most(), ",\"tenths\":[");
  for (size_t i = 0; i < tenths_.size(); ++i) absl::StrAppend(&out, i == 0 ? "" : ",", tenths_[i]);
  out += "],\"servers\":{";
  const char* separator = "\"";
  for (const auto& [address, counts] : servers_) {
    absl::StrAppend(&out, separator, address.ToText(), "\":{\"most_in_1s\":", counts.second.most(),
                    ",\"most_at_once\":", counts.most_at_once, "}");
    separator = ",\"";
  }
  out += "}}";
  return out;
}

}  // namespace caascan::lab
