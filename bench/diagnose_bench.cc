// What every record pays for its `operator`, and what a CAA set pays to be looked through. Each
// result is checked before it is timed.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "scanner/diagnose/operator_namer.h"
#include "scanner/diagnose/record_lint.h"

namespace caascan::diagnose {
namespace {

struct NameServers {
  const char* zone;
  std::vector<const char*> hosts;
  const char* named;
};

const NameServers& Workload(int64_t index) {
  static const std::vector<NameServers> all = {
      // A large operator's two, as most domains have.
      {"some-name-123.com", {"ada.ns.cloudflare.com", "bob.ns.cloudflare.com"}, "Cloudflare"},
      // Four, each of which needs a look of its own.
      {"some-name-123.com",
       {"ns-1.awsdns-01.com", "ns-2.awsdns-02.net", "ns-3.awsdns-03.org", "ns-4.awsdns-04.co.uk"},
       "Amazon Route 53"},
      // In the domain itself.
      {"some-name-123.com",
       {"ns1.some-name-123.com", "ns2.some-name-123.com"},
       "some-name-123.com"},
      // Somebody unknown: the Public Suffix List is asked.
      {"some-name-123.com", {"ns1.hoster.co.uk", "ns2.hoster.co.uk"}, "hoster.co.uk"},
  };
  return all[static_cast<size_t>(index)];
}

void Operator(benchmark::State& state) {
  const NameServers& workload = Workload(state.range(0));
  dns::Name name;
  (void)dns::Name::FromText(workload.zone, &name);
  zones::Zone zone;
  for (const char* host : workload.hosts) {
    dns::Name server;
    (void)dns::Name::FromText(host, &server);
    zone.AddServer(server);
  }
  diagnose::OperatorNamer namer;
  std::string out;
  namer.Name(name, zone, &out);
  if (out != workload.named) state.SkipWithError("wrong operator");
  state.SetLabel(workload.named);
  for (auto _ : state) {
    namer.Name(name, zone, &out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Operator)->DenseRange(0, 3);

void Lint(benchmark::State& state) {
  const bool sound = state.range(0) == 0;
  CaaRrset rrset{
      "example.com", 300, {{0, "issue", "letsencrypt.org"}, {0, "issue", "digicert.com"}}};
  if (!sound) rrset.records[1].value = "no-such-ca.example";
  std::vector<Finding> findings;
  LintRecords(rrset, "example.com", TtlSource::kServer, &findings);
  if (findings.size() != (sound ? 0u : 1u)) state.SkipWithError("wrong findings");
  state.SetLabel(sound ? "nothing wrong" : "an unknown issuer");
  for (auto _ : state) {
    findings.clear();
    LintRecords(rrset, "example.com", TtlSource::kServer, &findings);
    benchmark::DoNotOptimize(findings.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Lint)->DenseRange(0, 1);

}  // namespace
}  // namespace caascan::diagnose
