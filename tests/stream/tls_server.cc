#include "tests/stream/tls_server.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace caascan::stream {
namespace {

void AddExtension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, FreeBy<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  ASSERT_NE(extension, nullptr) << value;
  X509_add_ext(certificate, extension.get(), -1);
}

CertificatePtr MakeCertificate(const CertificateFacts& facts, EVP_PKEY* key) {
  static long serial = 0;
  CertificatePtr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), facts.from_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), facts.until_s);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(facts.common_name.c_str()), -1,
                             -1, 0);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

int ChooseFirst(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in,
                unsigned, void*) {
  *out = in + 1;
  *size = in[0];
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TestAuthority::TestAuthority() : key_(EVP_EC_gen("P-256")) {
  static int count = 0;  // Each has a name of its own.
  const std::string name = "authority" + std::to_string(++count);
  certificate_ = MakeCertificate({"", name, -7200, 7200}, key_.get());
  AddExtension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  X509_sign(certificate_.get(), key_.get(), EVP_sha256());
  std::string path = testing::TempDir() + "authorityXXXXXX";
  const int fd = mkstemp(path.data());
  FILE* file = fdopen(fd, "w");
  PEM_write_X509(file, certificate_.get());
  (void)fclose(file);
  path_ = path;
}

TestAuthority::~TestAuthority() { (void)unlink(path_.c_str()); }

CertificatePtr TestAuthority::Issue(const CertificateFacts& facts, EVP_PKEY* key) const {
  CertificatePtr certificate = MakeCertificate(facts, key);
  if (!facts.names.empty()) {
    AddExtension(certificate.get(), NID_subject_alt_name, facts.names);
  }
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  X509_sign(certificate.get(), key_.get(), EVP_sha256());
  return certificate;
}

TlsService::TlsService(const TestAuthority& authority, const CertificateFacts& facts)
    : key_(EVP_EC_gen("P-256")), context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX_use_certificate(get(), authority.Issue(facts, key_.get()).get());
  SSL_CTX_use_PrivateKey(get(), key_.get());
  set_alpn(true);
}

void TlsService::set_alpn(bool wanted) {
  SSL_CTX_set_alpn_select_cb(get(), wanted ? &ChooseFirst : nullptr, nullptr);
}

TlsServer::TlsServer(TlsService* service)
    : connection_(SSL_new(service->get())),
      incoming_(BIO_new(BIO_s_mem())),
      outgoing_(BIO_new(BIO_s_mem())) {
  SSL_set_bio(get(), incoming_, outgoing_);
  SSL_set_accept_state(get());
}

void TlsServer::Take(std::span<const uint8_t> octets) {
  BIO_write(incoming_, octets.data(), static_cast<int>(octets.size()));
  std::array<uint8_t, 4096> room{};
  int size = 0;
  ERR_clear_error();
  while ((size = SSL_read(get(), room.data(), static_cast<int>(room.size()))) > 0) {
    data_.insert(data_.end(), room.begin(), room.begin() + size);
  }
  ERR_clear_error();
}

std::vector<uint8_t> TlsServer::TakeOutput() {
  std::vector<uint8_t> octets(BIO_ctrl_pending(outgoing_));
  if (!octets.empty()) BIO_read(outgoing_, octets.data(), static_cast<int>(octets.size()));
  return octets;
}

void TlsServer::Send(std::span<const uint8_t> octets) {
  EXPECT_EQ(SSL_write(get(), octets.data(), static_cast<int>(octets.size())),
            static_cast<int>(octets.size()));
}

void TlsServer::End() { (void)SSL_shutdown(get()); }

std::string TlsServer::host() const {
  const char* name = SSL_get_servername(connection_.get(), TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? "" : name;
}

std::string TlsServer::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(connection_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace caascan::stream
