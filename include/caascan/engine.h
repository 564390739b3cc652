// The scanner as an object that lives on: many ask at the same time, and share what it has learned.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "caascan/caa.h"
#include "caascan/record.h"
#include "caascan/scanner.h"

namespace caascan {

/// What is asked about each name of a batch. A value.
struct Inquiry {
  IssuanceRequest
      request;  // issuer_domains is letsencrypt.org where empty. `wildcard` is for every name.
  std::vector<CertificationAuthority> ca_set;
  /// Looks names up although an answer is known that a CA may still rely on (`valid_until`). No
  /// answer then is older than the question, the parents' included.
  bool fresh = false;
  /// As `caascan check`: all servers of the zone are asked, and the record has each name of the
  /// climb and the chain of trust. It looks up anew, too.
  bool thorough = false;
  /// Looks up the persistent validation record of each name too (persist.h), and so anew.
  bool also_persist = false;
  /// At most so many names of the batch are looked up at once. 0: no such limit.
  size_t max_in_flight = 0;
};

/// What an engine has done so far.
struct EngineCounts {
  uint64_t names = 0;     // Taken up.
  uint64_t records = 0;   // Given out.
  uint64_t queries = 0;   // Sent.
  uint64_t recalled = 0;  // Records that came of known answers, without a query.
};

/// Threads, sockets and caches that serve batches of names for as long as it lives. It prints
/// nothing and takes no signals. All calls from any thread. A batch of a hundred thousand names
/// leaves room for a single one that comes behind it: batches share the names in flight evenly.
class Scanner {
 public:
  class Batch;
  /// The record, and the name's number in the order in which the batch's names were added, from 0.
  /// Called on the engine's threads, one call at a time for each batch. It must be quick, must not
  /// throw, and must not end its batch. The record holds until it returns.
  using OnRecord = std::function<void(uint64_t number, const Record& record)>;
  /// The records so far may be passed on. For those who only collect in OnRecord, since to wake a
  /// thread for each record costs more than the look-up: called once none of the batch's names is
  /// in flight at a worker, and otherwise some milliseconds after a record. As OnRecord else.
  using OnPause = std::function<void()>;

  /// Of `options` counts how names are looked up: resolvers, limits, DNSSEC, threads, diagnosis.
  /// Inputs, outputs, `request`, progress and telemetry do not. The trust anchor is checked.
  /// Blocks for as long as that takes. Errors as RunScan(), and Cancelled where `stop` is asked.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Scanner>> Open(
      const ScanOptions& options, const std::stop_token& stop = {});
  /// Ends the threads. No batch is left then, and no call of another thread is going on.
  ~Scanner();
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;

  /// Names to come, whose records go to `on_record`. `on_pause` may be empty. The batch ends before
  /// the scanner.
  [[nodiscard]] std::unique_ptr<Batch> Begin(Inquiry inquiry, OnRecord on_record,
                                             OnPause on_pause = {});
  /// The names' records, in their order. Blocks. Once `stop` is asked, names that have no record
  /// yet get one with the reason `stopped`.
  [[nodiscard]] std::vector<Record> Check(const std::vector<std::string>& names,
                                          const Inquiry& inquiry, const std::stop_token& stop = {});

  EngineCounts counts() const;
  /// Metrics of the look-ups in Prometheus' text format (docs/telemetry.md).
  std::string Metrics() const;
  /// Asks a few of the root's servers, or of the resolvers, whether they answer. `done` is called
  /// once, from an engine's thread or in this call, with whether one of them did.
  void AskCanaries(std::function<void(bool answered)> done);
  /// What people should know of it, a line of ASCII each: fewer sockets than usual, resolvers that
  /// are not authenticated, an unsigned root. Const.
  const std::vector<std::string>& notices() const;

 private:
  class Impl;
  explicit Scanner(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

/// One asker's names, which are handed to the engine together: at the latest by Flush(). One thread
/// at a time. Each name that is added gets exactly one record, unless
/// the batch is destroyed before.
class Scanner::Batch {
 public:
  /// Gives up names that have no record yet: their look-ups end soon. Neither function is called
  /// any more once this has returned.
  ~Batch();
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// A name as people type it: U-labels or A-labels, `*.` in front for a wildcard.
  void Add(std::string_view name);
  /// A line of input: an object as `ndjson` has it (docs/record.schema.json has what comes back),
  /// or a name. Its record says `line`, counted from 1, where it is neither. False where the line
  /// is blank: then it gives no record.
  bool AddLine(std::string_view line, uint64_t line_number);
  /// A line of which only the beginning was kept, and why: its record has the reason
  /// `invalid_name`.
  void AddBroken(std::string_view beginning, uint64_t line_number, std::string_view why);

  /// What was added is looked up from here on, if it is not already.
  void Flush();
  /// Gives up names that have no record yet: they get one soon, most with the reason `stopped`.
  void Stop();

  /// Names added that have no record yet. Any thread.
  size_t waiting() const;

 private:
  friend class Scanner;
  class Client;
  explicit Batch(std::shared_ptr<Client> client);
  const std::shared_ptr<Client> client_;
};

/// Opens a scanner, checks the names, and closes it. A program that asks more than once keeps one.
[[nodiscard]] absl::StatusOr<std::vector<Record>> Check(const std::vector<std::string>& names,
                                                        const Inquiry& inquiry,
                                                        const ScanOptions& options,
                                                        const std::stop_token& stop = {});

}  // namespace caascan
