// Tested by zone_output_test.cc and, end to end, by zones_test.py.
#include "scanner/zonefacts/zone_output.h"

#include <absl/strings/str_cat.h>
#include <sys/stat.h>

#include <cassert>
#include <utility>

#include "scanner/io/whole_file.h"

namespace caascan::zonefacts {
namespace {

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == path.npos ? "." : path.substr(0, slash + 1);
}

}  // namespace

ZoneOutput::ZoneOutput(const ZoneOutputOptions& options)
    : options_(options), union_(FolderOf(options.path)) {}

ZoneOutput::~ZoneOutput() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

absl::Status ZoneOutput::Open() {
  struct stat info = {};
  const bool is_there = stat(options_.path.c_str(), &info) == 0;
  // Nothing could stop a write that waits for a reader.
  if (io::IsStandardOutput(options_.path) || (is_there && S_ISFIFO(info.st_mode))) {
    return absl::InvalidArgumentError("--zones: wants a file, and no pipe");
  }
  if (absl::Status status = io::CheckWritable(options_.path); !status.ok()) return status;
  auto lock = io::FileLock::Take(options_.path);
  if (!lock.ok()) return lock.status();
  lock_ = *std::move(lock);
  if (options_.keep) {
    uint64_t broken = 0;
    const absl::Status read = zonerecord::AddZoneFile(options_.path, &union_, &broken);
    if (!read.ok()) return read;
    if (broken > 0) {
      return absl::InvalidArgumentError(absl::StrCat("--zones ", options_.path, ": ", broken,
                                                     " lines are no zones, and would be lost"));
    }
  }
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

bool ZoneOutput::Take(FactsTable* table, bool wait) {
  std::unique_lock lock(mutex_);
  const auto has_room = [this] { return waiting_.size() < options_.tables; };
  if (!has_room() && !wait) return false;
  changed_.wait(lock, has_room);
  waiting_.push_back(std::exchange(*table, FactsTable()));
  changed_.notify_all();
  return true;
}

void ZoneOutput::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return finishing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const FactsTable table = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    lock.unlock();
    WriteDown(table);
    lock.lock();
  }
}

void ZoneOutput::WriteDown(const FactsTable& table) {
  zonerecord::ZoneRecord record;
  std::string line;
  for (const auto& [zone, facts] : table) {
    facts.FillRecord(zone, options_.usual_port, options_.origins, &record);
    line.clear();
    zonerecord::AppendZoneJson(record, &line);
    union_.Add(record.zone, line);
  }
}

absl::Status ZoneOutput::Finish() {
  assert(thread_.joinable() && "opened, and not finished before");
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  changed_.notify_all();
  thread_.join();
  union_.Finish();
  const absl::Status written = union_.WriteTo(options_.path, &zones_);
  return written.ok() ? written : absl::DataLossError(written.message());
}

}  // namespace caascan::zonefacts
