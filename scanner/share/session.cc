// Invariant: while no Call() is under way nothing is unread, so that a reply is never taken for
// that of another call. Tested by session_test.cc.
#include "scanner/share/session.h"

#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>

#include <absl/strings/str_cat.h>
#include <absl/strings/strip.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

namespace caascan::share {
namespace {

using Clock = std::chrono::steady_clock;

/// How much of a reply was taken so far. hiredis calls the functions below for each part of it.
struct Taken {
  size_t items = 0;  // That its lists announced.
  size_t octets = 0;

  static Taken* Of(const redisReadTask* task) { return static_cast<Taken*>(task->privdata); }
};

Reply* Place(const redisReadTask* task) {
  if (task->parent == nullptr) return new Reply;
  auto* list = static_cast<Reply*>(task->parent->obj);
  if (task->idx != static_cast<int>(list->items.size())) return nullptr;
  list->items.emplace_back();
  return &list->items.back();
}

void* CreateString(const redisReadTask* task, char* text, size_t size) {
  Taken::Of(task)->octets += size;
  if (Taken::Of(task)->octets > Session::kMostOctets) return nullptr;
  Reply* reply = Place(task);
  if (reply == nullptr) return nullptr;
  reply->kind = task->type == REDIS_REPLY_ERROR ? Reply::Kind::kError : Reply::Kind::kText;
  reply->text.assign(text, size);
  return reply;
}

/// Its items must not move, since hiredis keeps pointers to lists: there is room for all of them.
void* CreateList(const redisReadTask* task, int size) {
  if (size < 0 || static_cast<size_t>(size) > Session::kMostItems) return nullptr;
  Taken::Of(task)->items += static_cast<size_t>(size);
  if (Taken::Of(task)->items > Session::kMostItems) return nullptr;
  Reply* reply = Place(task);
  if (reply == nullptr) return nullptr;
  reply->kind = Reply::Kind::kList;
  reply->items.reserve(static_cast<size_t>(size));
  return reply;
}

void* CreateInteger(const redisReadTask* task, long long number) {
  Reply* reply = Place(task);
  if (reply == nullptr) return nullptr;
  reply->kind = Reply::Kind::kInteger;
  reply->integer = number;
  return reply;
}

void* CreateNil(const redisReadTask* task) { return Place(task); }

/// Called for whole replies alone: what is in a list is freed with it.
void FreeReply(void* reply) { delete static_cast<Reply*>(reply); }

redisReplyObjectFunctions kMakers = {CreateString, CreateList, CreateInteger, CreateNil, FreeReply};

absl::Status OfErrorReply(const std::string& text) {
  const auto begins = [&text](const char* word) { return text.starts_with(word); };
  const std::string message = absl::StrCat("the engine says: ", text.substr(0, 200));
  if (begins("NOSCRIPT")) return absl::NotFoundError(message);
  if (begins("NOAUTH") || begins("WRONGPASS") || begins("NOPERM") ||
      begins("ERR invalid password")) {
    return absl::PermissionDeniedError(message);
  }
  for (const char* passing : {"LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN",
                              "READONLY", "MISCONF", "OOM", "NOREPLICAS", "ERR max number"}) {
    if (begins(passing)) return absl::UnavailableError(message);
  }
  return absl::FailedPreconditionError(message);
}

}  // namespace

struct Session::Context {
  redisContext* redis = nullptr;
  int stop_fd = -1;
  Taken taken;

  ~Context() {
    if (redis != nullptr) redisFree(redis);
  }

  absl::Status Lost() const {
    return absl::UnavailableError(absl::StrCat("the engine's connection failed: ",
                                               redis->err != 0 ? redis->errstr : "it was closed"));
  }

