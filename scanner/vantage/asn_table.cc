// Tested by asn_table_test.cc and, with MMDB databases, by asn_test.py.
#include "scanner/vantage/asn_table.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <maxminddb.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "scanner/io/line_reader.h"

namespace caascan::vantage {
namespace {

constexpr size_t kCountrySize = 2;

bool IsCountry(std::string_view text) {
  return text.size() == kCountrySize && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' &&
         text[1] <= 'Z';
}

/// "64500", "64500_64501", "64500,64501_64502". nullopt for anything else.
std::optional<uint32_t> ReadOrigins(std::string_view text) {
  std::optional<uint32_t> first;
  for (const absl::string_view part :
       absl::StrSplit(absl::string_view(text.data(), text.size()), absl::ByAnyChar("_,"))) {
    uint32_t asn = 0;
    const bool digits = !part.empty() && std::all_of(part.begin(), part.end(), absl::ascii_isdigit);
    if (!digits || !absl::SimpleAtoi(part, &asn) || asn == 0) return std::nullopt;
    if (!first) first = asn;
  }
  return first;
}

/// Databases end with their metadata, behind a mark.
bool IsDatabase(const std::string& path) {
  constexpr std::string_view kMark = "\xab\xcd\xefMaxMind.com";
  constexpr long kMetadataSize = 128 << 10;
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return false;
  const long from = std::max<long>(0, static_cast<long>(info.st_size) - kMetadataSize);
  std::string tail(kMetadataSize, '\0');
  size_t size = 0;
  if (std::fseek(file, from, SEEK_SET) == 0) size = std::fread(tail.data(), 1, tail.size(), file);
  (void)std::fclose(file);
  return std::string_view(tail).substr(0, size).find(kMark) != std::string_view::npos;
}

std::string_view TextOf(const MMDB_entry_data_s& data) {
  if (!data.has_data || data.type != MMDB_DATA_TYPE_UTF8_STRING) return {};
  return {data.utf8_string, data.data_size};
}

uint32_t AsnOf(const MMDB_entry_data_s& data) {
  if (!data.has_data) return 0;
  if (data.type == MMDB_DATA_TYPE_UINT32) return data.uint32;
  if (data.type == MMDB_DATA_TYPE_UINT16) return data.uint16;
  std::string_view text = TextOf(data);
  if (text.starts_with("AS")) text.remove_prefix(2);
  return ReadOrigins(text).value_or(0);
}

}  // namespace

/// An open MMDB database. libmaxminddb only reads it, so any thread may ask.
class AsnTable::Database {
 public:
  static absl::StatusOr<std::unique_ptr<const Database>> Open(const std::string& path) {
    auto database = std::unique_ptr<Database>(new Database);
    const int error = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &database->mmdb_);
    if (error != MMDB_SUCCESS) {
      return absl::InvalidArgumentError(absl::StrCat("--asn: ", path, ": ", MMDB_strerror(error)));
    }
    database->open_ = true;
    return std::unique_ptr<const Database>(std::move(database));
  }
  ~Database() {
    if (open_) MMDB_close(&mmdb_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Origin Find(const async::Address& address) const {
    sockaddr_storage name{};
    (void)address.ToSockaddr(&name);
    int error = MMDB_SUCCESS;
    MMDB_lookup_result_s found =
        MMDB_lookup_sockaddr(&mmdb_, reinterpret_cast<const sockaddr*>(&name), &error);
    Origin origin;
    if (error != MMDB_SUCCESS || !found.found_entry) return origin;
    MMDB_entry_data_s data{};
    for (const char* const member : {"autonomous_system_number", "asn"}) {
      if (MMDB_get_value(&found.entry, &data, member, nullptr) != MMDB_SUCCESS) continue;
      if (origin.asn == 0) origin.asn = AsnOf(data);
    }
    if (MMDB_get_value(&found.entry, &data, "country", "iso_code", nullptr) == MMDB_SUCCESS &&
        IsCountry(TextOf(data))) {
      origin.country = TextOf(data);
    }
    for (const char* const member : {"country_code", "country"}) {
      if (!origin.country.empty() ||
          MMDB_get_value(&found.entry, &data, member, nullptr) != MMDB_SUCCESS) {
        continue;
      }
      if (IsCountry(TextOf(data))) origin.country = TextOf(data);
    }
    return origin;
  }

 private:
  Database() = default;

  MMDB_s mmdb_{};
  bool open_ = false;
};

/// One file: a database, or else prefixes.
struct AsnTable::Source {
  std::unique_ptr<const Database> database;
  PrefixMap<Row> rows;
};

AsnTable::AsnTable() = default;
AsnTable::~AsnTable() = default;

absl::Status AsnTable::ReadFile(const std::string& path) {
  Source& source = sources_.emplace_back();
  if (IsDatabase(path)) {
    auto database = Database::Open(path);
    if (!database.ok()) return database.status();
    source.database = *std::move(database);
    return absl::OkStatus();
  }
  auto reader = io::LineReader::Open(path, nullptr);
  if (!reader.ok()) return reader.status();
  io::Line line;
  while ((*reader)->Next(&line, /*wait=*/true) == io::ReadResult::kLine) {
    const std::string_view text = io::TrimBlanks(line.text);
    if (text.empty() || text.starts_with('#')) continue;
    const std::vector<std::string> fields =
        absl::StrSplit(absl::string_view(text.data(), text.size()), '\t');
    const bool has_country = fields.size() == 4;
    Row row;
    const auto prefix = fields.size() == 3 || has_country
                            ? ParsePrefix(absl::StrCat(fields[0], "/", fields[1]))
                            : std::nullopt;
    const auto asn = prefix ? ReadOrigins(fields[2]) : std::nullopt;
    if (line.overlong || !asn || (has_country && !IsCountry(fields[3]))) {
      return absl::InvalidArgumentError(
          absl::StrCat("--asn: ", path, ":", line.number,
                       ": not a prefix, its length and an AS number with tabs between them, and "
                       "perhaps a country's two letters"));
    }
    row.asn = *asn;
    if (has_country) std::copy(fields[3].begin(), fields[3].end(), row.country);
    source.rows.Set(*prefix, row);
  }
  return (*reader)->status();
}

absl::StatusOr<std::unique_ptr<const AsnTable>> AsnTable::Read(
    const std::vector<std::string>& paths) {
  auto table = std::unique_ptr<AsnTable>(new AsnTable);
  table->sources_.reserve(paths.size());
  for (const std::string& path : paths) {
    if (absl::Status status = table->ReadFile(path); !status.ok()) return status;
  }
  return std::unique_ptr<const AsnTable>(std::move(table));
}

Origin AsnTable::Find(const async::Address& address) const {
  Origin origin;
  for (const Source& source : sources_) {
    Origin found;
    if (source.database != nullptr) {
      found = source.database->Find(address);
    } else if (const Row* const row = source.rows.Find(address); row != nullptr) {
      found.asn = row->asn;
      if (row->country[0] != 0) found.country.assign(row->country, kCountrySize);
    }
    if (origin.asn == 0) origin.asn = found.asn;
    if (origin.country.empty()) origin.country = std::move(found.country);
  }
  return origin;
}

}  // namespace caascan::vantage
