// Members of a JSON object read by name, with the first complaint kept: for files that people write
// by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <nlohmann/json_fwd.hpp>

namespace caascan::lab {

/// The first error of a whole file.
class JsonErrors {
 public:
  explicit JsonErrors(std::string source) : source_(std::move(source)) {}

  /// Keeps the complaint if it is the first.
  void Add(std::string_view where, std::string_view what);
  bool ok() const { return status_.ok(); }
  const absl::Status& status() const { return status_; }

 private:
  std::string source_;
  absl::Status status_;
};

/// A value of a file, and which object of the file it stands in. Lives as long as the file is read;
/// a copy is the same value.
class JsonValue {
 public:
  /// `value` and `errors` outlive it.
  JsonValue(const nlohmann::ordered_json& value, std::string where, JsonErrors* errors)
      : value_(&value), where_(std::move(where)), errors_(errors) {}

  bool is_object() const;
  bool is_list() const;
  /// The value, if it is of that type and in that range; another is no error here.
  std::optional<std::string> Text() const;
  std::optional<bool> Bool() const;
  std::optional<uint32_t> Number(uint32_t max) const;
  std::optional<double> Real(double max) const;
  /// The text of an object's member; empty where there is none.
  std::string TextOf(std::string_view key) const;

  void Complain(std::string_view what) const { errors_->Add(where_, what); }
  const std::string& where() const { return where_; }

 private:
  friend class JsonObject;

  const nlohmann::ordered_json* value_;
  std::string where_;
  JsonErrors* errors_;
};

/// One object. A member that is missing reads as what the caller says; one of the wrong type is an
/// error, and then reads as missing. When it goes, members that were not read are errors too: a
/// misspelt option never passes silently.
class JsonObject {
 public:
  /// `where` tells people which object of the file it is. A value that is no object is an error,
  /// and then has no members.
  JsonObject(JsonValue value, std::string where);
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;
  ~JsonObject();

  std::optional<JsonValue> Any(std::string_view key);
  std::optional<std::string> Text(std::string_view key);
  std::string Text(std::string_view key, std::string_view missing);
  std::optional<bool> Bool(std::string_view key);
  uint32_t Number(std::string_view key, uint32_t max, uint32_t missing);
  double Real(std::string_view key, double max, double missing);
  /// A list of strings; one string alone is a list of one. Empty where it is missing.
  std::vector<std::string> Texts(std::string_view key);
  /// What a word stands for, `missing` where there is none.
  template <typename T>
  T Word(std::string_view key, const std::vector<std::pair<std::string_view, T>>& words,
         T missing) {
    const std::optional<std::string> text = Text(key);
    std::string wanted;
    for (size_t i = 0; i < words.size(); ++i) {
      if (text == words[i].first) return words[i].second;
      wanted += i == 0 ? "" : i + 1 < words.size() ? ", " : " or ";
      wanted += words[i].first;
    }
    if (text) WrongType(key, wanted);
    return missing;
  }
  /// The elements of a list; empty where it is missing.
  std::vector<JsonValue> List(std::string_view key);
  /// The names of all members, in the file's order.
  const std::vector<std::string>& names() const { return names_; }

  void WrongType(std::string_view key, std::string_view wanted);
  void Complain(std::string_view what) { value_.Complain(what); }
  const std::string& where() const { return value_.where(); }

 private:
  /// A member that `read` makes a value of. Where it cannot, the member must be what is `wanted`.
  template <typename T>
  std::optional<T> As(std::string_view key, std::string_view wanted,
                      absl::FunctionRef<std::optional<T>(const JsonValue&)> read);

  JsonValue value_;
  std::vector<std::string> names_;
  std::vector<std::string> known_;  // Those that somebody asked for.
};

/// Parses a text and gives its value to `read`; returns the first complaint. Where it is no JSON
/// the complaint has the line and column, and `read` is not called; nor is it where an object has
/// two members of one name. `source` names the file in complaints.
[[nodiscard]] absl::Status ReadJson(std::string_view text, std::string_view source,
                                    absl::FunctionRef<void(const JsonValue&)> read);

/// The whole text of a file, with the file's name in the error.
[[nodiscard]] absl::Status ReadWholeFile(const std::string& path, std::string* out);

}  // namespace caascan::lab
