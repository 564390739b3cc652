// The kind is in the bits above the lowest twenty. Tested by stream_error_test.cc.
#include "scanner/stream/stream_error.h"

#include <absl/strings/str_cat.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>

namespace caascan::stream {
namespace {

constexpr int kKindShift = 20;
constexpr int kValueMask = (1 << kKindShift) - 1;

enum Kind : int { kErrno, kCertificate, kTls, kHttpStatus, kHttpContent, kNoHttp2 };

int Make(Kind kind, long value) {
  return (kind << kKindShift) | static_cast<int>(std::clamp<long>(value, 0, kValueMask));
}
Kind KindOf(int error) { return static_cast<Kind>(error >> kKindShift); }

/// What OpenSSL calls it, such as "wrong version number".
std::string TlsText(int reason) {
  (void)OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, nullptr);  // Its texts; once is enough.
  const char* text =
      reason == 0
          ? nullptr
          : ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, static_cast<unsigned>(reason)));
  return absl::StrCat("TLS with the resolver failed", text == nullptr ? "" : ": ",
                      text == nullptr ? "" : text);
}

}  // namespace

int CertificateError(long verify_result) { return Make(kCertificate, verify_result); }

int TlsError(unsigned long code) {
  return Make(kTls, ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0);
}

int HttpStatusError(int status) { return Make(kHttpStatus, status); }
int HttpContentError() { return Make(kHttpContent, 0); }
int NoHttp2Error() { return Make(kNoHttp2, 0); }

bool IsStreamError(int error) { return KindOf(error) != kErrno; }
bool IsCertificateError(int error) { return KindOf(error) == kCertificate; }

std::string StreamErrorText(int error) {
  const int value = error & kValueMask;
  switch (KindOf(error)) {
    case kErrno:
      break;
    case kCertificate:
      return absl::StrCat("the resolver's certificate: ", X509_verify_cert_error_string(value));
    case kTls:
      return TlsText(value);
    case kHttpStatus:
      return absl::StrCat("the resolver answers with HTTP status ", value);
    case kHttpContent:
      return "the resolver's HTTP answer is no DNS message";
    case kNoHttp2:
      return "the resolver does not speak HTTP/2";
  }
  return "";
}

}  // namespace caascan::stream
