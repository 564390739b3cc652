// Tested by root_hints_test.cc and trust_anchor_test.cc.
#include "scanner/zones/record_file.h"

#include <absl/strings/str_cat.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "scanner/dns/record_text.h"
#include "scanner/io/out_of_memory.h"

namespace caascan::zones {
namespace {

// Far more than any such file has.
constexpr size_t kMaxSize = size_t{16} << 20;

struct FileCloser {
  void operator()(FILE* file) const { (void)std::fclose(file); }
};
using File = std::unique_ptr<FILE, FileCloser>;
struct RrFree {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};

/// What ldns carries from one record to the next.
struct Position {
  Position() : origin(ldns_dname_new_frm_str(".")) {}
  ~Position() {
    ldns_rdf_deep_free(origin);
    ldns_rdf_deep_free(previous);
  }
  Position(const Position&) = delete;
  Position& operator=(const Position&) = delete;

  uint32_t ttl = 3600;
  ldns_rdf* origin;
  ldns_rdf* previous = nullptr;
  int line = 1;  // ldns counts on behind what it has read.
};

bool IsDirective(ldns_status parsed) {
  return parsed == LDNS_STATUS_SYNTAX_EMPTY || parsed == LDNS_STATUS_SYNTAX_TTL ||
         parsed == LDNS_STATUS_SYNTAX_ORIGIN;
}

/// The whole file: it may be a pipe, and its records are looked at twice. Says what is wrong.
std::string ReadAll(const std::string& path, std::string* content) {
  const File file(std::fopen(path.c_str(), "re"));
  struct stat status {};
  if (file == nullptr || fstat(fileno(file.get()), &status) != 0) return std::strerror(errno);
  if (S_ISDIR(status.st_mode)) return "is a directory";
  std::array<char, 4096> block{};
  while (const size_t size = std::fread(block.data(), 1, block.size(), file.get())) {
    content->append(block.data(), size);
    if (content->size() > kMaxSize) return "is larger than 16 MiB";
  }
  return std::ferror(file.get()) == 0 ? "" : "read error";
}

/// The next record's text in one line, without comments; what ldns reads next is not changed.
std::string Peek(FILE* file) {
  std::string text(LDNS_MAX_LINELEN + 1, '\0');
  const long at = std::ftell(file);  // NOLINT(google-runtime-int): ftell() has it so.
  const ssize_t size =
      ldns_fget_token_l(file, text.data(), LDNS_PARSE_SKIP_SPACE, LDNS_MAX_LINELEN, nullptr);
  text.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
  (void)std::fseek(file, at, SEEK_SET);
  return text;
}

bool HasOwner(std::string_view record) {
  return dns::kRecordBlanks.find(record[0]) == std::string_view::npos;
}

/// $ORIGIN, $TTL or $INCLUDE; all else with a dollar is a record.
bool IsDirectiveLine(std::string_view line) {
  const std::string_view word = dns::TakeRecordField(&line);
  return word == "$ORIGIN" || word == "$TTL" || word == "$INCLUDE";
}

/// Are its fields the same for ldns as for us? None of the types that are read has a quoted one.
bool HasPlainFields(std::string_view record) {
  return std::all_of(record.begin(), record.end(), [](char c) {
    return c == '\t' || (static_cast<uint8_t>(c) >= ' ' && c != '"');
  });
}

/// Is ldns to read that record? What is none is: it finds the words for what is wrong.
bool IsToBeRead(std::string_view record, std::span<const dns::RRType> types) {
  if (record.empty() || IsDirectiveLine(record)) return true;
  if (HasOwner(record)) dns::TakeRecordField(&record);
  const dns::RRType type = dns::RecordTypeOf(dns::RecordTypeText(record));
  return type == dns::RRType{} || std::find(types.begin(), types.end(), type) != types.end();
}

/// Steps over the next record, of which the owner alone is read: the one behind it may leave it
/// out.
ldns_status StepOver(std::string_view record, FILE* file, Position* position) {
  std::string skipped(LDNS_MAX_LINELEN + 1, '\0');
  (void)ldns_fget_token_l(file, skipped.data(), LDNS_PARSE_SKIP_SPACE, LDNS_MAX_LINELEN,
                          &position->line);
  if (!HasOwner(record)) return LDNS_STATUS_OK;
  const std::string of_owner(std::string(dns::TakeRecordField(&record)) + " A 192.0.2.1");
  ldns_rr* raw = nullptr;
  const ldns_status parsed = ldns_rr_new_frm_str(&raw, of_owner.c_str(), position->ttl,
                                                 position->origin, &position->previous);
  ldns_rr_free(raw);
  return parsed;
}

}  // namespace

absl::Status ReadRecordFile(const RecordFile& asked,
                            const std::function<void(const ldns_rr*)>& take) {
  const std::string named = absl::StrCat(asked.what, " ", asked.path);
  std::string content;
  const std::string wrong = ReadAll(asked.path, &content);
  if (!wrong.empty()) return absl::InvalidArgumentError(absl::StrCat(named, ": ", wrong));
  if (content.empty()) return absl::OkStatus();
  const File file(fmemopen(content.data(), content.size(), "r"));
  if (file == nullptr) io::OutOfMemory();
  Position position;
  while (std::feof(file.get()) == 0) {
    const int line = position.line;
    const std::string text = Peek(file.get());
    const bool read = IsToBeRead(text, asked.types);
    if (!read && !asked.others.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(named, ", line ", line, ": ", asked.others));
    }
    errno = 0;
    ldns_rr* raw = nullptr;
    const ldns_status parsed =
        read && !HasPlainFields(text) ? LDNS_STATUS_SYNTAX_ERR
        : read ? ldns_rr_new_frm_fp_l(&raw, file.get(), &position.ttl, &position.origin,
                                      &position.previous, &position.line)
               : StepOver(text, file.get(), &position);
    const std::unique_ptr<ldns_rr, RrFree> rr(raw);
    if (IsDirective(parsed)) continue;
    // ldns calls it a syntax error where some part of a record found no memory.
    if (parsed != LDNS_STATUS_OK && errno == ENOMEM) io::OutOfMemory();
    if (parsed != LDNS_STATUS_OK) {
      return absl::InvalidArgumentError(
          absl::StrCat(named, ", line ", line, ": ", ldns_get_errorstr_by_id(parsed)));
    }
    if (rr != nullptr) take(rr.get());
  }
  return absl::OkStatus();
}

}  // namespace caascan::zones
