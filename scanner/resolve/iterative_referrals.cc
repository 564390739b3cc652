// Referrals that several names need: one asks, the others wait (zones/referral_leads.h).
//
// Tested by iterative_referrals_test.cc.
#include <cstddef>
#include <utility>

#include "scanner/resolve/iterative.h"

namespace caascan::resolve {
namespace {

/// The zone that a referral to the walk's name would lead to, as far as its servers have shown how
/// they delegate; the root where the answer would be of use to no other name. A DS brings none.
dns::NameView CutBelow(const Walk& walk) {
  const dns::NameView name = walk.chain.current();
  const size_t above = walk.zone.name().label_count();
  size_t labels = above == 0 ? 1 : walk.zone->cut_labels;
  if (labels == 0 && above == 1) labels = 2;
  const size_t has = name.label_count();
  const bool is_own_ds = walk.purpose == Walk::Purpose::kDs && has == labels;
  if (labels == 0 || has < labels || is_own_ds) return dns::NameView();
  dns::NameView cut = name;
  for (size_t left = has; left > labels; --left) cut = cut.parent();
  return cut;
}

}  // namespace

/// Where other names need the same referral: the list of those that wait for it; null where this
/// one asks.
async::WaitList* IterativeResolver::JoinOthers(Walk* walk) {
  const dns::NameView cut = CutBelow(*walk);
  return cut.is_root() ? nullptr : leads_.Join(cut, &walk->lead);
}

/// True where the referral has come: walk->zone is where it leads. Else the walk asks for itself.
async::Task<bool> IterativeResolver::AwaitReferral(Walk* walk, async::WaitList* others) {
  co_await async::WaitList::Waiter(others);
  ZoneHandle zone = StartOf(*walk);
  if (!zone.name().IsBelow(walk->zone.name())) co_return false;
  walk->zone = std::move(zone);
  co_return true;
}

}  // namespace caascan::resolve
