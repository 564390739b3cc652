// Tested by notices_test.cc.
#include "scanner/scan/notices.h"

#include <absl/strings/str_cat.h>

namespace caascan::scan {

void Notices::Say(const std::string& notice) const {
  telemetry_.ClearLine();
  if (say_) say_(notice);
}

void Notices::Keep(const std::string& notice) {
  const std::lock_guard lock(mutex_);
  kept_.push_back(notice);
}

void Notices::SayKept() {
  std::vector<std::string> notices;
  {
    const std::lock_guard lock(mutex_);
    notices.swap(kept_);
  }
  for (const std::string& notice : notices) Say(notice);
}

void Notices::SayOfResolvers(const std::vector<stream::Endpoint>& resolvers,
                             const resolve::ResolverWays& ways) {
  said_of_.resize(resolvers.size());
  for (size_t i = 0; i < resolvers.size(); ++i) {
    if (said_of_[i] || ways.Of(i) != resolve::ResolverWays::Way::kStreams) continue;
    said_of_[i] = true;
    over_tcp_.push_back(resolvers[i].address.ToTextWithPort());
    Say(absl::StrCat("the resolver ", over_tcp_.back(),
                     " is silent over UDP and answers over TCP: it is asked over TCP alone"));
  }
}

}  // namespace caascan::scan
