// A whole name, from its job to its line, against servers that say whatever the octets say: it
// ends, within its budget, and its record is one line of JSON. The first octet chooses the options.
#include <simdjson.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "scanner/net/network.h"
#include "scanner/resolve/iterative.h"
#include "scanner/scan/investigate.h"
#include "tests/fuzz/scripted_transport.h"

namespace {

using namespace caascan;  // NOLINT(google-build-using-namespace): a program of its own.

constexpr unsigned kMostTurns = 100'000;

void Require(bool holds, const char* what, const std::string& line) {
  if (holds) return;
  (void)std::fprintf(stderr, "%s: %s\n", what, line.c_str());
  std::abort();
}

dns::Name NameOf(const char* text) {
  dns::Name name;
  Require(dns::Name::FromText(text, &name) == dns::NameError::kNone, "no name", text);
  return name;
}

net::Task<> Investigate(scan::Investigator* investigator, scan::NameJob* job, std::string* line,
                        bool* done) {
  (void)co_await investigator->Investigate(job, /*may_be_put_off=*/false, line);
  *done = true;
}

/// What is looked for in a finished record.
void CheckLine(const std::string& line, uint32_t max_queries) {
  Require(!line.empty() && line.find('\n') == line.size() - 1, "not one line", line);
  simdjson::dom::parser parser;
  simdjson::dom::element record;
  Require(parser.parse(line).get(record) == simdjson::SUCCESS, "no JSON", line);
  uint64_t queries = 0;
  Require(record["queries"].get(queries) == simdjson::SUCCESS, "no queries", line);
  Require(queries <= max_queries, "too many queries", line);
  bool may_issue = false;
  Require(record["may_issue"].get(may_issue) == simdjson::SUCCESS, "no may_issue", line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t choice = data[0];
  net::SetScript({data + 1, size - 1});

  net::Loop loop;
  net::SharedLimits limits({});
  scan::InvestigateOptions options;
  options.ask.timeout = std::chrono::milliseconds(1);
  options.recheck_after = std::chrono::milliseconds(0);
  options.allow_special = true;
  options.all_servers = (choice & 1) != 0;
  options.climb = (choice & 2) != 0;
  if ((choice & 4) != 0) options.diagnose = DiagnoseMode::kAll;
  options.request.issuer_domains.emplace_back("ca.example");
  resolve::IterativeOptions iterative;
  iterative.ask = options.ask;
  iterative.allow_special = iterative.allow_special_names = true;
  {
    net::Network network(&loop, &limits, {});
    resolve::IterativeResolver resolver(
        &network, iterative,
        {{NameOf("a.root-servers.test"), {net::Address::FromText("127.0.0.1", 53).value()}}});
    scan::Investigator investigator(&network, &resolver, options);
    scan::NameJob job;
    job.valid = true;
    job.name = NameOf((choice & 8) != 0 ? "www.example.test" : "a.b.example.test");
    std::string line;
    bool done = false;
    net::Spawn(Investigate(&investigator, &job, &line, &done));
    for (unsigned turns = 0; !done && turns < kMostTurns; ++turns) {
      const size_t before = net::CountScriptedQueries();
      network.Flush();
      const bool only_waits = !done && net::CountScriptedQueries() == before;
      (void)uv_run(loop.uv(), only_waits ? UV_RUN_ONCE : UV_RUN_NOWAIT);
    }
    Require(done, "the name never ends", line);
    const uint32_t surveys =
        options.all_servers || options.diagnose == DiagnoseMode::kAll ? 200 : 0;
    CheckLine(line, options.max_queries + surveys);
    network.Close();
  }
  loop.Drain();
  return 0;
}
