// Tested by input_format_test.cc.
#include "scanner/input/input_format.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>

#include "scanner/dns/delegation.h"
#include "scanner/dns/record_text.h"
#include "scanner/input/csv_row.h"
#include "scanner/input/idna.h"
#include "scanner/io/line_reader.h"
#include "scanner/zonefile/record_type.h"
#include "scanner/zonefile/zone_directive.h"
#include "scanner/zonefile/zone_fields.h"

namespace caascan::input {
namespace {

std::string Lower(std::string_view text) {
  return absl::AsciiStrToLower({text.data(), text.size()});
}

bool IsTtl(std::string_view field) {
  return field[0] >= '0' && field[0] <= '9' &&
         field.find_first_not_of("0123456789wdhmsWDHMS") == std::string_view::npos;
}

bool IsNumber(std::string_view field) {
  return !field.empty() && field.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Could a zone file write a name so? `@` is one too.
bool IsZoneName(std::string_view field) {
  const auto fits = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("-_.*\\/@").find(c) != std::string_view::npos;
  };
  return !field.empty() && std::all_of(field.begin(), field.end(), fits);
}

/// Nothing but a comment?
bool IsEnd(std::string_view rdata) {
  const std::string_view field = dns::TakeRecordField(&rdata);
  return field.empty() || field[0] == ';';
}

/// Behind an SOA record's first name: its second and a number, or a parenthesis instead of either.
bool GoesOnAsSoa(std::string_view rdata) {
  const std::string_view second = dns::TakeRecordField(&rdata);
  if (second.starts_with('(')) return true;
  const std::string_view third = dns::TakeRecordField(&rdata);
  return IsZoneName(second) && (third.starts_with('(') || IsNumber(third));
}

/// Could these be the type's RDATA? Where neither a TTL nor a class stands in front (`bare`), the
/// text must show it.
bool FitsType(std::string_view type, std::string_view rdata, bool bare) {
  const std::string lower = Lower(type);
  const auto is_one_of = [&lower](std::initializer_list<std::string_view> types) {
    return std::find(types.begin(), types.end(), lower) != types.end();
  };
  std::string_view rest = rdata;
  const std::string_view first = dns::TakeRecordField(&rest);
  if (first == "(") return true;
  if (is_one_of({"a", "aaaa"})) {
    std::array<uint8_t, dns::Delegation::kIpv6Octets> octets{};
    return zonefile::ReadAddress(first, &octets) != 0 && IsEnd(rest);
  }
  if (is_one_of({"ns", "cname", "dname", "ptr"})) {
    const bool shows = !bare || first.find_first_of(".@") != std::string_view::npos;
    return shows && IsZoneName(first) && IsEnd(rest);
  }
  if (lower == "soa") return IsZoneName(first) && GoesOnAsSoa(rest);
  if (!bare) return true;
  if (is_one_of({"rrsig", "sig"})) return zonefile::IsRecordType(first) && !IsEnd(rest);
  if (lower == "nsec")
    return first.ends_with('.') && zonefile::IsRecordType(dns::TakeRecordField(&rest));
  const bool generic = first.starts_with("\\#") || first.starts_with('"');
  return generic || (IsNumber(first) && !IsEnd(rest));
}

/// `[owner] [TTL] [class] TYPE RDATA`, where TTL and class may change places.
bool IsRecord(std::string_view line, bool has_owner) {
  // A comma behind the first field is that of a csv line.
  if (has_owner && dns::TakeRecordField(&line).find(',') != std::string_view::npos) return false;
  bool has_ttl = false;
  bool has_class = false;
  std::string_view rest = line;
  for (std::string_view field = dns::TakeRecordField(&rest); !field.empty();
       field = dns::TakeRecordField(&rest)) {
    if (!has_ttl && IsTtl(field)) {
      has_ttl = true;
    } else if (!has_class && Lower(field) == "in") {
      has_class = true;
    } else {
      return zonefile::IsRecordType(field) && !IsEnd(rest) &&
             FitsType(field, rest, !has_ttl && !has_class);
    }
  }
  return false;
}

/// Is all of the line a URL, and the first separator behind its host? Commas and semicolons stand
/// in paths and queries; tabs do not.
bool IsUrlUpTo(std::string_view line, size_t separator) {
  constexpr std::string_view kScheme = "://";
  const size_t scheme = line.find(kScheme);
  if (scheme == std::string_view::npos || line.find('\t') != std::string_view::npos) return false;
  const size_t path = line.find_first_of("/?#", scheme + kScheme.size());
  return path < separator && ParseTypedName(line).error == TypedNameError::kUrl;
}

}  // namespace

InputFormat FormatByPath(std::string_view path) {
  const std::string lower = Lower(path);
  std::string_view name = lower;
  for (const std::string_view compressed : {".gz", ".zst", ".xz", ".bz2", ".lz4", ".zip"}) {
    if (name.ends_with(compressed)) name.remove_suffix(compressed.size());
  }
  if (name.ends_with(".csv") || name.ends_with(".tsv")) return InputFormat::kCsv;
  if (name.ends_with(".zone")) return InputFormat::kZone;
  if (name.ends_with(".ndjson") || name.ends_with(".jsonl")) return InputFormat::kNdjson;
  return InputFormat::kAuto;
}

InputFormat FormatByLine(std::string_view line) {
  const bool leaves_owner_out = !line.empty() && dns::IsRecordBlank(line[0]);
  line = io::TrimBlanks(line);
  if (line.starts_with('{')) return InputFormat::kNdjson;
  const zonefile::ZoneDirective directive = zonefile::ZoneDirectiveOf(line);
  const bool is_known =
      directive != zonefile::ZoneDirective::kNone && directive != zonefile::ZoneDirective::kUnknown;
  if (line.starts_with(';') || is_known || IsRecord(line, /*has_owner=*/true) ||
      (leaves_owner_out && IsRecord(line, /*has_owner=*/false))) {
    return InputFormat::kZone;
  }
  const size_t separator = line.find_first_of(kSeparators);
  const bool separated = separator != std::string_view::npos && !IsUrlUpTo(line, separator);
  return separated ? InputFormat::kCsv : InputFormat::kLines;
}

}  // namespace caascan::input
