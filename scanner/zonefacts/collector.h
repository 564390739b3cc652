// A worker's zone facts.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "caascan/record.h"
#include "scanner/diagnose/survey.h"
#include "scanner/zonefacts/facts.h"
#include "scanner/zonefacts/zone_output.h"
#include "scanner/zones/zone_observer.h"

namespace caascan::zonefacts {

struct CollectorOptions {
  /// Says who runs a zone's servers: see resolve::IterativeOptions::name_operator.
  std::function<void(dns::NameView name, const zones::Zone&, std::string*)> name_operator;
  size_t max_bytes = size_t{8} << 20;  // About: then they go to the output.
};

/// Keeps what a worker's queries show of zones until it goes to the output. Where that lags, it
/// holds twice as much and then waits. One thread.
class Collector final : public zones::ZoneObserver, public diagnose::SurveyObserver {
 public:
  Collector(ZoneOutput* output, CollectorOptions options)
      : output_(output), options_(std::move(options)) {}

  void OnReply(const zones::ObservedReply& reply) override;
  void OnFailure(dns::NameView apex, const zones::Zone& zone,
                 std::span<const query::Attempt> attempts) override;
  void OnSurvey(const diagnose::SurveyedZone& survey) override;
  /// The findings of a name's record go to the zones that they are about.
  void AddRecord(const Record& record);
  /// A server's reply to a further question about its zone.
  void AddReply(dns::NameView apex, const async::Address& address, const dns::Message& message);

  // What is not known of the zone, and was not asked for by this worker: true once.
  bool ClaimNs(dns::NameView zone) { return Claim(zone, kNs); }
  bool ClaimKeys(dns::NameView zone) { return Claim(zone, kKeys); }

  /// All goes to the output. Not before the last call of the others, which may be another thread's.
  void Flush() { (void)output_->Take(&table_, /*wait=*/true); }

 private:
  enum Claimed : uint8_t { kNs, kKeys };
  // Of hashes of names: eight octets each.
  static constexpr size_t kMaxClaims = size_t{1} << 20;

  Facts* FactsOf(dns::NameView zone);
  void NoteDelegation(dns::NameView apex, const zones::Zone& zone, Facts* facts);
  bool Claim(dns::NameView zone, Claimed what);
  void FlushIfFull();

  ZoneOutput* const output_;
  const CollectorOptions options_;
  FactsTable table_;
  size_t bytes_ = 0;  // Of what the table's entries hold, about: as they were when they were made.
  absl::flat_hash_set<uint64_t> claims_;
};

}  // namespace caascan::zonefacts
