// Tested by commit_command_test.cc.
#include "scanner/plan/commit_command.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace caascan::plan {
namespace {

constexpr std::chrono::milliseconds kLook(10);
// Between SIGTERM and SIGKILL.
constexpr std::chrono::seconds kPatience(5);

bool IsPlain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("_-./:=@%+,").find(c) != std::string_view::npos;
}

std::string Quoted(const std::string& text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), IsPlain)) return text;
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

/// The environment with the three values.
class Environment {
 public:
  explicit Environment(const CommitFacts& facts)
      : own_{"CAASCAN_CHUNK=" + facts.token, "CAASCAN_FILE=" + facts.file,
             "CAASCAN_NAME=" + facts.name} {
    for (char** at = environ; *at != nullptr; ++at) {
      if (!std::string_view(*at).starts_with("CAASCAN_")) pointers_.push_back(*at);
    }
    for (std::string& value : own_) pointers_.push_back(value.data());
    pointers_.push_back(nullptr);
  }
  char** data() { return pointers_.data(); }

 private:
  std::array<std::string, 3> own_;
  std::vector<char*> pointers_;
};

/// 0, or the errno.
int Spawn(const std::string& line, const CommitFacts& facts, pid_t* child) {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t files;
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_init(&files);
  // A scan blocks or ignores these; its own Ctrl-C is not the command's.
  sigset_t none;
  sigset_t usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ}) sigaddset(&usual, signal);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
  std::string shell = "/bin/sh";
  std::string option = "-c";
  std::string command = line;
  std::array<char*, 4> arguments = {shell.data(), option.data(), command.data(), nullptr};
  Environment environment(facts);
  const int error =
      posix_spawn(child, shell.c_str(), &files, &attributes, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  return error;
}

/// How the process ended, as waitpid() says it.
int Await(pid_t child, const std::atomic<bool>& abandon) {
  using Clock = std::chrono::steady_clock;
  int state = 0;
  bool asked = false;
  Clock::time_point asked_at;
  while (waitpid(child, &state, WNOHANG) == 0) {
    std::this_thread::sleep_for(kLook);
    if (!abandon.load(std::memory_order_relaxed)) continue;
    if (!asked) {
      asked = true;
      asked_at = Clock::now();
      (void)kill(-child, SIGTERM);
    } else if (Clock::now() - asked_at > kPatience) {
      (void)kill(-child, SIGKILL);
    }
  }
  return state;
}

}  // namespace

std::string CommitLine(const std::string& command, const CommitFacts& facts) {
  return absl::StrReplaceAll(command, {{"{chunk}", Quoted(facts.token)},
                                       {"{file}", Quoted(facts.file)},
                                       {"{}", Quoted(facts.file)},
                                       {"{name}", Quoted(facts.name)}});
}

absl::Status RunCommit(const std::string& command, const CommitFacts& facts,
                       const std::atomic<bool>& abandon) {
  pid_t child = 0;
  if (const int error = Spawn(CommitLine(command, facts), facts, &child); error != 0) {
    return absl::DataLossError(
        absl::StrCat("--commit: cannot start /bin/sh: ", std::generic_category().message(error)));
  }
  const int state = Await(child, abandon);
  if (WIFEXITED(state) && WEXITSTATUS(state) == 0) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("--commit failed for ", facts.file, ": ",
                                          WIFEXITED(state)
                                              ? absl::StrCat("exit status ", WEXITSTATUS(state))
                                              : absl::StrCat("signal ", WTERMSIG(state))));
}

}  // namespace caascan::plan
