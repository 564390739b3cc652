// A name's key holds its labels from the last to the first, each as the key of its octets, and a
// zero octet, which no label begins with. The key of octets is they themselves, zeros escaped, and
// a zero octet. Tested by zone_sorter_test.cc and zone_digest_test.cc.
#include "scanner/zonefile/canonical_key.h"

#include <array>
#include <cassert>

namespace caascan::zonefile {
namespace {

constexpr char kEnd = '\0';
constexpr char kEscape = '\1';  // What follows is one more than the octet.

}  // namespace

void AppendOctetsKey(std::string_view octets, std::string* out) {
  for (const char octet : octets) {
    const bool special = octet == kEnd || octet == kEscape;
    if (special) out->push_back(kEscape);
    out->push_back(special ? static_cast<char>(octet + 1) : octet);
  }
  out->push_back(kEnd);
}

void TakeOctetsKey(std::string_view* key, std::string* octets) {
  octets->clear();
  for (; key->front() != kEnd; key->remove_prefix(1)) {
    const bool escaped = key->front() == kEscape;
    if (escaped) key->remove_prefix(1);
    octets->push_back(static_cast<char>(key->front() - (escaped ? 1 : 0)));
  }
  key->remove_prefix(1);
}

void AppendNameKey(dns::NameView name, std::string* out) {
  dns::Name lower(name);
  lower.ToLower();
  std::array<dns::NameView, dns::kMaxNameSize / 2 + 1> suffixes;
  size_t labels = 0;
  for (dns::NameView at = lower; !at.is_root(); at = at.parent()) suffixes.at(labels++) = at;
  while (labels > 0) AppendOctetsKey(suffixes.at(--labels).first_label(), out);
  out->push_back(kEnd);
}

dns::Name TakeNameKey(std::string_view* key) {
  dns::Name name;
  std::string label;
  while (key->front() != kEnd) {
    TakeOctetsKey(key, &label);
    [[maybe_unused]] const bool fits = name.Prepend(label);
    assert(fits && "it was a name");
  }
  key->remove_prefix(1);
  return name;
}

}  // namespace caascan::zonefile
