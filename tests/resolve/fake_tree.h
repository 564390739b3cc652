// A small tree of zones and the servers that serve them, all on one FakeServer.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/dns/name.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::resolve {

/// Answers as a plain authoritative server does (RFC 1034 §4.3.2, RFC 6672): answer, alias,
/// referral with the glue there is, NODATA, NXDOMAIN; REFUSED for names of no zone served at the
/// address asked. Filled before its server starts, constant afterwards.
class FakeTree {
 public:
  /// Takes over what an address does. False where it leaves the query to the zones.
  using Override = std::function<bool(const net::Arrival&, net::Outbox*)>;

  /// "owner TYPE rdata", names absolute: A, AAAA, NS, CNAME, DNAME, CAA with "flags tag value".
  void Add(std::string_view zone, std::string_view record);
  void Serve(std::string_view zone, std::string_view address);
  /// NS records at the parent, glue where the parent may hold it, NS and address records at the
  /// child, which those addresses serve.
  void Delegate(std::string_view parent, std::string_view child,
                std::initializer_list<std::pair<const char*, const char*>> servers);
  void SetOverride(std::string_view address, Override take);

  void Handle(const net::Arrival& query, net::Outbox* out) const;
  /// What the zones alone say.
  net::Reply Answer(const net::Arrival& query) const;

 private:
  struct Zone {
    dns::Name apex;
    std::map<std::pair<std::string, dns::RRType>, std::vector<std::string>> records;
    std::vector<std::string> addresses;

    const std::vector<std::string>* Find(dns::NameView name, dns::RRType type) const;
    bool HasNameAtOrBelow(dns::NameView name) const;
  };

  Zone* ZoneOf(std::string_view apex);
  const Zone* Deepest(std::string_view address, dns::NameView name) const;
  static bool Refer(const Zone& zone, dns::NameView name, net::Reply* reply);
  static bool Redirect(const Zone& zone, dns::NameView name, net::Reply* reply);

  std::map<std::string, Zone> zones_;
  std::map<std::string, Override> overrides_;
};

}  // namespace caascan::resolve
