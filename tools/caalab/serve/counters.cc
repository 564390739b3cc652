// Tested by counters_test.cc.
#include "tools/caalab/serve/counters.h"

#include <algorithm>

#include <absl/strings/str_cat.h>

namespace caascan::lab {
namespace {

using dns::RRType;

constexpr size_t kMaxServersShown = 1000;
constexpr RRType kTypes[] = {RRType::kCAA, RRType::kA,  RRType::kAAAA,  RRType::kNS,
                             RRType::kSOA, RRType::kDS, RRType::kDNSKEY};

size_t PlaceOf(RRType type) {
  return static_cast<size_t>(std::find(std::begin(kTypes), std::end(kTypes), type) -
                             std::begin(kTypes));
}

void AppendTypes(const uint64_t (&places)[std::size(kTypes) + 1], std::string* out) {
  const char* separator = "{";
  for (size_t i = 0; i < std::size(places); ++i) {
    if (places[i] == 0) continue;
    const std::string name = i < std::size(kTypes) ? dns::TypeName(kTypes[i]) : "other";
    absl::StrAppend(out, separator, "\"", name, "\":", places[i]);
    separator = ",";
  }
  absl::StrAppend(out, *separator == '{' ? "{}" : "}");
}

}  // namespace

void Counters::Add(const Query& query, const Reply& reply, uint64_t second) {
  ++queries_;
  if (query.transport == Transport::kTcp) ++tcp_;
  if (reply.kind != Reply::Kind::kSend) ++dropped_;
  if (second >= seconds_.size()) seconds_.resize(second + 1);
  ++seconds_[second];
  static_assert(std::size(kTypes) + 1 == kPlaces);
  ++servers_[query.server].places[PlaceOf(reply.type)];
}

std::string Counters::ToJson() const {
  ByType all;
  std::vector<std::pair<uint64_t, Address>> order;
  for (const auto& [address, counts] : servers_) {
    uint64_t sum = 0;
    for (size_t i = 0; i < kPlaces; ++i) {
      all.places[i] += counts.places[i];
      sum += counts.places[i];
    }
    order.emplace_back(sum, address);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first > b.first;
    return a.second.ToText() < b.second.ToText();
  });
  std::string out;
  absl::StrAppend(&out, "{\"queries\":", queries_, ",\"tcp\":", tcp_, ",\"unanswered\":", dropped_,
                  ",\"types\":");
  AppendTypes(all.places, &out);
  absl::StrAppend(&out, ",\"seconds\":[");
  for (size_t i = 0; i < seconds_.size(); ++i)
    absl::StrAppend(&out, i == 0 ? "" : ",", seconds_[i]);
  absl::StrAppend(&out, "],\"servers_asked\":", servers_.size(), ",\"servers\":{");
  for (size_t i = 0; i < std::min(order.size(), kMaxServersShown); ++i) {
    absl::StrAppend(&out, i == 0 ? "\"" : ",\"", order[i].second.ToText(), "\":");
    AppendTypes(servers_.at(order[i].second).places, &out);
  }
  out += '}';
  if (windows_) absl::StrAppend(&out, ",\"windows\":", windows_->ToJson());
  out += "}\n";
  return out;
}

}  // namespace caascan::lab
