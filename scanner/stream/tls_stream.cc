// OpenSSL reads from and writes to memory: what comes from below is put into `incoming_`, and what
// stands in `outgoing_` after each step is sent. So no step waits, and OpenSSL never holds more
// than what one read brought and a record that is not whole. Its queue of errors is the thread's:
// it is cleared before each step. Tested by tls_stream_test.cc.
#include "scanner/stream/tls_stream.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <cassert>
#include <cerrno>

#include "scanner/stream/stream_error.h"

namespace caascan::stream {
namespace {

// A handshake, or messages of TLS itself, that go on without data: RFC 8446 has no bound.
constexpr size_t kMaxWithoutData = size_t{256} << 10;

bool IsAddress(const std::string& name) { return async::Address::FromText(name, 0).has_value(); }

/// As ALPN has it: each name behind its length (RFC 7301 §3.1).
std::span<const uint8_t> ProtocolOf(const Channel& channel) {
  static constexpr uint8_t kDot[] = {3, 'd', 'o', 't'};
  static constexpr uint8_t kH2[] = {2, 'h', '2'};
  if (channel.kind == Channel::Kind::kHttps) return kH2;
  return kDot;
}

/// RFC 8310 §8.1: names of the subjectAltName extension alone count.
bool ExpectName(SSL* connection, const std::string& name) {
  X509_VERIFY_PARAM* rules = SSL_get0_param(connection);
  X509_VERIFY_PARAM_set_hostflags(
      rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  SSL_set_verify(connection, SSL_VERIFY_PEER, nullptr);
  if (IsAddress(name)) return X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) == 1;
  return X509_VERIFY_PARAM_set1_host(rules, name.data(), name.size()) == 1 &&
         SSL_set_tlsext_host_name(connection, name.c_str()) == 1;
}

}  // namespace

TlsStream::TlsStream(const Parts& parts, async::Loop* loop, async::ByteStream::User* user,
                     const async::MakeStream& make)
    : parts_(parts), loop_(loop), user_(user), below_(make(loop, this)) {
  assert(parts.context != nullptr && "a scan with such resolvers has one");
  assert(IsEncrypted(parts.channel) && "another way needs no TLS");
}

int TlsStream::Connect(const async::Address& address) { return below_->Connect(address); }

bool TlsStream::SetUp() {
  ERR_clear_error();
  connection_.reset(SSL_new(parts_.context->get()));
  incoming_ = BIO_new(BIO_s_mem());
  outgoing_ = BIO_new(BIO_s_mem());
  if (connection_ == nullptr || incoming_ == nullptr || outgoing_ == nullptr) {
    BIO_free(incoming_);
    BIO_free(outgoing_);
    return false;
  }
  SSL* const connection = connection_.get();
  SSL_set_bio(connection, incoming_, outgoing_);
  SSL_set_connect_state(connection);
  const Channel& channel = *parts_.channel;
  const auto protocol = ProtocolOf(channel);
  // Of all of OpenSSL's functions this one alone says 0 where it has worked.
  if (SSL_set_alpn_protos(connection, protocol.data(), static_cast<unsigned>(protocol.size())) != 0)
    return false;
  if (!channel.name.empty() && !ExpectName(connection, channel.name)) return false;
  TlsContext::KeepSessions(connection, parts_.memory);
  const TlsSessionPtr session = std::move(parts_.memory->session);
  return session == nullptr || SSL_set_session(connection, session.get()) == 1;
}

void TlsStream::OnConnected(int error) {
  if (error == 0 && !SetUp()) error = ENOMEM;
  if (error != 0) {
    ended_ = true;
    return user_->OnConnected(error);
  }
  (void)Handshake();
}

void TlsStream::OnRead(size_t size) {
  if (ended_) return;
  without_data_ += size;
  const int taken = BIO_write(incoming_, read_.data(), static_cast<int>(size));
  if (taken != static_cast<int>(size)) return End(ENOMEM);
  if (connected_ || Handshake()) ReadOn();
  if (!ended_ && !closed_ && without_data_ > kMaxWithoutData) End(EPROTO);
}

/// True once it is done, and the user has not closed the stream.
bool TlsStream::Handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(connection_.get());
  const int why = SSL_get_error(connection_.get(), result);
  if (result != 1 && why != SSL_ERROR_WANT_READ) {
    const int error = HandshakeError();
    SendOut();
    End(error);
    return false;
  }
  SendOut();
  if (result != 1) return false;
  const uint8_t* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(connection_.get(), &protocol, &size);
  if (parts_.channel->kind == Channel::Kind::kHttps && size == 0) {
    End(NoHttp2Error());
    return false;
  }
  // Before TLS 1.3 a session may be taken up again and again, and the server need not renew it.
  if (SSL_version(connection_.get()) < TLS1_3_VERSION) {
    parts_.memory->session.reset(SSL_get1_session(connection_.get()));
  }
  connected_ = true;
  user_->OnConnected(0);
  return !closed_;
}

int TlsStream::HandshakeError() const {
  const long verified = SSL_get_verify_result(connection_.get());
  const unsigned long code = ERR_peek_last_error();
  const bool judged =
      ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  return judged && verified != X509_V_OK ? CertificateError(verified) : TlsError(code);
}

void TlsStream::ReadOn() {
  while (!closed_ && !ended_) {
    const std::span<uint8_t> room = user_->ReadBuffer();
    ERR_clear_error();
    const int result = SSL_read(connection_.get(), room.data(), static_cast<int>(room.size()));
    const int why = SSL_get_error(connection_.get(), result);
    SendOut();
    if (result > 0) {
      without_data_ = 0;
      user_->OnRead(static_cast<size_t>(result));
    } else if (why == SSL_ERROR_WANT_READ) {
      return;
    } else {
      End(why == SSL_ERROR_ZERO_RETURN ? 0 : EPROTO);
    }
  }
}

void TlsStream::SendOut() {
  char* octets = nullptr;
  const long size = BIO_get_mem_data(outgoing_, &octets);
  if (size <= 0) return;
  below_->Write({reinterpret_cast<const uint8_t*>(octets), static_cast<size_t>(size)});
  (void)BIO_reset(outgoing_);
}

void TlsStream::Write(std::span<const uint8_t> octets) {
  assert(connected_ && !closed_ && "there is a connection");
  if (ended_) return;
  ERR_clear_error();
  const int written = SSL_write(connection_.get(), octets.data(), static_cast<int>(octets.size()));
  SendOut();
  if (written != static_cast<int>(octets.size())) {
    loop_->Arm(this, std::chrono::milliseconds(0));
  }
}

/// What could not be written: the user must not be called below Write().
void TlsStream::OnTimer() { End(EPROTO); }

void TlsStream::End(int error) {
  if (ended_ || closed_) return;
  ended_ = true;
  if (connected_) {
    user_->OnEnd(error);
  } else {
    user_->OnConnected(error == 0 ? ECONNRESET : error);
  }
}

void TlsStream::OnEnd(int error) { End(error); }

void TlsStream::Close() {
  assert(!closed_ && "closed once");
  closed_ = true;
  async::Timer::Cancel();
  if (connected_ && !ended_) {
    ERR_clear_error();
    (void)SSL_shutdown(connection_.get());  // Its answer is not waited for.
    SendOut();
  }
  ERR_clear_error();
  // Else OpenSSL would forbid to resume the session of a connection that was cut (RFC 5246 §7.2.1
  // allows it).
  if (connected_) {
    SSL_set_shutdown(connection_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
  below_->Close();
}

}  // namespace caascan::stream
