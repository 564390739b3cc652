// What the engine says: a value, and the reader that makes it of octets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

namespace caascan::share {

/// A reply of Redis's protocol, version 2. A value.
struct Reply {
  enum class Kind : uint8_t { kNil, kInteger, kText, kError, kList };
  Kind kind = Kind::kNil;
  int64_t integer = 0;
  std::string text;  // Of kText and kError.
  std::vector<Reply> items;

  /// A number, also one that was written as text.
  std::optional<int64_t> AsInteger() const;
  /// Likewise, and not less than zero.
  std::optional<uint64_t> AsCount() const;
  std::optional<std::string_view> AsText() const;
  /// nullptr where this is no list, or has no item there.
  const Reply* At(size_t index) const;
};

}  // namespace caascan::share
