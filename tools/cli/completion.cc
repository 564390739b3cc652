// Each script knows three things about a word: which subcommand it stands under, whether the word
// before it is an option that takes a value, and what that value may be (words, a path, or
// anything). Tested by tests/e2e/install_test.py.
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/documents.h"
#include "tools/cli/option.h"

namespace caascan::cli {
namespace {

std::vector<std::string> Spellings(const CLI::Option& option) {
  std::vector<std::string> spellings;
  for (const std::string& name : option.get_lnames()) spellings.push_back("--" + name);
  for (const std::string& name : option.get_snames()) spellings.push_back("-" + name);
  return spellings;
}

bool TakesValue(const CLI::Option& option) { return !option.get_option_text().empty(); }

bool TakesPath(const CLI::Option& option) {
  return option.get_option_text().starts_with("FILE") ||
         option.get_option_text().starts_with("[FILE");
}

std::string Join(const std::vector<std::string>& words, std::string_view separator) {
  std::string joined;
  for (const std::string& word : words) {
    if (!joined.empty()) joined += separator;
    joined += word;
  }
  return joined;
}

/// The text with every character of `special` behind a backslash.
std::string Quote(std::string_view text, std::string_view special) {
  std::string quoted;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

// bash

void AppendBashCommand(const CLI::App& app, std::string_view indent, std::string* out) {
  std::vector<std::string> words;
  *out += std::string(indent) + "case $previous in\n";
  for (const CLI::Option* option : VisibleOptions(app)) {
    const std::vector<std::string> spellings = Spellings(*option);
    words.insert(words.end(), spellings.begin(), spellings.end());
    if (!TakesValue(*option)) continue;
    const std::vector<std::string> values = MetavarWords(option->get_option_text());
    std::string action = TakesPath(*option) ? "compgen -f" : ":";
    if (!values.empty()) action = "compgen -W '" + Join(values, " ") + "'";
    *out += std::string(indent) + "  " + Join(spellings, "|") + ") mapfile -t COMPREPLY < <(" +
            action + (action == ":" ? "" : " -- \"$word\"") + "); return ;;\n";
  }
  *out += std::string(indent) + "esac\n";
  for (const CLI::App* subcommand : VisibleSubcommands(app)) {
    words.push_back(subcommand->get_name());
  }
  const bool paths = !Positionals(app).empty();
  *out += std::string(indent) + "mapfile -t COMPREPLY < <(compgen " + (paths ? "-f " : "") +
          "-W '" + Join(words, " ") + "' -- \"$word\")\n";
}

std::string BashCompletion(const CLI::App& program) {
  const std::string& name = program.get_name();
  std::string out = "# bash completion for " + name + "\n_" + name;
  out +=
      "() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  COMPREPLY=()\n"
      "  case ${COMP_WORDS[1]} in\n";
  for (const CLI::App* subcommand : VisibleSubcommands(program)) {
    out += "    " + subcommand->get_name() + ")\n      if [ \"$COMP_CWORD\" -gt 1 ]; then\n";
    AppendBashCommand(*subcommand, "        ", &out);
    out += "        return\n      fi\n      ;;\n";
  }
  out += "  esac\n";
  AppendBashCommand(program, "  ", &out);
  return out + "}\ncomplete -o filenames -F _" + name + " " + name + "\n";
}

// zsh

void AppendZshCommand(const CLI::App& app, std::string_view indent, std::string* out) {
  for (const CLI::Option* option : VisibleOptions(app)) {
    // A quote cannot stand inside quotes; in prose the typographic one reads as well.
    const std::string text = CLI::detail::find_and_replace(option->get_description(), "'", "’");
    std::string rest = "[" + Quote(text, ":\\[]") + "]";
    if (TakesValue(*option)) {
      const std::vector<std::string> values = MetavarWords(option->get_option_text());
      rest += ":" + Quote(option->get_option_text(), ":\\[]") + ":";
      if (!values.empty()) rest += "(" + Join(values, " ") + ")";
      if (TakesPath(*option)) rest += "_files";
    }
    for (const std::string& spelling : Spellings(*option)) {
      *out += indent;
      out->append("'*").append(spelling).append(rest).append("' \\\n");
    }
  }
}

std::string ZshCompletion(const CLI::App& program) {
  const std::string& name = program.get_name();
  std::string out = "#compdef " + name + "\n_" + name;
  out += "() {\n  case $words[2] in\n";
  std::vector<std::string> names;
  for (const CLI::App* subcommand : VisibleSubcommands(program)) {
    names.push_back(subcommand->get_name());
    out += "    " + subcommand->get_name() +
           ")\n      shift words; (( CURRENT-- ))\n      _arguments \\\n";
    AppendZshCommand(*subcommand, "        ", &out);
    out += "        '*:file:_files'\n      ;;\n";
  }
  out += "    *)\n      _arguments \\\n";
  AppendZshCommand(program, "        ", &out);
  return out + "        '1:subcommand:(" + Join(names, " ") + ")'\n      ;;\n  esac\n}\n_" + name +
         " \"$@\"\n";
}

// fish

void AppendFishCommand(const CLI::App& app, const std::string& begin, std::string* out) {
  for (const CLI::Option* option : VisibleOptions(app)) {
    *out += begin;
    for (const std::string& long_name : option->get_lnames()) *out += " -l " + long_name;
    for (const std::string& short_name : option->get_snames()) *out += " -s " + short_name;
    if (TakesValue(*option)) {
      const std::vector<std::string> values = MetavarWords(option->get_option_text());
      *out += TakesPath(*option) ? " -r -F" : " -x";
      if (!values.empty()) *out += " -a '" + Join(values, " ") + "'";
    }
    *out += " -d '" + Quote(option->get_description(), "\\'") + "'\n";
  }
}

std::string FishCompletion(const CLI::App& program) {
  const std::string complete = "complete -c " + program.get_name();
  std::string out = "# fish completion for " + program.get_name() + "\n";
  for (const CLI::App* subcommand : VisibleSubcommands(program)) {
    out += complete + " -n __fish_use_subcommand -f -a " + subcommand->get_name() + " -d '" +
           Quote(subcommand->get_description(), "\\'") + "'\n";
  }
  AppendFishCommand(program, complete + " -n __fish_use_subcommand", &out);
  for (const CLI::App* subcommand : VisibleSubcommands(program)) {
    std::string begin = complete + " -n '__fish_seen_subcommand_from ";
    begin += subcommand->get_name() + "'";
    AppendFishCommand(*subcommand, begin, &out);
  }
  return out;
}

}  // namespace

std::vector<const CLI::Option*> VisibleOptions(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) {
    return option->nonpositional() && !option->get_group().empty();
  });
}

std::vector<const CLI::Option*> Positionals(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

std::vector<const CLI::App*> VisibleSubcommands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* subcommand) {
    return !subcommand->get_name().empty() && !subcommand->get_group().empty();
  });
}

std::string CompletionText(const CLI::App& program, Shell shell) {
  if (shell == Shell::kBash) return BashCompletion(program);
  if (shell == Shell::kZsh) return ZshCompletion(program);
  return FishCompletion(program);
}

}  // namespace caascan::cli
