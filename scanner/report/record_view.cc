// Read once, front to back, with simdjson's On-Demand reader. Records come from our own writer, so
// members mostly stand in the contract's order: a member is looked for from where the one before it
// was found, and a code is first held against the code of the line before. Both are short cuts
// only; any order and any code is read. Tested by record_view_test.cc.
#include "scanner/report/record_view.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "scanner/scan/record_text.h"

namespace caascan::report {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::SUCCESS;

/// In the order in which the scanner writes them.
enum Member : unsigned {
  kName,
  kOutcome,
  kReason,
  kMayIssue,
  kCaa,
  kCname,
  kDnssec,
  kFailedAt,
  kZone,
  kOperator,
  kServers,
  kFindings,
  kDecisions,
  kValidUntil,
  kQueries,
  kRetries,
  kAttempts,
  kElapsedMs,
  kTime,
  kOrder,
  kMemberCount,
  kUnread = kMemberCount
};

struct MemberText {
  std::string_view key;  // With the quote behind it, as it stands in a line.
  std::string_view wrong;
  std::string_view twice;
};
constexpr std::array<MemberText, kMemberCount> kMembers = {{
    {"name\"", "name is no string", "name stands there twice"},
    {"outcome\"", "outcome is none of the six", "outcome stands there twice"},
    {"reason\"", "reason is none of those that this version knows", "reason stands there twice"},
    {"may_issue\"", "may_issue is no boolean", "may_issue stands there twice"},
    {"caa\"", "caa is no set of CAA records", "caa stands there twice"},
    {"cname\"", "", "cname stands there twice"},
    {"dnssec\"", "dnssec is none of the five", "dnssec stands there twice"},
    {"failed_at\"", "failed_at is no string", "failed_at stands there twice"},
    {"zone\"", "zone is no string", "zone stands there twice"},
    {"operator\"", "operator is no string", "operator stands there twice"},
    {"servers\"", "servers is no array of servers", "servers stands there twice"},
    {"findings\"", "findings is no array of findings", "findings stands there twice"},
    {"decisions\"", "decisions holds something else than permit and deny",
     "decisions stands there twice"},
    {"valid_until\"", "", "valid_until stands there twice"},
    {"queries\"", "queries is no count", "queries stands there twice"},
    {"retries\"", "retries is no count", "retries stands there twice"},
    {"attempts\"", "attempts is no count", "attempts stands there twice"},
    {"elapsed_ms\"", "elapsed_ms is no duration", "elapsed_ms stands there twice"},
    {"time\"", "time is no time in UTC of the years 1970 to 2100", "time stands there twice"},
    {"order\"", "order cannot be read", "order stands there twice"},
}};

struct Required {
  Member member;
  std::string_view missing;
};
constexpr std::array<Required, 6> kRequired = {{{kName, "name is missing"},
                                                {kOutcome, "outcome is missing"},
                                                {kReason, "reason is missing"},
                                                {kMayIssue, "may_issue is missing"},
                                                {kDnssec, "dnssec is missing"},
                                                {kTime, "time is missing"}}};

constexpr double kMaxElapsedMs = 1e12;  // Thirty years.

/// Most strings have no escape and need no copy: a view into the line does.
bool GetString(ondemand::value value, std::string_view* text) {
  std::string_view token = value.raw_json_token();
  if (token.front() == '"' && token.find('\\') == std::string_view::npos) {
    while (token.back() != '"') token.remove_suffix(1);  // Blanks behind it.
    *text = token.substr(1, token.size() - 2);
    return true;
  }
  return value.get_string().get(*text) == SUCCESS;
}

/// Finds a code among an enum's, beginning with the one found last.
template <typename Enum, size_t count, std::string_view (*code)(Enum)>
class CodeFinder {
 public:
  bool Find(std::string_view text, Enum* found) {
    if (text != code(last_)) {
      size_t i = 0;
      while (i < count && text != code(static_cast<Enum>(i))) ++i;
      if (i == count) return false;
      last_ = static_cast<Enum>(i);
    }
    *found = last_;
    return true;
  }

