// POST /v1/names: names come in, and records go out, both for as long as the client likes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "caascan/engine.h"
#include "scanner/http/exchange.h"
#include "scanner/serve/line_cutter.h"

namespace caascan::serve {

/// Runs work on the server's thread, soon.
using Post = std::function<void(std::function<void()>)>;

struct StreamLimits {
  size_t max_names = 10'000;  // In flight.
  uint64_t max_body = 0;      // Octets; 0: none.
};

/// One request. The server's thread only, save where records come in. Its exchange keeps it until
/// the response has ended or the client has gone; then its look-ups end.
class NamesStream : public std::enable_shared_from_this<NamesStream> {
 public:
  /// Begins the response. `keeper` keeps the scanner alive, and is dropped behind the batch.
  static std::shared_ptr<NamesStream> Begin(std::shared_ptr<http::Exchange> exchange,
                                            Scanner* scanner, std::shared_ptr<const void> keeper,
                                            Inquiry inquiry, const StreamLimits& limits, Post post);
  ~NamesStream();

  /// No further names are taken. Those that were have their records first.
  void Drain();
  /// Likewise, and names that have no record yet get one soon, as `stopped`.
  void Stop();

 private:
  static constexpr size_t kMaxLine = 64 << 10;

  NamesStream(std::shared_ptr<http::Exchange> exchange, std::shared_ptr<const void> keeper,
              const StreamLimits& limits, Post post);
  void TakeOctets(std::string_view octets);
  void TakeLine(const LineCutter::Line& line);
  void TakeEnd();
  void OnRecord(const Record& record);
  void OnPause();
  void PostSend();
  void Send();
  void Continue();
  void EndWhereDone();
  size_t in_flight();

  const std::shared_ptr<http::Exchange> exchange_;
  const std::shared_ptr<const void> keeper_;
  const StreamLimits limits_;
  const Post post_;
  LineCutter cutter_{kMaxLine};
  uint64_t octets_ = 0;
  uint64_t added_ = 0;
  bool paused_ = false;
  bool body_ended_ = false;
  bool cut_short_ = false;  // Names of the body were not taken.
  bool ended_ = false;

  std::mutex mutex_;  // Guards what follows.
  std::string ready_;
  uint64_t given_ = 0;
  bool posted_ = false;  // Send() comes.

  std::unique_ptr<Scanner::Batch> batch_;  // Ends before all that its records need.
};

}  // namespace caascan::serve
