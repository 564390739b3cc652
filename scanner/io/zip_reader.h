// The one member of a zip archive (APPNOTE.TXT), read as a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct archive;

namespace caascan::io {

/// Reads the only file of a zip archive by libarchive. Folders and the `__MACOSX/` files that macOS
/// adds do not count. One thread at a time; waits for its source.
class ZipReader {
 public:
  /// The next octets of the archive, valid until the next call; empty at the end. False where
  /// there are none because reading was interrupted or failed.
  using Source = std::function<bool(std::string_view* piece)>;

  /// `source` must outlive this.
  explicit ZipReader(Source source);
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  enum class Result : uint8_t {
    kSome,
    kEnd,         // The member is read, and the archive holds no other one.
    kNoSource,    // The source said false.
    kBrokenOff,   // The archive ends before it is whole.
    kUnreadable,  // why() says what is wrong.
  };
  /// kSome with *got octets, at least one, of the member in `out`.
  Result Read(std::span<char> out, size_t* got);
  const std::string& why() const { return why_; }

  /// How many files the archive at `path` has by its directory, which stands at its end; 0 where
  /// that cannot be read.
  static size_t CountMembers(const std::string& path);

 private:
  struct ArchiveFree {
    void operator()(archive* reader) const;
  };
  static ssize_t ReadSource(archive* reader, void* self, const void** buffer);
  bool NextMember(Result* result);
  Result Failed(std::string_view why);

  const Source source_;
  bool source_said_no_ = false;
  bool source_ended_ = false;
  bool opened_ = false;
  bool ended_ = false;
  std::string why_;
  std::unique_ptr<archive, ArchiveFree> archive_;
};

}  // namespace caascan::io
