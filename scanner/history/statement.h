// One SQL statement of SQLite's.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace caascan::history {

/// Prepared at once; bound, stepped, and reset for the next time. One thread at a time. A failure
/// is kept: every later call does nothing, and Step() gives the end. The database outlives it.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql) {
    failed_ = sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK;
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// The next parameter, from the left. Texts must live until the statement is reset.
  Statement& Bind(int64_t value) { return Note(sqlite3_bind_int64(statement_, ++bound_, value)); }
  Statement& Bind(std::string_view text) {
    return Note(sqlite3_bind_text64(statement_, ++bound_, text.data(), text.size(), SQLITE_STATIC,
                                    SQLITE_UTF8));
  }
  Statement& BindBytes(std::string_view bytes) {
    return Note(
        sqlite3_bind_blob64(statement_, ++bound_, bytes.data(), bytes.size(), SQLITE_STATIC));
  }
  /// Is there a row, or another one? False at the end, and where something fails.
  bool Step() {
    if (failed_) return false;
    const int result = sqlite3_step(statement_);
    failed_ = result != SQLITE_ROW && result != SQLITE_DONE;
    return result == SQLITE_ROW;
  }
  /// Runs a statement without rows and makes it ready for the next parameters.
  bool Run() {
    while (Step()) {
    }
    if (!failed_) Note(sqlite3_reset(statement_));
    bound_ = 0;
    return !failed_;
  }
  bool failed() const { return failed_; }

  /// Columns of the row, from 0.
  int64_t Number(int column) const { return sqlite3_column_int64(statement_, column); }
  /// Not negative, whatever the file holds.
  uint64_t Count(int column) const {
    const int64_t number = Number(column);
    return number > 0 ? static_cast<uint64_t>(number) : 0;
  }
  std::string Text(int column) const {
    const void* bytes = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return bytes == nullptr
               ? std::string()
               : std::string(static_cast<const char*>(bytes), static_cast<size_t>(size));
  }

 private:
  Statement& Note(int result) {
    failed_ = failed_ || result != SQLITE_OK;
    return *this;
  }

  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
  bool failed_ = false;
};

}  // namespace caascan::history
