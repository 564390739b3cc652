// Tested end to end by serve_test.py.
#include "scanner/serve/names_stream.h"

#include <absl/strings/str_cat.h>

#include <utility>

namespace caascan::serve {
namespace {

// Of records that the client has not taken: then no further names are read. Half of it: they are.
constexpr size_t kMaxUnsent = 1 << 20;
// Of records together, which are not kept for others to come.
constexpr size_t kSendAt = 64 << 10;

}  // namespace

NamesStream::NamesStream(std::shared_ptr<http::Exchange> exchange,
                         std::shared_ptr<const void> keeper, const StreamLimits& limits, Post post)
    : exchange_(std::move(exchange)),
      keeper_(std::move(keeper)),
      limits_(limits),
      post_(std::move(post)) {}

NamesStream::~NamesStream() = default;

std::shared_ptr<NamesStream> NamesStream::Begin(std::shared_ptr<http::Exchange> exchange,
                                                Scanner* scanner,
                                                std::shared_ptr<const void> keeper, Inquiry inquiry,
                                                const StreamLimits& limits, Post post) {
  std::shared_ptr<NamesStream> self(
      new NamesStream(std::move(exchange), std::move(keeper), limits, std::move(post)));
  self->batch_ = scanner->Begin(
      std::move(inquiry),
      [stream = self.get()](uint64_t, const Record& record) { stream->OnRecord(record); },
      [stream = self.get()] { stream->OnPause(); });
  http::Exchange* own = self->exchange_.get();
  own->OnGone([self] {
    self->ended_ = true;
    self->batch_.reset();
  });
  own->OnSent([self] { self->Continue(); });
  own->TakeBody([self](std::string_view octets) { self->TakeOctets(octets); },
                [self] { self->TakeEnd(); });
  own->BeginStream("application/x-ndjson");
  return self;
}

void NamesStream::TakeOctets(std::string_view octets) {
  if (cut_short_ || ended_) return;
  octets_ += octets.size();
  if (limits_.max_body > 0 && octets_ > limits_.max_body) {
    octets.remove_suffix(static_cast<size_t>(octets_ - limits_.max_body));
    cut_short_ = true;
  }
  cutter_.Add(octets, [this](const LineCutter::Line& line) { TakeLine(line); });
  batch_->Flush();
  if (cut_short_ || in_flight() >= limits_.max_names) {
    paused_ = true;
    exchange_->PauseBody();
  }
  EndWhereDone();
}

void NamesStream::TakeLine(const LineCutter::Line& line) {
  if (line.overlong) {
    batch_->AddBroken(line.text, line.number, absl::StrCat("line over ", kMaxLine, " bytes"));
  } else if (!batch_->AddLine(line.text, line.number)) {
    return;
  }
  ++added_;
}

void NamesStream::TakeEnd() {
  if (cut_short_ || ended_) return;
  cutter_.End([this](const LineCutter::Line& line) { TakeLine(line); });
  batch_->Flush();
  body_ended_ = true;
  EndWhereDone();
}

/// On an engine's thread: the record becomes text there.
void NamesStream::OnRecord(const Record& record) {
  {
    const std::lock_guard lock(mutex_);
    AppendRecord(record, &ready_);
    ++given_;
    if (ready_.size() < kSendAt || std::exchange(posted_, true)) return;
  }
  PostSend();
}

void NamesStream::OnPause() {
  {
    const std::lock_guard lock(mutex_);
    if (ready_.empty() || std::exchange(posted_, true)) return;
  }
  PostSend();
}

void NamesStream::PostSend() {
  post_([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Send();
  });
}

size_t NamesStream::in_flight() {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(added_ - given_);
}

void NamesStream::Send() {
  if (ended_) return;
  std::string lines;
  {
    const std::lock_guard lock(mutex_);
    lines.swap(ready_);
    posted_ = false;
  }
  exchange_->Write(lines);
  if (exchange_->unsent() > kMaxUnsent && !std::exchange(paused_, true)) exchange_->PauseBody();
  Continue();
  EndWhereDone();
}

void NamesStream::Continue() {
  if (!paused_ || cut_short_ || ended_) return;
  if (exchange_->unsent() > kMaxUnsent / 2 || in_flight() > limits_.max_names / 4 * 3) return;
  paused_ = false;
  exchange_->ResumeBody();
}

void NamesStream::EndWhereDone() {
  if (ended_ || !(body_ended_ || cut_short_)) return;
  {
    const std::lock_guard lock(mutex_);
    if (given_ < added_ || !ready_.empty()) return;
  }
  ended_ = true;
  const auto self = shared_from_this();  // The exchange drops it.
  exchange_->EndStream(/*whole=*/!cut_short_);
  batch_.reset();
}

void NamesStream::Drain() {
  if (ended_ || body_ended_) return;
  cut_short_ = true;
  exchange_->PauseBody();
  EndWhereDone();
}

void NamesStream::Stop() {
  Drain();
  if (!ended_ && batch_ != nullptr) batch_->Stop();
}

}  // namespace caascan::serve
