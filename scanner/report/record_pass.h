// One pass over all records of several inputs, on all cores.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/scanner.h"
#include "scanner/guide/operators.h"
#include "scanner/io/signal_scope.h"
#include "scanner/io/wake_fd.h"
#include "scanner/record/record_view.h"
#include "scanner/report/record_blocks.h"

namespace caascan::report {

/// What one thread does with the records it is given. Made and destroyed by RecordPass; used by one
/// thread at a time.
class RecordWorker {
 public:
  virtual ~RecordWorker() = default;
  /// A record of input `input`; the view holds during the call, and the raw line `line` with it.
  virtual void Add(const record::RecordView& record, size_t input, std::string_view line) = 0;
  /// A line of a partial report (partial.h). What is wrong with it, or empty.
  virtual std::string_view AddPartial(std::string_view /*line*/) {
    return "a piece of a partial report, and no record";
  }
  /// Behind some thousand records each: a worker that grew too big hands over what it has.
  virtual void EndBlock() {}
};

struct PassOptions {
  std::vector<std::string> inputs;  // None is standard input.
  unsigned threads = 0;             // 0 is one a core, kMaxThreads at most.
  ProgressMode progress = ProgressMode::kAuto;
  /// Who runs servers, where records do not say; outlives the pass.
  const guide::OperatorTable* operators = &guide::OperatorTable::BuiltIn();
};

/// Run() once. Takes SIGINT and SIGTERM over while it lives, and ignores SIGPIPE and SIGXFSZ.
class RecordPass {
 public:
  static constexpr unsigned kMaxThreads = 16;

  explicit RecordPass(PassOptions options);

  /// The inputs, standard input named as messages call it.
  std::vector<std::string> DisplayNames() const;

  /// Reads all records and shares them out among workers, which `make` makes, one for each thread.
  /// OK also where a signal ended it. InvalidArgument where an input cannot be opened.
  [[nodiscard]] absl::Status Run(const std::function<std::unique_ptr<RecordWorker>()>& make);

  const BrokenLines& broken() const { return broken_; }
  uint64_t records() const { return records_; }
  /// The signal that ended the reading, or 0. Also a signal that came since.
  int signal();

 private:
  void Work(RecordWorker* worker);
  void Watch();

  PassOptions options_;
  io::SignalScope signals_;  // Before any thread begins.
  std::unique_ptr<io::WakeFd> stop_reading_;
  std::unique_ptr<io::WakeFd> finished_;
  std::unique_ptr<RecordBlocks> blocks_;
  std::atomic<int> signal_{0};
  std::atomic<uint64_t> records_{0};

  std::mutex mutex_;  // Guards blocks_ and broken_.
  BrokenLines broken_;
};

}  // namespace caascan::report
