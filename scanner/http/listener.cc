// Tested by server_test.cc, and end to end by serve_test.py.
#include "scanner/http/listener.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "scanner/async/address.h"

namespace caascan::http {
namespace {

constexpr int kBacklog = 1024;
constexpr int kFirstInherited = 3;  // SD_LISTEN_FDS_START.
constexpr std::string_view kUnix = "unix:";
constexpr mode_t kMode = 0660;

absl::Status CannotListen(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("cannot listen at ",
                                                 absl::string_view(text.data(), text.size()), ": ",
                                                 absl::string_view(why.data(), why.size())));
}

std::string SystemText(int error) { return uv_strerror(uv_translate_sys_error(error)); }

/// With a port, which may be 0: then the system chooses one.
std::optional<async::Address> AddressOf(std::string_view text) {
  const size_t colon = text.rfind(':');
  std::string_view host = colon == text.npos ? "" : text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  uint16_t port = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return std::nullopt;
  if (host.empty()) host = "127.0.0.1";
  const bool brackets = host.starts_with('[') && host.ends_with(']');
  if (brackets) host = host.substr(1, host.size() - 2);
  if (brackets != (host.find(':') != host.npos)) return std::nullopt;
  const auto address = async::Address::FromText(host, 1);
  if (!address) return std::nullopt;
  return address->is_v6() ? async::Address::V6(address->octets().first<16>(), port)
                          : async::Address::V4(address->octets().first<4>(), port);
}

/// Where the socket is bound to.
std::string BoundTo(int fd) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0) return "?";
  if (name.ss_family != AF_UNIX) return async::Address::FromSockaddr(name).ToTextWithPort();
  const auto* local = reinterpret_cast<const sockaddr_un*>(&name);
  const size_t most =
      size > offsetof(sockaddr_un, sun_path) ? size - offsetof(sockaddr_un, sun_path) : 0;
  return absl::StrCat("unix:", absl::string_view(local->sun_path, strnlen(local->sun_path, most)));
}

/// Does a process listen there? Else it is what a process that was killed has left.
bool IsInUse(const sockaddr_un& name) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return true;
  const int result = ::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name);
  const bool refused = result != 0 && errno == ECONNREFUSED;
  (void)::close(fd);
  return !refused;
}

absl::StatusOr<int> Listen(std::string_view text, const sockaddr* name, socklen_t size) {
  const int fd = ::socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return CannotListen(text, SystemText(errno));
  const int yes = 1;
  (void)::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(fd, name, size) == 0 && ::listen(fd, kBacklog) == 0) return fd;
  const std::string why = SystemText(errno);
  (void)::close(fd);
  return CannotListen(text, why);
}

}  // namespace

ListenSocket::ListenSocket(int fd, std::string path)
    : fd_(fd), text_(BoundTo(fd)), path_(std::move(path)) {}

ListenSocket::~ListenSocket() {
  if (fd_ < 0) return;
  (void)::close(fd_);
  if (!path_.empty()) (void)::unlink(path_.c_str());
}

bool ListenSocket::is_open_to_others() const {
  return !text_.starts_with(kUnix) && !text_.starts_with("127.") && !text_.starts_with("[::1]");
}

absl::StatusOr<ListenSocket> ListenSocket::Open(std::string_view text) {
  if (!text.starts_with(kUnix)) {
    const auto address = AddressOf(text);
    if (!address) return CannotListen(text, "it is no ADDR:PORT and no unix:PATH");
    sockaddr_storage name{};
    const socklen_t size = address->ToSockaddr(&name);
    const auto fd = Listen(text, reinterpret_cast<const sockaddr*>(&name), size);
    if (!fd.ok()) return fd.status();
    return ListenSocket(*fd, {});
  }
  const std::string path(text.substr(kUnix.size()));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof name.sun_path) {
    return CannotListen(text, "a path has 1 to 107 octets");
  }
  std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
  struct stat info = {};
  if (::lstat(path.c_str(), &info) == 0) {
    if (!S_ISSOCK(info.st_mode)) return CannotListen(text, "there is a file of that name");
    if (IsInUse(name)) return CannotListen(text, "another process listens there");
    (void)::unlink(path.c_str());
  }
  const auto fd = Listen(text, reinterpret_cast<const sockaddr*>(&name), sizeof name);
  if (!fd.ok()) return fd.status();
  (void)::chmod(path.c_str(), kMode);
  return ListenSocket(*fd, path);
}

absl::StatusOr<std::vector<ListenSocket>> ListenSocket::Inherited() {
  std::vector<ListenSocket> sockets;
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  int own = 0;
  int sockets_given = 0;
  if (pid == nullptr || count == nullptr || !absl::SimpleAtoi(pid, &own) || own != ::getpid() ||
      !absl::SimpleAtoi(count, &sockets_given)) {
    return sockets;
  }
  for (int fd = kFirstInherited; fd < kFirstInherited + sockets_given; ++fd) {
    int type = 0;
    int accepts = 0;
    socklen_t size = sizeof type;
    if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM ||
        ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) != 0 || accepts == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("descriptor ", fd, " of LISTEN_FDS is no listening stream socket"));
    }
    (void)::fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)::fcntl(fd, F_SETFL, O_NONBLOCK);
    sockets.push_back(ListenSocket(fd, {}));
  }
  return sockets;
}

}  // namespace caascan::http
