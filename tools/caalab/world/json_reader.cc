// Tested by scenario_test.cc.
#include "tools/caalab/world/json_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <absl/strings/str_cat.h>

namespace caascan::lab {

using simdjson::dom::element;

void JsonErrors::Add(std::string_view where, std::string_view what) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(absl::StrCat(source_, ": ", std::string(where),
                                                    where.empty() ? "" : ": ", std::string(what)));
}

JsonObject::JsonObject(element value, std::string where, JsonErrors* errors)
    : where_(std::move(where)), errors_(errors) {
  is_object_ = value.get(object_) == simdjson::SUCCESS;
  if (!is_object_) Complain("is no JSON object");
}

JsonObject::~JsonObject() {
  if (!is_object_) return;
  for (const auto& field : object_) {
    if (std::find(known_.begin(), known_.end(), field.key) == known_.end()) {
      Complain(absl::StrCat("no member is called \"", std::string(field.key), "\""));
    }
  }
}

std::optional<element> JsonObject::Any(std::string_view key) {
  known_.emplace_back(key);
  element value;
  if (!is_object_ || object_.at_key(key).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

void JsonObject::WrongType(std::string_view key, std::string_view wanted) {
  Complain(absl::StrCat("\"", std::string(key), "\" must be ", std::string(wanted)));
}

std::optional<std::string> JsonObject::Text(std::string_view key) {
  const auto value = Any(key);
  if (!value) return std::nullopt;
  std::string_view text;
  if (value->get(text) == simdjson::SUCCESS) return std::string(text);
  WrongType(key, "a string");
  return std::nullopt;
}

std::optional<bool> JsonObject::Bool(std::string_view key) {
  const auto value = Any(key);
  if (!value) return std::nullopt;
  bool out = false;
  if (value->get(out) == simdjson::SUCCESS) return out;
  WrongType(key, "true or false");
  return std::nullopt;
}

std::optional<uint64_t> JsonObject::Number(std::string_view key, uint64_t max) {
  const auto value = Any(key);
  if (!value) return std::nullopt;
  uint64_t out = 0;
  if (value->get(out) == simdjson::SUCCESS && out <= max) return out;
  WrongType(key, absl::StrCat("a whole number from 0 to ", max));
  return std::nullopt;
}

std::optional<double> JsonObject::Real(std::string_view key, double max) {
  const auto value = Any(key);
  if (!value) return std::nullopt;
  double out = 0;
  if (value->get(out) == simdjson::SUCCESS && out >= 0 && out <= max) return out;
  WrongType(key, absl::StrCat("a number from 0 to ", max));
  return std::nullopt;
}

std::optional<std::vector<std::string>> JsonObject::Texts(std::string_view key) {
  const auto value = Any(key);
  if (!value) return std::nullopt;
  std::string_view text;
  if (value->get(text) == simdjson::SUCCESS) return std::vector<std::string>{std::string(text)};
  simdjson::dom::array list;
  std::vector<std::string> out;
  bool sound = value->get(list) == simdjson::SUCCESS;
  if (sound) {
    for (const element item : list) {
      sound = sound && item.get(text) == simdjson::SUCCESS;
      out.emplace_back(text);
    }
  }
  if (sound) return out;
  WrongType(key, "a string or a list of strings");
  return std::nullopt;
}

std::vector<element> JsonObject::List(std::string_view key) {
  const auto value = Any(key);
  if (!value) return {};
  simdjson::dom::array list;
  if (value->get(list) != simdjson::SUCCESS) {
    WrongType(key, "a list");
    return {};
  }
  return {list.begin(), list.end()};
}

absl::Status ReadWholeFile(const std::string& path, std::string* out) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || text.fail()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::strerror(errno)));
  }
  *out = text.str();
  return absl::OkStatus();
}

}  // namespace caascan::lab
