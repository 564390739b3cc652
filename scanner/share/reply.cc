// Tested by session_test.cc.
#include "scanner/share/reply.h"

#include <absl/strings/numbers.h>

namespace caascan::share {

std::optional<int64_t> Reply::AsInteger() const {
  if (kind == Kind::kInteger) return integer;
  int64_t number = 0;
  if (kind == Kind::kText && absl::SimpleAtoi(text, &number)) return number;
  return std::nullopt;
}

std::optional<uint64_t> Reply::AsCount() const {
  const auto number = AsInteger();
  if (!number.has_value() || *number < 0) return std::nullopt;
  return static_cast<uint64_t>(*number);
}

std::optional<std::string_view> Reply::AsText() const {
  if (kind != Kind::kText) return std::nullopt;
  return text;
}

const Reply* Reply::At(size_t index) const {
  return kind == Kind::kList && index < items.size() ? &items[index] : nullptr;
}

}  // namespace caascan::share
