// Domain names in wire form (RFC 1035 §3.1): a view, an owner with inline storage, and their text
// form.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "scanner/dns/codes.h"

namespace caascan::dns {

/// An uncompressed domain name in wire form that somebody else owns. Always well-formed: labels of
/// 1 to 63 octets, then a zero octet, 255 octets at most; only Name, FromWire and parents of views
/// make one. Letter case is kept, and ignored by comparison and hash (RFC 4343). Copy freely; valid
/// as long as the bytes are.
class NameView {
 public:
  /// The root.
  constexpr NameView() : data_(kRootWire.data()), size_(1) {}

  /// The name at the start of `wire`, uncompressed; nullopt where it is not well-formed or not all
  /// of `wire`.
  static std::optional<NameView> FromWire(std::span<const uint8_t> wire);

  /// Trusts the caller that `wire` is one well-formed uncompressed name.
  static constexpr NameView FromTrusted(const uint8_t* data, size_t size) {
    return NameView(data, static_cast<uint8_t>(size));
  }

  const uint8_t* data() const { return data_; }
  /// Octets, the final zero included: 1 to 255.
  size_t size() const { return size_; }
  std::span<const uint8_t> wire() const { return {data_, size_}; }
  /// The same bytes as characters, for use as a map's key once lower-cased.
  std::string_view bytes() const { return {reinterpret_cast<const char*>(data_), size_}; }

  bool is_root() const { return size_ == 1; }
  /// Labels without the root's: 0 for the root.
  size_t label_count() const;
  /// The leftmost label's octets; empty for the root.
  std::string_view first_label() const {
    return {reinterpret_cast<const char*>(data_ + 1), static_cast<size_t>(data_[0])};
  }
  bool is_wildcard() const { return size_ > 2 && data_[0] == 1 && data_[1] == '*'; }

  /// Without the leftmost label. The root's is the root: strangers' server names and aliases may be
  /// that.
  NameView parent() const {
    const size_t skip = is_root() ? 0 : 1u + data_[0];
    return NameView(data_ + skip, static_cast<uint8_t>(size_ - skip));
  }
  /// The ancestor that has `labels` labels; itself where it has no more.
  NameView suffix(size_t labels) const;

  /// True for equal names too.
  bool IsAtOrBelow(NameView ancestor) const;
  bool IsBelow(NameView ancestor) const { return size_ > ancestor.size_ && IsAtOrBelow(ancestor); }

  /// Master-file presentation (RFC 1035 §5.1, RFC 4343 §2.1) without the final dot; the root is
  /// ".". Octets other than printable ASCII come as \DDD; dots and backslashes inside labels with a
  /// backslash. Case is kept.
  std::string ToText() const;
  void AppendText(std::string* out) const;
  /// Likewise, in lower case.
  std::string ToLowerText() const;

  friend bool operator==(NameView a, NameView b);
  /// Equal to the octet, letter case included (what 0x20 asks for).
  bool IdenticalTo(NameView other) const {
    return size_ == other.size_ && std::memcmp(data_, other.data_, size_) == 0;
  }

 private:
  friend class Name;
  friend class CompactName;
  constexpr NameView(const uint8_t* data, uint8_t size) : data_(data), size_(size) {}

  static constexpr std::array<uint8_t, 1> kRootWire{0};

  const uint8_t* data_;
  uint8_t size_;
};

/// Why a text or a set of labels is no domain name.
enum class NameError : uint8_t {
  kNone,
  kEmpty,
  kEmptyLabel,
  kLabelTooLong,
  kNameTooLong,
  kBadEscape,
};
std::string_view NameErrorText(NameError error);

/// A domain name that owns its bytes, inline: no allocation, 256 octets. A value.
class Name {
 public:
  /// The root.
  Name() : size_(1) { wire_[0] = 0; }
  explicit Name(NameView view) { Assign(view); }
  Name(const Name& other) { Assign(other); }
  Name& operator=(const Name& other) {
    if (this != &other) Assign(other);
    return *this;
  }
  Name& operator=(NameView view) {
    Assign(view);
    return *this;
  }

