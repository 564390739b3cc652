// Tested by zip_reader_test.cc.
#include "scanner/io/zip_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>
#include <utility>

#include "scanner/io/out_of_memory.h"

namespace caascan::io {
namespace {

constexpr size_t kBlockSize = size_t{64} << 10;

archive* NewReader() {
  archive* const reader = archive_read_new();
  if (reader == nullptr) OutOfMemory();
  return reader;
}

bool IsMember(archive_entry* entry) {
  const mode_t type = archive_entry_filetype(entry);
  if (type != AE_IFREG && type != 0) return false;
  // A name that the locale has no characters for has none: it is no file of macOS.
  const char* const path = archive_entry_pathname(entry);
  return path == nullptr || !std::string_view(path).starts_with("__MACOSX/");
}

std::string_view ErrorText(archive* reader) {
  const char* const text = archive_error_string(reader);
  return text != nullptr ? std::string_view(text) : "unreadable";
}

}  // namespace

void ZipReader::ArchiveFree::operator()(archive* reader) const { archive_read_free(reader); }

ZipReader::ZipReader(Source source) : source_(std::move(source)), archive_(NewReader()) {
  if (archive_read_support_format_zip_streamable(archive_.get()) != ARCHIVE_OK) OutOfMemory();
}

ZipReader::~ZipReader() = default;

ssize_t ZipReader::ReadSource(archive* reader, void* self, const void** buffer) {
  auto* const zip = static_cast<ZipReader*>(self);
  std::string_view piece;
  if (!zip->source_(&piece)) {
    zip->source_said_no_ = true;
    archive_set_error(reader, EINTR, "interrupted");
    return -1;
  }
  zip->source_ended_ = piece.empty();
  *buffer = piece.data();
  return static_cast<ssize_t>(piece.size());
}

ZipReader::Result ZipReader::Failed(std::string_view why) {
  if (source_said_no_) return Result::kNoSource;
  if (archive_errno(archive_.get()) == ENOMEM) OutOfMemory();
  why_ = why;
  return source_ended_ ? Result::kBrokenOff : Result::kUnreadable;
}

/// Goes to the next file. False at the end of the archive, or where it cannot be read, which
/// *result tells.
bool ZipReader::NextMember(Result* result) {
  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  do {
    status = archive_read_next_header(archive_.get(), &entry);
  } while ((status == ARCHIVE_OK || status == ARCHIVE_WARN) && !IsMember(entry));
  if (status == ARCHIVE_OK || status == ARCHIVE_WARN) return true;
  ended_ = status == ARCHIVE_EOF;
  *result = ended_ ? Result::kEnd : Failed(ErrorText(archive_.get()));
  return false;
}

ZipReader::Result ZipReader::Read(std::span<char> out, size_t* got) {
  *got = 0;
  Result result = Result::kEnd;
  if (ended_) return result;
  if (!std::exchange(opened_, true)) {
    if (archive_read_open(archive_.get(), this, nullptr, ReadSource, nullptr) != ARCHIVE_OK) {
      return Failed(ErrorText(archive_.get()));
    }
    if (!NextMember(&result)) return result;
  }
  const la_ssize_t size = archive_read_data(archive_.get(), out.data(), out.size());
  if (size > 0) {
    *got = static_cast<size_t>(size);
    return Result::kSome;
  }
  if (size < 0) return Failed(ErrorText(archive_.get()));
  if (!NextMember(&result)) return result;
  why_ = "it holds more than one file";
  return Result::kUnreadable;
}

size_t ZipReader::CountMembers(const std::string& path) {
  const std::unique_ptr<archive, ArchiveFree> reader(NewReader());
  if (archive_read_support_format_zip_seekable(reader.get()) != ARCHIVE_OK) OutOfMemory();
  size_t members = 0;
  if (archive_read_open_filename(reader.get(), path.c_str(), kBlockSize) != ARCHIVE_OK) return 0;
  archive_entry* entry = nullptr;
  int status = archive_read_next_header(reader.get(), &entry);
  for (; status == ARCHIVE_OK || status == ARCHIVE_WARN;
       status = archive_read_next_header(reader.get(), &entry)) {
    members += IsMember(entry) ? 1 : 0;
  }
  return members;
}

}  // namespace caascan::io
