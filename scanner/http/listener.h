// Sockets that wait for clients: TCP, unix, or handed over by the service manager.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace caascan::http {

/// A listening socket. Movable; closes it at its end, and then removes a unix socket's path that it
/// made.
class ListenSocket {
 public:
  /// "ADDR:PORT", "[V6]:PORT", a port of 127.0.0.1, ":PORT" likewise, or "unix:PATH". A unix
  /// socket that is left over and that no process listens at is replaced; its mode is 0660. Errors:
  /// InvalidArgument that names the text, and what is wrong.
  static absl::StatusOr<ListenSocket> Open(std::string_view text);
  /// The sockets that the service manager has opened (sd_listen_fds(3): LISTEN_PID, LISTEN_FDS);
  /// none where it has not. Errors: InvalidArgument where they are no stream sockets.
  static absl::StatusOr<std::vector<ListenSocket>> Inherited();

  ListenSocket(ListenSocket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        text_(std::move(other.text_)),
        path_(std::exchange(other.path_, {})) {}
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();

  int fd() const { return fd_; }
  /// Where it listens, for people: port 0 has become a free one.
  const std::string& text() const { return text_; }
  /// Can other machines reach it?
  bool is_open_to_others() const;

 private:
  ListenSocket(int fd, std::string path);

  int fd_;
  std::string text_;
  std::string path_;  // To be removed; empty where there is none.
};

}  // namespace caascan::http