 private:
  Enum last_ = static_cast<Enum>(0);
};

/// Reads the scanner's own form of a time quickly: lines in a row mostly share their second.
class TimeReader {
 public:
  bool Read(std::string_view text, int64_t* ms) {
    constexpr size_t kSecondSize = 20;  // 2026-11-21T23:54:08.
    constexpr size_t kSize = kSecondSize + 4;
    if (text.size() != kSize || text[kSize - 1] != 'Z' || text[kSecondSize - 1] != '.') {
      return scan::ParseJsonTime(text, ms);
    }
    if (text.substr(0, kSecondSize) != second_) {
      if (!scan::ParseJsonTime(text, ms)) return false;
      second_.assign(text.substr(0, kSecondSize));
      second_ms_ = *ms - *ms % 1000;
      return true;
    }
    int64_t thousandths = 0;
    for (const char c : text.substr(kSecondSize, 3)) {
      if (c < '0' || c > '9') return false;
      thousandths = thousandths * 10 + (c - '0');
    }
    *ms = second_ms_ + thousandths;
    return true;
  }

 private:
  std::string second_;
  int64_t second_ms_ = 0;
};

/// The key as it stands in the line, without its quotes. A key with an escape is none of ours (the
/// writer escapes none), and is cut there.
std::string_view RawKey(const char* begin) {
  const char* end = begin;
  while (*end != '"' && *end != '\\') ++end;
  return *end == '"' ? std::string_view(begin, static_cast<size_t>(end - begin))
                     : std::string_view();
}

/// Calls `visit(key, value)` for each member. False as soon as it is, or where the object cannot be
/// read.
template <typename Visit>
bool ForEachMember(ondemand::object object, const Visit& visit) {
  for (auto member : object) {
    ondemand::field field;
    if (std::move(member).get(field) != SUCCESS) return false;
    if (!visit(RawKey(field.key().raw()), field.value())) return false;
  }
  return true;
}

/// Fills `elements` with what `read(object, element)` makes of each of an array.
template <typename Element, typename Read>
bool ReadArray(ondemand::value value, std::vector<Element>* elements, const Read& read) {
  ondemand::array array;
  if (value.get_array().get(array) != SUCCESS) return false;
  for (auto entry : array) {
    ondemand::object object;
    if (entry.get_object().get(object) != SUCCESS) return false;
    if (!read(object, &elements->emplace_back())) return false;
  }
  return true;
}

bool ReadCaaRecord(ondemand::object object, CaaRecordView* record) {
  unsigned seen = 0;
  const auto visit = [record, &seen](std::string_view key, ondemand::value value) {
    if (key == "flags") {
      uint64_t flags = 0;
      if (value.get_uint64().get(flags) != SUCCESS || flags > UINT8_MAX) return false;
      record->flags = static_cast<uint8_t>(flags);
      seen |= 1;
    } else if (key == "tag") {
      seen |= 2;
      return GetString(value, &record->tag);
    } else if (key == "value") {
      seen |= 4;
      return GetString(value, &record->value);
    }
    return true;
  };
  return ForEachMember(object, visit) && seen == 7;
}

bool ReadServer(ondemand::object object, ServerView* server) {
  return ForEachMember(object, [server](std::string_view key, ondemand::value value) {
    if (key == "host") return GetString(value, &server->host);
    if (key == "address") return GetString(value, &server->address);
    return key != "result" || GetString(value, &server->result);
  });
}

bool ReadFinding(ondemand::object object, FindingView* finding) {
  return ForEachMember(object, [finding](std::string_view key, ondemand::value value) {
    if (key == "code") return GetString(value, &finding->code);
    if (key == "host") return GetString(value, &finding->host);
    if (key == "address") return GetString(value, &finding->address);
    if (key == "zone") return GetString(value, &finding->zone);
    return key != "evidence" || GetString(value, &finding->evidence);
  });
}

bool ReadCaa(ondemand::value value, RecordView* record) {
  ondemand::object object;
  if (value.get_object().get(object) != SUCCESS) return false;
  record->has_caa = true;
  return ForEachMember(object,
                       [record](std::string_view key, ondemand::value member) {
                         if (key == "owner") return GetString(member, &record->caa_owner);
                         if (key == "records")
                           return ReadArray(member, &record->caa, ReadCaaRecord);
                         if (key != "ttl") return true;
                         uint64_t ttl_s = 0;
                         if (member.get_uint64().get(ttl_s) != SUCCESS || ttl_s > UINT32_MAX)
                           return false;
                         record->caa_ttl_s = static_cast<uint32_t>(ttl_s);
                         return true;
                       }) &&
         !record->caa.empty();
}

bool ReadDecisions(ondemand::value value, std::vector<DecisionView>* decisions) {
  ondemand::object object;
  if (value.get_object().get(object) != SUCCESS) return false;
  for (auto member : object) {
    ondemand::field field;
    DecisionView decision;
    std::string_view verdict;
    if (std::move(member).get(field) != SUCCESS) return false;
    decision.ca = RawKey(field.key().raw());
    // A CA's name may be any text, with escapes in it.
    if (decision.ca.empty() && field.unescaped_key().get(decision.ca) != SUCCESS) return false;
    if (!GetString(field.value(), &verdict)) return false;
    decision.permit = verdict == "permit";
    if (!decision.permit && verdict != "deny") return false;
    decisions->push_back(decision);
  }
  return true;
}

bool ReadElapsed(ondemand::value value, double* elapsed_ms) {
  return value.get_double().get(*elapsed_ms) == SUCCESS && *elapsed_ms >= 0 &&
         *elapsed_ms <= kMaxElapsedMs;
}

bool ReadRaw(ondemand::value value, std::string_view* raw) {
  ondemand::json_type type{};
  if (value.type().get(type) != SUCCESS) return false;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    return value.get_object().get(object) == SUCCESS && object.raw_json().get(*raw) == SUCCESS;
  }
  if (type == ondemand::json_type::array) {
    ondemand::array array;
    return value.get_array().get(array) == SUCCESS && array.raw_json().get(*raw) == SUCCESS;
  }
  *raw = value.raw_json_token();
  const size_t end = raw->find_last_not_of(" \t\r\n");
  *raw = raw->substr(0, end == std::string_view::npos ? 0 : end + 1);
  return true;
}

}  // namespace

