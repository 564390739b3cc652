// How sure one may be of a share that was counted.
#pragma once

#include <cstdint>

namespace caascan::report {

struct Interval {
  double low = 0;
  double high = 1;
};

/// Wilson's score interval at 95 % for `hits` of `trials`: where the share of a population lies of
/// which the trials are a random sample. All of [0, 1] where there are no trials. Hits
/// beyond the trials, as a broken partial file may have them, do not count.
Interval WilsonInterval(uint64_t hits, uint64_t trials);

}  // namespace caascan::report