  operator NameView() const { return view(); }
  NameView view() const { return NameView(wire_.data(), size_); }
  size_t size() const { return size_; }

  /// From presentation form, with or without the final dot; "." is the root. Escapes \DDD and \X
  /// are read. On failure *out is unchanged and the error says why.
  static NameError FromText(std::string_view text, Name* out);

  /// Puts a label in front (`*` makes a wildcard). False, and unchanged, where the result would be
  /// too long.
  bool Prepend(std::string_view label);

  /// DNAME substitution (RFC 6672 §2.3): replaces the suffix `owner` of `name` by `target`. nullopt
  /// where the result would exceed 255 octets. REQUIRES: name.IsBelow(owner).
  static std::optional<Name> Substitute(NameView name, NameView owner, NameView target);

  void ToLower();

  friend bool operator==(const Name& a, const Name& b) { return a.view() == b.view(); }

 private:
  friend class NameReader;
  void Assign(NameView view) {
    size_ = static_cast<uint8_t>(view.size());
    std::memmove(wire_.data(), view.data(), view.size());
  }

  uint8_t size_;
  std::array<uint8_t, kMaxNameSize> wire_;
};

/// A domain name that owns its bytes, for names that are held by the ten thousand: inline where it
/// is short, as nearly all are, else on the heap. A value of 48 octets. Views of it end when it is
/// assigned to, moved or destroyed.
class CompactName {
 public:
  /// The root.
  CompactName() : size_(1) { bytes_[0] = 0; }
  explicit CompactName(NameView view) { Store(view); }
  CompactName(const CompactName& other) { Store(other.view()); }
  /// Leaves the root behind.
  CompactName(CompactName&& other) noexcept { Take(&other); }
  CompactName& operator=(CompactName&& other) noexcept {
    if (this == &other) return *this;
    Free();
    Take(&other);
    return *this;
  }
  CompactName& operator=(const CompactName& other) { return *this = CompactName(other); }
  CompactName& operator=(NameView view) { return *this = CompactName(view); }
  ~CompactName() { Free(); }

  operator NameView() const { return view(); }
  NameView view() const { return NameView(size_ > kInline ? heap() : bytes_.data(), size_); }
  /// What it holds outside itself.
  size_t heap_bytes() const { return size_ > kInline ? size_ : 0; }

  friend bool operator==(const CompactName& a, const CompactName& b) {
    return a.view() == b.view();
  }

 private:
  static constexpr size_t kInline = 47;

  void Store(NameView view);
  uint8_t* heap() const {
    uint8_t* pointer = nullptr;
    std::memcpy(&pointer, bytes_.data(), sizeof pointer);
    return pointer;
  }
  void Free() {
    if (size_ > kInline) delete[] heap();
  }
  void Take(CompactName* other) noexcept {
    size_ = other->size_;
    bytes_ = other->bytes_;
    other->size_ = 1;
    other->bytes_[0] = 0;
  }

  uint8_t size_;
  std::array<uint8_t, kInline> bytes_;  // Or, where the name is longer, the pointer to them.
};

/// Case-insensitive hash and equality, for maps keyed by lower-cased wire bytes or by views.
uint64_t HashName(NameView name, uint64_t seed = 0);
struct NameHash {
  using is_transparent = void;
  size_t operator()(NameView name) const { return static_cast<size_t>(HashName(name)); }
};
struct NameEqual {
  using is_transparent = void;
  bool operator()(NameView a, NameView b) const { return a == b; }
};

/// ASCII lower case of one octet (RFC 4343: nothing beyond ASCII folds).
constexpr uint8_t LowerOctet(uint8_t c) {
  return (c >= 'A' && c <= 'Z') ? static_cast<uint8_t>(c + ('a' - 'A')) : c;
}

}  // namespace caascan::dns
