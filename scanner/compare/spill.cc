// A row on disk is a head of fixed size and the texts behind it. Tested by spill_test.cc.
#include "scanner/compare/spill.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <type_traits>
#include <vector>

#include <absl/hash/hash.h>
#include <absl/strings/string_view.h>

#include "scanner/guide/operator_name.h"
#include "scanner/io/temporary_file.h"

namespace caascan::compare {
namespace {

constexpr size_t kBufferSize = size_t{32} << 10;
constexpr size_t kReadSize = size_t{1} << 20;

struct Head {
  int64_t time_ms;
  uint32_t ttl_s;
  uint16_t name_size;
  uint16_t operator_size;
  uint16_t caa_size;
  uint16_t findings_size;
  uint8_t input;
  Outcome outcome;
  Reason reason;
  DnssecStatus dnssec;
  uint8_t may_issue;
  Purpose purpose;
};
static_assert(std::is_trivially_copyable_v<Head>);

uint16_t CutSize(std::string_view text) {
  return static_cast<uint16_t>(std::min<size_t>(text.size(), UINT16_MAX));
}

absl::Status Failure(int error) {
  return absl::DataLossError(std::string("cannot keep records in temporary files: ") +
                             std::strerror(error));
}

size_t HashOf(std::string_view name) {
  return absl::HashOf(absl::string_view(name.data(), name.size()));
}

/// The row that `bytes` begins with; false where they hold less than one.
bool TakeRow(std::string_view* bytes, SpillRow* row) {
  Head head;
  if (bytes->size() < sizeof(head)) return false;
  std::memcpy(&head, bytes->data(), sizeof(head));
  const size_t size =
      sizeof(head) + head.name_size + head.operator_size + head.caa_size + head.findings_size;
  if (bytes->size() < size) return false;
  std::string_view texts = bytes->substr(sizeof(head));
  row->input = head.input;
  row->outcome = head.outcome;
  row->reason = head.reason;
  row->dnssec = head.dnssec;
  row->may_issue = head.may_issue != 0;
  row->purpose = head.purpose;
  row->ttl_s = head.ttl_s;
  row->time_ms = head.time_ms;
  row->name = texts.substr(0, head.name_size);
  texts.remove_prefix(head.name_size);
  row->operator_name = texts.substr(0, head.operator_size);
  texts.remove_prefix(head.operator_size);
  row->caa = texts.substr(0, head.caa_size);
  row->findings = texts.substr(head.caa_size, head.findings_size);
  bytes->remove_prefix(size);
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Spill>> Spill::Create(const std::string& folder) {
  std::unique_ptr<Spill> spill(new Spill());
  for (Partition& partition : spill->partitions_) {
    const absl::StatusOr<int> fd = io::OpenTemporaryFile(folder);
    if (!fd.ok()) return fd.status();
    partition.fd = *fd;
  }
  return spill;
}

Spill::~Spill() {
  for (const Partition& partition : partitions_) {
    if (partition.fd >= 0) (void)close(partition.fd);
  }
}

void Spill::Fail(int error) {
  int none = 0;
  (void)error_.compare_exchange_strong(none, error);
}

/// REQUIRES: the partition's lock is held.
void Spill::Flush(Partition* partition) {
  std::string_view rest = partition->buffer;
  while (!rest.empty() && error_ == 0) {
    const ssize_t written = write(partition->fd, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) Fail(errno);
    if (written > 0) rest.remove_prefix(static_cast<size_t>(written));
  }
  partition->buffer.clear();
}

void Spill::Add(const SpillRow& row) {
  const Head head = {.time_ms = row.time_ms,
                     .ttl_s = row.ttl_s,
                     .name_size = CutSize(row.name),
                     .operator_size = CutSize(row.operator_name),
                     .caa_size = CutSize(row.caa),
                     .findings_size = CutSize(row.findings),
                     .input = row.input,
                     .outcome = row.outcome,
                     .reason = row.reason,
                     .dnssec = row.dnssec,
                     .may_issue = static_cast<uint8_t>(row.may_issue ? 1 : 0),
                     .purpose = row.purpose};
  // Of the name as it will be read back.
  const size_t hash = HashOf(row.name.substr(0, head.name_size));
  Partition& partition = partitions_[hash % kPartitions];
  const std::lock_guard lock(partition.mutex);
  ++partition.rows;
  partition.bytes +=
      size_t{head.name_size} + head.operator_size + head.caa_size + head.findings_size;
  partition.buffer.append(reinterpret_cast<const char*>(&head), sizeof(head));
  partition.buffer.append(row.name.substr(0, head.name_size));
  partition.buffer.append(row.operator_name.substr(0, head.operator_size));
  partition.buffer.append(row.caa.substr(0, head.caa_size));
  partition.buffer.append(row.findings.substr(0, head.findings_size));
  if (partition.buffer.size() >= kBufferSize) Flush(&partition);
}

absl::Status Spill::Finish() {
  for (Partition& partition : partitions_) {
    const std::lock_guard lock(partition.mutex);
    Flush(&partition);
    partition.buffer.shrink_to_fit();
  }
  return error_ == 0 ? absl::OkStatus() : Failure(error_);
}

std::vector<Spill::Share> Spill::Shares(size_t row_memory, size_t share_memory) const {
  std::vector<Share> shares;
  for (size_t partition = 0; partition < kPartitions; ++partition) {
    const Partition& rows = partitions_[partition];
    const size_t count = 1 + (rows.rows * row_memory + rows.bytes) / share_memory;
    for (size_t index = 0; index < count; ++index) shares.push_back({partition, index, count});
  }
  return shares;
}

absl::Status Spill::ForEach(const Share& share,
                            absl::FunctionRef<void(const SpillRow&)> visit) const {
  const int fd = partitions_.at(share.partition).fd;
  const auto is_of_share = [&share](std::string_view name) {
    return share.count == 1 || HashOf(name) / kPartitions % share.count == share.index;
  };
  std::vector<char> buffer(kReadSize);
  size_t kept = 0;
  for (off_t offset = 0;;) {
    const ssize_t got = pread(fd, buffer.data() + kept, buffer.size() - kept, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failure(errno);
    if (got == 0) break;
    offset += got;
    std::string_view bytes(buffer.data(), kept + static_cast<size_t>(got));
    SpillRow row;
    while (TakeRow(&bytes, &row)) {
      if (is_of_share(row.name)) visit(row);
    }
    kept = bytes.size();  // Always less than a row, which is far smaller than the buffer.
    std::memmove(buffer.data(), bytes.data(), kept);
  }
  return kept == 0 ? absl::OkStatus() : absl::DataLossError("temporary files are cut short");
}

SpillRow RowOf(const record::RecordView& record, size_t input, std::string* operator_name,
               std::string* caa) {
  const std::string_view by = guide::OperatorOf(record, operator_name).name;
  std::vector<std::string> lines;
  for (const record::CaaRecordView& entry : record.caa) {
    std::string& line = lines.emplace_back(std::to_string(entry.flags));
    line.append(" ").append(entry.tag).append(" \"").append(entry.value).append("\"");
  }
  std::sort(lines.begin(), lines.end());
  caa->clear();
  for (const std::string& line : lines) caa->append(caa->empty() ? "" : "\n").append(line);
  return {.input = static_cast<uint8_t>(input),
          .outcome = record.outcome,
          .reason = record.reason,
          .dnssec = record.dnssec,
          .may_issue = record.may_issue,
          .purpose = record.purpose,
          .ttl_s = record.caa_ttl_s,
          .time_ms = record.time_ms,
          .name = record.name,
          .operator_name = by,
          .caa = *caa};
}

}  // namespace caascan::compare
