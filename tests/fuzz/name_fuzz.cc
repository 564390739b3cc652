// Any bytes as a name in text: what is accepted is well-formed and round-trips.
#include <cstdlib>
#include <string_view>

#include "scanner/dns/name.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using caascan::dns::Name;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Name name;
  if (Name::FromText(text, &name) != caascan::dns::NameError::kNone) return 0;
  Name again;
  const bool read = Name::FromText(name.view().ToText(), &again) == caascan::dns::NameError::kNone;
  const bool sound = caascan::dns::NameView::FromWire(name.view().wire()).has_value();
  if (!read || !sound || !again.view().IdenticalTo(name)) std::abort();
  return 0;
}
