// Tested by tls_stream_test.cc.
#include "scanner/stream/tls_context.h"

#include <absl/strings/str_cat.h>
#include <openssl/err.h>

namespace caascan::stream {
namespace {

/// From OpenSSL, with each new session. 1: ours from now on.
int TakeSession(SSL* connection, SSL_SESSION* session) {
  auto* memory = static_cast<TlsMemory*>(SSL_get_app_data(connection));
  if (memory == nullptr) return 0;
  memory->session.reset(session);
  return 1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const TlsContext>> TlsContext::Create(const std::string& ca_path) {
  ERR_clear_error();
  std::unique_ptr<const TlsContext> made(new TlsContext(SSL_CTX_new(TLS_client_method())));
  SSL_CTX* const context = made->get();
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
    return absl::InternalError("OpenSSL gives no TLS");
  }
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(context, &TakeSession);
  const int loaded = ca_path.empty() ? SSL_CTX_set_default_verify_paths(context)
                                     : SSL_CTX_load_verify_file(context, ca_path.c_str());
  ERR_clear_error();
  if (loaded != 1) {
    return absl::InvalidArgumentError(
        ca_path.empty()
            ? "--resolver-ca: the system's certificates cannot be read"
            : absl::StrCat("--resolver-ca: ", ca_path, " holds no certificate in PEM form"));
  }
  return made;
}

void TlsContext::KeepSessions(SSL* connection, TlsMemory* memory) {
  SSL_set_app_data(connection, memory);
}

}  // namespace caascan::stream
