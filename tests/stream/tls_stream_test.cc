// TLS with a server in memory.
#include "scanner/stream/tls_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>

#include "scanner/stream/stream_error.h"
#include "tests/stream/memory_stream.h"
#include "tests/stream/tls_server.h"

namespace caascan::stream {
namespace {

using testing::HasSubstr;
using Octets = std::vector<uint8_t>;

constexpr const char* kName = "resolver.example";

Octets Text(std::string_view text) { return {text.begin(), text.end()}; }

/// Keeps what it is told.
class Sink final : public async::ByteStream::User {
 public:
  void OnConnected(int error) override { connected = error; }
  std::span<uint8_t> ReadBuffer() override { return room_; }
  void OnRead(size_t size) override {
    got.insert(got.end(), room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(size));
    if (close_at_read != nullptr) std::exchange(close_at_read, nullptr)->Close();
  }
  void OnEnd(int error) override { ended = error; }
  void OnClosed() override { closed = true; }

  std::optional<int> connected;
  std::optional<int> ended;
  Octets got;
  bool closed = false;
  async::ByteStream* close_at_read = nullptr;

 private:
  std::array<uint8_t, 64> room_{};
};

/// A client's connection and its server's.
class Link {
 public:
  Link(const TlsContext* context, const Channel* channel, TlsMemory* memory, TlsService* service)
      : stream_({context, channel, memory}, &loop_, &sink_,
                [this](async::Loop*, async::ByteStream::User* user) {
                  auto below = std::make_unique<MemoryStream>(user);
                  below_ = below.get();
                  return below;
                }),
        server_(service) {
    EXPECT_EQ(stream_.Connect(async::Address::FromText("192.0.2.1", 853).value()), 0);
    below_->user()->OnConnected(0);
  }
  ~Link() {
    if (!below_->closed()) stream_.Close();
    below_->user()->OnClosed();
    loop_.Drain();
  }

  /// Carries octets to and fro, in pieces of `most`, until nothing is left.
  void Pump(size_t most = SIZE_MAX) {
    for (bool any = true; any && !below_->closed();) {
      const Octets to_server = below_->TakeWritten();
      server_.Take(to_server);
      const Octets to_client = server_.TakeOutput();
      below_->Deliver(to_client, most);
      any = !to_server.empty() || !to_client.empty();
    }
  }

  TlsStream& stream() { return stream_; }
  Sink& sink() { return sink_; }
  MemoryStream& below() { return *below_; }
  TlsServer& server() { return server_; }

 private:
  async::Loop loop_;
  Sink sink_;
  MemoryStream* below_ = nullptr;
  TlsStream stream_;
  TlsServer server_;
};

class TlsStreamTest : public testing::Test {
 protected:
  std::unique_ptr<const TlsContext> MakeContext(const std::string& path) {
    auto context = TlsContext::Create(path);
    EXPECT_TRUE(context.ok()) << context.status();
    return *std::move(context);
  }

