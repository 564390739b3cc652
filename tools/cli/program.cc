#include "tools/cli/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "tools/cli/option.h"

namespace caascan::cli {
namespace {

constexpr int kExitSignalBase = 128;  // As shells count.

/// CLI11's help, with the metavar alone behind an option's name.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(32); }

  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_positional() || option->get_option_text().empty()) return "";
    return " " + option->get_option_text();
  }
};

}  // namespace
Program::Program(std::string name, std::string description, bool one_man_page)
    : app_(std::move(description), std::move(name)), one_man_page_(one_man_page) {
  app_.formatter(std::make_shared<HelpFormatter>());
  app_.set_help_flag("-h,--help", "Print this help and exit.");
  app_.set_version_flag("--version", app_.get_name() + " " + CAASCAN_VERSION,
                        "Print the version and exit.");
  app_.require_subcommand(0, 1);
  AddChoice<Shell>(&app_, "--completion", "Print a completion script for this shell and exit.",
                   {{"bash", Shell::kBash}, {"zsh", Shell::kZsh}, {"fish", Shell::kFish}}, &shell_);
  app_.add_option("--man-page", man_page_, "Print a man page in roff and exit.")->group("");
}

std::optional<int> Program::Parse(int argc, char** argv) {
  // A reader that goes away is an error of write(), told in one line, not a silent death.
  (void)std::signal(SIGPIPE, SIG_IGN);
  command_line_.assign(argv, argv + argc);
  try {
    app_.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const CLI::App* asked = &app_;
    if (!app_.get_subcommands().empty()) asked = app_.get_subcommands().front();
    return Finish(PrintToStandardOutput(asked->help(asked == &app_ ? "" : app_.get_name())));
  } catch (const CLI::CallForVersion& version) {
    return Finish(PrintToStandardOutput(std::string(version.what()) + "\n"));
  } catch (const CLI::ParseError& error) {
    Complain(error.what());
    return kExitUsage;
  }
  if (const std::optional<int> printed = PrintDocument()) return printed;
  if (!app_.get_subcommands().empty()) return std::nullopt;
  Complain("a subcommand is missing: see " + app_.get_name() + " --help");
  return kExitUsage;
}

std::optional<int> Program::PrintDocument() {
  if (app_.count("--completion") > 0) {
    return Finish(PrintToStandardOutput(CompletionText(app_, shell_)));
  }
  if (man_page_.empty()) return std::nullopt;
  const ManPage page{.version = CAASCAN_VERSION, .inline_subcommands = one_man_page_};
  if (man_page_ == app_.get_name()) {
    return Finish(PrintToStandardOutput(ManPageText(app_, page)));
  }
  for (const CLI::App* subcommand : VisibleSubcommands(app_)) {
    if (man_page_ != app_.get_name() + "-" + subcommand->get_name()) continue;
    return Finish(PrintToStandardOutput(ManPageText(*subcommand, page)));
  }
  Complain("--man-page: there is no page " + man_page_);
  return kExitUsage;
}

std::string Program::CommandName() const {
  const auto given = app_.get_subcommands();
  return given.empty() ? app_.get_name() : app_.get_name() + " " + given.front()->get_name();
}

void Program::Complain(std::string_view message) const {
  std::string line = CommandName() + ": ";
  for (const char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    line += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  line += '\n';
  (void)std::fwrite(line.data(), 1, line.size(), stderr);
}

int Program::Finish(const absl::Status& status) const {
  if (status.ok()) return kExitDone;
  Complain(std::string_view(status.message().data(), status.message().size()));
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitUnfinished;
}

int Program::Finish(const absl::Status& status, std::string_view counts, int signal) const {
  if (absl::IsInvalidArgument(status)) return Finish(status);
  if (!status.ok()) {
    std::string line(status.message().data(), status.message().size());
    line += "; ";
    line += counts;
    return Finish(absl::Status(status.code(), line));
  }
  Complain(counts);
  return signal == 0 ? kExitDone : kExitSignalBase + signal;
}

void KeepStandardDescriptors() {
  // open() takes the lowest number that is free. A closed standard error cannot be told of.
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    const int kept = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (kept == fd) continue;
    (void)std::fputs("cannot open /dev/null in the place of a closed descriptor\n", stderr);
    std::_Exit(kExitUsage);
  }
}

absl::Status CheckStandardOutput() {
  const int flags = fcntl(STDOUT_FILENO, F_GETFL);
  if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY) return absl::OkStatus();
  return absl::InvalidArgumentError("cannot write standard output: it is closed");
}

absl::Status PrintToStandardOutput(std::string_view text) {
  if (absl::Status open = CheckStandardOutput(); !open.ok()) return open;
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) {
    return absl::OkStatus();
  }
  return absl::DataLossError(std::string("cannot write standard output: ") + std::strerror(errno));
}

}  // namespace caascan::cli
