// Tested by engine_test.cc.
#include "scanner/share/engine.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <cassert>

#include "scanner/share/embedded.h"

namespace caascan::share {
namespace {

std::string_view TextOf(Script script) {
  switch (script) {
    case Script::kAgain:
      return AgainScript();
    case Script::kBlock:
      return BlockScript();
    case Script::kJoin:
      return JoinScript();
    case Script::kKeep:
      return KeepScript();
    case Script::kLeave:
      return LeaveScript();
    case Script::kPlan:
      return PlanScript();
    case Script::kRenew:
      return RenewScript();
    case Script::kSettle:
      return SettleScript();
    case Script::kStatus:
      return StatusScript();
    case Script::kTake:
      return TakeScript();
  }
  return {};
}

}  // namespace

absl::Status CheckRunName(std::string_view option, std::string_view name) {
  constexpr size_t kLongest = 64;
  const auto is_plain = [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
  };
  if (!name.empty() && name.size() <= kLongest && std::all_of(name.begin(), name.end(), is_plain)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(absl::string_view(option.data(), option.size()),
                   ": a name of up to 64 letters, digits, hyphens, underscores and dots"));
}

absl::Status NotUnderstood(std::string_view script) {
  return absl::FailedPreconditionError(absl::StrCat("the engine's reply to ",
                                                    absl::string_view(script.data(), script.size()),
                                                    " is not understood"));
}

absl::Status Engine::Connect() {
  if (session_ != nullptr && !session_->broken()) return absl::OkStatus();
  session_.reset();
  auto session = Session::Connect(options_.url, options_.stop_fd, options_.patience);
  if (!session.ok()) return session.status();
  session_ = *std::move(session);
  return absl::OkStatus();
}

const std::string& Engine::epoch() const {
  assert(session_ != nullptr && "it is connected");
  return session_->epoch();
}

std::string Engine::Key() const { return absl::StrCat("caascan:{", options_.run, "}"); }

absl::StatusOr<Reply> Engine::Call(const std::vector<std::string_view>& words) {
  if (absl::Status status = Connect(); !status.ok()) return status;
  return session_->Call(words, options_.patience);
}

absl::StatusOr<Reply> Engine::Run(Script script, const std::vector<std::string>& arguments) {
  const std::string key = Key();
  std::string& digest = digests_[static_cast<size_t>(script)];
  for (bool loaded = false;; loaded = true) {
    if (digest.empty()) {
      auto answer = Call({"SCRIPT", "LOAD", TextOf(script)});
      if (!answer.ok()) return answer;
      digest = answer->text;
    }
    std::vector<std::string_view> words = {"EVALSHA", digest, "1", key};
    words.insert(words.end(), arguments.begin(), arguments.end());
    auto reply = Call(words);
    if (!absl::IsNotFound(reply.status()) || loaded) return reply;
    digest.clear();  // It was started anew, or has forgotten it.
  }
}

absl::StatusOr<std::vector<std::string>> Engine::Blocked() {
  const std::string key = Key() + ":blocked";
  auto reply = Call({"SMEMBERS", key});
  if (!reply.ok()) return reply.status();
  if (reply->kind != Reply::Kind::kList) return NotUnderstood("SMEMBERS");
  std::vector<std::string> entries;
  for (Reply& item : reply->items) {
    if (item.kind != Reply::Kind::kText) return NotUnderstood("SMEMBERS");
    entries.push_back(std::move(item.text));
  }
  return entries;
}

}  // namespace caascan::share
