// Header-only: what queries show of zones, for the one who keeps it.
#pragma once

#include <span>

#include "caascan/outcome.h"
#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"
#include "scanner/query/answer.h"
#include "scanner/query/ask.h"
#include "scanner/zones/validator.h"
#include "scanner/zones/zone.h"

namespace caascan::zones {

/// A server's reply to a resolver, or its silence. All of it holds while OnReply() runs.
struct ObservedReply {
  dns::NameView apex;  // The zone whose server was asked,
  const Zone* zone;    // and its delegation.
  const Zone::ServerAddress* address;
  const query::Asked* asked;
  dns::RRType type{};  // What was asked for.
  Validator* validator;
};

/// Called by a resolver on its own thread, often: it does nothing slow, and calls nothing of the
/// resolver's.
class ZoneObserver {
 public:
  ZoneObserver() = default;
  ZoneObserver(const ZoneObserver&) = delete;
  ZoneObserver& operator=(const ZoneObserver&) = delete;
  virtual ~ZoneObserver() = default;

  virtual void OnReply(const ObservedReply& reply) = 0;
  /// No server of the zone gave an answer. `attempts` are at its servers, those without an address
  /// among them.
  virtual void OnFailure(dns::NameView apex, const Zone& zone,
                         std::span<const query::Attempt> attempts) = 0;
};

}  // namespace caascan::zones
