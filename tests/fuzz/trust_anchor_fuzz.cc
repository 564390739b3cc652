// Any bytes as a file of trust anchors: what is accepted can be used, and has one of the root.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "scanner/dnssec/chain.h"
#include "scanner/zones/trust_anchor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int file = ::memfd_create("anchor", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) {
    std::abort();
  }
  const auto anchors = caascan::zones::ReadTrustAnchors(path);
  if (!anchors.ok()) return 0;
  bool root = false;
  caascan::dnssec::DsSet ds;
  for (const auto& anchor : *anchors) {
    root = root || anchor.owner.view().is_root();
    if (!caascan::dns::NameView::FromWire(anchor.owner.view().wire())) std::abort();
    const std::span<const uint8_t> rdata(reinterpret_cast<const uint8_t*>(anchor.rdata.data()),
                                         anchor.rdata.size());
    if (anchor.type == caascan::dns::RRType::kDS) {
      ds.Add(rdata);
    } else {
      ds.AddKey(anchor.owner, rdata);
    }
  }
  if (!root) std::abort();
  return 0;
}
