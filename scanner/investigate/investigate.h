// One name from its job to its line of output: the climb of RFC 8659 §3, the decision, the record.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "caascan/record.h"
#include "caascan/scanner.h"
#include "scanner/async/task.h"
#include "scanner/diagnose/survey.h"
#include "scanner/dnssec/work.h"
#include "scanner/evidence/exchange_log.h"
#include "scanner/input/name_job.h"
#include "scanner/investigate/lasting_answer.h"
#include "scanner/net/network.h"
#include "scanner/persist/persist_lookup.h"
#include "scanner/query/ask.h"
#include "scanner/resolve/resolver.h"
#include "scanner/zonefacts/zone_asker.h"
#include "scanner/zones/name_cache.h"
#include "scanner/zones/shared_lookup.h"

namespace caascan::investigate {

/// What the investigation needs to know of the scan. Outlives the workers.
struct InvestigateOptions {
  IssuanceRequest request;
  std::vector<CertificationAuthority> ca_set;
  query::AskOptions ask;
  DiagnoseMode diagnose = DiagnoseMode::kFailures;
  bool all_servers = false;  // See ScanOptions; only with a resolver that knows them.
  /// Ask also addresses that no public server has, and for names that are not in the public DNS.
  bool allow_special = false;
  bool resolver_explains =
      true;  // Failures that accuse somebody, where it can (Resolver::Explain).
  ServersInRecord servers = ServersInRecord::kFailures;
  bool persist = false;                        // Look the persistent validation record up too.
  evidence::EvidenceFile* evidence = nullptr;  // Takes exchanges; null: they are not kept.
  bool climb = false;                          // Records carry the climb and the chain of trust.
  bool zone_ns = false;    // With a collector: ask each zone for its own NS set,
  bool zone_keys = false;  // and for its DNSKEY set.
  uint16_t port = 53;      // Addresses with another port are written with it.
  /// A name, over all its passes, probes and server names included. Surveys have twice as many of
  /// their own.
  uint32_t max_queries = 100;
  std::chrono::nanoseconds max_wait = std::chrono::seconds(60);  // A name: see query::Budget.
  unsigned recheck = 1;  // Further passes over a name whose look-up failed.
  std::chrono::milliseconds recheck_after{5000};
  size_t parent_capacity = 15'000;  // Of the parents' answers that are kept,
  size_t parent_bytes = 16 << 20;   // and what they may hold.
  /// Likewise of names' answers that are known until `valid_until`. None are where this is 0.
  size_t known_bytes = 0;
};

/// With its port where that is not the usual one.
std::string AddressText(const async::Address& address, uint16_t usual_port);

/// One worker's investigator: parents' CAA sets are looked up once for all the names below them.
/// Loop thread only.
class Investigator {
 public:
  /// `zone_facts` is told of surveys and further queries, and outlives it; null: there is none.
  Investigator(net::Network* network, resolve::Resolver* resolver,
               const InvestigateOptions& options, zonefacts::Collector* zone_facts = nullptr);

  /// What became of a job.
  struct Result {
    Record* record = nullptr;  // Null where it was put off.
    dnssec::Work validation;
    net::PeerRef busy;  // The server for which it was put off.
  };
  /// Looks the job's name up and decides. `job` must live until then. Where it is put off, since
  /// its servers are busy, there is no record, and the job says what was done. The result is the
  /// investigator's, and its record may be changed; both hold until the awaiting coroutine
  /// suspends. REQUIRES: job->valid.
  async::Task<const Result*> Investigate(input::NameJob* job, query::WhenBusy when_busy);

  /// The record of a name whose answer is known, decided for this job; null where none is, or the
  /// job is to be looked up anew. The record is the investigator's, as above. REQUIRES: job.valid.
  Record* Recall(const input::NameJob& job);

  /// Names whose first look failed: they rest, or wait patiently for what is silent.
  size_t rechecking() const { return rechecking_; }

 private:
  /// A CAA answer that many names share.
  struct Shared {
    query::Look look = query::Look::kFirst;  // The one that asked for it.
    query::CaaAnswer answer;
    std::chrono::nanoseconds asked_at{0};
    std::chrono::nanoseconds expires{0};

    size_t HeapBytes() const { return answer.HeapBytes(); }
  };
  using SharedAnswer = zones::SharedLookup<Shared>;
  using SharedCache = zones::NameCache<SharedAnswer>;

