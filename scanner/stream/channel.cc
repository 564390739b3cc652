// Tested by tests/stream/channel_test.cc.
#include "scanner/stream/channel.h"

#include <absl/strings/str_cat.h>

namespace caascan::stream {

std::string EndpointText(const Endpoint& at) {
  if (at.channel == nullptr) return at.address.ToTextWithPort();
  const Channel& channel = *at.channel;
  switch (channel.kind) {
    case Channel::Kind::kTcp:
      break;
    case Channel::Kind::kTls:
      return absl::StrCat("tls://", at.address.ToTextWithPort(), channel.name.empty() ? "" : "#",
                          channel.name);
    case Channel::Kind::kHttps:
      return absl::StrCat("https://", channel.authority, channel.path);
  }
  return absl::StrCat("tcp://", at.address.ToTextWithPort());
}

}  // namespace caascan::stream