const size_t RecordReader::kPadding = simdjson::SIMDJSON_PADDING;

struct RecordReader::Parser {
  ondemand::parser parser;
  CodeFinder<Outcome, 6, OutcomeCode> outcomes;
  CodeFinder<Reason, 30, ReasonCode> reasons;
  CodeFinder<DnssecStatus, 5, DnssecStatusCode> dnssec;
  TimeReader times;
};

/// The members of one line.
class RecordReader::Members {
 public:
  Members(Parser* parser, RecordView* record) : parser_(parser), record_(record) {}

  std::string_view Read(ondemand::object object) {
    for (auto entry : object) {
      ondemand::field field;
      if (std::move(entry).get(field) != SUCCESS) return "no JSON object";
      const unsigned member = Find(field.key().raw());
      if (member == kUnread) continue;
      if ((seen_ & (1u << member)) != 0) return kMembers[member].twice;
      if (!ReadMember(static_cast<Member>(member), field.value())) return kMembers[member].wrong;
      seen_ |= 1u << member;
    }
    return Check();
  }

 private:
  /// `key` stands in the line, so that there is something to compare with behind it, too.
  unsigned Find(const char* key) {
    for (unsigned i = 0; i < kMemberCount; ++i) {
      const unsigned member = next_ + i < kMemberCount ? next_ + i : next_ + i - kMemberCount;
      const std::string_view known = kMembers[member].key;
      if (*key != known.front() || std::memcmp(key, known.data(), known.size()) != 0) continue;
      next_ = member + 1 < kMemberCount ? member + 1 : 0;
      return member;
    }
    return kUnread;
  }

