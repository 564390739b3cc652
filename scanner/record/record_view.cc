// Read once, front to back, with simdjson's On-Demand reader. Records come from our own writer, so
// members mostly stand in the contract's order: a member is looked for from where the one before it
// was found, and a code is first held against the code of the line before. Both are short cuts
// only; any order and any code is read. Tested by record_view_test.cc.
#include "scanner/record/record_view.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "scanner/record/repeated_values.h"
#include "scanner/record/short_text.h"

namespace caascan::record {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::SUCCESS;

/// In the order in which the scanner writes them.
enum Member : unsigned {
  kName,
  kOutcome,
  kReason,
  kMayIssue,
  kWouldIssue,
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
    {"would_issue\"", "would_issue is no boolean", "would_issue stands there twice"},
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

const std::array<ShortText, kMemberCount>& MemberKeys() {
  static const auto keys = []<size_t... i>(std::index_sequence<i...>) {
    return std::array{ShortText(kMembers[i].key)...};
  }
  (std::make_index_sequence<kMemberCount>());
  return keys;
}

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

constexpr double kMaxElapsedMs = 1e12;           // Thirty years.
constexpr size_t kBatchSize = size_t{64} << 10;  // Lines that are given to simdjson together.

/// What stands between the quotes of a string. REQUIRES: it is one and holds no escape.
std::string_view BetweenQuotes(std::string_view token) {
  while (token.back() != '"') token.remove_suffix(1);  // Blanks behind it.
  return token.substr(1, token.size() - 2);
}

/// Most strings have no escape and need no copy: a view into the line does.
bool GetString(ondemand::value& value, std::string_view* text) {
  const std::string_view token = value.raw_json_token();
  if (token.front() != '"' || token.find('\\') != std::string_view::npos) {
    return value.get_string().get(*text) == SUCCESS;
  }
  *text = BetweenQuotes(token);
  return true;
}

/// The key as it stands in the line, without its quotes. A key with an escape is none of ours (the
/// writer escapes none), and is cut there.
std::string_view RawKey(const char* begin) {
  const char* end = begin;
  while (*end != '"' && *end != '\\') ++end;
  return *end == '"' ? std::string_view(begin, static_cast<size_t>(end - begin))
                     : std::string_view();
}

/// The field itself, for to copy one stalls the processor: it was written in parts and would be
/// read as a whole.
ondemand::field& InPlace(simdjson::simdjson_result<ondemand::field>& result) {
  ondemand::field&& field = std::move(result).value_unsafe();
  return field;
}

/// Calls `visit(key, value)` for each member. False as soon as it is, or where the object cannot be
/// read.
template <typename Visit>
bool ForEachMember(ondemand::object object, const Visit& visit) {
  for (auto member : object) {
    if (member.error() != SUCCESS) return false;
    ondemand::field& field = InPlace(member);
    if (!visit(RawKey(field.key().raw()), field.value())) return false;
  }
  return true;
}

/// Fills `elements` with what `read(object, element)` makes of each of an array.
template <typename Element, typename Read>
bool ReadArray(ondemand::value& value, std::vector<Element>* elements, const Read& read) {
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
  const auto visit = [record, &seen](std::string_view key, ondemand::value& value) {
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
  return ForEachMember(object, [server](std::string_view key, ondemand::value& value) {
    if (key == "host") return GetString(value, &server->host);
    if (key == "address") return GetString(value, &server->address);
    return key != "result" || GetString(value, &server->result);
  });
}

bool ReadFinding(ondemand::object object, FindingView* finding) {
  return ForEachMember(object, [finding](std::string_view key, ondemand::value& value) {
    if (key == "code") return GetString(value, &finding->code);
    if (key == "host") return GetString(value, &finding->host);
    if (key == "address") return GetString(value, &finding->address);
    if (key == "zone") return GetString(value, &finding->zone);
    return key != "evidence" || GetString(value, &finding->evidence);
  });
}

bool ReadCaa(ondemand::value& value, RecordView* record) {
  ondemand::object object;
  if (value.get_object().get(object) != SUCCESS) return false;
  record->has_caa = true;
  return ForEachMember(object,
                       [record](std::string_view key, ondemand::value& member) {
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

bool ReadDecisions(ondemand::value& value, std::vector<DecisionView>* decisions) {
  ondemand::object object;
  if (value.get_object().get(object) != SUCCESS) return false;
  for (auto member : object) {
    if (member.error() != SUCCESS) return false;
    ondemand::field& field = InPlace(member);
    DecisionView decision;
    std::string_view verdict;
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

bool ReadElapsed(ondemand::value& value, double* elapsed_ms) {
  return value.get_double().get(*elapsed_ms) == SUCCESS && *elapsed_ms >= 0 &&
         *elapsed_ms <= kMaxElapsedMs;
}

bool ReadRaw(ondemand::value& value, std::string_view* raw) {
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
  Parser() { batches.threaded = false; }

  ondemand::parser parser;   // Of one line,
  ondemand::parser batches;  // and of many,
  std::string batch;         // which lie here.
  CodeFinder<Outcome, kOutcomeCount, OutcomeCode> outcomes;
  CodeFinder<Reason, kReasonCount, ReasonCode> reasons;
  CodeFinder<DnssecStatus, kDnssecStatusCount, DnssecStatusCode> dnssec;
  TimeReader times;
};

/// The members of one line.
class RecordReader::Members {
 public:
  Members(Parser* parser, RecordView* record, std::string_view line)
      : parser_(parser), record_(record), escapes_(line.find('\\') != std::string_view::npos) {}

  std::string_view Read(ondemand::object object) {
    for (auto entry : object) {
      if (entry.error() != SUCCESS) return "no JSON object";
      ondemand::field& field = InPlace(entry);
      const unsigned member = Find(field.key().raw());
      if (member == kUnread) continue;
      if ((seen_ & (1u << member)) != 0) return kMembers[member].twice;
      if (!ReadMember(static_cast<Member>(member), field.value())) return kMembers[member].wrong;
      seen_ |= 1u << member;
    }
    return Check();
  }

 private:
  /// GetString(), which a line without escapes makes quicker.
  bool GetText(ondemand::value& value, std::string_view* text) const {
    if (escapes_) return GetString(value, text);
    const std::string_view token = value.raw_json_token();
    if (token.front() != '"') return false;
    *text = BetweenQuotes(token);
    return true;
  }

  /// `key` stands in the line, so that there is something to compare with behind it, too.
  unsigned Find(const char* key) {
    for (unsigned i = 0; i < kMemberCount; ++i) {
      const unsigned member = next_ + i < kMemberCount ? next_ + i : next_ + i - kMemberCount;
      if (!keys_[member].BeginsAt(key)) continue;
      next_ = member + 1 < kMemberCount ? member + 1 : 0;
      return member;
    }
    return kUnread;
  }

  bool ReadMember(Member member, ondemand::value& value) {
    std::string_view text;
    switch (member) {
      case kName:
        return GetText(value, &record_->name);
      case kOutcome:
        return GetText(value, &text) && parser_->outcomes.Find(text, &record_->outcome);
      case kReason:
        return GetText(value, &text) && parser_->reasons.Find(text, &record_->reason);
      case kMayIssue:
        return value.get_bool().get(record_->may_issue) == SUCCESS;
      case kWouldIssue:
        return value.get_bool().get(record_->would_issue) == SUCCESS;
      case kCaa:
        return ReadCaa(value, record_);
      case kDnssec:
        return GetText(value, &text) && parser_->dnssec.Find(text, &record_->dnssec);
      case kFailedAt:
        return GetText(value, &record_->failed_at);
      case kZone:
        return GetText(value, &record_->zone);
      case kOperator:
        return GetText(value, &record_->operator_name);
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

  bool ReadEffort(Member member, ondemand::value& value) {
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
        return GetText(value, &text) && parser_->times.Read(text, &record_->time_ms);
      default:
        return ReadRaw(value, &record_->order);
    }
  }

  std::string_view Check() {
    for (const auto& [member, missing] : kRequired) {
      if ((seen_ & (1u << member)) == 0) return missing;
    }
    if (OutcomeOf(record_->reason) != record_->outcome) return "reason belongs to another outcome";
    // Earlier versions did not write it.
    if ((seen_ & (1u << kWouldIssue)) == 0) {
      record_->would_issue = record_->outcome == Outcome::kPermit;
    }
    return {};
  }

  Parser* const parser_;
  RecordView* const record_;
  const std::array<ShortText, kMemberCount>& keys_ = MemberKeys();
  const bool escapes_;
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
  const std::string_view problem = Members(parser_.get(), &record_, line).Read(object);
  if (!problem.empty()) return problem;
  // Behind the object, nothing is in bounds.
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS
             ? std::string_view()
             : "something stands behind the object";
}

/// simdjson indexes a batch of lines at once and then finds one value behind the other, wherever
/// line feeds stand. So that a line is judged by itself, a value must begin where a line does, and
/// the next one with the next line. As long as that holds no string is open where a line begins.
/// `lines` are whole, the last of them perhaps without its line feed.
size_t RecordReader::ReadBatch(std::string_view lines,
                               absl::FunctionRef<void(std::string_view)> visit) {
  // A value that does not end is read on into what follows. Nothing goes on with a colon behind a
  // colon; without them simdjson would look for further tokens where there are none.
  constexpr std::string_view kGuard = "\n::::::::";
  std::string& batch = parser_->batch;
  batch.assign(lines);
  if (lines.ends_with('\n')) batch.pop_back();
  batch += kGuard;
  const size_t size = batch.size();
  batch.append(kPadding, ' ');
  ondemand::document_stream stream;
  // Of one size, however much is in it: for another one simdjson would get new memory.
  constexpr size_t kSize = kBatchSize + kGuard.size();
  if (parser_->batches.iterate_many(batch.data(), size, kSize).get(stream) != SUCCESS) return 0;
  size_t begin = 0;
  const auto end_of_stream = stream.end();
  for (auto entry = stream.begin(); entry != end_of_stream && begin < lines.size(); ++entry) {
    if (entry.current_index() != begin) break;
    const size_t end = batch.find('\n', begin);
    const std::string_view line = lines.substr(begin, end - begin);
    ondemand::document_reference document;
    ondemand::object object;
    if ((*entry).get(document) != SUCCESS || document.get_object().get(object) != SUCCESS) break;
    Clear();
    if (!Members(parser_.get(), &record_, line).Read(object).empty()) break;
    const char* next = nullptr;
    if (document.current_location().get(next) != SUCCESS || next != batch.data() + end + 1) break;
    visit(line);
    begin = std::min(end + 1, lines.size());
  }
  return begin;
}

size_t RecordReader::ReadRun(std::string_view lines,
                             absl::FunctionRef<void(std::string_view)> visit) {
  size_t read = 0;
  while (read < lines.size()) {
    std::string_view batch = lines.substr(read);
    if (batch.size() > kBatchSize) batch = batch.substr(0, batch.rfind('\n', kBatchSize - 1) + 1);
    const size_t got = batch.empty() ? 0 : ReadBatch(batch, visit);
    read += got;
    if (got == 0 || got < batch.size()) break;
  }
  return read;
}

}  // namespace caascan::record
