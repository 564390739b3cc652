// A server's address as one worker knows it, and the reference that keeps it.
#pragma once

#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "scanner/async/address.h"
#include "scanner/async/fixed_pool.h"
#include "scanner/async/list.h"
#include "scanner/async/timer_wheel.h"
#include "scanner/net/peer_queue.h"
#include "scanner/pacing/congestion.h"
#include "scanner/pacing/limits.h"
#include "scanner/stream/channel.h"

namespace caascan::net {

class Exchange;
class Exchanges;
class StreamConnection;

struct ReadyTag {};
struct UnusedTag {};

/// What waits for a server, and how fast it answers. Owned by the Network's PeerTable, at a fixed
/// place. While a PeerRef points to it, it stays; what no PeerRef points to may be forgotten at the
/// next Network::Flush(). So a plain pointer is good until the coroutine that has it suspends, and
/// longer only where a PeerRef keeps the peer. It has more methods than other classes: all that is
/// known of a server is found by one look-up of its address. Loop thread only.
class alignas(async::FixedPool::kLine) Peer final : public async::Timer,
                                                    public async::ListNode<ReadyTag>,
                                                    public async::ListNode<UnusedTag> {
 public:
  Peer(const stream::Endpoint& at, Exchanges* exchanges, bool blocked)
      : address_(at.address),
        blocked_(blocked),
        streams_only_(at.channel != nullptr),
        exchanges_(exchanges),
        channel_(at.channel) {}

  const async::Address& address() const { return address_; }
  /// nullptr where it is reached over UDP, and over TCP where that is needed.
  const stream::Channel* channel() const { return channel_; }
  /// Every query goes over a stream: no datagram is sent to it.
  bool streams_only() const { return streams_only_; }
  /// From the next exchange on, for as long as the peer is known.
  void UseStreamsOnly() { streams_only_ = true; }
  /// Nothing is ever sent there: see NetworkOptions.
  bool blocked() const { return blocked_; }
  /// From now on: what is under way still ends in its own way.
  void Block() { blocked_ = true; }
  /// Is it time to tell the server's operator whom to write to? At the first query, and again and
  /// again after that.
  bool TakeContactTurn() { return contact_turn_++ % kContactEvery == 0; }
  /// Smoothed round-trip time; zero where nothing was answered yet.
  std::chrono::microseconds srtt() const { return std::chrono::microseconds(srtt_us_); }
  /// Exchanges since the last answer that ended without one.
  uint32_t silences() const { return silences_; }
  /// Examined for several names, it was silent to all that was tried, and has answered nothing
  /// since (RFC 9520 §2.2: failures are cached). Further names need few tries to see the same.
  bool is_known_silent() const { return proven_silences_ >= kKnownSilent; }
  /// An examination for one name ended so.
  void NoteProvenSilence() {
    if (proven_silences_ < kKnownSilent) ++proven_silences_;
  }
  /// Queries that wait for their turn, by its own limits or the scan's.
  uint32_t queued() const { return queue_.size(); }
  /// Its own limits hold up so many queries that one more would only stand in line.
  bool busy() const { return queue_.stalled() && queue_.size() >= kBusyQueue; }
  /// What is known of how it treats capitals in names (RFC 4343): noted and used by who asks it.
  enum class LetterCase : uint8_t {
    kUnknown,
    kSameErrors,   // An error of its was the same in small letters.
    kSameDenials,  // So was a denial; but what is not there is denied in any letters.
    kSound,        // It has answered a question with capitals by data.
    kSensitive,    // It answers in small letters what it denies or refuses with capitals.
  };
  LetterCase letter_case() const { return letter_case_; }
  void NoteLetterCase(LetterCase seen) { letter_case_ = seen; }
  /// It has answered a query over TCP: where a connection fails, that is no lack of TCP.
  bool has_answered_over_tcp() const { return has_answered_over_tcp_; }
  void NoteAnswerOverTcp() { has_answered_over_tcp_ = true; }
  /// An answer to another question than the one asked has come from it, `changed`, or a right one
  /// over UDP. True where two of the former have come and none of the latter in between: one may be
  /// the late answer to another query.
  bool NoteQuestion(bool changed) {
    const bool again = changed && has_changed_question_;
    has_changed_question_ = changed;
    return again;
  }
  /// Likewise over UDP, in time or late.
  bool has_answered_over_udp() const { return has_answered_over_udp_; }
  void NoteAnswerOverUdp() { has_answered_over_udp_ = true; }
  /// It was seen, by all workers together, to answer less when it is asked faster.
  bool rate_limited() const { return queue_.rate_limited(); }

  /// PeerRefs that point here.
  uint32_t references() const { return references_; }
  /// Octets of memory, divided among those that keep it; all of them where none does.
  size_t memory_share() const;

  // What follows is for the parts of Network.

  Exchanges* exchanges() const { return exchanges_; }
  PeerQueue& queue() { return queue_; }
  pacing::CongestionView* congestion() { return &congestion_; }
  /// Over UDP, unanswered.
  async::List<Exchange, QueueTag>& sent() { return sent_; }
  /// The TCP connection that new queries share; nullptr where there is none.
  StreamConnection* connection() const { return connection_; }
  void set_connection(StreamConnection* connection) { connection_ = connection; }
  /// An answer has come, so long after its query.
  void NoteAnswer(std::chrono::nanoseconds rtt);
  void NoteSilence() {
    if (silences_ < UINT16_MAX) ++silences_;
  }
  /// It would cost queries, or patience, to find out again what is known of it.
  bool is_worth_remembering() const {
    return silences_ > 0 || letter_case_ != LetterCase::kUnknown || queue_.has_pace();
  }
  /// By PeerRef.
  void AddReference() {
    if (references_++ == 0) BeginUse();
  }
  void DropReference() {
    if (--references_ == 0) EndUse();
  }

 private:
  static constexpr uint8_t kContactEvery = 64;
  static constexpr uint32_t kBusyQueue = 16;
  static constexpr uint8_t kKnownSilent = 2;

  void OnTimer() override;
  /// The first PeerRef has come.
  void BeginUse();
  /// The last PeerRef has gone.
  void EndUse();

  // In this order what each query needs is in two lines of the processor's cache.
  const async::Address address_;
  bool blocked_ : 1;
  bool streams_only_ : 1;
  bool has_answered_over_tcp_ : 1 = false;
  bool has_answered_over_udp_ : 1 = false;
  uint8_t proven_silences_ : 2 = 0;        // Up to kKnownSilent.
  bool has_changed_question_ : 1 = false;  // Since the last right one.
  LetterCase letter_case_ : 4 = LetterCase::kUnknown;
  uint8_t contact_turn_ = 0;  // Its range is a multiple of kContactEvery.
  uint16_t silences_ = 0;     // No more than it can hold.
  uint32_t references_ = 0;
  uint32_t srtt_us_ = 0;
  pacing::CongestionView congestion_;
  PeerQueue queue_;
  async::List<Exchange, QueueTag> sent_;
  Exchanges* const exchanges_;
  StreamConnection* connection_ = nullptr;
  const stream::Channel* const channel_;
};

/// Keeps a peer. As large as a pointer, and used like one; empty by default. The count is a plain
/// number: loop thread only. Ends before the Network.
class PeerRef {
 public:
  PeerRef() = default;
  PeerRef(std::nullptr_t) {}
  PeerRef(Peer* peer) : peer_(peer) { Acquire(); }
  PeerRef(const PeerRef& other) : peer_(other.peer_) { Acquire(); }
  PeerRef(PeerRef&& other) noexcept : peer_(std::exchange(other.peer_, nullptr)) {}
  PeerRef& operator=(PeerRef other) noexcept {
    std::swap(peer_, other.peer_);
    return *this;
  }
  ~PeerRef() {
    if (peer_ != nullptr) peer_->DropReference();
  }

  Peer* get() const { return peer_; }
  Peer* operator->() const { return peer_; }
  operator Peer*() const& { return peer_; }
  /// The peer could be forgotten as soon as the reference is gone: keep that instead.
  operator Peer*() && = delete;

 private:
  void Acquire() {
    if (peer_ != nullptr) peer_->AddReference();
  }

  Peer* peer_ = nullptr;
};
static_assert(sizeof(PeerRef) == sizeof(void*));

}  // namespace caascan::net
