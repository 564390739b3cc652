// Does a server that is surveyed mind capitals in names (RFC 4343)?
#pragma once

#include <string>

#include "scanner/async/task.h"
#include "scanner/query/ask.h"

namespace caascan::diagnose {

/// What was asked and of whom. All that it points to outlives the comparison.
struct LetterCaseQuestion {
  const query::AskOptions* options;
  net::Peer* peer;  // The server that is surveyed keeps it.
  dns::NameView zone;
  dns::NameView name;  // Its CAA.
};

/// Where *asked is an error or a denial, the same question is asked in small letters. A better
/// answer to that, several times in turn with no better one to capitals, is noted at the peer;
/// then, or where the trouble has passed, *asked is the better answer. `copy` keeps the octets of
/// the first one and must live as long as *asked.
async::Task<> CompareLetters(const LetterCaseQuestion* question, query::Account* account,
                             query::Asked* asked, std::string* copy);

}  // namespace caascan::diagnose
