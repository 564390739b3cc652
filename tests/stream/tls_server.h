// The server's end of TLS in memory, and certificates made on the spot.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace caascan::stream {

template <auto kFree>
struct FreeBy {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using CertificatePtr = std::unique_ptr<X509, FreeBy<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;

struct CertificateFacts {
  std::string names = "DNS:resolver.example";  // As openssl's subjectAltName; empty is none.
  std::string common_name = "resolver.example";
  long from_s = -3600;  // Counted from now.
  long until_s = 3600;
};

/// A certification authority.
class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();

  /// A file with its certificate.
  const std::string& path() const { return path_; }
  CertificatePtr Issue(const CertificateFacts& facts, EVP_PKEY* key) const;

 private:
  const KeyPtr key_;
  CertificatePtr certificate_;
  std::string path_;
};

/// What is served to all connections: sessions can be resumed among them.
class TlsService {
 public:
  TlsService(const TestAuthority& authority, const CertificateFacts& facts);

  SSL_CTX* get() { return context_.get(); }
  /// Takes the client's first choice of ALPN, unless this is false: then none.
  void set_alpn(bool wanted);

 private:
  const KeyPtr key_;
  const std::unique_ptr<SSL_CTX, FreeBy<SSL_CTX_free>> context_;
};

/// One connection.
class TlsServer {
 public:
  explicit TlsServer(TlsService* service);

  /// What the client has sent. What it says stands in data() afterwards.
  void Take(std::span<const uint8_t> octets);
  /// What is to be sent to the client.
  std::vector<uint8_t> TakeOutput();
  void Send(std::span<const uint8_t> octets);
  /// close_notify.
  void End();

  SSL* get() { return connection_.get(); }
  std::vector<uint8_t>& data() { return data_; }
  bool connected() const { return SSL_is_init_finished(connection_.get()) == 1; }
  bool resumed() const { return SSL_session_reused(connection_.get()) == 1; }
  std::string host() const;      // By SNI.
  std::string protocol() const;  // By ALPN.

 private:
  const std::unique_ptr<SSL, FreeBy<SSL_free>> connection_;
  BIO* const incoming_;
  BIO* const outgoing_;
  std::vector<uint8_t> data_;
};

}  // namespace caascan::stream
