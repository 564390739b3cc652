// Tested by server_choice_test.cc.
#include "scanner/zones/server_choice.h"

#include <bit>
#include <utility>

namespace caascan::zones {
namespace {

constexpr uint32_t kSilentAfter = 2;  // Unanswered in a row.

/// How many tries a zone may have, its servers taken together, where nothing but silence is met. A
/// patient look gives each server, up to some, the tries that usually serve for all, or more: a
/// dead server beside it must not use up those of one whose answers get lost.
unsigned MaxTries(size_t count, const TryLimits& limits, bool patient) {
  constexpr size_t kServersWithTriesOfTheirOwn = 4;
  if (limits.brisk) return static_cast<unsigned>(count);
  const size_t usual = size_t{limits.retries} + 1;
  if (!patient) return static_cast<unsigned>(usual);
  return static_cast<unsigned>(limits.patience * usual *
                               std::min(count, kServersWithTriesOfTheirOwn));
}

/// None is known, or none that this machine can send to.
bool NeedsAddress(const Zone& zone, size_t server, const ServerChoice& choice) {
  if (!zone.servers[server].resolved) return true;
  if (!choice.any_lacks_family() || !zone.servers[server].has_glue) return false;
  for (size_t i = 0; i < zone.addresses.size(); ++i) {
    if (zone.addresses[i].server == server && !choice.lacks_family(static_cast<unsigned>(i))) {
      return false;
    }
  }
  return true;
}

}  // namespace

ServerLoad ServerLoad::Of(const net::Peer& peer, bool brisk) {
  return {peer.silences() > (brisk ? 0 : kSilentAfter), peer.busy(), peer.queued(), peer.srtt()};
}

bool IsBetter(const ServerLoad& one, const ServerLoad& other) {
  if (one.silent != other.silent) return other.silent;
  const bool queue = one.busy || other.busy;
  return queue ? one.queued < other.queued : one.srtt < other.srtt;
}

std::optional<unsigned> ServerChoice::PickAgain(size_t count, const TryLimits& limits,
                                                bool silence_is_final) const {
  const uint32_t open = tried_ & ~hopeless_ & ~held_;
  const uint32_t silent = silent_ & open;
  const bool mixed = silent != 0 && (silent != open || held_ != 0);
  if (silent == 0 && held_ != 0) return std::nullopt;
  if (silent == open && silence_is_final) return std::nullopt;
  // Words come back the same; only silence may be chance so often.
  const unsigned max_tries = MaxTries(count, limits, query::IsPatient(limits.look) && silent != 0);
  if (mixed && limits.brisk) return std::nullopt;
  if (mixed ? repeats_ + 1 >= max_tries : sent_ >= max_tries) return std::nullopt;
  const uint32_t wanted = mixed ? silent : open;
  for (size_t i = 0; i < count; ++i) {
    const auto index = static_cast<unsigned>((sent_ + i) % count);
    if ((wanted & Bit(index)) != 0) return index;
  }
  return std::nullopt;
}

void ServerChoice::Begin(unsigned index) {
  if (was_tried(index)) ++repeats_;
  tried_ |= Bit(index);
}

bool ServerChoice::End(unsigned index, net::ExchangeStatus status) {
  const bool timed_out = status == net::ExchangeStatus::kTimeout;
  silent_ = timed_out ? silent_ | Bit(index) : silent_ & ~Bit(index);
  if (status == net::ExchangeStatus::kSendFailed || status == net::ExchangeStatus::kBlocked) {
    GiveUp(index);
    return false;
  }
  return ++sent_ > 1;
}

bool ServerChoice::all_tried(size_t count) const {
  return static_cast<size_t>(std::popcount(tried_)) == count;
}

std::optional<unsigned> ServerNames::Next(const Zone& zone, const ServerChoice& choice) const {
  for (unsigned i = 0; i < zone.servers.size(); ++i) {
    if ((looked_up_ & Bit(i)) == 0 && NeedsAddress(zone, i, choice)) return i;
  }
  return std::nullopt;
}

void ServerNames::End(unsigned index, query::HostEnd end) {
  if (end == query::HostEnd::kCircle) circles_ |= Bit(index);
  if (end == query::HostEnd::kUnheard) unheard_ |= Bit(index);
  if (end == query::HostEnd::kUnproven) unproven_ |= Bit(index);
  if (end == query::HostEnd::kCutShort) cut_short_ |= Bit(index);
  if (end == query::HostEnd::kLocalFault) local_faults_ |= Bit(index);
  if (end == query::HostEnd::kBlocklisted) blocklisted_ |= Bit(index);
}

void ServerNames::AddUnresolved(const Zone& zone, dns::NameView apex,
                                std::vector<query::Attempt>* attempts) const {
  for (unsigned i = 0; i < zone.servers.size(); ++i) {
    const Zone::Server& server = zone.servers[i];
    const uint32_t bit = Bit(i);
    const bool looked_up = server.resolved || (looked_up_ & bit) != 0;
    if (server.has_address || !looked_up || (cut_short_ & bit) != 0) continue;
    query::Attempt attempt;
    attempt.host.emplace(zone.host(server));
    attempt.result = ServerResult::kUnresolved;
    attempt.no_such_host = server.no_such_host;
    attempt.denied_labels = server.denied_labels;
    attempt.is_alias = server.is_alias;
    attempt.circular = (circles_ & bit) != 0;
    if (attempt.circular && zone.host(server).IsAtOrBelow(apex)) {
      attempt.circular = false;
      attempt.lacks_glue = true;
    }
    attempt.other_family = server.other_family;
    attempt.unproven = !server.resolved;
    attempt.unheard = (unheard_ & bit) != 0;
    attempt.local_fault = (local_faults_ & bit) != 0;
    attempt.blocklisted = (blocklisted_ & bit) != 0;
    attempts->push_back(std::move(attempt));
  }
}

}  // namespace caascan::zones
