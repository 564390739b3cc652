// The memory is filled, sorted and written as a run; the runs are merged by a heap in the end.
// Tested by record_sorter_test.cc.
#include "scanner/io/record_sorter.h"

#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "scanner/io/temporary_file.h"

namespace caascan::io {
namespace {

constexpr size_t kWriteSize = size_t{256} << 10;
constexpr size_t kMinRunBuffer = size_t{4} << 10;
constexpr size_t kMaxRunBuffer = size_t{1} << 20;

uint32_t SizeAt(const char* bytes) {
  uint32_t size = 0;
  std::memcpy(&size, bytes, sizeof(size));
  return size;
}

}  // namespace

/// One run, read from the front.
class RecordSorter::Run {
 public:
  Run(int fd, uint64_t begin, uint64_t end, size_t buffer_size)
      : fd_(fd), at_(begin), end_(end), buffer_(buffer_size) {}

  /// Goes to the next record. False at the end, and where *error is set.
  bool Advance(int* error) {
    begin_ += whole_;
    whole_ = 0;
    while (filled_ - begin_ < sizeof(uint32_t) ||
           filled_ - begin_ < sizeof(uint32_t) + SizeAt(&buffer_[begin_])) {
      if (!Fill(error)) return false;
    }
    whole_ = sizeof(uint32_t) + SizeAt(&buffer_[begin_]);
    return true;
  }
  std::string_view record() const {
    return {&buffer_[begin_ + sizeof(uint32_t)], whole_ - sizeof(uint32_t)};
  }

 private:
  bool Fill(int* error) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, filled_ - begin_);
    filled_ -= std::exchange(begin_, 0);
    if (filled_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
    const size_t wanted =
        static_cast<size_t>(std::min<uint64_t>(buffer_.size() - filled_, end_ - at_));
    if (wanted == 0) return false;
    const ssize_t got = pread(fd_, buffer_.data() + filled_, wanted, static_cast<off_t>(at_));
    if (got < 0 && errno == EINTR) return true;
    if (got <= 0) {
      *error = got < 0 ? errno : EIO;
      return false;
    }
    filled_ += static_cast<size_t>(got);
    at_ += static_cast<uint64_t>(got);
    return true;
  }

  const int fd_;
  uint64_t at_;
  const uint64_t end_;
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t whole_ = 0;  // Of the record at begin_, its size in front.
  size_t filled_ = 0;
};

RecordSorter::RecordSorter(std::string folder, size_t memory)
    : folder_(std::move(folder)), memory_(memory & ~(alignof(uint32_t) - 1)) {
  assert(memory_ <= UINT32_MAX && "offsets have 32 bits");
}

RecordSorter::~RecordSorter() {
  if (fd_ >= 0) (void)close(fd_);
}

bool RecordSorter::HasRoom(size_t size) const {
  return used_ + sizeof(uint32_t) + size + (count_ + 1) * sizeof(uint32_t) <= memory_;
}

void RecordSorter::Add(std::string_view record) {
  assert(!finished_ && "nothing is added behind Finish()");
  assert(record.size() <= kMaxRecordSize && "a record of bounded size");
  ++added_;
  if (!status_.ok()) return;
  if (arena_ == nullptr) {
    // Pages that are not written to take no memory.
    arena_ = std::make_unique_for_overwrite<char[]>(memory_);
    offsets_ = reinterpret_cast<uint32_t*>(arena_.get() + memory_);
  }
  if (!HasRoom(record.size())) WriteRun();
  assert(HasRoom(record.size()) && "the memory holds a record");
  *--offsets_ = static_cast<uint32_t>(used_);
  ++count_;
  const auto size = static_cast<uint32_t>(record.size());
  std::memcpy(&arena_[used_], &size, sizeof(size));
  std::memcpy(&arena_[used_ + sizeof(size)], record.data(), record.size());
  used_ += sizeof(size) + record.size();
}

