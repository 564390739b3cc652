// Read once, front to back, with simdjson's On-Demand reader. Records come from our own writer, so
// members mostly stand in the contract's order: a member is looked for from where the one before it
// was found, and a code is first held against the code of the line before. Both are short cuts
// only; any order and any code is read. Tested by record_view_test.cc.
#include "scanner/record/record_view.h"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "scanner/record/member_values.h"
#include "scanner/record/raw_json.h"
#include "scanner/record/repeated_values.h"
#include "scanner/record/short_text.h"

namespace caascan::record {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::SUCCESS;

constexpr unsigned kUnread = kMemberCount;
constexpr std::string_view kNoObject = "no JSON object";

struct MemberText {
  std::string_view key;  // With the quote behind it, as it stands in a line.
  std::string_view wrong;
  std::string_view twice;
};
constexpr std::array<MemberText, kMemberCount> kMembers = {{
    {"name\"", "name is not a string", "name occurs twice"},
    {"input\"", "input is not a string", ""},
    {"for\"", "for is not tls, smime or mark", "for occurs twice"},
    {"outcome\"", "outcome is not one of the six", "outcome occurs twice"},
    {"reason\"", "reason is not one that this version knows", "reason occurs twice"},
    {"may_issue\"", "may_issue is not a boolean", "may_issue occurs twice"},
    {"would_issue\"", "would_issue is not a boolean", "would_issue occurs twice"},
    {"nxdomain\"", "nxdomain is not a boolean", "nxdomain occurs twice"},
    {"detail\"", "detail is not a string", "detail occurs twice"},
    {"caa\"", "caa is not a set of CAA records", "caa occurs twice"},
    {"cname\"", "cname is not an array of names", "cname occurs twice"},
    {"dnssec\"", "dnssec is not one of the five", "dnssec occurs twice"},
    {"failed_at\"", "failed_at is not a string", "failed_at occurs twice"},
    {"zone\"", "zone is not a string", "zone occurs twice"},
    {"operator\"", "operator is not a string", "operator occurs twice"},
    {"servers\"", "servers is not an array of servers", "servers occurs twice"},
    {"findings\"", "findings is not an array of findings", "findings occurs twice"},
    {"persist\"", "persist is not an object with a result", "persist occurs twice"},
    {"decisions\"", "decisions holds something else than permit and deny",
     "decisions occurs twice"},
    {"parameters\"", "parameters is not an object", ""},
    {"valid_until\"", "valid_until is not a string", "valid_until occurs twice"},
    {"queries\"", "queries is not a count", "queries occurs twice"},
    {"retries\"", "retries is not a count", "retries occurs twice"},
    {"attempts\"", "attempts is not a count", "attempts occurs twice"},
    {"elapsed_ms\"", "elapsed_ms is not a duration", "elapsed_ms occurs twice"},
    {"time\"", "time is not a time in UTC of the years 1970 to 2100", "time occurs twice"},
    {"rank\"", "rank is not a count", "rank occurs twice"},
    {"id\"", "", ""},
    {"order\"", "order cannot be read", "order occurs twice"},
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
constexpr std::array<Required, 6> kRequired = {{{Member::kName, "name is missing"},
                                                {Member::kOutcome, "outcome is missing"},
                                                {Member::kReason, "reason is missing"},
                                                {Member::kMayIssue, "may_issue is missing"},
                                                {Member::kDnssec, "dnssec is missing"},
                                                {Member::kTime, "time is missing"}}};

constexpr uint32_t Bit(Member member) { return uint32_t{1} << static_cast<unsigned>(member); }

template <typename... Others>
constexpr uint32_t Bits(Others... members) {
  return (Bit(members) | ...);
}

constexpr size_t kBatchSize = size_t{64} << 10;  // Lines that are given to simdjson together.

/// A line is read for one of these, which decides how.
enum class Use : uint8_t { kReport, kDecide, kOrigin };

/// The members that are looked at; others may be there, once or more, and hold anything.
constexpr uint32_t MembersFor(Use use) {
  using enum Member;
  switch (use) {
    case Use::kDecide:
      return Bits(kName, kFor, kOutcome, kReason, kMayIssue, kWouldIssue, kCaa, kDecisions,
                  kParameters, kPersist, kValidUntil, kTime);
    case Use::kOrigin:
      return Bits(kName, kInput, kFor, kReason, kRank, kId, kOrder);
    case Use::kReport:
      break;
  }
  return (uint32_t{1} << kMemberCount) - 1 - Bits(kInput, kParameters, kId);
}

/// Readers of values that a line shares with the lines before it.
struct RepeatedValues {
  CodeFinder<Outcome, kOutcomeCount, OutcomeCode> outcomes;
  CodeFinder<Reason, kReasonCount, ReasonCode> reasons;
  CodeFinder<DnssecStatus, kDnssecStatusCount, DnssecStatusCode> dnssec;
  TimeReader times;
};

/// The members of one line.
template <Use kUse>
class Members {
 public:
  /// `line`: where the parser reads it. `places` are filled for `decide` alone.
  Members(std::string_view line, RepeatedValues* repeated, RecordView* record, MemberPlace* places)
      : repeated_(repeated),
        record_(record),
        places_(places),
        line_end_(line.data() + line.size()),
        escapes_(line.find('\\') != std::string_view::npos) {}

  /// What is wrong with them, or empty.
  std::string_view Read(ondemand::object object) {
    for (auto entry : object) {
      if (entry.error() != SUCCESS) return kNoObject;
      ondemand::field& field = InPlace(entry);
      const char* const key = field.key().raw();
      unsigned member = Find(key);
      if (kUse != Use::kReport && member == kUnread && escapes_ && !FindEscaped(&field, &member)) {
        return kNoObject;
      }
      if (member == kUnread || (kMembersRead >> member & 1) == 0) continue;
      if (kUse != Use::kOrigin && (seen_ >> member & 1) != 0) return Twice(member);
      if (kUse == Use::kDecide) places_[member].key = key - 1;
      if (!ReadMember(static_cast<Member>(member), field.value())) return Wrong(member);
      seen_ |= uint32_t{1} << member;
    }
    return Check();
  }

 private:
  static constexpr uint32_t kMembersRead = MembersFor(kUse);

  static std::string_view Twice(unsigned member) {
    return kUse == Use::kDecide ? "a member occurs twice" : kMembers[member].twice;
  }

  static std::string_view Wrong(unsigned member) {
    const bool decides = kUse == Use::kDecide;
    if (decides && member == static_cast<unsigned>(Member::kReason))
      return "reason is not a string";
    if (decides && member == static_cast<unsigned>(Member::kDecisions)) {
      return "decisions is not an object";
    }
    return kMembers[member].wrong;
  }

  /// GetString(), which a line without escapes makes quicker.
  bool GetText(ondemand::value& value, std::string_view* text) const {
    const std::string_view token = value.raw_json_token();
    // In a batch an object may go on in the next line. It is no record, but that is found later.
    if (escapes_ || token.data() + token.size() > line_end_) return GetString(value, text);
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

  /// Finds a key that has an escape. One that is valid JSON and yet no text (a lone surrogate) is
  /// none of ours. False where that makes the line no record: for --resume.
  static bool FindEscaped(ondemand::field* field, unsigned* member) {
    if (!RawKey(field->key().raw()).empty()) return true;
    std::string_view text;
    if (field->unescaped_key().get(text) != SUCCESS) return kUse != Use::kOrigin;
    for (*member = 0; *member < kMemberCount; ++*member) {
      const std::string_view key = kMembers[*member].key;
      if (text == key.substr(0, key.size() - 1)) break;
    }
    return true;
  }

  bool ReadMember(Member member, ondemand::value& value) {
    if (kUse == Use::kDecide) return ReadPlaced(member, value);
    switch (member) {
      case Member::kName:
        return GetText(value, &record_->name);
      case Member::kInput:
        return GetText(value, &record_->input);
      case Member::kFor:
        return ReadPurpose(value);
      case Member::kReason:
        return ReadReason(value);
      case Member::kRank:
        return ReadRank(value, record_) || kUse == Use::kOrigin;
      case Member::kId:
        record_->id = RawJsonText(value);
        return true;
      case Member::kOrder:
        record_->order = RawJsonText(value);
        return kUse == Use::kOrigin || !record_->order.empty();
      default:
        return kUse == Use::kReport && ReadResult(member, value);
    }
  }

  bool ReadReason(ondemand::value& value) {
    return GetText(value, &record_->reason_code) &&
           (kUse != Use::kReport ||
            repeated_->reasons.Find(record_->reason_code, &record_->reason));
  }

  bool ReadPurpose(ondemand::value& value) {
    std::string_view text;
    if (!GetText(value, &text)) return false;
    const std::optional<Purpose> purpose = FindPurpose(text);
    record_->purpose = purpose.value_or(Purpose::kTls);
    return purpose.has_value();
  }

  bool ReadOutcome(ondemand::value& value) {
    std::string_view text;
    return GetText(value, &text) && repeated_->outcomes.Find(text, &record_->outcome);
  }

  bool ReadTime(ondemand::value& value) {
    std::string_view text;
    return GetText(value, &text) && repeated_->times.Read(text, &record_->time_ms);
  }

  bool ReadPlaced(Member member, ondemand::value& value) {
    std::string_view& place = places_[static_cast<size_t>(member)].value;
    if (member == Member::kCaa) return ReadCaa(value, RrsetUse::kDecide, record_);
    if (member == Member::kDecisions || member == Member::kParameters ||
        member == Member::kPersist) {
      place = RawJsonText(value);
      return member == Member::kPersist || place.starts_with('{');
    }
    place = TrimJsonSpace(value.raw_json_token());
    return ReadVerdict(member, value);
  }

  /// Of the members that all but --resume read, those that need no more than their text.
  bool ReadVerdict(Member member, ondemand::value& value) {
    std::string_view text;
    switch (member) {
      case Member::kName:
        return GetText(value, &record_->name);
      case Member::kFor:
        return ReadPurpose(value);
      case Member::kOutcome:
        return ReadOutcome(value);
      case Member::kReason:
        return ReadReason(value);
      case Member::kMayIssue:
        return value.get_bool().get(record_->may_issue) == SUCCESS;
      case Member::kWouldIssue:
        return value.get_bool().get(record_->would_issue) == SUCCESS;
      case Member::kTime:
        return ReadTime(value);
      default:
        return GetText(value, &text);
    }
  }

  bool ReadResult(Member member, ondemand::value& value) {
    std::string_view text;
    switch (member) {
      case Member::kNxdomain:
        return value.get_bool().get(record_->nxdomain) == SUCCESS;
      case Member::kDetail:
        return GetText(value, &record_->detail);
      case Member::kCaa:
        return ReadCaa(value, RrsetUse::kReport, record_);
      case Member::kCname:
        return ReadCname(value, record_);
      case Member::kDnssec:
        return GetText(value, &text) && repeated_->dnssec.Find(text, &record_->dnssec);
      case Member::kFailedAt:
        return GetText(value, &record_->failed_at);
      case Member::kZone:
        return GetText(value, &record_->zone);
      case Member::kOperator:
        return GetText(value, &record_->operator_name);
      case Member::kServers:
        return ReadServers(value, record_);
      case Member::kFindings:
        return ReadFindings(value, record_);
      case Member::kDecisions:
        return ReadDecisions(value, record_);
      case Member::kPersist:
        return ReadPersistResult(value, record_);
      default:
        return ReadEffort(member, value);
    }
  }

  bool ReadEffort(Member member, ondemand::value& value) {
    switch (member) {
      case Member::kQueries:
        return value.get_uint64().get(record_->queries) == SUCCESS;
      case Member::kRetries:
        return value.get_uint64().get(record_->retries) == SUCCESS;
      case Member::kAttempts:
        return value.get_uint64().get(record_->attempts) == SUCCESS;
      case Member::kElapsedMs:
        return ReadElapsed(value, record_);
      default:
        return ReadVerdict(member, value);
    }
  }

  /// Must it be there? Of a look-up that failed, `decide` needs little.
  bool IsRequired(Member member) const {
    if (kUse != Use::kDecide) return true;
    return member == Member::kName || member == Member::kOutcome ||
           (IsDecided(record_->outcome) && member != Member::kDnssec);
  }

  std::string_view Check() {
    if (kUse == Use::kOrigin) return record_->reason_code.empty() ? "reason is missing" : "";
    for (const auto& [member, missing] : kRequired) {
      if ((seen_ & Bit(member)) == 0 && IsRequired(member)) return missing;
    }
    if (kUse == Use::kReport && OutcomeOf(record_->reason) != record_->outcome) {
      return "reason belongs to another outcome";
    }
    // Earlier versions did not write it.
    if ((seen_ & Bit(Member::kWouldIssue)) == 0) {
      record_->would_issue = record_->outcome == Outcome::kPermit;
    }
    return {};
  }

  RepeatedValues* const repeated_;
  RecordView* const record_;
  MemberPlace* const places_;
  const std::array<ShortText, kMemberCount>& keys_ = MemberKeys();
  const char* const line_end_;
  const bool escapes_;
  uint32_t seen_ = 0;
  unsigned next_ = 0;
};

}  // namespace

const size_t RecordReader::kPadding = simdjson::SIMDJSON_PADDING;

struct RecordReader::Parser {
  Parser() { batches.threaded = false; }

  /// The object that a line begins with. False where there is none.
  bool Start(std::string_view line, ondemand::object* object) {
    return parser.iterate(line.data(), line.size(), line.size() + kPadding).get(document) ==
               SUCCESS &&
           document.get_object().get(*object) == SUCCESS;
  }

  ondemand::parser parser;      // Of one line,
  ondemand::document document;  // which is this;
  ondemand::parser batches;     // and of many,
  std::string batch;            // which lie here.
  RepeatedValues repeated;
};

RecordReader::RecordReader() : parser_(std::make_unique<Parser>()) {}
RecordReader::~RecordReader() = default;

/// What a line must have is overwritten; vectors keep their memory.
void RecordReader::Clear() {
  record_.name = {};
  record_.input = {};
  record_.purpose = Purpose::kTls;
  record_.reason_code = {};
  record_.nxdomain = false;
  record_.detail = {};
  record_.cname.clear();
  record_.has_caa = false;
  record_.caa_owner = {};
  record_.caa_ttl_s = 0;
  record_.caa.clear();
  record_.failed_at = {};
  record_.zone = {};
  record_.operator_name = {};
  record_.servers.clear();
  record_.server_ede.clear();
  record_.findings.clear();
  record_.decisions.clear();
  record_.persist = {};
  record_.queries = 0;
  record_.retries = 0;
  record_.attempts = 1;
  record_.elapsed_ms = 0;
  record_.rank.reset();
  record_.id = {};
  record_.order = {};
}

std::string_view RecordReader::Read(std::string_view line) {
  if (line.size() > kMaxLineSize) return "longer than 1 MiB";
  Clear();
  ondemand::object object;
  if (!parser_->Start(line, &object)) return kNoObject;
  const std::string_view problem =
      Members<Use::kReport>(line, &parser_->repeated, &record_, nullptr).Read(object);
  if (!problem.empty()) return problem;
  // Behind the object, nothing is in bounds.
  return parser_->document.current_location().error() == simdjson::OUT_OF_BOUNDS
             ? std::string_view()
             : "text follows the object";
}

std::string_view RecordReader::ReadToDecide(std::string_view line) {
  Clear();
  record_.outcome = Outcome::kError;
  places_ = {};
  ondemand::object object;
  if (!parser_->Start(line, &object)) return kNoObject;
  return Members<Use::kDecide>(line, &parser_->repeated, &record_, places_.data()).Read(object);
}

bool RecordReader::ReadOrigin(std::string_view line) {
  Clear();
  ondemand::object object;
  return parser_->Start(line, &object) &&
         Members<Use::kOrigin>(line, &parser_->repeated, &record_, nullptr).Read(object).empty();
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
    const std::string_view copied = std::string_view(batch).substr(begin, end - begin);
    Members<Use::kReport> members(copied, &parser_->repeated, &record_, nullptr);
    if (!members.Read(object).empty()) break;
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