  /// One pass over a name: what its climb ended with.
  struct Climb {
    async::Pooled<query::CaaAnswer> own;         // At the name itself; null until it is there.
    SharedCache::Handle parent;                  // Keeps `answer` where it is not `own`.
    std::chrono::nanoseconds parent_expires{0};  // Tells this answer from a later one.
    const query::CaaAnswer* answer = nullptr;
    DnssecStatus weakest = DnssecStatus::kSecure;  // Of all its look-ups,
    std::vector<Finding> findings;                 // and what validation found.
    dns::NameView at;  // Where the climb ended; the root: nothing was found.
    struct Extras {
      std::vector<Finding> survey;   // Of all the zone's servers.
      std::vector<ClimbStep> steps;  // Where the record carries them.
      query::CaaAnswer answer;       // A copy of the climb's, made before a further look-up.
      std::optional<persist::PersistLookup> persist;
    };
    std::unique_ptr<Extras> extras;  // Few scans want them.

    /// Was the name put off? Then only `own` is there, with the server that is busy.
    bool is_put_off() const {
      return own != nullptr && own->status == query::LookupStatus::kPutOff;
    }
  };

  async::Task<void> ClimbTree(dns::NameView name, query::WhenBusy when_busy,
                              query::Account* account, Climb* climb);
  async::Task<unsigned> LookFurther(dns::NameView name, query::Account* account, Climb* climb);
  async::Task<bool> Rest(unsigned passes);
  bool WorthAnotherPass(const Climb& climb, unsigned passes) const;
  bool Serves(const SharedAnswer& shared, const query::Account& account) const;
  bool NeedsExplanation(const query::CaaAnswer& answer, const query::Account& account) const;
  async::Task<> Explain(dns::NameView name, query::Account* account, query::CaaAnswer* answer);
  async::Task<SharedCache::Handle> ParentAnswer(dns::NameView name, query::Account* account);
  SharedCache::Handle KnownAnswer(dns::NameView name, const query::Account& account);
  void NoteStep(Climb* climb) const;
  void ForgetFailure(const Climb& climb);
  bool NeedsSurvey(const Climb& climb) const;
  async::Task<> SurveyServers(dns::NameView name, query::Account* account, Climb* climb);
  async::Task<> SurveyZone(const query::CaaAnswer* answer, dns::NameView name,
                           query::Account* account, std::vector<Finding>* findings);

  static void DropEvidence(query::Account* account, Climb* climb);
  bool NeedsPersist(const input::NameJob& job, const Climb& climb) const;
  async::Task<> LookUpPersist(dns::NameView name, const query::Account& account, Climb* climb);

  dns::NameView ZoneToAsk(const Climb& climb) const;
  async::Task<> AskZone(dns::NameView zone, zonefacts::ZoneAsker::Wanted wanted,
                        query::Account* account, Climb* climb);
  static void KeepAnswer(Climb* climb);

  void BeginPass(query::Account* account, Climb* climb);
  std::unique_ptr<evidence::ExchangeLog> KeepExchanges(input::NameJob* job,
                                                       query::Account* account) const;
  const Result* PutOff(const query::Account& account, net::PeerRef busy, input::NameJob* job);
  void FillRecord(const input::NameJob& job, unsigned passes, const Climb& climb,
                  query::Account* account);
  void FillDecision(const input::NameJob& job, const std::vector<CaaRecord>& rrset,
                    Record* record) const;
  void FillRrset(const query::CaaAnswer& answer, Record* record) const;
  void FillFailure(const input::NameJob& job, const query::CaaAnswer& answer,
                   const query::Account& account, dns::NameView at, Record* record) const;
  void Remember(const input::NameJob& job);
  void FillServers(const query::Account& account, Record* record) const;
  const Result* Finish(const input::NameJob& job, unsigned passes, const Climb& climb,
                       query::Account* account);
  std::chrono::nanoseconds now() const { return network_->loop()->now(); }

  net::Network* const network_;
  resolve::Resolver* const resolver_;
  const InvestigateOptions& options_;
  SharedCache parents_;
  zones::NameCache<LastingAnswer> known_;
  diagnose::Surveyor surveyor_;
  std::optional<zonefacts::ZoneAsker> zone_asker_;
  size_t rechecking_ = 0;
  Result result_;
  Record record_;  // Of the name that ended last; its strings' memory serves the next one.
};

}  // namespace caascan::investigate
