// A zone's servers on loopback, behind a resolver that knows what the parent says of them.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/diagnose/survey.h"
#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::diagnose {

using Texts = std::vector<std::string>;

inline constexpr const char* kFirst = "127.71.1.1";
inline constexpr const char* kSecond = "127.71.2.1";
inline constexpr const char* kThird = "127.71.3.1";

/// What the server at one address says of the zone.
struct ServerScript {
  Texts caa = {"ca.example"};  // Of issue properties.
  Texts ns = {"ns1.example.test", "ns2.example.test"};
  uint16_t flags = net::Reply::kAuthoritative;
  dns::RCode rcode = dns::RCode::kNoError;  // Of every response, else.
  bool silent = false;
  bool soa = true;     // With an empty answer.
  Texts keys = {"a"};  // A DNSKEY each, of that key.
  bool drops_keys = false;
  std::optional<Texts> refers;  // It is the parent's, and refers to these.
  int failures = 0;             // So many queries for CAA are met with SERVFAIL first.
};

/// A server's name that the parent has.
struct SceneHost {
  std::string name;
  Texts glue;
  Texts own;
};

/// The zone, its servers and what is asked. To begin with, two servers in two networks agree in
/// everything.
struct Scene {
  std::map<std::string, ServerScript> servers = {{kFirst, {}}, {kSecond, {}}};
  std::vector<SceneHost> hosts = {{"ns1.example.test", {kFirst}, {kFirst}},
                                  {"ns2.example.test", {kSecond}, {kSecond}}};
  std::vector<SceneHost> parents;            // Servers of the zone above.
  std::map<std::string, Texts> other_hosts;  // Names that the parent has not, with addresses.
  bool zone_is_known = true;
  bool allow_special = true;
  bool bogus = false;  // Answers with records do not validate.
  uint32_t max_queries = 100;
  SurveyRequest request;

  Scene() { request.all_servers = true; }
};

class SceneResolver;

/// Change `scene_`, then Start().
class SurveyFixture : public testing::Test {
 protected:
  SurveyFixture();
  ~SurveyFixture() override;

  void Start();
  /// The findings as "code", and "code address" where there is one.
  Texts Survey();
  /// The account's attempts as "result address".
  Texts Attempts() const;
  /// How often an address was asked for a type.
  size_t Seen(std::string_view address, dns::RRType type) const;
  /// How often a server's addresses were looked up.
  size_t lookups() const;

  Scene scene_;
  query::Account account_;
  std::unique_ptr<net::FakeServer> server_;
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<SceneResolver> resolver_;
  std::unique_ptr<Surveyor> surveyor_;
};

}  // namespace caascan::diagnose