  TestAuthority authority_;
  std::unique_ptr<const TlsContext> context_ = MakeContext(authority_.path());
  TlsMemory memory_;
  const Channel channel_{Channel::Kind::kTls, kName};
};

TEST_F(TlsStreamTest, CarriesOctetsBothWaysHoweverTheyAreCut) {
  for (const size_t most : {size_t{1}, size_t{7}, SIZE_MAX}) {
    TlsService service(authority_, {});
    Link link(context_.get(), &channel_, &memory_, &service);
    EXPECT_FALSE(link.sink().connected.has_value());
    link.Pump(most);
    ASSERT_EQ(link.sink().connected, 0) << most;
    EXPECT_EQ(link.server().host(), kName);
    EXPECT_EQ(link.server().protocol(), "dot");
    link.stream().Write(Text("there"));
    link.server().Send(Octets(1000, 'b'));
    link.Pump(most);
    EXPECT_EQ(link.server().data(), Text("there"));
    EXPECT_EQ(link.sink().got, Octets(1000, 'b'));
    EXPECT_FALSE(link.sink().ended.has_value());
  }
}

struct CertificateRow {
  const char* name;
  const char* expected;  // What the user asks for; empty: any.
  CertificateFacts facts;
  int verdict;  // X509_V_*.
};

class TlsCertificateTest : public TlsStreamTest,
                           public testing::WithParamInterface<CertificateRow> {};

// RFC 8310 §8.
TEST_P(TlsCertificateTest, IsJudgedBeforeAnythingIsSent) {
  const Channel channel{Channel::Kind::kTls, GetParam().expected};
  TlsService service(authority_, GetParam().facts);
  Link link(context_.get(), &channel, &memory_, &service);
  link.Pump();
  ASSERT_TRUE(link.sink().connected.has_value());
  const bool good = GetParam().verdict == X509_V_OK;
  EXPECT_EQ(*link.sink().connected, good ? 0 : CertificateError(GetParam().verdict))
      << StreamErrorText(*link.sink().connected);
  EXPECT_FALSE(link.sink().ended.has_value());
  EXPECT_TRUE(link.server().data().empty());
  EXPECT_EQ(ERR_peek_error(), 0u) << "the thread's next user of OpenSSL finds none of our errors";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, TlsCertificateTest,
    testing::Values(
        CertificateRow{"Right", kName, {}, X509_V_OK},
        CertificateRow{"WrongName", "other.example", {}, X509_V_ERR_HOSTNAME_MISMATCH},
        CertificateRow{"Wildcard", "a.resolver.example", {"DNS:*.resolver.example"}, X509_V_OK},
        CertificateRow{"PartOfAWildcard",
                       "ab.resolver.example",
                       {"DNS:a*.resolver.example"},
                       X509_V_ERR_HOSTNAME_MISMATCH},
        CertificateRow{"NameInTheSubjectAlone", kName, {""}, X509_V_ERR_HOSTNAME_MISMATCH},
        CertificateRow{"Address", "192.0.2.1", {"IP:192.0.2.1"}, X509_V_OK},
        CertificateRow{"AddressOfVersion6", "2001:db8::1", {"IP:2001:db8::1"}, X509_V_OK},
        CertificateRow{
            "OtherAddress", "192.0.2.1", {"IP:192.0.2.2"}, X509_V_ERR_IP_ADDRESS_MISMATCH},
        CertificateRow{
            "AddressAsAName", "192.0.2.1", {"DNS:192.0.2.1"}, X509_V_ERR_IP_ADDRESS_MISMATCH},
        CertificateRow{"Expired",
                       kName,
                       {"DNS:resolver.example", "x", -3600, -60},
                       X509_V_ERR_CERT_HAS_EXPIRED},
        CertificateRow{"NotYetValid",
                       kName,
                       {"DNS:resolver.example", "x", 600, 3600},
                       X509_V_ERR_CERT_NOT_YET_VALID},
        CertificateRow{"AnyName", "", {"DNS:other.example"}, X509_V_OK},
        CertificateRow{"AnyTime", "", {"DNS:other.example", "x", -3600, -60}, X509_V_OK}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(TlsStreamTest, AnotherAuthorityIsNotTrusted) {
  const TestAuthority other;
  TlsService service(other, {});
  Link link(context_.get(), &channel_, &memory_, &service);
  link.Pump();
  ASSERT_TRUE(link.sink().connected.has_value());
  EXPECT_TRUE(IsCertificateError(*link.sink().connected));
  EXPECT_THAT(StreamErrorText(*link.sink().connected), HasSubstr("local issuer"));
}

TEST_F(TlsStreamTest, SessionsAreResumed) {
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    TlsService service(authority_, {});
    SSL_CTX_set_max_proto_version(service.get(), version);
    memory_.session.reset();
    for (int i = 0; i < 4; ++i) {
      Link link(context_.get(), &channel_, &memory_, &service);
      link.Pump();
      ASSERT_EQ(link.sink().connected, 0);
      EXPECT_EQ(link.stream().resumed(), i > 0) << version;
      EXPECT_EQ(link.server().resumed(), i > 0) << version;
      EXPECT_NE(memory_.session, nullptr) << "one for the next connection";
      // Servers that close an idle connection often say nothing.
      if (i % 2 == 0) link.below().user()->OnEnd(0);
    }
  }
}

TEST_F(TlsStreamTest, AServerThatKnowsNoSessionIsAskedAllTheSame) {
  for (int i = 0; i < 2; ++i) {
    TlsService service(authority_, {});
    Link link(context_.get(), &channel_, &memory_, &service);
    link.Pump();
    EXPECT_EQ(link.sink().connected, 0);
    EXPECT_FALSE(link.stream().resumed());
  }
}

TEST_F(TlsStreamTest, TheServersEndIsTheStreamsEnd) {
  TlsService service(authority_, {});
  Link link(context_.get(), &channel_, &memory_, &service);
  link.Pump();
  link.server().Send(Text("last"));
  link.server().End();
  link.Pump();
  EXPECT_EQ(link.sink().got, Text("last"));
  EXPECT_EQ(link.sink().ended, 0);
}

TEST_F(TlsStreamTest, ClosingTellsTheServer) {
  TlsService service(authority_, {});
  Link link(context_.get(), &channel_, &memory_, &service);
  link.Pump();
  link.stream().Close();
  EXPECT_TRUE(link.below().closed());
  link.server().Take(link.below().TakeWritten());
  EXPECT_NE(SSL_get_shutdown(link.server().get()) & SSL_RECEIVED_SHUTDOWN, 0);
}

TEST_F(TlsStreamTest, TheUserMayCloseAsItReads) {
  TlsService service(authority_, {});
  Link link(context_.get(), &channel_, &memory_, &service);
  link.Pump();
  link.sink().close_at_read = &link.stream();
  link.server().Send(Octets(1000, 'a'));
  link.Pump();
  EXPECT_EQ(link.sink().got.size(), 64u) << "one read";
  EXPECT_FALSE(link.sink().ended.has_value());
}

TEST_F(TlsStreamTest, AConnectionCutInTheHandshakeIsNone) {
  TlsService service(authority_, {});
  Link link(context_.get(), &channel_, &memory_, &service);
  link.below().user()->OnEnd(0);
  EXPECT_EQ(link.sink().connected, ECONNRESET);
}

TEST_F(TlsStreamTest, WhatSpeaksNoTlsIsSaid) {
  TlsService service(authority_, {});
  Link link(context_.get(), &channel_, &memory_, &service);
  link.below().Deliver(Text("HTTP/1.1 400 Bad Request\r\n\r\n"));
  ASSERT_TRUE(link.sink().connected.has_value());
  EXPECT_THAT(StreamErrorText(*link.sink().connected), HasSubstr("wrong version number"));
}

TEST_F(TlsStreamTest, GarbageAfterTheHandshakeCostsTheConnection) {
  TlsService service(authority_, {});
  Link link(context_.get(), &channel_, &memory_, &service);
  link.Pump();
  link.below().Deliver(Octets(100, 0x17));
  EXPECT_EQ(link.sink().ended, EPROTO);
  link.stream().Write(Text("late"));  // Goes nowhere.
}

TEST_F(TlsStreamTest, OldTlsIsRefused) {
  TlsService service(authority_, {});
  SSL_CTX_set_security_level(service.get(), 0);
  SSL_CTX_set_min_proto_version(service.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(service.get(), TLS1_1_VERSION);
  Link link(context_.get(), &channel_, &memory_, &service);
  link.Pump();
  ASSERT_TRUE(link.sink().connected.has_value());
  EXPECT_NE(*link.sink().connected, 0);
  EXPECT_THAT(StreamErrorText(*link.sink().connected), HasSubstr("protocol version"));
}

TEST_F(TlsStreamTest, AServerThatRenegotiatesGetsNowhere) {
  TlsService service(authority_, {});
  SSL_CTX_set_max_proto_version(service.get(), TLS1_2_VERSION);
  Link link(context_.get(), &channel_, &memory_, &service);
  link.Pump();
  ASSERT_EQ(link.sink().connected, 0);
  SSL_renegotiate(link.server().get());
  (void)SSL_do_handshake(link.server().get());
  link.Pump();
  ERR_clear_error();
  EXPECT_FALSE(link.server().connected()) << "it asked, and waits";
}

TEST_F(TlsStreamTest, AServerThatOnlyChangesKeysIsLeft) {
  TlsService service(authority_, {});
  Link link(context_.get(), &channel_, &memory_, &service);
  link.Pump();
  for (int i = 0; i < 20'000 && !link.sink().ended; ++i) {
    SSL_key_update(link.server().get(), SSL_KEY_UPDATE_NOT_REQUESTED);
    (void)SSL_do_handshake(link.server().get());
    link.below().Deliver(link.server().TakeOutput());
  }
  EXPECT_EQ(link.sink().ended, EPROTO);
}

TEST_F(TlsStreamTest, HttpsNeedsHttp2) {
  for (const bool speaks : {true, false}) {
    TlsService service(authority_, {});
    service.set_alpn(speaks);
    const Channel channel{Channel::Kind::kHttps, kName, kName, "/dns-query"};
    Link link(context_.get(), &channel, &memory_, &service);
    link.Pump();
    EXPECT_EQ(link.sink().connected, speaks ? 0 : NoHttp2Error());
    EXPECT_EQ(link.server().protocol(), speaks ? "h2" : "");
  }
}

TEST(TlsContextTest, AFileWithoutCertificatesIsAnError) {
  for (const char* path : {"/nowhere/ca.pem", "/dev/null"}) {
    const auto context = TlsContext::Create(path);
    EXPECT_EQ(context.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(context.status().message()), HasSubstr(path));
  }
  EXPECT_TRUE(TlsContext::Create("").ok()) << "the system's";
}

}  // namespace
}  // namespace caascan::stream
