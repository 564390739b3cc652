// Our own network's failure, told from others' silence.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "scanner/async/task.h"
#include "scanner/net/exchange.h"

namespace caascan::net {

/// A query that times out says something of its server only if anybody has answered anything since
/// it was sent. Else it is held, and the canaries are asked: first one of the servers that answer
/// if any do, then several of them and those that answered last. One of them answers: the silence
/// was the servers' own, and what was held has timed out. None does: nothing is sent any more, but
/// the canaries are asked again each second; when one answers, what was held is sent anew. Where
/// that takes too long, what waits ends as kSendFailed, and so does what comes, until somebody
/// answers.
///
/// A part of Exchanges; loop thread only.
class Outage : public async::Timer {
 public:
  Outage(Exchanges* exchanges, std::chrono::milliseconds lasting)
      : exchanges_(exchanges), lasting_(lasting) {}

  /// Without canaries everything counts as its server's silence.
  void SetCanaries(std::vector<PeerRef> canaries) { canaries_ = std::move(canaries); }

  void NoteAnswer(Peer* peer);
  /// Takes an exchange whose deadline has passed, unless it says something of its server.
  bool Hold(Exchange* exchange);
  /// Nothing is to be sent.
  bool is_down() const { return link_ == Link::kDown; }
  /// For so long that nothing waits for the end of it any more.
  bool has_lasted() const { return is_down() && lasted_; }

 private:
  enum class Link : uint8_t { kUp, kDoubted, kDown };
  static constexpr size_t kRecent = 4;

  void OnTimer() override;
  std::vector<PeerRef> NextCanaries();
  void AskCanaries();
  async::Task<> AskCanary(PeerRef peer);
  void Conclude();
  void Release();

  Exchanges* const exchanges_;
  const std::chrono::milliseconds lasting_;  // What is longer has lasted.
  std::vector<PeerRef> canaries_;
  std::array<PeerRef, kRecent> recent_{};  // Of those that answered last.
  size_t next_recent_ = 0;
  Link link_ = Link::kUp;
  bool answered_ = false;  // Since the doubt.
  bool lasted_ = false;
  bool one_is_enough_ = false;  // The doubt is new: one canary is asked.
  uint8_t doubt_cost_ = 0;      // Canaries' queries for this doubt.
  std::chrono::nanoseconds last_answer_{0};
  std::chrono::nanoseconds asked_at_{0};  // The canaries.
  std::chrono::nanoseconds down_since_{0};
  std::chrono::milliseconds patience_{0};  // With a canary.
  size_t asking_ = 0;                      // Canaries that are not done,
  size_t sent_ = 0;                        // and those that had a turn.
  async::List<Exchange, QueueTag> held_;
};

}  // namespace caascan::net