  absl::Status WaitFor(short events, Clock::time_point until) const {
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
      if (left.count() <= 0) return absl::UnavailableError("the engine does not answer in time");
      pollfd fds[] = {{redis->fd, events, 0}, {stop_fd, POLLIN, 0}};
      const int ready = poll(fds, 2, static_cast<int>(std::min<int64_t>(left.count(), 60'000)));
      if (ready < 0 && errno != EINTR) return absl::UnavailableError("cannot wait for the engine");
      if (ready <= 0) continue;
      if (stop_fd >= 0 && fds[1].revents != 0) return absl::CancelledError("stopped");
      if (fds[0].revents != 0) return absl::OkStatus();
    }
  }

  /// hiredis's own writing would raise SIGPIPE.
  absl::Status Write(std::string_view text, Clock::time_point until) const {
    while (!text.empty()) {
      const ssize_t sent = send(redis->fd, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        text.remove_prefix(static_cast<size_t>(sent));
      } else if (errno != EAGAIN && errno != EINTR) {
        return absl::UnavailableError(
            absl::StrCat("the engine's connection failed: ", std::strerror(errno)));
      } else if (absl::Status status = WaitFor(POLLOUT, until); !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Reply> Read(Clock::time_point until) {
    taken = {};
    while (true) {
      void* raw = nullptr;
      if (redisGetReplyFromReader(redis, &raw) != REDIS_OK) return Lost();
      const std::unique_ptr<Reply> reply(static_cast<Reply*>(raw));
      if (reply != nullptr) {
        if (redis->reader->pos != redis->reader->len) {
          return absl::UnavailableError("the engine says more than it was asked");
        }
        return std::move(*reply);
      }
      if (absl::Status status = WaitFor(POLLIN, until); !status.ok()) return status;
      if (redisBufferRead(redis) != REDIS_OK) return Lost();
      if (redis->reader->len - redis->reader->pos > kMostOctets) {
        return absl::UnavailableError("the engine's reply is too large");
      }
    }
  }

  /// What came since the last reply was not asked for.
  bool HasUnread() const {
    char octet = 0;
    return recv(redis->fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  }
};

Session::Session() = default;
Session::~Session() = default;

bool Session::available() { return true; }

absl::StatusOr<std::unique_ptr<Session>> Session::Connect(const EngineUrl& url, int stop_fd,
                                                          std::chrono::milliseconds patience) {
  const Clock::time_point until = Clock::now() + patience;
  std::unique_ptr<Session> session(new Session);
  session->context_ = std::make_unique<Context>();
  Context& context = *session->context_;
  context.stop_fd = stop_fd;
  context.redis = url.unix_path.empty() ? redisConnectNonBlock(url.host.c_str(), url.port)
                                        : redisConnectUnixNonBlock(url.unix_path.c_str());
  if (context.redis == nullptr) return absl::UnavailableError("no memory for the engine");
  const auto failed = [&url](std::string_view why) {
    return absl::UnavailableError(absl::StrCat("cannot reach the engine ", url.ToText(), ": ",
                                               absl::string_view(why.data(), why.size())));
  };
  if (context.redis->err != 0) return failed(context.redis->errstr);
  context.redis->reader->fn = &kMakers;
  context.redis->reader->privdata = &context.taken;
  if (absl::Status status = context.WaitFor(POLLOUT, until); !status.ok()) {
    return absl::IsCancelled(status) ? status : failed("it does not answer in time");
  }
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(context.redis->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return failed(std::strerror(error));
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  if (absl::Status status = session->Greet(url, left); !status.ok()) return status;
  return session;
}

absl::Status Session::Greet(const EngineUrl& url, std::chrono::milliseconds patience) {
  if (!url.password.empty()) {
    std::vector<std::string_view> words = {"AUTH"};
    if (!url.user.empty()) words.push_back(url.user);
    words.push_back(url.password);
    auto done = Call(words, patience);
    if (!done.ok()) return done.status();
  }
  if (url.database != 0) {
    const std::string database = absl::StrCat(url.database);
    auto done = Call({"SELECT", database}, patience);
    if (!done.ok()) return done.status();
  }
  auto info = Call({"INFO", "server"}, patience);
  if (!info.ok()) return info.status();
  constexpr std::string_view kField = "run_id:";
  const size_t at = info->text.find(kField);
  if (at == std::string::npos) return absl::UnavailableError("the engine has no run_id: no Redis?");
  const size_t begin = at + kField.size();
  epoch_ = info->text.substr(begin, info->text.find_first_of("\r\n", begin) - begin);
  return absl::OkStatus();
}

absl::StatusOr<Reply> Session::Call(const std::vector<std::string_view>& words,
                                    std::chrono::milliseconds patience) {
  assert(!broken_ && !words.empty() && "a connection that failed is of no use");
  const Clock::time_point until = Clock::now() + patience;
  std::vector<const char*> texts;
  std::vector<size_t> sizes;
  for (const std::string_view word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  broken_ = true;  // Until all is well.
  if (context_->HasUnread()) {
    return absl::UnavailableError("the engine says more than it was asked");
  }
  char* text = nullptr;
  const int size =
      redisFormatCommandArgv(&text, static_cast<int>(words.size()), texts.data(), sizes.data());
  if (size < 0) return absl::UnavailableError("no memory for the engine");
  const absl::Status written = context_->Write({text, static_cast<size_t>(size)}, until);
  redisFreeCommand(text);
  if (!written.ok()) return written;
  auto reply = context_->Read(until);
  if (!reply.ok()) return reply;
  broken_ = false;
  if (reply->kind == Reply::Kind::kError) return OfErrorReply(reply->text);
  return reply;
}

}  // namespace caascan::share
