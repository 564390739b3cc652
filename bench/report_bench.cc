// What a report costs a record, beside what reading the record costs.
//
//   Walk     simdjson's own On-Demand walk over the members that a report needs: the floor
//   Read     RecordReader: the same, checked
//   Report   Read, and counted: all that a thread of `caascan report` does with a line
//
// The records are those of the internet mix in its shares: of 100, 90 permits without CAA, 6 with
// a CAA set, 4 failures with servers and findings; each with the decisions of two CAs.
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/json_walk.h"
#include "caascan/record.h"
#include "scanner/record/record_view.h"
#include "scanner/report/aggregate.h"

namespace caascan::report {
namespace {

constexpr size_t kRecords = 10'000;

Record Sample(size_t i) {
  Record record;
  const std::string domain =
      "name-" + std::to_string(i * 7919 % kRecords) + ".tld" + std::to_string(i % 13);
  record.name = (i % 2 == 0 ? "www." : "") + domain;
  record.zone = domain;
  record.reason = Reason::kNoCaa;
  record.may_issue = true;
  record.decisions = {{"Let's Encrypt", true}, {"DigiCert", i % 100 < 97}};
  record.queries = static_cast<uint32_t>(1 + i % 5);
  record.elapsed = std::chrono::microseconds(30'000 + i * 104'729 % 400'000);
  record.time =
      std::chrono::system_clock::from_time_t(1'800'000'000) + std::chrono::milliseconds(i);
  if (i % 100 >= 94) {
    record.reason = Reason::kIssuerAuthorized;
    record.caa =
        CaaRrset{domain, 300, {{0, "issue", "letsencrypt.org"}, {0, "iodef", "mailto:a@b"}}};
  } else if (i % 100 >= 90) {
    record.reason = Reason::kRefused;
    record.may_issue = false;
    record.decisions.clear();
    record.failed_at = domain;
    for (const char* host : {"ns1.host.example", "ns2.host.example"}) {
      const std::string address = "192.0.2." + std::to_string(i % 200);
      record.servers.push_back({host, address, ServerResult::kRefused, 0, 11.5, "", {}});
      Finding& finding = record.findings.emplace_back(FindingCode::kLameRefused);
      finding.host = host;
      finding.address = address;
    }
  }
  return record;
}

/// The lines, with room behind the last.
struct Lines {
  Lines() {
    for (size_t i = 0; i < kRecords; ++i) AppendRecord(Sample(i), &text);
    bytes = text.size();
    text.append(record::RecordReader::kPadding, '\0');
    const std::string_view all(text.data(), bytes);
    for (size_t begin = 0; begin < bytes;) {
      const size_t end = all.find('\n', begin);
      lines.push_back(all.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  std::string text;
  size_t bytes = 0;
  std::vector<std::string_view> lines;
};

const Lines& Input() {
  static const Lines lines;
  return lines;
}

void Finish(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRecords));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(Input().bytes));
}

void BM_Walk(benchmark::State& state) {
  simdjson::ondemand::parser parser;
  size_t sum = 0;
  for (auto _ : state) {
    for (const std::string_view line : Input().lines) {
      simdjson::ondemand::document document =
          parser.iterate(line.data(), line.size(), line.size() + record::RecordReader::kPadding);
      sum += WalkRecord(document.get_object());
    }
  }
  benchmark::DoNotOptimize(sum);
  Finish(state);
}
BENCHMARK(BM_Walk);

void BM_Read(benchmark::State& state) {
  record::RecordReader reader;
  for (auto _ : state) {
    for (const std::string_view line : Input().lines) {
      if (!reader.Read(line).empty()) {
        state.SkipWithError("the samples are records");
        return;
      }
    }
  }
  Finish(state);
}
BENCHMARK(BM_Read);

void BM_Report(benchmark::State& state) {
  record::RecordReader reader;
  Aggregate aggregate;
  for (auto _ : state) {
    for (const std::string_view line : Input().lines) {
      if (reader.Read(line).empty()) aggregate.Add(reader.record());
    }
  }
  const auto records = static_cast<uint64_t>(state.iterations()) * kRecords;
  if (aggregate.outcomes().names != records ||
      aggregate.of(Reason::kRefused) * 100 != records * 4) {
    state.SkipWithError("every record is counted");
    return;
  }
  Finish(state);
}
BENCHMARK(BM_Report);

}  // namespace
}  // namespace caascan::report
