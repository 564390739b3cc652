// Tested by order_test.cc.
#include "scanner/dnssec/order.h"

#include <algorithm>
#include <array>

namespace caascan::dnssec {
namespace {

/// Where each label of a name begins, the leftmost first.
struct Labels {
  explicit Labels(dns::NameView name) : wire(name.data()) {
    for (size_t at = 0; wire[at] != 0; at += 1u + wire[at]) {
      starts[count++] = static_cast<uint8_t>(at);
    }
  }
  /// Number `i` from the right, with its length octet.
  const uint8_t* FromRight(size_t i) const { return wire + starts[count - 1 - i]; }

  const uint8_t* wire;
  size_t count = 0;
  std::array<uint8_t, dns::kMaxNameSize / 2 + 1> starts;
};

int CompareLabels(const uint8_t* a, const uint8_t* b) {
  const size_t shared = std::min(*a, *b);
  for (size_t i = 1; i <= shared; ++i) {
    const int difference = dns::LowerOctet(a[i]) - dns::LowerOctet(b[i]);
    if (difference != 0) return difference;
  }
  return *a - *b;
}

}  // namespace

int CompareNames(dns::NameView a, dns::NameView b) {
  const Labels left(a);
  const Labels right(b);
  const size_t shared = std::min(left.count, right.count);
  for (size_t i = 0; i < shared; ++i) {
    const int order = CompareLabels(left.FromRight(i), right.FromRight(i));
    if (order != 0) return order;
  }
  return static_cast<int>(left.count) - static_cast<int>(right.count);
}

dns::NameView CommonAncestor(dns::NameView a, dns::NameView b) {
  const Labels left(a);
  const Labels right(b);
  const size_t shared = std::min(left.count, right.count);
  size_t same = 0;
  while (same < shared && CompareLabels(left.FromRight(same), right.FromRight(same)) == 0) ++same;
  return a.suffix(same);
}

std::optional<dns::Name> WildcardOf(dns::NameView name) {
  dns::Name out(name);
  if (!out.Prepend("*")) return std::nullopt;
  return out;
}

}  // namespace caascan::dnssec
