// The inputs are read as a scan reads them; names and servers are counted, and the model makes
// queries and seconds of the counts. Tested by forecast_test.cc.
#include "caascan/forecast.h"

#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <utility>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include "scanner/dns/special_names.h"
#include "scanner/forecast/forecast_count.h"
#include "scanner/forecast/forecast_model.h"
#include "scanner/input/name_source.h"
#include "scanner/io/whole_file.h"
#include "scanner/plan/shard_key.h"
#include "scanner/scan/intake.h"
#include "scanner/scan/scan_files.h"
#include "scanner/vantage/blocklist.h"
#include "scanner/vantage/resolver_list.h"
#include "scanner/vantage/vantage.h"
#include "scanner/zonefile/zone_proof.h"

namespace caascan {
namespace forecast {
namespace {

constexpr size_t kRows = 10;
// Zones above names are few; what an input makes up beyond that is counted together.
constexpr size_t kMaxZones = 65'536;

/// Keeps the rows that take longest.
class TopRows {
 public:
  void Add(ForecastRow row) {
    rows_.push_back(std::move(row));
    std::sort(rows_.begin(), rows_.end(), [](const ForecastRow& a, const ForecastRow& b) {
      return std::pair(a.seconds, a.queries) > std::pair(b.seconds, b.queries);
    });
    if (rows_.size() <= kRows) return;
    ++others_;
    other_queries_ += rows_.back().queries;
    rows_.pop_back();
  }
  std::vector<ForecastRow> Take() { return std::move(rows_); }
  uint64_t others() const { return others_; }
  double other_queries() const { return other_queries_; }

 private:
  std::vector<ForecastRow> rows_;
  uint64_t others_ = 0;
  double other_queries_ = 0;
};

/// One forecast in the making.
class Forecaster : private zonefile::DenialSink {
 public:
  Forecaster(const ScanOptions& options, Forecast* forecast)
      : options_(options), model_(ModelOf(options)), forecast_(forecast) {}

  absl::Status Run();

 private:
  void TakeDenial(dns::NameView zone, dns::NameView owner, dns::RRType type,
                  std::span<const uint8_t> rdata) override;
  void NoteUnreadable() override {}
  bool IsAskedFor(const input::NameJob& job) const;
  void Take(const input::NameJob& job);
  void CountNames();
  void CountZone(dns::NameView domain, unsigned ways);
  void CountHosts();
  void AddOperator(ForecastRow row, const std::string& above);
  void MakeZoneRows();
  void Sum();
  void SumOfResolvers();

