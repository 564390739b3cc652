// A line goes into the sorter in pieces, since a sorter's records are bounded and a hostile zone's
// line is long: zone, a zero octet, the line's number, the piece's number, the piece. Tested by
// zone_union_test.cc.
#include "scanner/zonerecord/zone_union.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "scanner/io/input_file.h"
#include "scanner/io/long_lines.h"
#include "scanner/io/whole_file.h"

namespace caascan::zonerecord {
namespace {

constexpr size_t kPieceSize = size_t{32} << 10;
constexpr size_t kLineNumberSize = 8;
constexpr size_t kPieceNumberSize = 4;
constexpr size_t kWriteAtBytes = size_t{256} << 10;

/// Big end first, so that octets sort as numbers do.
void AppendNumber(uint64_t number, size_t size, std::string* out) {
  for (size_t i = size; i-- > 0;) out->push_back(static_cast<char>(number >> (8 * i)));
}

std::string_view ZoneOf(std::string_view head) {
  return head.substr(0, head.size() - kLineNumberSize - 1);
}

}  // namespace

void ZoneUnion::Add(std::string_view zone, std::string_view line) {
  assert(zone.find('\0') == zone.npos && "names in presentation form have no control characters");
  const uint64_t number = added_++;
  uint64_t piece = 0;
  do {
    const std::string_view front = line.substr(0, kPieceSize);
    line.remove_prefix(front.size());
    record_.assign(zone);
    record_.push_back('\0');
    AppendNumber(number, kLineNumberSize, &record_);
    AppendNumber(piece++, kPieceNumberSize, &record_);
    record_.append(front);
    sorter_.Add(record_);
  } while (!line.empty());
}

bool ZoneUnion::TakePiece() {
  std::string_view record;
  more_ = sorter_.Next(&record);
  if (!more_) return false;
  const size_t head_size = record.find('\0') + 1 + kLineNumberSize;
  head_.assign(record.substr(0, head_size));
  piece_.assign(record.substr(head_size + kPieceNumberSize));
  return true;
}

/// The next line goes into line_.
bool ZoneUnion::TakeLine() {
  if (!std::exchange(begun_, true)) (void)TakePiece();
  has_line_ = more_;
  if (!more_) return false;
  line_head_ = head_;
  line_.clear();
  do {
    line_ += piece_;
  } while (TakePiece() && head_ == line_head_);
  return true;
}

/// All lines of line_'s zone, put together.
void ZoneUnion::Merge(std::string* line) {
  const std::string zone(ZoneOf(line_head_));
  ZoneRecord all;
  ZoneRecord other;
  bool first = true;
  while (has_line_ && ZoneOf(line_head_) == zone) {
    line_.append(ZoneReader::kPadding, ' ');
    const std::string_view text(line_.data(), line_.size() - ZoneReader::kPadding);
    const std::string_view wrong = reader_.Read(text, first ? &all : &other);
    assert(wrong.empty() && "lines are the scanner's own, or were read before");
    if (wrong.empty() && !first) MergeZone(other, &all);
    first = first && !wrong.empty();
    (void)TakeLine();
  }
  line->clear();
  AppendZoneJson(all, line);
}

bool ZoneUnion::Next(std::string* line) {
  if (!begun_) (void)TakeLine();
  if (!has_line_) return false;
  // Most zones have one line, which is given as it is.
  if (!more_ || ZoneOf(head_) != ZoneOf(line_head_)) {
    line->swap(line_);
    (void)TakeLine();
  } else {
    Merge(line);
  }
  return status().ok();
}

absl::Status ZoneUnion::WriteTo(const std::string& path, uint64_t* zones,
                                const StopFunction& stop) {
  *zones = 0;
  auto file = io::WholeFile::Create(path);
  if (!file.ok()) return file.status();
  std::string line;
  std::string lines;
  bool written = true;
  while (written && Next(&line)) {
    lines += line;
    lines += '\n';
    ++*zones;
    if (lines.size() < kWriteAtBytes) continue;
    if (stop && stop()) return absl::CancelledError("stopped");
    written = file->Write(lines);
    lines.clear();
  }
  if (!status().ok()) return status();
  if (written) (void)file->Write(lines);
  return file->Commit();
}

absl::Status AddZoneFile(const std::string& path, ZoneUnion* zones, uint64_t* broken,
                         const StopFunction& stop) {
  assert(io::kLinePadding >= ZoneReader::kPadding);
  if (const auto opened = io::InputFile::Open(path, nullptr); !opened.ok()) {
    return absl::InvalidArgumentError(opened.status().message());
  }
  ZoneReader reader;
  ZoneRecord record;
  constexpr uint64_t kLinesBetween = 1024;
  uint64_t lines = 0;
  const absl::Status read = io::ForEachLine(path, [&](std::string_view line) {
    if (stop && ++lines % kLinesBetween == 0 && stop()) return false;
    if (reader.Read(line, &record).empty()) {
      zones->Add(record.zone, line);
    } else {
      ++*broken;
    }
    return true;
  });
  if (!read.ok()) ++*broken;
  return absl::OkStatus();
}

}  // namespace caascan::zonerecord
