#include "tools/cli/option.h"

#include <charconv>
#include <sstream>
#include <utility>

namespace caascan::cli {
namespace {

std::string Join(const std::vector<std::string>& words, const char* separator) {
  std::string joined;
  for (const std::string& word : words) {
    joined += (joined.empty() ? "" : separator) + word;
  }
  return joined;
}

/// As its variable holds it; empty where that is empty, or no word of a choice.
std::string DefaultOf(CLI::Option* option) {
  const bool is_choice = !MetavarWords(option->get_option_text()).empty();
  if (option->get_default_str().empty() && !is_choice) option->capture_default_str();
  const std::string text = option->get_default_str();
  return text == "[]" || text == "{}" ? "" : text;
}

}  // namespace

CLI::Validator WholeNumber(int64_t min, int64_t max) {
  auto check = [min, max](std::string& text) {
    int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && stop == end && value >= min && value <= max) return std::string();
    return "\"" + text + "\" is not a whole number from " + std::to_string(min) + " to " +
           std::to_string(max);
  };
  return CLI::Validator(check, "");
}

CLI::Validator OneOf(std::vector<std::string> words) {
  auto check = [words = std::move(words)](std::string& text) {
    for (const std::string& word : words) {
      if (text == word) return std::string();
    }
    return "\"" + text + "\" is not one of " + Join(words, ", ");
  };
  return CLI::Validator(check, "");
}

CLI::Option* AddRepeatedOption(CLI::App* app, const OptionText& text,
                               std::vector<std::string>* values) {
  return AddOption(app, text, values)->allow_extra_args(false);
}

std::string MetavarOf(const std::vector<std::string>& words) { return Join(words, "|"); }

std::vector<std::string> MetavarWords(const std::string& metavar) {
  std::vector<std::string> words;
  if (metavar.find('|') == std::string::npos) return words;
  std::istringstream stream(metavar);
  for (std::string word; std::getline(stream, word, '|');) words.push_back(word);
  return words;
}

std::vector<std::pair<std::string, std::vector<std::string>>> OptionValues(CLI::App* app) {
  std::vector<std::pair<std::string, std::vector<std::string>>> values;
  for (CLI::Option* option : app->get_options({})) {
    if (option->get_positional() || option == app->get_help_ptr()) continue;
    const bool is_flag = option->get_expected_min() == 0;
    std::vector<std::string> given;
    if (is_flag) {
      given = {option->count() > 0 ? "true" : "false"};
    } else if (option->count() > 0) {
      given = option->results();
    } else if (const std::string usual = DefaultOf(option); !usual.empty()) {
      given = {usual};
    }
    values.emplace_back(option->get_name(), std::move(given));
  }
  return values;
}

}  // namespace caascan::cli
