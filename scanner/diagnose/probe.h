// Differential probes: the servers of a failed look-up asked something else, to tell what their
// failure is about.
#pragma once

#include <vector>

#include "scanner/async/task.h"
#include "scanner/diagnose/examine.h"
#include "scanner/dns/name.h"
#include "scanner/net/network.h"
#include "scanner/query/answer.h"
#include "scanner/query/ask.h"

namespace caascan::diagnose {

/// What the probes of a failed look-up showed.
enum class ProbeVerdict : uint8_t {
  kUnchanged,   // The plain reason stands.
  kRefined,     // answer->failure names the cause now.
  kAnswersNow,  // A server that failed answers the same query: look up again before anyone is
                // accused.
  kSpeaksNow,  // One that was silent says that it fails, for all queries or for CAA: look up again,
               // for the reason. The rest is as in the other cases.
};

using Examinations = std::vector<Examination>;

/// Examines the servers of a failed CAA look-up that were silent, or answered with an RCODE or with
/// what does not match, all at once; what is wrong with them goes to answer->findings. One that
/// serves the zone and refuses CAA alone gives `refused_caa`; one that answers SOA, and then is
/// silent for CAA once more, gives `caa_dropped`. `name` is the name whose look-up failed. Does
/// nothing for failures that need no probe, and where the resolver is a forwarding one. Counts its
/// queries in `account`. *examined holds what the look-up before this one of the same name showed,
/// and then what this one did: a server that the look-up met again as the probes did is not
/// examined twice.
async::Task<ProbeVerdict> ProbeFailure(net::Network* network, const query::AskOptions& options,
                                       dns::NameView name, query::CaaAnswer* answer,
                                       query::Account* account, Examinations* examined);

}  // namespace caascan::diagnose
