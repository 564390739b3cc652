// The exchanges of one name, until it is known whether they are wanted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "scanner/async/loop.h"
#include "scanner/evidence/evidence_file.h"
#include "scanner/query/tap.h"

namespace caascan::evidence {

/// Copies the octets of each exchange into one buffer, and makes frames of them only where they are
/// wanted: most names are not. Lives as long as the name's investigation; loop thread only.
class ExchangeLog final : public query::ExchangeTap {
 public:
  /// What one name keeps. An honest name's exchanges take some kilobytes.
  static constexpr size_t kMaxBytes = size_t{256} << 10;

  /// `earlier` is what Take() gave of the same name, or empty. `file` and `loop`, the one of the
  /// exchanges, outlive it.
  ExchangeLog(EvidenceFile* file, const async::Loop* loop, std::string earlier);
  ~ExchangeLog() override;
  ExchangeLog(const ExchangeLog&) = delete;
  ExchangeLog& operator=(const ExchangeLog&) = delete;

  /// Keeps what was sent. What was never sent, for a limit or the scan's end, is no exchange.
  void Note(const net::Exchange& exchange) override;
  /// The name was put off: what was noted so far, for the log that goes on with it. It goes on to
  /// count as held.
  std::string Take();
  /// Hands the exchanges to the file, in their order, as ones for `name`. Once, at the end.
  void Submit(std::string_view name);

 private:
  EvidenceFile* const file_;
  const async::Loop* const loop_;
  std::string exchanges_;
  uint64_t missed_ = 0;  // There was no room for them.
};

}  // namespace caascan::evidence
