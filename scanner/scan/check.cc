// A scan whose input and output are files that have no name anywhere: everything that a long scan
// does right is right for one name too.
#include "caascan/check.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include "scanner/input/idna.h"
#include "scanner/input/mail_address.h"
#include "scanner/input/name_job.h"
#include "scanner/io/line_reader.h"
#include "scanner/record/record_view.h"

namespace caascan {
namespace {

/// A file in memory; its path holds while it lives.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("caascan", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (fd_ >= 0) (void)::close(fd_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  bool is_open() const { return fd_ >= 0; }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

  bool Write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(fd_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      text.remove_prefix(static_cast<size_t>(written));
    }
    return true;
  }

  std::string Read() const {
    std::string text;
    char chunk[65536];
    while (true) {
      const ssize_t size = ::pread(fd_, chunk, sizeof chunk, static_cast<off_t>(text.size()));
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return text;
      text.append(chunk, static_cast<size_t>(size));
    }
  }

 private:
  const int fd_;
};

absl::Status CheckTyped(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name == "-") {
      return absl::InvalidArgumentError("\"-\" is no name: lists of names are for caascan scan");
    }
    if (name.starts_with('-')) {
      return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is no option, and no name"));
    }
    if (name.find_first_not_of(" \t\r") == std::string::npos || name.front() == '#' ||
        name.find('\n') != std::string::npos) {
      return absl::InvalidArgumentError("a name to check is empty, or no name at all");
    }
  }
  return names.empty() ? absl::InvalidArgumentError("no name to check") : absl::OkStatus();
}

/// A person who types a URL sees at once what to type.
void SayUrls(const std::vector<std::string>& names, const ScanOptions& options) {
  if (options.fields.from_url || !options.on_notice) return;
  for (const std::string& name : names) {
    const input::TypedNameError error = input::ParseTypedName(io::TrimBlanks(name)).error;
    const bool is_mail = options.request.purpose == Purpose::kSmime &&
                         input::FindMailDomain(io::TrimBlanks(name)).found;
    if (error != input::TypedNameError::kUrl || is_mail) continue;
    const std::string_view why = input::TypedNameErrorText(error);
    options.on_notice(absl::StrCat(input::EscapeTypedText(name), ": ",
                                   absl::string_view(why.data(), why.size())));
  }
}

/// A name as an object of NDJSON whose id is its number.
std::string JobLine(size_t number, const std::string& name) {
  std::string line = "{\"id\":" + std::to_string(number) + ",\"name\":\"";
  for (const char c : name) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && c != '"' && c != '\\') {
      line += c;
      continue;
    }
    constexpr char kHex[] = "0123456789abcdef";
    line += "\\u00";
    line += kHex[octet >> 4];
    line += kHex[octet & 0xf];
  }
  return line + "\"}\n";
}

/// The records in the order of their ids; the id is ours and taken out again, and so is the number
/// of the line that we gave a text that is no name.
void SortRecords(std::string_view output, std::vector<std::string>* records) {
  std::map<uint64_t, std::string> by_number;
  record::RecordReader reader;
  std::string padded;
  while (!output.empty()) {
    std::string line(io::TakeLine(&output));
    padded.assign(line).append(record::RecordReader::kPadding, ' ');
    uint64_t number = 0;
    if (!reader.ReadOrigin(std::string_view(padded).substr(0, line.size()))) continue;
    const std::string id(reader.record().id);
    if (!absl::SimpleAtoi(id, &number)) continue;
    const std::string member = ",\"id\":" + id;
    const std::string place = ",\"line\":" + std::to_string(number + 1);
    for (const std::string& ours : {member, place}) {
      if (const size_t at = line.rfind(ours); at != std::string::npos) line.erase(at, ours.size());
    }
    by_number[number] = std::move(line);
  }
  for (auto& [number, line] : by_number) records->push_back(std::move(line));
}

}  // namespace

absl::Status RunCheck(const std::vector<std::string>& names, ScanOptions options,
                      std::vector<std::string>* records, ScanSummary* summary) {
  records->clear();
  *summary = ScanSummary();
  if (absl::Status status = CheckTyped(names); !status.ok()) return status;
  SayUrls(names, options);
  const MemoryFile input;
  const MemoryFile output;
  bool written = input.is_open() && output.is_open();
  for (size_t i = 0; i < names.size(); ++i) written = written && input.Write(JobLine(i, names[i]));
  if (!written) {
    return absl::DataLossError(std::string("cannot keep the names in memory: ") +
                               std::strerror(errno));
  }
  options.inputs = {input.path()};
  options.input_format = InputFormat::kNdjson;
  options.output_path = output.path();
  options.resume = false;
  options.metadata_path = "none";
  absl::Status status = RunScan(options, summary);
  summary->input_remarks.clear();  // The records say it, of the names that were typed.
  SortRecords(output.Read(), records);
  return status;
}

}  // namespace caascan
