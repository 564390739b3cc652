// Tested end to end by serve_test.py.
#include "scanner/serve/readiness.h"

#include <utility>

namespace caascan::serve {

void Readiness::Ask(Scanner* scanner, Clock::time_point now, Tell tell) {
  if (known_ && now - known_at_ < kHolds) return tell(*known_);
  waiting_.push_back(std::move(tell));
  if (!asking_) Begin(scanner);
}

void Readiness::UseOther(Scanner* scanner) {
  known_.reset();
  if (asking_) Begin(scanner);
}

void Readiness::Begin(Scanner* scanner) {
  asking_ = true;
  scanner->AskCanaries([weak = weak_from_this(), post = post_, round = ++round_](bool answers) {
    post([weak, round, answers] {
      if (const auto self = weak.lock()) self->Take(round, answers, Clock::now());
    });
  });
}

/// What a scanner says that has been replaced meanwhile does not count.
void Readiness::Take(uint64_t round, bool answers, Clock::time_point now) {
  if (round != round_) return;
  known_ = answers;
  known_at_ = now;
  asking_ = false;
  const auto waiting = std::exchange(waiting_, {});
  for (const Tell& tell : waiting) tell(answers);
}

}  // namespace caascan::serve
