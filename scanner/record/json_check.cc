// The grammar of RFC 8259 as one function a rule. Each takes what it is named for off the front of
// the text and says whether it was there. Tested by json_check_test.cc.
#include "scanner/record/json_check.h"

#include "scanner/record/utf8.h"

namespace caascan::record {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  bool WholeObject() {
    SkipSpace();
    if (!StartsWith('{') || !TakeValue(0)) return false;
    SkipSpace();
    return position_ == text_.size();
  }
  /// How far the rules went.
  size_t position() const { return position_; }

 private:
  bool StartsWith(char c) const { return position_ < text_.size() && text_[position_] == c; }

  bool Take(char c) {
    if (!StartsWith(c)) return false;
    ++position_;
    return true;
  }

  void SkipSpace() {
    while (StartsWith(' ') || StartsWith('\t') || StartsWith('\r') || StartsWith('\n')) ++position_;
  }

  bool TakeLiteral(std::string_view literal) {
    if (!text_.substr(position_).starts_with(literal)) return false;
    position_ += literal.size();
    return true;
  }

  bool TakeDigits() {
    const size_t start = position_;
    while (position_ < text_.size() && IsDigit(text_[position_])) ++position_;
    return position_ > start;
  }

  bool TakeNumber() {  // RFC 8259 §6: no leading zeros, no bare point.
    Take('-');
    if (!Take('0') && !TakeDigits()) return false;
    if (Take('.') && !TakeDigits()) return false;
    if (Take('e') || Take('E')) {
      if (!Take('+')) Take('-');
      return TakeDigits();
    }
    return true;
  }

  bool TakeEscape() {
    if (Take('u')) {
      for (int i = 0; i < 4; ++i, ++position_) {
        if (position_ >= text_.size() || !IsHexDigit(text_[position_])) return false;
      }
      return true;
    }
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    if (position_ >= text_.size() || kEscapes.find(text_[position_]) == std::string_view::npos) {
      return false;
    }
    ++position_;
    return true;
  }

  bool TakeString() {
    if (!Take('"')) return false;
    while (position_ < text_.size()) {
      if (Take('"')) return true;
      if (Take('\\')) {
        if (!TakeEscape()) return false;
        continue;
      }
      if (static_cast<unsigned char>(text_[position_]) < 0x20) return false;
      const Utf8Character character = DecodeUtf8(text_, position_);
      if (!character.valid) return false;
      position_ += character.size;
    }
    return false;
  }

  bool TakeMember(int depth) {
    SkipSpace();
    if (!TakeString()) return false;
    SkipSpace();
    return Take(':') && TakeValue(depth);
  }

  /// What follows the opening bracket.
  bool TakeList(char close, bool members, int depth) {
    if (depth > kMaxJsonDepth) return false;
    SkipSpace();
    if (Take(close)) return true;
    do {
      if (!(members ? TakeMember(depth) : TakeValue(depth))) return false;
      SkipSpace();
    } while (Take(','));
    return Take(close);
  }

  bool TakeValue(int depth) {
    SkipSpace();
    if (Take('{')) return TakeList('}', true, depth + 1);
    if (Take('[')) return TakeList(']', false, depth + 1);
    if (StartsWith('"')) return TakeString();
    return TakeLiteral("true") || TakeLiteral("false") || TakeLiteral("null") || TakeNumber();
  }

  const std::string_view text_;
  size_t position_ = 0;
};

}  // namespace

bool IsJsonObject(std::string_view text) { return Checker(text).WholeObject(); }

std::optional<size_t> FindJsonFault(std::string_view text) {
  Checker checker(text);
  if (checker.WholeObject()) return std::nullopt;
  return checker.position();
}

}  // namespace caascan::record
