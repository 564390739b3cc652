// A whole name, from its job to its line, against servers that say whatever the octets say: it
// ends, within its budget, and its record is one line of JSON. The first octet chooses the options.
#include <simdjson.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "scanner/investigate/investigate.h"
#include "scanner/net/network.h"
#include "scanner/resolve/forwarding.h"
#include "scanner/resolve/iterative.h"
#include "tests/fuzz/script_signer.h"
#include "tests/fuzz/scripted_transport.h"
#include "tests/fuzz/skipped_time.h"

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

async::Task<> Investigate(investigate::Investigator* investigator, input::NameJob* job,
                          std::string* line, bool* done) {
  const auto* result = co_await investigator->Investigate(job, query::WhenBusy::kWait);
  AppendRecord(*result->record, line);
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

/// The bits of the first octet.
struct Choices {
  explicit Choices(uint8_t octet)
      : all_servers((octet & 1) != 0),
        climb((octet & 2) != 0),
        diagnose_all((octet & 4) != 0),
        short_name((octet & 8) != 0),
        validate((octet & 16) != 0),
        forwarding((octet & 32) != 0),
        explain_iteratively((octet & 64) != 0),
        honest_keys((octet & 128) != 0) {}

  bool all_servers;
  bool climb;
  bool diagnose_all;
  bool short_name;
  bool validate;
  bool forwarding;
  bool explain_iteratively;  // Where a resolver is asked.
  bool honest_keys;          // See SetScript().
};

investigate::InvestigateOptions OptionsOf(const Choices& choices) {
  investigate::InvestigateOptions options;
  options.ask.timeout = std::chrono::milliseconds(1);
  options.ask.dnssec_ok = choices.validate;
  options.recheck_after = std::chrono::milliseconds(0);
  options.allow_special = true;
  options.all_servers = choices.all_servers && !choices.forwarding;
  options.climb = choices.climb;
  if (choices.diagnose_all) options.diagnose = DiagnoseMode::kAll;
  options.request.issuer_domains.emplace_back("ca.example");
  return options;
}

std::unique_ptr<resolve::Resolver> MakeIterative(const Choices& choices,
                                                 const query::AskOptions& ask,
                                                 net::Network* network) {
  resolve::IterativeOptions options;
  options.ask = ask;
  options.allow_special = options.allow_special_names = true;
  if (choices.validate) {
    options.dnssec.anchors = {{dns::Name(), dns::RRType::kDNSKEY, net::ScriptDnskey()}};
    options.dnssec.wall_clock = [] { return net::kScriptNow; };
  }
  const std::vector<zones::RootServer> root = {
      {NameOf("a.root-servers.test."), {async::Address::FromText("127.0.0.1", 53).value()}}};
  return std::make_unique<resolve::IterativeResolver>(network, options, root);
}

std::unique_ptr<resolve::Resolver> MakeResolver(const Choices& choices,
                                                const query::AskOptions& ask,
                                                net::Network* network) {
  if (!choices.forwarding) return MakeIterative(choices, ask, network);
  resolve::ForwardingOptions options;
  options.ask = ask;
  options.validate = choices.validate;
  std::unique_ptr<resolve::Resolver> own;
  if (choices.explain_iteratively) own = MakeIterative(choices, ask, network);
  const std::vector<stream::Endpoint> resolvers = {
      async::Address::FromText("127.0.0.2", 53).value(),
      async::Address::FromText("127.0.0.3", 53).value()};
  return std::make_unique<resolve::ForwardingResolver>(network, options, resolvers, std::move(own));
}

/// Until the name is done.
void Run(net::Network* network, async::Loop* loop, const bool& done) {
  for (unsigned turns = 0; !done && turns < kMostTurns; ++turns) {
    const size_t before = net::CountScriptedQueries();
    network->Flush();
    const bool only_waits = !done && net::CountScriptedQueries() == before;
    (void)uv_run(loop->uv(), only_waits ? UV_RUN_ONCE : UV_RUN_NOWAIT);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Choices choices(data[0]);
  net::SetScript({data + 1, size - 1}, choices.honest_keys);
  const net::SkippedTime skipped_time;

  async::Loop loop;
  pacing::SharedLimits limits({});
  const investigate::InvestigateOptions options = OptionsOf(choices);
  {
    net::Network network(&loop, &limits, {}, net::MakeScriptedTransport);
    const auto resolver = MakeResolver(choices, options.ask, &network);
    investigate::Investigator investigator(&network, resolver.get(), options);
    input::NameJob job;
    job.valid = true;
    job.name = NameOf(choices.short_name ? "www.example.test" : "a.b.example.test");
    std::string line;
    bool done = false;
    async::Spawn(Investigate(&investigator, &job, &line, &done));
    Run(&network, &loop, done);
    Require(done, "the name never ends", line);
    const uint32_t surveys =
        options.all_servers || options.diagnose == DiagnoseMode::kAll ? 2 * options.max_queries : 0;
    CheckLine(line, options.max_queries + surveys);
    Require(net::CountScriptedQueries() <= options.max_queries + surveys, "too many went out",
            line);
    network.Close();
  }
  loop.Drain();
  return 0;
}
