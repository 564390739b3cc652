// One HTTP request and its response.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace caascan::http {

/// What a request's header says. A value; untrusted.
struct Request {
  std::string method;
  std::string path;                                        // Percent encodings decoded.
  std::vector<std::pair<std::string, std::string>> query;  // Decoded, in order.
  std::string authorization;                               // The field's value; empty: none.
  std::optional<uint64_t> content_length;
  bool has_body = false;

  /// The first value of that name in the query; nullptr where there is none.
  const std::string* Find(std::string_view name) const;
};

/// "a=1&b=x%20y" as names and values; "+" is a blank. What is no encoding stays as it is.
std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view text);

/// Whole response.
struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  /// Further header fields: names with values.
  std::vector<std::pair<std::string, std::string>> fields = {};
};

/// The handler's side of a request: it answers once, by Respond(), or by BeginStream() and
/// EndStream(). The server's thread only. It may be kept when the client has gone; then it does
/// nothing.
class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const Request& request() const = 0;

  /// Takes the body as it comes: `on_octets` for each piece, then `on_end` once. Where neither is
  /// set up before the response ends, the connection is closed behind it. REQUIRES: not called
  /// before.
  virtual void TakeBody(std::function<void(std::string_view octets)> on_octets,
                        std::function<void()> on_end) = 0;
  /// The body stops coming: the client waits. Calls of `on_octets` may still come for what was
  /// read.
  virtual void PauseBody() = 0;
  virtual void ResumeBody() = 0;

  virtual void Respond(Response response) = 0;

  virtual void BeginStream(std::string_view content_type) = 0;
  /// REQUIRES: BeginStream() was called, and EndStream() was not.
  virtual void Write(std::string_view octets) = 0;
  /// With `whole` false the client sees that something is missing.
  virtual void EndStream(bool whole) = 0;
  /// Octets written that the client has not taken yet.
  virtual size_t unsent() const = 0;
  /// Called whenever the client has taken some of what was written.
  virtual void OnSent(std::function<void()> on_sent) = 0;
  /// Called once where the client goes before the response has ended. Its end drops all callbacks.
  virtual void OnGone(std::function<void()> on_gone) = 0;
};

}  // namespace caascan::http
