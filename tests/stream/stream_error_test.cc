#include "scanner/stream/stream_error.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <string_view>

namespace caascan::stream {
namespace {

struct Row {
  const char* name;
  int error;
  bool certificate;
  const char* text;
};
class StreamErrorTest : public testing::TestWithParam<Row> {};

TEST_P(StreamErrorTest, IsToldApart) {
  const Row& row = GetParam();
  EXPECT_EQ(IsCertificateError(row.error), row.certificate);
  EXPECT_EQ(IsStreamError(row.error), !std::string_view(row.text).empty());
  EXPECT_EQ(StreamErrorText(row.error), row.text);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, StreamErrorTest,
    testing::Values(Row{"None", 0, false, ""}, Row{"Errno", ECONNREFUSED, false, ""},
                    Row{"Certificate", CertificateError(X509_V_ERR_CERT_HAS_EXPIRED), true,
                        "the resolver's certificate: certificate has expired"},
                    Row{"Tls", TlsError(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_WRONG_VERSION_NUMBER)),
                        false, "TLS with the resolver failed: wrong version number"},
                    Row{"OtherLibrary", TlsError(ERR_PACK(ERR_LIB_EVP, 0, 5)), false,
                        "TLS with the resolver failed"},
                    Row{"NoReason", TlsError(0), false, "TLS with the resolver failed"},
                    Row{"HttpStatus", HttpStatusError(503), false,
                        "the resolver answers with HTTP status 503"},
                    Row{"HttpContent", HttpContentError(), false,
                        "the resolver's HTTP answer is no DNS message"},
                    Row{"NoHttp2", NoHttp2Error(), false, "the resolver does not speak HTTP/2"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace caascan::stream
