// What a scan would ask of whom, found out without a query.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/scanner.h"

namespace caascan {

/// Servers that share a load, and how long that takes them under the limits.
struct ForecastRow {
  std::string name;      // A zone above the names (`com`), or who runs servers, by domain.
  uint64_t domains = 0;  // Below a zone.
  uint64_t seeded = 0;   // Of them from a zone file,
  uint64_t with_ds = 0;  // and of these with a DS record.
  uint64_t hosts = 0;    // Of an operator: names of servers.
  double queries = 0;
  double seconds = 0;
  std::string slowest;  // Operators: the host name that takes longest.
};

/// What is expected. The numbers follow from the model that `caascan scan --help` states.
struct Forecast {
  uint64_t lines = 0;    // Jobs of the input: each gives a record.
  uint64_t invalid = 0;  // Of them no names, never in the public DNS, or blocked.
  uint64_t names = 0;    // Different ones of the others.
  uint64_t domains = 0;  // Registrable domains.
  bool through_resolvers = false;

  std::vector<ForecastRow> zones;  // Those that take longest, the longest first.
  uint64_t other_zones = 0;
  double other_zone_queries = 0;
  std::vector<ForecastRow> operators;  // Likewise; of zone files alone.
  uint64_t other_operators = 0;
  double other_operator_queries = 0;
  double root_queries = 0;
  double own_queries = 0;  // At servers of names, which a list does not say.

  std::vector<std::string> input_remarks;  // As of ScanSummary.

  double queries = 0;   // In all.
  double seconds = 0;   // At least.
  std::string slowest;  // What takes so long, in words.
};

/// Reads all inputs, as RunScan() does, and sends no query. Memory: at most 384 MiB, beside
/// temporary files. Errors: InvalidArgument and DataLoss as RunScan() has them; where an input was
/// not whole (DataLoss) *forecast is of what there was.
[[nodiscard]] absl::Status MakeForecast(const ScanOptions& options, Forecast* forecast);

/// For people: some lines of ASCII.
std::string ForecastText(const Forecast& forecast);

/// Writes the text to options.output_path. InvalidArgument where there is a file already: it may
/// hold records.
[[nodiscard]] absl::Status WriteForecast(const ScanOptions& options, const Forecast& forecast);

}  // namespace caascan
