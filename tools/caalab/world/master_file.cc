// A file is cut into logical lines here, so that every error can say where it is; each line is then
// read as a description's record line is. Tested by master_file_test.cc.
#include "tools/caalab/world/master_file.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include <absl/container/flat_hash_set.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include "tools/caalab/sign/ldns.h"
#include "tools/caalab/sign/secure_writer.h"
#include "tools/caalab/world/json_reader.h"
#include "tools/caalab/world/master_text.h"

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RRType;

constexpr std::string_view kBlanks = " \t";

/// Cuts a text into lines: comments dropped, what parentheses hold on one line.
class LogicalLines {
 public:
  explicit LogicalLines(std::string_view text) : text_(text) {}

  /// False at the end of the text, and where it ends in the middle of something.
  bool Next(std::string* line) {
    line->clear();
    number_ = next_number_;
    if (at_ >= text_.size()) return false;
    depth_ = 0;
    quoted_ = false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '\n' && EndLine(line)) return true;
      if (c != '\n') TakeOctet(c, line);
    }
    return depth_ == 0 && !quoted_;
  }
  /// The line that the last one began at, from 1.
  size_t number() const { return number_; }
  bool is_unfinished() const { return depth_ != 0 || quoted_; }

 private:
  bool EndLine(std::string* line) {
    ++next_number_;
    if (quoted_) return at_ = text_.size(), false;  // A quote ends on its line.
    line->push_back(' ');
    return depth_ == 0;
  }

  void TakeOctet(char c, std::string* line) {
    if (c == '\\' && at_ < text_.size() && text_[at_] != '\n') {
      line->push_back(c);
      line->push_back(text_[at_++]);
    } else if (c == '"') {
      quoted_ = !quoted_;
      line->push_back(c);
    } else if (quoted_) {
      line->push_back(c);
    } else if (c == ';') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '(' || c == ')') {
      depth_ += c == '(' ? 1 : -1;
      line->push_back(' ');
    } else {
      line->push_back(c == '\r' ? ' ' : c);
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t number_ = 1;
  size_t next_number_ = 1;
  int depth_ = 0;
  bool quoted_ = false;
};