  const ScanOptions& options_;
  const ForecastModel model_;
  Forecast* const forecast_;
  size_t resolvers_ = 0;
  std::unique_ptr<const vantage::Blocklist> blocklist_;
  NameCounter names_;
  HostCounter hosts_;
  absl::flat_hash_map<std::string, DomainCounts> zones_;  // By their names' text.
  DomainCounts more_zones_;
  absl::flat_hash_set<std::string> with_spans_;  // Zones whose file brings NSEC3 records.
  TopRows operators_;
};

/// Those without a DS are proven by spans: see AtZoneAbove().
void Forecaster::TakeDenial(dns::NameView zone, dns::NameView /*owner*/, dns::RRType type,
                            std::span<const uint8_t> /*rdata*/) {
  if (type == dns::RRType::kNSEC3 && with_spans_.size() < kMaxZones) {
    with_spans_.insert(zone.ToLowerText());
  }
}

bool Forecaster::IsAskedFor(const input::NameJob& job) const {
  if (!job.valid || (blocklist_ != nullptr && blocklist_->BlocksName(job.name))) return false;
  return options_.allow_special || dns::FindSpecialName(job.name) == nullptr;
}

void Forecaster::Take(const input::NameJob& job) {
  forecast_->lines += job.record_count();
  if (!IsAskedFor(job)) {
    forecast_->invalid += job.record_count();
    return;
  }
  const auto& delegation = job.details().delegation;
  if (delegation == nullptr || forecast_->through_resolvers) {
    names_.AddListed(job.name, plan::ShardDomain(job.name));
    return;
  }
  const bool is_signed = !delegation->ds.empty();
  names_.AddSeeded(job.name, is_signed, !delegation->proofs.empty());
  hosts_.Add(*delegation, static_cast<uint64_t>(model_.AtSeeded(is_signed)),
             model_.validate && is_signed,
             {.ipv4 = options_.families != AddressFamilies::kIpv6,
              .ipv6 = options_.families != AddressFamilies::kIpv4});
}

void Forecaster::CountZone(dns::NameView domain, unsigned ways) {
  ++forecast_->domains;
  const std::string zone = domain.parent().ToLowerText();
  const bool counts = zones_.size() < kMaxZones || zones_.contains(zone);
  DomainCounts& of_zone = counts ? zones_[zone] : more_zones_;
  const bool proven = (ways & NameCounter::kProven) != 0;
  if ((ways & NameCounter::kSeededSigned) != 0) {
    ++(proven ? of_zone.proven_signed : of_zone.seeded_signed);
  } else if ((ways & NameCounter::kSeededUnsigned) != 0) {
    ++(proven || with_spans_.contains(zone) ? of_zone.proven_unsigned : of_zone.seeded_unsigned);
  } else {
    ++of_zone.listed;
    forecast_->own_queries += model_.OfZoneFacts(/*is_signed=*/false);
  }
}

void Forecaster::CountNames() {
  names_.ForEach([this](dns::NameView name, unsigned ways) {
    constexpr unsigned kSeeded = NameCounter::kSeededSigned | NameCounter::kSeededUnsigned;
    if ((ways & (NameCounter::kListed | kSeeded)) != 0) ++forecast_->names;
    if ((ways & (NameCounter::kDomain | kSeeded)) != 0) CountZone(name, ways);
    forecast_->own_queries +=
        model_.AtUnknown((ways & NameCounter::kListed) != 0, (ways & NameCounter::kClimbed) != 0);
  });
}

/// `above`: the zone that has its delegation, where addresses must be looked up, else empty.
void Forecaster::AddOperator(ForecastRow row, const std::string& above) {
  if (row.hosts == 0) return;
  forecast_->queries += row.queries;
  operators_.Add(std::move(row));
  if (above.empty()) return;
  const auto found = zones_.find(above);
  const bool has_file =
      found != zones_.end() && found->second.seeded_signed + found->second.seeded_unsigned > 0;
  if (!has_file) ++(zones_.size() < kMaxZones ? zones_[above] : more_zones_).listed;
}

/// Hosts stand together by their operators.
void Forecaster::CountHosts() {
  ForecastRow row;
  std::string above;
  const int families = options_.families == AddressFamilies::kBoth ? 2 : 1;
  hosts_.ForEach([&](dns::NameView host, const HostCounter::Host& counts) {
    const dns::NameView domain = plan::ShardDomain(host);
    if (std::string name = domain.ToLowerText(); name != row.name) {
      AddOperator(std::exchange(row, ForecastRow()), std::exchange(above, {}));
      row.name = std::move(name);
    }
    const bool known = counts.addresses > 0;
    const int addresses = known ? counts.addresses : 1;
    double queries = counts.queries + (known ? 0 : families);
    if (counts.unproven) queries += addresses * model_.OfAddress(counts.queries / addresses);
    const double seconds = model_.SecondsAtAddresses(queries, addresses);
    if (!known) above = domain.parent().ToLowerText();
    ++row.hosts;
    row.queries += queries;
    if (row.slowest.empty() || seconds > row.seconds) row.slowest = host.ToText();
    row.seconds = std::max(row.seconds, seconds);
  });
  AddOperator(std::move(row), above);
  forecast_->other_operators = operators_.others();
  forecast_->other_operator_queries = operators_.other_queries();
  forecast_->operators = operators_.Take();
}

void Forecaster::MakeZoneRows() {
  TopRows rows;
  absl::flat_hash_set<std::string> top_level;
  for (const auto& [name, counts] : zones_) {
    if (name == ".") continue;
    ForecastRow row{.name = name, .slowest = {}};
    row.seeded = counts.seeded();
    row.domains = counts.listed + row.seeded;
    row.with_ds = counts.seeded_signed + counts.proven_signed;
    row.queries = model_.AtZoneAbove(counts) + model_.OfZoneItself();
    row.seconds = model_.SecondsAtAddresses(row.queries, ForecastModel::kAddressesOfZone);
    top_level.insert(name.substr(name.rfind('.') + 1));  // All of it where there is no dot.
    forecast_->queries += row.queries;
    rows.Add(std::move(row));
  }
  const double more = model_.AtZoneAbove(more_zones_);
  forecast_->other_zones = rows.others();
  forecast_->other_zone_queries = rows.other_queries() + more;
  forecast_->zones = rows.Take();
  const auto root = zones_.find(".");
  forecast_->root_queries = model_.AtRoot(top_level.size()) +
                            static_cast<double>(root != zones_.end() ? root->second.listed : 0);
  forecast_->queries += forecast_->root_queries + more;
}

/// The longest of what must be waited for.
void Forecaster::Sum() {
  forecast_->queries += forecast_->own_queries;
  const auto wait = [this](double seconds, std::string for_what) {
    if (seconds <= forecast_->seconds) return;
    forecast_->seconds = seconds;
    forecast_->slowest = std::move(for_what);
  };
  wait(model_.SecondsInAll(forecast_->queries),
       model_.rate_qps > 0 ? "all queries together" : "the names in flight");
  if (!forecast_->zones.empty()) {
    wait(forecast_->zones[0].seconds, "the zone " + forecast_->zones[0].name);
  }
  if (!forecast_->operators.empty()) {
    wait(forecast_->operators[0].seconds, "the server " + forecast_->operators[0].slowest);
  }
}

/// What resolvers are asked: each name's CAA, and those of the zones above them.
void Forecaster::SumOfResolvers() {
  forecast_->own_queries += static_cast<double>(zones_.size());
  forecast_->queries = forecast_->own_queries;
  forecast_->seconds =
      std::max(model_.SecondsInAll(forecast_->queries),
               model_.SecondsAtAddresses(forecast_->queries, static_cast<double>(resolvers_)));
  forecast_->slowest = "the resolvers";
}

absl::Status Forecaster::Run() {
  *forecast_ = Forecast();
  if (absl::Status status = scan::CheckFilesApart(options_); !status.ok()) return status;
  forecast_->through_resolvers = !options_.resolvers.empty();
  const absl::StatusOr<size_t> resolvers = vantage::CountResolvers(options_.resolvers);
  if (!resolvers.ok()) return resolvers.status();
  resolvers_ = *resolvers;
  if (!options_.blocklist_path.empty()) {
    auto blocklist = vantage::Blocklist::Read(options_.blocklist_path);
    if (!blocklist.ok()) return blocklist.status();
    blocklist_ = *std::move(blocklist);
  }
  auto source = input::NameSource::Open(
      {options_.inputs, options_.input_format, options_.request.wildcard,
       model_.validate && model_.reuse_denials ? this : nullptr, options_.fields,
       options_.on_notice, options_.zone_names, options_.request.purpose},
      nullptr);
  if (!source.ok()) return source.status();
  scan::Intake intake({options_.shard - 1, options_.shard_count, options_.dedupe_window}, nullptr,
                      nullptr);
  input::NameJob job;
  for (auto next = input::NextJob::kJob;
       next == input::NextJob::kJob || next == input::NextJob::kWouldWait;) {
    next = (*source)->Next(&job, /*wait=*/true);
    if (next == input::NextJob::kJob && intake.Exchange(&job)) Take(job);
  }
  while (intake.Drain(&job)) Take(job);
  forecast_->input_remarks = (*source)->remarks();
  if (absl::IsInvalidArgument((*source)->status())) return (*source)->status();
  CountNames();
  if (forecast_->through_resolvers) {
    SumOfResolvers();
  } else {
    CountHosts();
    MakeZoneRows();
    Sum();
  }
  for (const absl::Status& status : {names_.status(), hosts_.status()}) {
    if (!status.ok()) return status;
  }
  return (*source)->status();
}

std::string DurationText(double seconds) {
  constexpr uint64_t kMinute = 60;
  constexpr uint64_t kHour = 3600;
  constexpr double kDay = 86'400;
  if (seconds < 1) return "0 s";
  const auto whole = static_cast<uint64_t>(std::ceil(seconds));
  if (whole < 2 * kMinute) return absl::StrCat(whole, " s");
  if (whole < 2 * kHour) return absl::StrCat((whole + kMinute - 1) / kMinute, " min");
  if (whole < 48 * kHour) return absl::StrFormat("%.1f h", seconds / kHour);
  return absl::StrFormat("%.1f days", seconds / kDay);
}

std::string CountText(double queries) { return absl::StrFormat("%.0f", std::ceil(queries)); }

void AppendZones(const Forecast& forecast, std::string* out) {
  absl::StrAppendFormat(out, "\n%-32s %12s %12s %12s %12s %10s\n", "zone above the names",
                        "domains", "from file", "with DS", "queries", "at least");
  for (const ForecastRow& row : forecast.zones) {
    absl::StrAppendFormat(out, "%-32s %12u %12u %12u %12s %10s\n", row.name, row.domains,
                          row.seeded, row.with_ds, CountText(row.queries),
                          DurationText(row.seconds));
  }
  if (forecast.other_zone_queries > 0) {
    absl::StrAppendFormat(out, "%-32s %12s %12s %12s %12s\n",
                          absl::StrCat(forecast.other_zones, " others"), "", "", "",
                          CountText(forecast.other_zone_queries));
  }
  absl::StrAppendFormat(out, "%-32s %12s %12s %12s %12s\n", "the root", "", "", "",
                        CountText(forecast.root_queries));
}

void AppendOperators(const Forecast& forecast, std::string* out) {
  if (!forecast.operators.empty()) {
    absl::StrAppendFormat(out, "\n%-32s %12s %12s %10s  %s\n", "operator, from zone files",
                          "servers", "queries", "at least", "longest");
  }
  for (const ForecastRow& row : forecast.operators) {
    absl::StrAppendFormat(out, "%-32s %12u %12s %10s  %s\n", row.name, row.hosts,
                          CountText(row.queries), DurationText(row.seconds), row.slowest);
  }
  if (forecast.other_operators > 0) {
    absl::StrAppendFormat(out, "%-32s %12s %12s\n",
                          absl::StrCat(forecast.other_operators, " others"), "",
                          CountText(forecast.other_operator_queries));
  }
  if (forecast.own_queries > 0) {
    absl::StrAppendFormat(out, "\n%-32s %12s %12s\n", "the names' own servers", "",
                          CountText(forecast.own_queries));
  }
}

}  // namespace
}  // namespace forecast

absl::Status MakeForecast(const ScanOptions& options, Forecast* forecast) {
  const auto vantage = vantage::ForeseeVantage(options);
  if (!vantage.ok()) return vantage.status();
  ScanOptions narrowed = options;
  narrowed.families = vantage->families;
  return forecast::Forecaster(narrowed, forecast).Run();
}

std::string ForecastText(const Forecast& forecast) {
  std::string out =
      absl::StrFormat("lines %u, of which %u are not looked up; %u names, %u registrable domains\n",
                      forecast.lines, forecast.invalid, forecast.names, forecast.domains);
  if (!forecast.through_resolvers) {
    forecast::AppendZones(forecast, &out);
    forecast::AppendOperators(forecast, &out);
  }
  absl::StrAppend(&out, forecast.through_resolvers ? "" : "\n",
                  "queries in all: ", forecast::CountText(forecast.queries));
  absl::StrAppend(&out, "\ntime at least: ", forecast::DurationText(forecast.seconds));
  if (!forecast.slowest.empty()) absl::StrAppend(&out, ", for ", forecast.slowest);
  return out + "\n";
}

absl::Status WriteForecast(const ScanOptions& options, const Forecast& forecast) {
  struct stat info = {};
  const std::string& path = options.output_path;
  const bool to_file = !path.empty() && path != "-";
  if (to_file && stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
    return absl::InvalidArgumentError("--dry-run: " + path + " is there already");
  }
  return io::WriteWhole(path, ForecastText(forecast));
}

}  // namespace caascan
