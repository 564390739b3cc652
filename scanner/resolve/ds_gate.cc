// Tested by ds_gate_test.cc.
#include "scanner/resolve/ds_gate.h"

namespace caascan::resolve {
namespace {

constexpr size_t kPlacesAtFirst = 4;
constexpr size_t kAskedPerPlace = 8;

}  // namespace

size_t DsGate::Door::places() const { return kPlacesAtFirst + asked / kAskedPerPlace; }

async::Task<DsGate::Pass> DsGate::Enter(dns::NameView above) {
  Door& door = doors_[dns::CompactName(above)];
  while (door.inside >= door.places()) co_await async::WaitList::Waiter(&door.waiting);
  ++door.inside;
  co_return Pass(this, above);
}

/// Who is let in may leave before it ever waits: then this is not entered again, or the stack would
/// grow with the number of those that wait.
void DsGate::Leave(dns::NameView above, bool has_asked) {
  const auto at = doors_.find(above);
  Door& door = at->second;
  --door.inside;
  door.asked += has_asked ? 1 : 0;
  if (door.is_letting_in) return;
  door.is_letting_in = true;
  while (door.inside < door.places() && door.waiting.NotifyFirst()) {
  }
  door.is_letting_in = false;
  if (door.inside == 0) doors_.erase(at);
}

}  // namespace caascan::resolve
