// The one source that compiles nlohmann-json. It keeps the members of an object in the file's
// order, which matters: a behaviour may use those before it. Tested by scenario_test.cc.
#include "tools/caalab/world/json_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include <absl/strings/str_cat.h>
#include <nlohmann/json.hpp>

namespace caascan::lab {
namespace {

using nlohmann::ordered_json;

/// Parses a text. What is wrong with it goes to *errors: JSON that is none, or a member that stands
/// twice in its object.
ordered_json Parse(std::string_view text, JsonErrors* errors) {
  std::vector<std::set<std::string>> names;  // Of the objects around, by how deep they are.
  const auto see = [&](int parents, ordered_json::parse_event_t event, const ordered_json& value) {
    const auto depth = static_cast<size_t>(parents);
    if (event == ordered_json::parse_event_t::object_start) {
      names.resize(depth);
      names.emplace_back();
    } else if (event == ordered_json::parse_event_t::key) {
      const auto& name = value.get_ref<const std::string&>();
      if (!names[depth - 1].insert(name).second) {
        errors->Add("", absl::StrCat("an object has two members called \"", name, "\""));
      }
    }
    return true;
  };
  try {
    return ordered_json::parse(text, see);
  } catch (const ordered_json::exception& error) {
    const std::string_view what = error.what();
    errors->Add("", what.substr(what.find(' ') + 1));  // After the library's code for it.
    return ordered_json();
  }
}

}  // namespace

void JsonErrors::Add(std::string_view where, std::string_view what) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(absl::StrCat(source_, ": ", std::string(where),
                                                    where.empty() ? "" : ": ", std::string(what)));
}

bool JsonValue::is_object() const { return value_->is_object(); }
bool JsonValue::is_list() const { return value_->is_array(); }

std::optional<std::string> JsonValue::Text() const {
  if (!value_->is_string()) return std::nullopt;
  return value_->get<std::string>();
}

std::optional<bool> JsonValue::Bool() const {
  if (!value_->is_boolean()) return std::nullopt;
  return value_->get<bool>();
}

std::optional<uint32_t> JsonValue::Number(uint32_t max) const {
  if (!value_->is_number_unsigned() || value_->get<uint64_t>() > max) return std::nullopt;
  return value_->get<uint32_t>();
}

std::optional<double> JsonValue::Real(double max) const {
  if (!value_->is_number()) return std::nullopt;
  const auto out = value_->get<double>();
  return out >= 0 && out <= max ? std::optional(out) : std::nullopt;
}

std::string JsonValue::TextOf(std::string_view key) const {
  const auto found = value_->find(key);
  return found == value_->end() || !found->is_string() ? "" : found->get<std::string>();
}

JsonObject::JsonObject(JsonValue value, std::string where) : value_(std::move(value)) {
  value_.where_ = std::move(where);
  if (!value_.is_object()) {
    Complain("is no JSON object");
    return;
  }
  for (const auto& [name, member] : value_.value_->items()) names_.push_back(name);
}

JsonObject::~JsonObject() {
  for (const std::string& name : names_) {
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
      Complain(absl::StrCat("no member is called \"", name, "\""));
    }
  }
}

std::optional<JsonValue> JsonObject::Any(std::string_view key) {
  known_.emplace_back(key);
  const auto found = value_.value_->find(key);
  if (found == value_.value_->end()) return std::nullopt;
  return JsonValue(*found, where(), value_.errors_);
}

void JsonObject::WrongType(std::string_view key, std::string_view wanted) {
  Complain(absl::StrCat("\"", std::string(key), "\" must be ", std::string(wanted)));
}

template <typename T>
std::optional<T> JsonObject::As(std::string_view key, std::string_view wanted,
                                absl::FunctionRef<std::optional<T>(const JsonValue&)> read) {
  const auto value = Any(key);
  if (!value) return std::nullopt;
  auto out = read(*value);
  if (!out) WrongType(key, wanted);
  return out;
}

std::optional<std::string> JsonObject::Text(std::string_view key) {
  return As<std::string>(key, "a string", &JsonValue::Text);
}

std::string JsonObject::Text(std::string_view key, std::string_view missing) {
  return Text(key).value_or(std::string(missing));
}

std::optional<bool> JsonObject::Bool(std::string_view key) {
  return As<bool>(key, "true or false", &JsonValue::Bool);
}

uint32_t JsonObject::Number(std::string_view key, uint32_t max, uint32_t missing) {
  const auto read = [max](const JsonValue& value) { return value.Number(max); };
  return As<uint32_t>(key, absl::StrCat("a whole number from 0 to ", max), read).value_or(missing);
}

double JsonObject::Real(std::string_view key, double max, double missing) {
  const auto read = [max](const JsonValue& value) { return value.Real(max); };
  return As<double>(key, absl::StrCat("a number from 0 to ", max), read).value_or(missing);
}

std::vector<std::string> JsonObject::Texts(std::string_view key) {
  const auto value = Any(key);
  if (!value) return {};
  if (auto text = value->Text()) return {*std::move(text)};
  std::vector<std::string> out;
  bool sound = value->is_list();
  for (const ordered_json& item : *value->value_) {
    sound = sound && item.is_string();
    if (sound) out.push_back(item.get<std::string>());
  }
  if (!sound) WrongType(key, "a string or a list of strings");
  return out;
}

std::vector<JsonValue> JsonObject::List(std::string_view key) {
  const auto value = Any(key);
  if (!value) return {};
  if (!value->is_list()) {
    WrongType(key, "a list");
    return {};
  }
  std::vector<JsonValue> out;
  for (const ordered_json& item : *value->value_) {
    out.emplace_back(item, where(), value_.errors_);
  }
  return out;
}

absl::Status ReadJson(std::string_view text, std::string_view source,
                      absl::FunctionRef<void(const JsonValue&)> read) {
  JsonErrors errors{std::string(source)};
  const ordered_json document = Parse(text, &errors);
  if (errors.ok()) read(JsonValue(document, "", &errors));
  return errors.status();
}

absl::Status ReadWholeFile(const std::string& path, std::string* out) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // Of an empty file there is nothing to copy, and that would count as a failure.
  if (file && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (!file || text.fail()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::strerror(errno)));
  }
  *out = text.str();
  return absl::OkStatus();
}

}  // namespace caascan::lab
