// A network that sends nothing, for tests that need its Peers only.
#pragma once

#include <gtest/gtest.h>

#include <string_view>

#include "scanner/dns/name.h"
#include "scanner/net/network.h"

namespace caascan::query {

inline dns::Name N(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

/// The network is closed after what the test itself owns has gone.
class OfflineFixture : public testing::Test {
 protected:
  ~OfflineFixture() override { network_.Close(); }

  async::Loop loop_;
  pacing::SharedLimits limits_{pacing::LimitOptions()};
  net::Network network_{&loop_, &limits_, {}};
};

}  // namespace caascan::query
