// Tested by samples_test.cc.
#include "scanner/report/samples.h"

#include <algorithm>

#include "caascan/outcome.h"
#include "scanner/guide/operator_name.h"

namespace caascan::report {
namespace {

/// What the failed look-up of a record shows: the reason, and the first server at fault.
SampleView FailureOf(const record::RecordView& record) {
  SampleView sample = {record.name, ReasonCode(record.reason), {}, {}};
  for (const record::ServerView& server : record.servers) {
    if (!guide::IsFault(server.result)) continue;
    sample.host = server.host;
    sample.address = server.address;
    break;
  }
  return sample;
}

SampleView FindingOf(const record::RecordView& record, const record::FindingView& finding) {
  return {record.name, finding.code, finding.host, finding.address};
}

}  // namespace

void SampleRow::Add(const SampleView& sample) {
  ++names;
  if (samples.size() == kMost && sample.name > samples.back().name) return;
  Sample made = {std::string(sample.name), std::string(sample.what), std::string(sample.host),
                 std::string(sample.address)};
  const auto place = std::find_if(samples.begin(), samples.end(),
                                  [&made](const Sample& each) { return made.name <= each.name; });
  if (place != samples.end() && place->name == made.name) {
    *place = std::min(*place, made);
    return;
  }
  samples.insert(place, std::move(made));
  if (samples.size() > kMost) samples.pop_back();
}

void SampleRow::Merge(const SampleRow& other) {
  const uint64_t both = names + other.names;
  for (const Sample& each : other.samples) Add({each.name, each.what, each.host, each.address});
  names = both;
}

void Samples::Put(std::string_view kind, std::string_view text, const SampleView& sample) {
  if (text.empty()) return;
  key_.assign(kind);
  key_ += '/';
  key_ += text;
  rows_.Find(key_)->Add(sample);
}

void Samples::Add(const record::RecordView& record, std::string_view operator_name) {
  const bool failed = record.outcome == Outcome::kServfail || record.outcome == Outcome::kTimeout ||
                      record.outcome == Outcome::kLame;
  if (failed) {
    const SampleView sample = FailureOf(record);
    Put("operator", operator_name, sample);
    Put("reason", sample.what, sample);
    Put("tld", record.name.substr(record.name.rfind('.') + 1), sample);
  } else if (!record.findings.empty()) {
    Put("operator", operator_name, FindingOf(record, record.findings.front()));
  }
  for (size_t i = 0; i < record.findings.size(); ++i) {
    const auto is_same = [&record, i](const record::FindingView& other) {
      return other.code == record.findings[i].code;
    };
    const auto begin = record.findings.begin();
    if (std::any_of(begin, begin + static_cast<std::ptrdiff_t>(i), is_same)) continue;
    Put("code", record.findings[i].code, FindingOf(record, record.findings[i]));
  }
}

std::vector<SampleList> Samples::Lists(size_t most) const {
  std::vector<SampleList> lists;
  for (const auto& [key, row] : rows_.Sorted()) {
    if (lists.size() == most) break;
    lists.push_back({std::string(key), row->samples});
  }
  return lists;
}

}  // namespace caascan::report
