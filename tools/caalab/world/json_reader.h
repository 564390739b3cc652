// Members of a JSON object read by name, with the first complaint kept: for files that people write
// by hand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <simdjson.h>

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

/// One object. A member that is missing reads as nullopt; one of the wrong type is an error. When
/// it goes, members that nobody asked for are errors too: a misspelt option never passes silently.
class JsonObject {
 public:
  /// `where` tells people which object of the file it is. `errors` outlives it. A value that is no
  /// object is an error, and then has no members.
  JsonObject(simdjson::dom::element value, std::string where, JsonErrors* errors);
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;
  ~JsonObject();

  std::optional<simdjson::dom::element> Any(std::string_view key);
  std::optional<std::string> Text(std::string_view key);
  std::optional<bool> Bool(std::string_view key);
  std::optional<uint64_t> Number(std::string_view key, uint64_t max);
  std::optional<double> Real(std::string_view key, double max);
  /// A list of strings; one string alone is a list of one.
  std::optional<std::vector<std::string>> Texts(std::string_view key);
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
  std::vector<simdjson::dom::element> List(std::string_view key);

  void Complain(std::string_view what) { errors_->Add(where_, what); }
  const std::string& where() const { return where_; }
  JsonErrors& errors() { return *errors_; }

 private:
  void WrongType(std::string_view key, std::string_view wanted);

  simdjson::dom::object object_;
  bool is_object_ = false;
  std::string where_;
  JsonErrors* errors_;
  std::vector<std::string> known_;
};

/// The whole text of a file, with the file's name in the error.
[[nodiscard]] absl::Status ReadWholeFile(const std::string& path, std::string* out);

}  // namespace caascan::lab
