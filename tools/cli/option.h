// What the options of our programs have in common, on top of CLI11: values checked with one clear
// line, and help that looks alike everywhere.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
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

/// Adds an option whose value is one of the words of its metavar ("a|b|c").
CLI::Option* AddChoice(CLI::App* app, const OptionText& text, std::string* value);

/// The words of a metavar such as "a|b|c"; empty for any other.
std::vector<std::string> MetavarWords(const std::string& metavar);

}  // namespace caascan::cli