std::string_view RecordSorter::InMemory(size_t index) const {
  const char* const record = &arena_[offsets_[index]];
  return {record + sizeof(uint32_t), SizeAt(record)};
}

void RecordSorter::SortMemory() {
  const char* const arena = arena_.get();
  const std::span<uint32_t> offsets(offsets_, count_);
  std::sort(offsets.begin(), offsets.end(), [arena](uint32_t a, uint32_t b) {
    return std::string_view(arena + a + sizeof(uint32_t), SizeAt(arena + a)) <
           std::string_view(arena + b + sizeof(uint32_t), SizeAt(arena + b));
  });
}

void RecordSorter::WriteRun() {
  SortMemory();
  if (fd_ < 0) {
    const absl::StatusOr<int> fd = OpenTemporaryFile(folder_);
    if (fd.ok()) {
      fd_ = *fd;
    } else {
      status_ = absl::DataLossError(fd.status().message());
    }
  }
  std::string piece;
  for (size_t i = 0; i < count_ && status_.ok(); ++i) {
    if (i > 0 && InMemory(i) == InMemory(i - 1)) continue;
    piece.append(&arena_[offsets_[i]], sizeof(uint32_t) + InMemory(i).size());
    if (piece.size() >= kWriteSize) {
      Write(piece);
      piece.clear();
    }
  }
  Write(piece);
  run_ends_.push_back(file_size_);
  used_ = 0;
  offsets_ += count_;
  count_ = 0;
}

void RecordSorter::Write(std::string_view bytes) {
  while (!bytes.empty() && status_.ok()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) Fail(std::strerror(errno));
    if (written <= 0) continue;
    bytes.remove_prefix(static_cast<size_t>(written));
    file_size_ += static_cast<uint64_t>(written);
  }
}

void RecordSorter::Fail(const std::string& why) {
  status_ = absl::DataLossError("cannot sort in temporary files: " + why);
}

void RecordSorter::Finish() {
  finished_ = true;
  if (!status_.ok() || count_ == 0) return;
  if (run_ends_.empty()) {
    SortMemory();
    return;
  }
  WriteRun();
  arena_.reset();
  if (status_.ok()) OpenRuns();
}

void RecordSorter::OpenRuns() {
  const size_t buffer_size = std::clamp(memory_ / run_ends_.size(), kMinRunBuffer, kMaxRunBuffer);
  uint64_t begin = 0;
  for (const uint64_t end : run_ends_) {
    auto run = std::make_unique<Run>(fd_, begin, end, buffer_size);
    int error = 0;
    if (run->Advance(&error)) runs_.push_back(std::move(run));
    if (error != 0) Fail(std::strerror(error));
    begin = end;
  }
  std::make_heap(runs_.begin(), runs_.end(),
                 [](const auto& a, const auto& b) { return a->record() > b->record(); });
}

bool RecordSorter::Next(std::string_view* record) {
  assert(finished_ && "records are sorted");
  if (!status_.ok()) return false;
  if (!run_ends_.empty()) return NextOfRuns(record);
  while (given_ < count_) {
    *record = InMemory(given_++);
    if (given_ < 2 || *record != InMemory(given_ - 2)) return true;
  }
  return false;
}

bool RecordSorter::NextOfRuns(std::string_view* record) {
  const auto later = [](const auto& a, const auto& b) { return a->record() > b->record(); };
  while (!runs_.empty() && status_.ok()) {
    std::pop_heap(runs_.begin(), runs_.end(), later);
    Run& run = *runs_.back();
    const bool fresh = !has_last_ || last_ != run.record();
    if (fresh) last_.assign(run.record());
    has_last_ = true;
    int error = 0;
    if (run.Advance(&error)) {
      std::push_heap(runs_.begin(), runs_.end(), later);
    } else {
      runs_.pop_back();
    }
    if (error != 0) Fail(std::strerror(error));
    if (fresh && error == 0) {
      *record = last_;
      return true;
    }
  }
  return false;
}

}  // namespace caascan::io
