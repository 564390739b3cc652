// Tested by forecast_model_test.cc and, beside a real scan's counters, by
// tests/e2e/forecast_test.py.
#include "scanner/forecast/forecast_model.h"

#include <algorithm>

#include "scanner/scan/scan_setup.h"

namespace caascan::forecast {

double ForecastModel::AtRoot(uint64_t top_level_domains) const {
  return static_cast<double>(top_level_domains) + (validate ? 1 : 0);
}

double ForecastModel::AtZoneAbove(const DomainCounts& counts) const {
  const auto listed = static_cast<double>(counts.listed);
  if (!validate) return listed;
  const auto signed_ones = static_cast<double>(counts.seeded_signed);
  const auto unsigned_ones = static_cast<double>(counts.seeded_unsigned);
  if (!reuse_denials) return listed + signed_ones + unsigned_ones;
  const double spans = signed_ones + 1;
  return listed + signed_ones + spans * unsigned_ones / (spans + unsigned_ones);
}

double ForecastModel::SecondsAtAddresses(double queries, double addresses) const {
  return address_qps > 0 ? queries / (address_qps * addresses) : 0;
}

double ForecastModel::SecondsInAll(double queries) const {
  const double by_rate = rate_qps > 0 ? queries / rate_qps : 0;
  return std::max(by_rate, queries * kRoundTripSeconds / concurrency);
}

ForecastModel ModelOf(const ScanOptions& options) {
  const pacing::LimitOptions limits = scan::Limits(options, /*resolvers=*/{}, /*agreed=*/nullptr);
  const bool through_resolvers = !options.resolvers.empty();
  const double rate = pacing::PartOfRate(
      through_resolvers ? limits.own_rate_qps : limits.server_rate_qps, limits.parts);
  const uint32_t inflight = pacing::PartOfPlaces(
      through_resolvers ? limits.own_inflight : limits.server_inflight, limits.parts);
  ForecastModel model;
  model.validate = !through_resolvers && options.dnssec != DnssecMode::kOff;
  model.reuse_denials = options.denial_mib > 0;
  model.persist = options.also_persist;
  model.zone_ns = options.zone_ns;
  model.zone_keys = options.zone_keys;
  model.rate_qps = pacing::PartOfRate(limits.rate_qps, limits.parts);
  model.address_qps = rate;
  if (const double by_inflight = inflight / ForecastModel::kRoundTripSeconds;
      inflight > 0 && (rate == 0 || by_inflight < rate)) {
    model.address_qps = by_inflight;
  }
  model.concurrency = std::max(options.concurrency, 1u);
  return model;
}

}  // namespace caascan::forecast
