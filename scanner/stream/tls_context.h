// What all TLS connections of a scan have in common, and what is kept of each server.
#pragma once

#include <absl/status/statusor.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace caascan::stream {

struct FreeTlsContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeTlsSession {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using TlsSessionPtr = std::unique_ptr<SSL_SESSION, FreeTlsSession>;

/// What one worker keeps of one server, reached in one way, from connection to connection. Loop
/// thread only. Outlives the server's connections.
struct TlsMemory {
  /// Resumes with the next connection; null where there is none. A ticket of TLS 1.3 is used once
  /// (RFC 8446 §C.4).
  TlsSessionPtr session;
};

/// The trust store and the rules: TLS 1.2 or later, no renegotiation. Const after construction; any
/// thread. Outlives the networks that use it.
class TlsContext {
 public:
  /// Certificates lead to one of those in the PEM file `ca_path`, or of the system's where it is
  /// empty (SSL_CERT_FILE and SSL_CERT_DIR say where, else OpenSSL's defaults). Errors:
  /// InvalidArgument that names the option and the file.
  static absl::StatusOr<std::unique_ptr<const TlsContext>> Create(const std::string& ca_path);

  SSL_CTX* get() const { return context_.get(); }

  /// Afterwards `memory` gets the sessions of this connection.
  static void KeepSessions(SSL* connection, TlsMemory* memory);

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}

  const std::unique_ptr<SSL_CTX, FreeTlsContext> context_;
};

}  // namespace caascan::stream
