// How many ask a zone for the DS of its children at once.
#pragma once

#include <absl/container/node_hash_map.h>

#include <cstddef>
#include <utility>

#include "scanner/async/task.h"
#include "scanner/async/wait_list.h"
#include "scanner/dns/name.h"

namespace caascan::resolve {

/// At a cold start thousands of names need to know of their zone's DS, and one denial of the zone
/// above serves many of them (see KnownDenials). So few may ask at first, more the more have asked;
/// who waits may find the denial known when its turn comes. One worker's, loop thread only.
class DsGate {
 public:
  /// Lets the next one in when it is destroyed.
  class Pass {
   public:
    Pass(DsGate* gate, dns::NameView above) : gate_(gate), above_(above) {}
    Pass(Pass&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)),
          above_(std::move(other.above_)),
          has_asked_(other.has_asked_) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->Leave(above_, has_asked_);
    }
    /// A server was asked.
    void NoteAsked() { has_asked_ = true; }

   private:
    DsGate* gate_;
    dns::CompactName above_;
    bool has_asked_ = false;
  };

  DsGate() = default;
  DsGate(const DsGate&) = delete;
  DsGate& operator=(const DsGate&) = delete;

  /// Waits for a place among those that ask about names right below `above`. Who has one may wait
  /// for others with places above `above` only, so none waits for itself. `above` must live until
  /// then.
  async::Task<Pass> Enter(dns::NameView above);

 private:
  struct Door {
    size_t inside = 0;
    size_t asked = 0;
    bool is_letting_in = false;
    async::WaitList waiting;

    size_t places() const;
  };

  void Leave(dns::NameView above, bool has_asked);

  absl::node_hash_map<dns::CompactName, Door, dns::NameHash, dns::NameEqual> doors_;
};

}  // namespace caascan::resolve
