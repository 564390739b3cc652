// Any bytes as lines of an input, in each format but CSV (csv_fuzz): a line gives a name or says
// why it is none, and a zone file gives the same names by every way of reading it.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/input/input_format.h"
#include "scanner/input/input_tally.h"
#include "scanner/input/ndjson_line.h"
#include "scanner/io/line_reader.h"
#include "scanner/zonefile/zone_line.h"
#include "scanner/zonefile/zone_order.h"

namespace {

using caascan::input::InputTally;
using caascan::input::NameJob;
using caascan::input::NdjsonParser;
using caascan::zonefile::ZoneLines;
using caascan::zonefile::ZoneOrder;
using caascan::zonefile::ZonePlan;
using caascan::zonefile::ZoneSorter;

// So small that some inputs do not fit.
constexpr size_t kSorterMemory = size_t{1} << 18;
constexpr size_t kGlueMemory = size_t{1} << 10;
constexpr size_t kMaxHashes = 4;

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckJob(NameJob job, InputTally* tally) {
  const auto& details = job.details();
  Check(job.valid == details.detail.empty());
  if (!job.valid) job.mutable_details()->line = 1;
  tally->Add(job);
}

void ReadLines(std::string_view text) {
  InputTally tally;
  NdjsonParser parser;
  while (!text.empty()) {
    const std::string_view line = caascan::io::TakeLine(&text);
    (void)caascan::input::FormatByLine(line);
    NameJob job;
    caascan::input::SetTypedName(caascan::io::TrimBlanks(line), false, &job);
    CheckJob(std::move(job), &tally);
    parser.Parse(line, true, &job);
    CheckJob(std::move(job), &tally);
    NameJob mail;
    mail.purpose = caascan::Purpose::kSmime;
    caascan::input::SetTypedName(line, true, &mail, caascan::input::UrlRule::kTakeHost);
    Check(!mail.wildcard);
    CheckJob(std::move(mail), &tally);
  }
  (void)tally.Remark("input");
}

struct Zone {
  std::vector<std::string> names;
  size_t invalid = 0;
  bool refused = false;
};

Zone ReadZone(std::string_view text, ZonePlan plan) {
  Zone zone;
  ZoneLines lines(std::move(plan));
  uint64_t number = 0;
  const auto take = [&](ZoneLines::Verdict verdict) {
    switch (verdict) {
      case ZoneLines::Verdict::kNothing:
        return false;
      case ZoneLines::Verdict::kDelegation:
        (void)lines.TakeDelegation();
        zone.names.push_back(lines.owner());
        break;
      case ZoneLines::Verdict::kInvalid:
        Check(!lines.invalid().why.empty());
        Check(lines.invalid().line > 0 && lines.invalid().line <= number);
        ++zone.invalid;
        break;
      case ZoneLines::Verdict::kRefused:
        zone.refused = true;
        break;
    }
    return true;
  };
  while (!text.empty() && !zone.refused) {
    const std::string_view line = caascan::io::TakeLine(&text);
    ++number;
    if (!caascan::io::TrimBlanks(line).empty()) take(lines.Add(line, number));
  }
  while (!zone.refused && take(lines.End())) {
  }
  std::sort(zone.names.begin(), zone.names.end());
  return zone;
}

ZonePlan Sorted(bool owners) {
  ZonePlan plan;
  plan.sorter = std::make_unique<ZoneSorter>("", kSorterMemory, kGlueMemory);
  plan.owners = owners;
  return plan;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ReadLines(text);
  ZoneOrder order(kMaxHashes, kGlueMemory);
  for (std::string_view rest = text; !rest.empty();) order.Add(caascan::io::TakeLine(&rest));
  const bool grouped = order.End();
  ZonePlan plan = order.TakePlan();
  plan.digest = nullptr;  // ldns leaks at some types, which no other reading looks into.
  if (plan.sorter != nullptr) plan = Sorted(/*owners=*/false);
  const Zone planned = ReadZone(text, std::move(plan));
  const Zone sorted = ReadZone(text, Sorted(/*owners=*/false));
  const Zone owners = ReadZone(text, Sorted(/*owners=*/true));
  Check(planned.refused == sorted.refused && sorted.refused == owners.refused);
  Check(planned.invalid == sorted.invalid && sorted.invalid <= owners.invalid);
  Check(std::adjacent_find(owners.names.begin(), owners.names.end()) == owners.names.end());
  // An SOA record that cannot be read is still one to the first reading, which sees text alone.
  if (grouped && !planned.refused && planned.invalid == 0) Check(planned.names == sorted.names);
  return 0;
}
