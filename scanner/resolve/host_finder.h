// Finds the addresses of servers whose names came without glue.
#pragma once

#include <chrono>
#include <cstddef>

#include "scanner/async/address.h"
#include "scanner/async/task.h"
#include "scanner/dns/message.h"
#include "scanner/dns/name.h"
#include "scanner/query/answer.h"
#include "scanner/zones/zone.h"

namespace caascan::resolve {

/// Hosts by their name, each looked up once for all names that need it. One worker's, loop thread
/// only.
class HostFinder {
 public:
  using Handle = zones::HostCache::Handle;

  /// What it needs of the resolver, which outlives it.
  class Source {
   public:
    /// Asks for the host's addresses of one family, and puts what comes into *host. All must live
    /// until it ends.
    virtual async::Task<query::HostEnd> CollectAddresses(Handle host, dns::RRType type,
                                                         query::Account* account) = 0;
    virtual std::chrono::nanoseconds now() const = 0;

   protected:
    ~Source() = default;
  };

  HostFinder(Source* source, const zones::AddressPolicy& policy, size_t capacity, size_t bytes)
      : source_(source), policy_(policy), hosts_(capacity, bytes) {}

  Handle Find(dns::NameView name) { return hosts_.Find(name); }
  Handle FindOrInsert(dns::NameView name) { return hosts_.FindOrInsert(name); }
  /// Looks the host up, waits for a look-up on its way, or takes what is known. `on_behalf_of`:
  /// the host that is being resolved and needs this one; null where there is none. All must live
  /// until it ends.
  async::Task<query::HostEnd> Resolve(Handle host, query::Account* account,
                                      zones::Host* on_behalf_of);

  /// An answer came from this address.
  void NoteAnswer(const async::Address& address) { family_answers_[address.is_v6()] = true; }
  /// Have answers come over the other family of addresses only? Then this machine may lack this
  /// one.
  bool IsFamilyMissing(const async::Address& address) const {
    return !family_answers_[address.is_v6()] && family_answers_[!address.is_v6()];
  }

 private:
  bool HasUsableAddress(const zones::Host& host) const;

  Source* const source_;
  const zones::AddressPolicy policy_;
  zones::HostCache hosts_;
  bool family_answers_[2] = {false, false};  // IPv4, IPv6.
};

}  // namespace caascan::resolve
