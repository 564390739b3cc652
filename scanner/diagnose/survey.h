// All servers of the zone that decided, asked and compared: what a look-up, which stops at the
// first good answer, does not see.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "scanner/async/fan.h"
#include "scanner/async/task.h"
#include "scanner/diagnose/examine.h"
#include "scanner/diagnose/zone_view.h"
#include "scanner/net/network.h"
#include "scanner/query/answer.h"
#include "scanner/query/ask.h"
#include "scanner/resolve/resolver.h"
#include "scanner/zones/name_cache.h"
#include "scanner/zones/shared_lookup.h"

namespace caascan::diagnose {

/// What is to be found out. Outlives the survey.
struct SurveyRequest {
  dns::NameView zone;
  dns::NameView name;        // In it: what the CAA records are asked for.
  bool all_servers = false;  // Else those of `answered` alone.
  bool probe = true;         // Examine the servers that fail,
  bool probe_all = false;    // and those that do not.
  /// The look-up failed, so every server has been asked for CAA, and examined: only what the zone
  /// as a whole does is left to see.
  bool failed = false;
  /// The addresses of servers that were found to be silent then: they are not asked once more.
  std::vector<std::string> silent;
  /// The zone is secure: its servers' DNSKEY sets are compared.
  bool secure = false;
  std::vector<query::Attempt> answered;
  /// How long a server rests that fails, before it is asked once more. Nobody is accused of what
  /// was seen once, unless this is zero.
  std::chrono::milliseconds rest{0};
};

/// One server's address, as a survey saw it.
struct SurveyedServer {
  net::PeerRef peer;
  const ServerView* view;
  bool asked = false;  // For CAA: then the last query met this.
  ServerResult result{};
  uint16_t rcode = 0;
};

/// A zone whose servers were all asked. Its views hold while OnSurvey() runs.
struct SurveyedZone {
  dns::NameView zone;
  std::vector<SurveyedServer> servers;
};

/// Called on the worker's thread.
class SurveyObserver {
 public:
  SurveyObserver() = default;
  SurveyObserver(const SurveyObserver&) = delete;
  SurveyObserver& operator=(const SurveyObserver&) = delete;
  virtual ~SurveyObserver() = default;

  virtual void OnSurvey(const SurveyedZone& survey) = 0;
};

/// One worker's. Loop thread only.
class Surveyor {
 public:
  /// Addresses that no public server has are asked where `allow_special`. `observer` is told of
  /// each survey of all servers, and wants the SOA's serial of each; null: there is none. It
  /// outlives the surveyor.
  Surveyor(net::Network* network, resolve::Resolver* resolver, const query::AskOptions& options,
           bool allow_special, SurveyObserver* observer = nullptr)
      : network_(network),
        resolver_(resolver),
        options_(options),
        allow_special_(allow_special),
        observer_(observer) {}

  /// Asks, and adds what is wrong to *findings. What single servers do goes to the account, as with
  /// any look-up; queries go by its budget. Does nothing where the zone's servers are not known.
  /// All must live until it ends.
  async::Task<> Survey(const SurveyRequest* request, query::Account* account,
                       std::vector<Finding>* findings);

 private:
  /// One server's address.
  struct Server {
    net::PeerRef peer;
    query::Attempt attempt;  // What the last query for CAA met.
    uint8_t tries = 0;
    bool asked = false;  // For CAA.
    bool gave_no_keys = false;
    bool denies_caa = false;  // Its answer to another type proves that there is none.
    std::vector<query::Observation> observations;
    std::optional<Finding> bogus;  // Why its answer does not validate.
    ServerView view;

    bool answers() const { return view.caa.has_value(); }
    bool has_records() const { return answers() && !view.caa->empty() && !bogus; }
    bool suspect() const { return !answers() || bogus.has_value(); }
  };
  enum class Topic : uint8_t { kCaa, kNs, kSoa, kKeys, kReferral, kUnassigned };
  /// kHosted: that the zone alone names. kSilentOfSerial: whose serial is not known.
  enum class Whom : uint8_t { kAll, kSuspects, kHosted, kSilentOfSerial };
  /// One survey on its way.
  struct Inquiry {
    const SurveyRequest* request;
    query::Account* account;
    std::vector<Server> servers;
    dns::NameView above = {};          // The zone above, as far as it is known,
    std::vector<Server> parents = {};  // and its servers.
    ZoneView view = {};                // `servers` and `parents` come last.
  };
  /// The addresses of a server's name, which many zones share.
  struct Known {
    zones::HostAddresses own;
    std::chrono::nanoseconds expires{0};

    size_t HeapBytes() const { return own.HeapBytes(); }
  };

  async::Task<> FindHosts(Inquiry* inquiry, const zones::ZoneServers* delegated);
  /// Fills *own, which is empty.
  async::Task<> FindHost(dns::NameView host, query::Account* account, zones::HostAddresses* own);
  async::Task<bool> HearsAnybody(Inquiry* inquiry, const zones::ZoneServers* delegated);
  async::Task<> AddHostedServers(Inquiry* inquiry);
  void AddServer(const std::optional<dns::CompactName>& host, net::Peer* peer, bool at_parent,
                 Inquiry* inquiry) const;

  async::Task<> AskAll(Inquiry* inquiry, Topic topic, Whom whom);
  void FindParents(Inquiry* inquiry) const;
  async::Task<> AskParents(Inquiry* inquiry);
  static void TakeKeys(const query::Asked& asked, dns::NameView zone, Server* server);
  static void TakeReferral(const query::Asked& asked, const Inquiry& inquiry, ServerView* view);
  async::Task<> AskOne(Inquiry* inquiry, Server* server, Topic topic, async::Fan* fan);
  /// False where the budget had ended before: nothing was sent, and nothing is known. What *asked
  /// holds may refer to *octets.
  async::Task<bool> AskPatiently(const Server* server, dns::NameView name, dns::RRType type,
                                 query::Account* account, query::Asked* asked, uint8_t* tries,
                                 std::string* octets);
  struct Repeated;
  static async::Task<> AskOnceOf(Repeated* repeated);
  async::Task<bool> AskBriskly(const Server* server, dns::NameView name, dns::RRType type,
                               query::Account* account, query::Asked* asked, uint8_t* tries,
                               std::string* octets);
  void TakeCaa(const query::Asked& asked, const Inquiry& inquiry, Server* server) const;
  static void TakeOther(const query::Asked& asked, dns::NameView zone, Topic topic,
                        ServerView* view);
  async::Task<> Rest(Inquiry* inquiry);
  async::Task<> LookAgain(Inquiry* inquiry);
  using Examinations = std::vector<Examination>;
  async::Task<> ExamineAll(Inquiry* inquiry, Examinations* examinations);
  async::Task<> ExamineServers(Inquiry* inquiry, std::vector<Finding>* findings);
  void Report(Inquiry* inquiry, std::vector<Finding>* findings) const;
  static void Collect(Inquiry* inquiry);
  void TellObserver(const Inquiry& inquiry) const;

  net::Network* const network_;
  resolve::Resolver* const resolver_;
  const query::AskOptions options_;
  const bool allow_special_;
  SurveyObserver* const observer_;
  zones::NameCache<zones::SharedLookup<Known>> hosts_{20'000, 16 << 20};
};

}  // namespace caascan::diagnose
