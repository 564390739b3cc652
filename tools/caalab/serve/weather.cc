// Tested by weather_test.cc.
#include "tools/caalab/serve/weather.h"

#include "tools/caalab/world/chance.h"

namespace caascan::lab {

Fate FateOf(const Weather& weather, uint64_t random) {
  Fate fate;
  if (weather.is_fair()) return fate;
  const auto strikes = [&random](double percent) {
    random = MixBits(random);
    return Strikes(percent, random);
  };
  fate.query_lost = strikes(weather.loss_percent);
  fate.answer_lost = strikes(weather.loss_percent);
  fate.answer_doubled = strikes(weather.duplicate_percent);
  fate.delay_ms = weather.delay_ms;
  if (strikes(weather.reorder_percent)) fate.delay_ms += kReorderDelayMs;
  if (weather.jitter_ms > 0) {
    fate.delay_ms += static_cast<uint32_t>(MixBits(random) % (weather.jitter_ms + uint64_t{1}));
  }
  return fate;
}

}  // namespace caascan::lab
