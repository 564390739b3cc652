// A page of text over HTTP, for those who watch a scan.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <string>

#include "scanner/async/address.h"

namespace caascan::telemetry {

struct TextServerOptions {
  async::Address address;
  std::string path;          // Such as "/metrics"; everything else is 404.
  std::string content_type;  // Of the text.
  /// The text as of now. Called on the server's own thread.
  std::function<std::string()> text;
};

/// Serves one text (HTTP/1.1, GET, one request a connection) from a thread and a loop of its own,
/// so that nobody who asks can slow a scan down: kMaxConnections at once, kMaxRequestSize octets of
/// request and kPatience altogether for each of them; who exceeds them is cut off.
class TextServer {
 public:
  static constexpr size_t kMaxConnections = 16;
  static constexpr size_t kMaxRequestSize = 8192;
  static constexpr unsigned kPatienceMs = 5000;

  /// Listens before it returns. Errors: InvalidArgument that names the address.
  static absl::StatusOr<std::unique_ptr<TextServer>> Start(TextServerOptions options);
  /// Ends the connections and the thread.
  ~TextServer();
  TextServer(const TextServer&) = delete;
  TextServer& operator=(const TextServer&) = delete;

  /// Where it listens: port 0 has become a free one.
  const async::Address& address() const;

 private:
  class Impl;
  explicit TextServer(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace caascan::telemetry