std::string_view Strip(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

/// "owner IN 60 A" with its TTL first, as ldns wants it; RFC 1035 §5.1 has both orders.
std::string TtlBeforeClass(const std::string& line) {
  const auto blanks_behind = [&line](size_t from) {
    const size_t end = line.find_first_of(kBlanks, from);
    return end == std::string::npos ? line.size() : line.find_first_not_of(kBlanks, end);
  };
  const size_t second = blanks_behind(0);
  if (second >= line.size()) return line;
  const size_t third = blanks_behind(second);
  if (third >= line.size()) return line;
  const std::string word = line.substr(second, line.find_first_of(kBlanks, second) - second);
  if (!absl::EqualsIgnoreCase(word, "IN") || line[third] < '0' || line[third] > '9') return line;
  const size_t end = std::min(line.find_first_of(kBlanks, third), line.size());
  return absl::StrCat(line.substr(0, second), line.substr(third, end - third), " IN",
                      line.substr(end));
}

class MasterFileReader {
 public:
  explicit MasterFileReader(NameView apex) : apex_(apex), origin_(apex), previous_(apex) {}

  /// One logical line; the message says what is wrong with it.
  absl::Status Take(std::string_view line) {
    const std::string_view content = Strip(line);
    if (content.empty()) return absl::OkStatus();
    if (content[0] == '$' &&
        !absl::StartsWithIgnoreCase({content.data(), content.size()}, "$GENERATE")) {
      return TakeDirective(content);
    }
    // ldns takes no blank behind a last text in quotes.
    std::string text(line.substr(0, line.find_last_not_of(kBlanks) + 1));
    if (kBlanks.find(line[0]) != std::string_view::npos) {
      // RFC 1035 §5.1: the owner of the record before.
      text = previous_.view().is_root() ? absl::StrCat(". ", text)
                                        : absl::StrCat(previous_.view().ToText(), ". ", text);
    }
    std::vector<ZoneRecord> read;
    const RecordContext context{origin_, apex_, dollar_ttl_.value_or(last_ttl_)};
    if (absl::Status status = ParseRecordLine(TtlBeforeClass(text), context, &read); !status.ok())
      return status;
    for (ZoneRecord& record : read) Keep(std::move(record));
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<ZoneRecord>> Finish() {
    if (soa_count_ != 1) {
      return absl::InvalidArgumentError(absl::StrCat("a zone has one SOA, and that at its apex ",
                                                     apex_.ToText(), "; here are ", soa_count_));
    }
    return std::move(records_);
  }

 private:
  absl::Status TakeDirective(std::string_view content) {
    const size_t end = std::min(content.find_first_of(kBlanks), content.size());
    const std::string_view directive = content.substr(0, end);
    const std::string value(Strip(content.substr(end)));
    if (directive == "$TTL") return SetTtl(value);
    if (directive == "$ORIGIN") return SetOrigin(value);
    if (directive == "$INCLUDE") {
      return absl::InvalidArgumentError("$INCLUDE is not read: put the records into one file");
    }
    return absl::InvalidArgumentError(absl::StrCat("no directive ", std::string(directive)));
  }

  absl::Status SetTtl(const std::string& value) {
    const char* end = nullptr;
    const uint32_t ttl = ldns_str2period(value.c_str(), &end);
    if (value.empty() || *end != '\0') {
      return absl::InvalidArgumentError(absl::StrCat("$TTL ", value, " is no time"));
    }
    dollar_ttl_ = ttl;
    return absl::OkStatus();
  }

  absl::Status SetOrigin(const std::string& value) {
    const bool absolute = !value.empty() && value.back() == '.';
    const std::string text = absolute || origin_.view().is_root()
                                 ? value
                                 : absl::StrCat(value, ".", origin_.view().ToText());
    dns::Name origin;
    if (const auto error = dns::Name::FromText(text, &origin); error != dns::NameError::kNone) {
      return absl::InvalidArgumentError(
          absl::StrCat("$ORIGIN ", value, ": ", std::string(dns::NameErrorText(error))));
    }
    origin_ = origin;
    return absl::OkStatus();
  }

  void Keep(ZoneRecord record) {
    const auto owner = Complete(record.owner.name, apex_);
    if (owner) previous_ = *owner;
    last_ttl_ = record.ttl;
    dns::Name lower = record.owner.name;
    lower.ToLower();
    std::string key = absl::StrCat(static_cast<uint16_t>(record.type), "/");
    key += lower.view().bytes();
    key += ExpandRdata(record.rdata, {apex_, nullptr});
    if (!kept_.insert(std::move(key)).second) return;
    // A SOA elsewhere counts too, as one too many.
    if (record.type == RRType::kSOA) soa_count_ += record.owner.name.view().is_root() ? 1 : 2;
    records_.push_back(std::move(record));
  }

  const NameView apex_;
  dns::Name origin_;
  dns::Name previous_;
  std::optional<uint32_t> dollar_ttl_;
  uint32_t last_ttl_ = kDefaultTtl;
  int soa_count_ = 0;
  absl::flat_hash_set<std::string> kept_;
  std::vector<ZoneRecord> records_;
};

bool IsOfTheLab(const Address& address) {
  if (address.is_v4()) return address.v4() >> 24 == 127;
  return address.ToText() == "::1";
}

/// The addresses of a relative owner in the records.
std::vector<Address> AddressesIn(const std::vector<ZoneRecord>& records, NameView owner) {
  std::vector<Address> out;
  for (const ZoneRecord& record : records) {
    const bool is_address = record.type == RRType::kA || record.type == RRType::kAAAA;
    if (!is_address || record.owner.name != owner) continue;
    const std::string& octets = record.rdata[0].octets;
    if (octets.size() != 4 && octets.size() != 16) continue;
    const Address address =
        Address::FromBytes({reinterpret_cast<const uint8_t*>(octets.data()), octets.size()});
    if (IsOfTheLab(address)) out.push_back(address);
  }
  return out;
}

/// The apex' NS set as servers.
std::vector<ServerDescription> ServersIn(const std::vector<ZoneRecord>& records, NameView apex) {
  std::vector<ServerDescription> out;
  for (const ZoneRecord& record : records) {
    if (record.type != RRType::kNS || !record.owner.name.view().is_root()) continue;
    const RdataPart& part = record.rdata[0];
    const bool inside = part.kind == RdataPart::Kind::kRelativeName;
    const auto host = inside ? Complete(part.name(), apex) : std::optional(dns::Name(part.name()));
    if (!host) continue;
    ServerDescription& server = out.emplace_back();
    server.host = host->view().ToText() + ".";
    if (!inside) continue;
    std::vector<Address> addresses = AddressesIn(records, part.name());
    if (!addresses.empty()) server.addresses = std::move(addresses);
  }
  return out;
}

absl::Status ReadZoneFile(const std::string& path, ZoneDescription* zone) {
  std::string text;
  if (absl::Status status = ReadWholeFile(path, &text); !status.ok()) return status;
  auto records = ParseMasterFile(text, zone->apex, path);
  if (!records.ok()) return records.status();
  zone->records = *std::move(records);
  if (zone->servers.empty()) zone->servers = ServersIn(zone->records, zone->apex);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<ZoneRecord>> ParseMasterFile(std::string_view text, NameView apex,
                                                        const std::string& source) {
  LogicalLines lines(text);
  MasterFileReader reader(apex);
  std::string line;
  const auto complain = [&](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(source, ":", lines.number(), ": ", what));
  };
  while (lines.Next(&line)) {
    if (absl::Status status = reader.Take(line); !status.ok()) return complain(status.message());
  }
  if (lines.is_unfinished()) return complain("a quote or parenthesis that does not end");
  auto records = reader.Finish();
  if (!records.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, ": ", std::string(records.status().message())));
  }
  return records;
}

absl::Status ReadZoneFiles(const std::string& directory, Scenario* scenario) {
  for (ZoneDescription& zone : scenario->zones) {
    if (zone.file.empty()) continue;
    const std::string path = (std::filesystem::path(directory) / zone.file).string();
    if (absl::Status status = ReadZoneFile(path, &zone); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<ZoneDescription> ZoneFromOption(std::string_view option) {
  const std::string text(option);
  const size_t equals = option.find('=');
  ZoneDescription zone;
  if (equals == std::string_view::npos ||
      dns::Name::FromText(option.substr(0, equals), &zone.apex) != dns::NameError::kNone) {
    return absl::InvalidArgumentError(
        absl::StrCat("--zone-file ", text, ": wants ORIGIN=FILE, ORIGIN a domain name"));
  }
  zone.apex.ToLower();
  zone.file = text.substr(equals + 1);
  if (absl::Status status = ReadZoneFile(zone.file, &zone); !status.ok()) return status;
  return zone;
}

}  // namespace caascan::lab
