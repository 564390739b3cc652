// Why a connection, or a request over it, failed: a number, since it goes with each exchange.
#pragma once

#include <string>

namespace caascan::stream {

/// Codes of three kinds beside the errnos, which are below 4,096.
/// `verify_result` is OpenSSL's X509_V_ERR_*.
int CertificateError(long verify_result);
/// `code` is OpenSSL's error code; 0 where there is none.
int TlsError(unsigned long code);
/// A status other than 200.
int HttpStatusError(int status);
/// An answer of status 200 that is no DNS message.
int HttpContentError();
/// The server has chosen another protocol than HTTP/2.
int NoHttp2Error();

/// Is it one of these, and no errno? Then text can say more than "unreachable".
bool IsStreamError(int error);

/// For people: "the resolver's certificate: hostname mismatch". Empty for an errno.
std::string StreamErrorText(int error);

/// The certificate was not what the user asks for: trying again changes nothing.
bool IsCertificateError(int error);

}  // namespace caascan::stream
