// A network that sends nothing, for tests that need its Peers only.
#pragma once

#include <gtest/gtest.h>

#include "scanner/net/network.h"
#include "tests/query/names.h"

namespace caascan::query {

/// The network is closed after what the test itself owns has gone.
class OfflineFixture : public testing::Test {
 protected:
  ~OfflineFixture() override { network_.Close(); }

  async::Loop loop_;
  pacing::SharedLimits limits_{pacing::LimitOptions()};
  net::Network network_{&loop_, &limits_, {}};
};

}  // namespace caascan::query