  bool ReadMember(Member member, ondemand::value value) {
    std::string_view text;
    switch (member) {
      case kName:
        return GetString(value, &record_->name);
      case kOutcome:
        return GetString(value, &text) && parser_->outcomes.Find(text, &record_->outcome);
      case kReason:
        return GetString(value, &text) && parser_->reasons.Find(text, &record_->reason);
      case kMayIssue:
        return value.get_bool().get(record_->may_issue) == SUCCESS;
      case kCaa:
        return ReadCaa(value, record_);
      case kDnssec:
        return GetString(value, &text) && parser_->dnssec.Find(text, &record_->dnssec);
      case kFailedAt:
        return GetString(value, &record_->failed_at);
      case kZone:
        return GetString(value, &record_->zone);
      case kOperator:
        return GetString(value, &record_->operator_name);
      case kServers:
        return ReadArray(value, &record_->servers, ReadServer);
      case kFindings:
        return ReadArray(value, &record_->findings, ReadFinding);
      case kCname:
      case kValidUntil:
        return true;
      case kDecisions:
        return ReadDecisions(value, &record_->decisions);
      default:
        return ReadEffort(member, value);
    }
  }

  bool ReadEffort(Member member, ondemand::value value) {
    std::string_view text;
    switch (member) {
      case kQueries:
        return value.get_uint64().get(record_->queries) == SUCCESS;
      case kRetries:
        return value.get_uint64().get(record_->retries) == SUCCESS;
      case kAttempts:
        return value.get_uint64().get(record_->attempts) == SUCCESS;
      case kElapsedMs:
        return ReadElapsed(value, &record_->elapsed_ms);
      case kTime:
        return GetString(value, &text) && parser_->times.Read(text, &record_->time_ms);
      default:
        return ReadRaw(value, &record_->order);
    }
  }

  std::string_view Check() const {
    for (const auto& [member, missing] : kRequired) {
      if ((seen_ & (1u << member)) == 0) return missing;
    }
    if (OutcomeOf(record_->reason) != record_->outcome) return "reason belongs to another outcome";
    return {};
  }

  Parser* const parser_;
  RecordView* const record_;
  unsigned seen_ = 0;
  unsigned next_ = 0;
};

RecordReader::RecordReader() : parser_(std::make_unique<Parser>()) {}
RecordReader::~RecordReader() = default;

/// What a line must have is overwritten; vectors keep their memory.
void RecordReader::Clear() {
  record_.has_caa = false;
  record_.caa_owner = {};
  record_.caa_ttl_s = 0;
  record_.caa.clear();
  record_.failed_at = {};
  record_.zone = {};
  record_.operator_name = {};
  record_.servers.clear();
  record_.findings.clear();
  record_.decisions.clear();
  record_.queries = 0;
  record_.retries = 0;
  record_.attempts = 1;
  record_.elapsed_ms = 0;
  record_.order = {};
}

std::string_view RecordReader::Read(std::string_view line) {
  if (line.size() > kMaxLineSize) return "longer than 1 MiB";
  Clear();
  ondemand::document document;
  ondemand::object object;
  if (parser_->parser.iterate(line.data(), line.size(), line.size() + kPadding).get(document) !=
          SUCCESS ||
      document.get_object().get(object) != SUCCESS) {
    return "no JSON object";
  }
  const std::string_view problem = Members(parser_.get(), &record_).Read(object);
  if (!problem.empty()) return problem;
  // Behind the object, nothing is in bounds.
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS
             ? std::string_view()
             : "something stands behind the object";
}

}  // namespace caascan::report
