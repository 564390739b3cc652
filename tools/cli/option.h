// What the options of our programs have in common, on top of CLI11: values checked with one clear
// line, and help that looks alike everywhere.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace caascan::cli {

/// Accepts whole decimal numbers from `min` to `max`, no sign but a leading minus, no blanks.
CLI::Validator WholeNumber(int64_t min, int64_t max = std::numeric_limits<uint32_t>::max());

/// Accepts exactly these words.
CLI::Validator OneOf(std::vector<std::string> words);

/// One option of a command as help, man page and completion show it. `names` is CLI11's
/// ("-o,--output"), `metavar` stands for the value: "FILE" and "FILE..." complete to paths, "a|b|c"
/// to the words.
struct OptionText {
  std::string names;
  std::string metavar;
  std::string description;
};

/// Adds an option that takes one value into `*value`, which also holds the default.
template <typename T>
CLI::Option* AddOption(CLI::App* app, const OptionText& text, T* value) {
  return app->add_option(text.names, *value, text.description)->option_text(text.metavar);
}

/// Adds an option that may be given several times, one value each time.
CLI::Option* AddRepeatedOption(CLI::App* app, const OptionText& text,
                               std::vector<std::string>* values);

/// "a|b|c".
std::string MetavarOf(const std::vector<std::string>& words);
/// The words of a metavar such as "a|b|c"; empty for any other.
std::vector<std::string> MetavarWords(const std::string& metavar);

/// What each word of a choice stands for: a value of an enumeration, or a bool.
template <typename T>
using Choices = std::vector<std::pair<std::string, T>>;

/// Adds an option whose value is one of these words, which are its metavar.
template <typename T>
CLI::Option* AddChoice(CLI::App* app, const std::string& names, const std::string& description,
                       const Choices<T>& choices, T* value) {
  std::vector<std::string> words;
  std::string usual;  // None where the default is no choice.
  for (const auto& [word, meaning] : choices) {
    words.push_back(word);
    if (meaning == *value) usual = word;
  }
  const auto choose = [choices, value](const std::string& typed) {
    for (const auto& [word, meaning] : choices) {
      if (word == typed) *value = meaning;
    }
  };
  return app->add_option_function<std::string>(names, choose, description)
      ->option_text(MetavarOf(words))
      ->default_str(usual)
      ->check(OneOf(words));
}

/// Every option of a command that is parsed by its name, with its values as typed, or its default.
std::vector<std::pair<std::string, std::vector<std::string>>> OptionValues(CLI::App* app);

}  // namespace caascan::cli
