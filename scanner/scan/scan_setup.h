// From what the user asked for to what the parts of a scan are told.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>

#include <vector>

#include "caascan/scanner.h"
#include "scanner/pacing/limits.h"
#include "scanner/record/record_format.h"
#include "scanner/scan/worker.h"
#include "scanner/stream/channel.h"
#include "scanner/vantage/server_limits.h"

namespace caascan::scan {

/// Worker threads that the scan wants: at least 1.
unsigned ThreadCount(const ScanOptions& options);

/// `resolvers` are those of the options, which no guest asks.
/// `agreed` are those of server_limits_path, or null; they outlive the limits.
pacing::LimitOptions Limits(const ScanOptions& options,
                            const std::vector<stream::Endpoint>& resolvers,
                            const vantage::ServerLimits* agreed);

/// Reads server_limits_path; null where there is none. Errors: InvalidArgument with file and line.
absl::StatusOr<std::unique_ptr<const vantage::ServerLimits>> ReadServerLimits(
    const ScanOptions& options);

/// What `agreed` says of servers by their names reaches `limits`. All outlive the workers.
void UseServerNames(const vantage::ServerLimits* agreed, pacing::SharedLimits* limits,
                    WorkerSetup* setup);

/// `blocklist` must outlive `setup`; null where there is none.
void UseBlocklist(const vantage::Blocklist* blocklist, WorkerSetup* setup);

/// Fills what follows from the options, and from the descriptors that are free; what workers share
/// is the caller's. Reads the files that the options name. `resolvers` are those of the options;
/// they outlive the workers. Errors: InvalidArgument that names the option or the file.
absl::Status FillSetup(const ScanOptions& options, const std::vector<stream::Endpoint>& resolvers,
                       WorkerSetup* setup);

/// FillSetup(), with the block list that the options name, which must outlive `setup`. The files
/// may be FIFOs that nothing is ever written to.
absl::Status ReadSetup(const ScanOptions& options, const std::vector<stream::Endpoint>& resolvers,
                       std::unique_ptr<const vantage::Blocklist>* blocklist, WorkerSetup* setup);

/// How the records are to be written, by output_path. Errors: InvalidArgument, also where --resume
/// cannot read what is there in that form.
absl::StatusOr<std::unique_ptr<const record::RecordFormat>> FormatOf(const ScanOptions& options);

/// Afterwards: DNSSEC is not asked for.
void DoNotValidate(WorkerSetup* setup);

}  // namespace caascan::scan
