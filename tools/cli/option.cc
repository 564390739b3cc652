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

}  // namespace

CLI::Validator WholeNumber(int64_t min, int64_t max) {
  auto check = [min, max](std::string& text) {
    int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && stop == end && value >= min && value <= max) return std::string();
    return "\"" + text + "\" is no whole number from " + std::to_string(min) + " to " +
           std::to_string(max);
  };
  return CLI::Validator(check, "");
}

CLI::Validator OneOf(std::vector<std::string> words) {
  auto check = [words = std::move(words)](std::string& text) {
    for (const std::string& word : words) {
      if (text == word) return std::string();
    }
    return "\"" + text + "\" is none of " + Join(words, ", ");
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

}  // namespace caascan::cli
