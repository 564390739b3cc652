// Tested by root_hints_test.cc and trust_anchor_test.cc.
#include "scanner/resolve/record_file.h"

#include <absl/strings/str_cat.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "scanner/io/out_of_memory.h"

namespace caascan::resolve {
namespace {

struct FileCloser {
  void operator()(FILE* file) const { (void)std::fclose(file); }
};
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

}  // namespace

absl::Status ReadRecordFile(const std::string& what, const std::string& path,
                            const std::function<void(const ldns_rr*)>& take) {
  const std::string named = absl::StrCat(what, " ", path);
  const std::unique_ptr<FILE, FileCloser> file(std::fopen(path.c_str(), "re"));
  struct stat status {};
  if (file == nullptr || fstat(fileno(file.get()), &status) != 0 || S_ISDIR(status.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(named, ": ", file == nullptr ? std::strerror(errno) : "is a directory"));
  }
  Position position;
  while (std::feof(file.get()) == 0 && std::ferror(file.get()) == 0) {
    ldns_rr* raw = nullptr;
    const int line = position.line;
    errno = 0;
    const ldns_status parsed = ldns_rr_new_frm_fp_l(
        &raw, file.get(), &position.ttl, &position.origin, &position.previous, &position.line);
    const std::unique_ptr<ldns_rr, RrFree> rr(raw);
    if (IsDirective(parsed)) continue;
    // ldns calls it a syntax error where some part of a record found no memory.
    if (parsed != LDNS_STATUS_OK && errno == ENOMEM) io::OutOfMemory();
    if (parsed != LDNS_STATUS_OK) {
      return absl::InvalidArgumentError(
          absl::StrCat(named, ", line ", line, ": ", ldns_get_errorstr_by_id(parsed)));
    }
    take(rr.get());
  }
  if (std::ferror(file.get()) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(named, ": read error"));
}

}  // namespace caascan::resolve
