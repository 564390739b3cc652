// Lines are counted when a block is read, so that whoever works a block off, in whatever order,
// knows the numbers of its lines. Tested by record_blocks_test.cc.
#include "scanner/report/record_blocks.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace caascan::report {
namespace {

/// In rows of bytes, which compilers make vectors of; std::count is eight times as slow.
uint64_t CountLineFeeds(std::string_view text) {
  constexpr size_t kLanes = 64;
  constexpr size_t kMostRows = 255;  // That a lane can count.
  uint64_t count = 0;
  while (text.size() >= kLanes) {
    const size_t rows = std::min(text.size() / kLanes, kMostRows);
    std::array<uint8_t, kLanes> lanes{};
    for (size_t row = 0; row < rows; ++row) {
      const char* const bytes = text.data() + row * kLanes;
      for (size_t i = 0; i < kLanes; ++i)
        lanes[i] = static_cast<uint8_t>(lanes[i] + (bytes[i] == '\n' ? 1 : 0));
    }
    for (const uint8_t lane : lanes) count += lane;
    text.remove_prefix(rows * kLanes);
  }
  return count + static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

void BrokenLines::Add(size_t input, uint64_t line, std::string_view problem) {
  ++count_;
  const auto before = [](const BrokenLine& a, const BrokenLine& b) {
    return std::tie(a.input, a.line) < std::tie(b.input, b.line);
  };
  BrokenLine broken = {input, line, {}};
  const auto at = std::upper_bound(located_.begin(), located_.end(), broken, before);
  if (located_.size() == kMaxLocated && at == located_.end()) return;
  broken.problem = problem;
  located_.insert(at, std::move(broken));
  if (located_.size() > kMaxLocated) located_.pop_back();
}

void BrokenLines::Merge(const BrokenLines& other) {
  for (const BrokenLine& line : other.located_) Add(line.input, line.line, line.problem);
  count_ += other.count_ - other.located_.size();
}

RecordBlocks::RecordBlocks(std::vector<std::string> paths, const io::WakeFd* wake)
    : paths_(std::move(paths)), wake_(wake) {}

bool RecordBlocks::Next(io::Block* block, size_t* input, uint64_t* first_line,
                        BrokenLines* broken) {
  while (true) {
    if (reader_ == nullptr) {
      if (opened_ == paths_.size()) return false;
      reader_ = std::make_unique<io::BlockReader>(std::vector{paths_[opened_++]}, wake_,
                                                  io::BlockReader::Overlong::kSkipped);
      lines_ = 0;
    }
    *input = opened_ - 1;
    *first_line = lines_ + 1;
    switch (reader_->Next(block)) {
      case io::ReadResult::kLine: {
        const std::string_view text = block->text();
        // Only the last line of an input may lack its line feed.
        lines_ += CountLineFeeds(text) + (text.ends_with('\n') ? 0 : 1);
        bytes_ += text.size();
        return true;
      }
      case io::ReadResult::kFailed: {
        const absl::Status& status = reader_->status();
        broken->Add(*input, *first_line, {status.message().data(), status.message().size()});
        break;
      }
      case io::ReadResult::kInterrupted:
        return false;
      case io::ReadResult::kWouldWait:
      case io::ReadResult::kEnd:
        break;
    }
    reader_.reset();
  }
}

}  // namespace caascan::report
