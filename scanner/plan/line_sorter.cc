// A record is the key, the number, the part's number and whether more follow, all with the most
// significant octet first, then the text. Tested by line_sorter_test.cc.
#include "scanner/plan/line_sorter.h"

#include <algorithm>
#include <cassert>

namespace caascan::plan {
namespace {

constexpr size_t kNumberSize = 8;
constexpr size_t kPartSize = 4;
constexpr size_t kPartText = size_t{48} << 10;

void AppendBigEndian(uint64_t value, size_t octets, std::string* out) {
  for (size_t i = octets; i-- > 0;) out->push_back(static_cast<char>(value >> (8 * i)));
}

}  // namespace

void LineSorter::Add(std::string_view key, uint64_t number, std::string_view line) {
  assert(key.size() == key_size_ && "keys have one size");
  for (uint32_t part = 0;; ++part) {
    const std::string_view text = line.substr(0, kPartText);
    line.remove_prefix(text.size());
    record_.assign(key);
    AppendBigEndian(number, kNumberSize, &record_);
    AppendBigEndian(part, kPartSize, &record_);
    record_.push_back(line.empty() ? '\0' : '\1');
    record_.append(text);
    sorter_.Add(record_);
    if (line.empty()) return;
  }
}

bool LineSorter::Next() {
  line_.clear();
  const size_t head = key_size_ + kNumberSize;
  std::string_view record;
  while (sorter_.Next(&record)) {
    head_.assign(record.substr(0, head));
    const bool more = record[head + kPartSize] != '\0';
    line_.append(record.substr(head + kPartSize + 1));
    if (!more) return true;
  }
  return false;
}

uint64_t LineSorter::number() const {
  uint64_t number = 0;
  for (size_t i = 0; i < kNumberSize; ++i) {
    number = (number << 8) | static_cast<unsigned char>(head_[key_size_ + i]);
  }
  return number;
}

}  // namespace caascan::plan
