// Aggregate::Visit() names every piece of an aggregate once; the writer makes a line of each, the
// reader finds the piece that a line is about. A row is two lists: its numbers and its texts, in
// the order in which Fields() lists them. Tested by partial_test.cc.
#include "scanner/report/partial.h"

#include <simdjson.h>

#include <algorithm>
#include <vector>

#include "scanner/record/json_text.h"
#include "scanner/record/record_view.h"

namespace caascan::report {
namespace {

constexpr std::string_view kWrong = "a partial report's line that cannot be read";
constexpr std::string_view kUnknown =
    "a partial report's line that this version does not know: a later version wrote it";
constexpr std::string_view kEnd = "end";
/// No count is larger, so that sums of partial reports stay numbers.
constexpr uint64_t kMostCount = uint64_t{1} << 48;
constexpr int64_t kLastTimeMs = 4'102'444'800'000;  // The year 2100, as in records.

/// What records can add up to.
bool IsSound(const TimeSpan& span) {
  const TimeSpan none;
  if (span.empty()) return span.first_ms == none.first_ms && span.last_ms == none.last_ms;
  return span.first_ms >= 0 && span.last_ms <= kLastTimeMs;
}
bool IsSound(const OutcomeCounts& counts) {
  uint64_t sum = 0;
  for (const uint64_t count : counts.by_outcome) sum += count;
  return counts.names == sum;
}

/// What a line holds beside the piece's name and the row's key.
struct Lists {
  std::vector<uint64_t> numbers;
  std::vector<std::string> texts;
};

/// Puts fields into lists.
class Packer {
 public:
  explicit Packer(Lists* lists) : lists_(lists) {}

  void operator()(uint64_t number) { lists_->numbers.push_back(number); }
  void operator()(const std::string& text) { lists_->texts.push_back(text); }
  void operator()(const TimeSpan& span) {
    lists_->numbers.push_back(static_cast<uint64_t>(span.first_ms));
    lists_->numbers.push_back(static_cast<uint64_t>(span.last_ms));
  }
  void operator()(const SmallCounts& counts) {
    const auto sorted = counts.Sorted();
    lists_->numbers.push_back(sorted.size());
    for (const auto& [key, count] : sorted) {
      lists_->texts.push_back(key);
      lists_->numbers.push_back(count);
    }
  }
  void operator()(const std::vector<Sample>& samples) {
    lists_->numbers.push_back(samples.size());
    for (const Sample& each : samples) {
      for (const std::string* text : {&each.name, &each.what, &each.host, &each.address}) {
        lists_->texts.push_back(*text);
      }
    }
  }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void Code(Enum value, Enum /*last*/) { lists_->numbers.push_back(static_cast<uint64_t>(value)); }

  void Newer(uint64_t number, uint64_t /*without*/ = 0) { lists_->numbers.push_back(number); }
  template <typename Enum>
  void NewerCode(Enum value, Enum last) {
    Code(value, last);
  }
  void Require(bool /*condition*/) {}

 private:
  Lists* const lists_;
};

/// Takes them out again; sound() is false where they do not fit.
class Unpacker {
 public:
  explicit Unpacker(const Lists& lists) : lists_(lists) {}

  bool sound() const {
    return sound_ && numbers_ == lists_.numbers.size() && texts_ == lists_.texts.size();
  }
  void operator()(uint64_t& number) { number = Number(); }
  void operator()(std::string& text) { text = Text(); }
  void operator()(TimeSpan& span) {
    span.first_ms = static_cast<int64_t>(AnyNumber());
    span.last_ms = static_cast<int64_t>(AnyNumber());
    Require(IsSound(span));
  }
  void operator()(SmallCounts& counts) {
    const uint64_t size = Number();
    for (uint64_t i = 0; i < size && sound_; ++i) {
      const std::string key = Text();
      counts.Add(key, Number());
    }
  }
  void operator()(std::vector<Sample>& samples) {
    const uint64_t size = Number();
    Require(size <= SampleRow::kMost);
    for (uint64_t i = 0; i < size && sound_; ++i) {
      samples.push_back({Text(), Text(), Text(), Text()});
    }
  }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void Code(Enum& value, Enum last) {
    const uint64_t number = Number();
    Require(number <= static_cast<uint64_t>(last));
    if (sound_) value = static_cast<Enum>(number);
  }

  /// The last numbers of a row, which earlier versions did not write: then it is `without`.
  void Newer(uint64_t& number, uint64_t without = 0) {
    number = numbers_ < lists_.numbers.size() ? Number() : without;
  }
  /// Likewise; then it stays as it is.
  template <typename Enum>
  void NewerCode(Enum& value, Enum last) {
    if (numbers_ < lists_.numbers.size()) Code(value, last);
  }
  void Require(bool condition) { sound_ = sound_ && condition; }

 private:
  uint64_t AnyNumber() {
    if (numbers_ < lists_.numbers.size()) return lists_.numbers[numbers_++];
    sound_ = false;
    return 0;
  }
  uint64_t Number() {
    const uint64_t number = AnyNumber();
    Require(number <= kMostCount);
    return number;
  }
  std::string Text() {
    if (texts_ < lists_.texts.size()) return lists_.texts[texts_++];
    sound_ = false;
    return {};
  }

  const Lists& lists_;
  size_t numbers_ = 0;
  size_t texts_ = 0;
  bool sound_ = true;
};

template <typename Counts, typename Field>
requires std::is_same_v<std::remove_const_t<Counts>, OutcomeCounts>
void Fields(Counts& counts, Field& field) {
  field(counts.names);
  for (auto& count : counts.by_outcome) field(count);
  field.Require(IsSound(counts));
}

/// A line's piece of NameFacts is that of its outcomes with this behind.
constexpr std::string_view kFacts = "_facts";

/// Counts of names that do not exist, which the first partial reports lack.
template <typename Facts, typename Field>
void NewerFields(Facts& facts, Field& field) {
  field.Newer(facts.missing);
  field.Newer(facts.missing_failed);
  field.Newer(facts.missing_answered);
  field.Newer(facts.missing_with_caa);
}

/// Of rows on CAA records and decisions.
template <typename Row, typename Field>
void CaaFields(Row& row, Field& field) {
  using Plain = std::remove_const_t<Row>;
  if constexpr (std::is_same_v<Plain, DecisionRow>) {
    field(row.permit);
    field(row.deny);
    field.Newer(row.missing_permit);
    field.Newer(row.missing_deny);
  } else if constexpr (std::is_same_v<Plain, counts::IssuerRow>) {
    field(row.names);
    field(row.issue);
    field(row.issuewild);
    field.Newer(row.issuemail);
    field.Newer(row.issuevmc);
    field.Newer(row.missing);
  } else if constexpr (std::is_same_v<Plain, counts::ParameterRow>) {
    field(row.names);
    field(row.accounturi);
    field(row.validationmethods);
    field(row.nobody);
    field.Newer(row.missing);
  } else if constexpr (std::is_same_v<Plain, counts::NamesRow>) {
    field(row.names);
    field.Newer(row.missing);
  } else {
    static_assert(std::is_same_v<Plain, counts::CountRow>);
    field(row.count);
  }
}

template <typename Row, typename Field>
void Fields(Row& row, Field& field) {
  using Plain = std::remove_const_t<Row>;
  if constexpr (std::is_same_v<Plain, NameFacts>) {
    field(row.with_caa);
    NewerFields(row, field);
  } else if constexpr (std::is_same_v<Plain, GroupRow>) {
    Fields(row.outcomes, field);
    Fields(row.facts, field);
  } else if constexpr (std::is_same_v<Plain, OperatorRow>) {
    Fields(row.outcomes, field);
    field(row.failures);
    field(row.findings);
    field(row.seen);
    field.Code(row.basis, guide::OperatorBasis::kHost);
    field.Newer(row.facts.with_caa);
    NewerFields(row.facts, field);
  } else if constexpr (std::is_same_v<Plain, ServerRow>) {
    field(row.names);
    field(row.faults);
    field(row.operator_name);
    field(row.seen);
    field.Newer(row.asked, row.names);
    field.Require(row.names <= row.asked);
  } else if constexpr (std::is_same_v<Plain, FindingRow>) {
    field(row.names);
    field(row.findings);
    field.Newer(row.missing);
    field.Newer(row.failed);
  } else if constexpr (std::is_same_v<Plain, EdeRow>) {
    field(row.names);
    field(row.missing);
    field(row.reported);
    field(row.found);
    field(row.reasons);
  } else if constexpr (std::is_same_v<Plain, LostServerRow>) {
    field(row.names);
    field(row.failed);
    field(row.missing);
    field(row.missing_failed);
  } else if constexpr (std::is_same_v<Plain, OrderRow>) {
    field(row.names);
    field(row.name);
    field.Code(row.reason, kLastReason);
    field.NewerCode(row.purpose, Purpose::kMark);
  } else if constexpr (std::is_same_v<Plain, SampleRow>) {
    field(row.names);
    field(row.samples);
  } else {
    CaaFields(row, field);
  }
}

class Writer {
 public:
  template <typename Row>
  void Table(std::string_view piece, const BoundedTable<Row>& table) {
    for (const auto& [key, row] : table.Sorted()) {
      Lists lists;
      Packer packer(&lists);
      Fields(*row, packer);
      AppendLine(piece, key, lists);
    }
    AppendLine(piece, {}, {{table.missed()}, {}}, /*has_key=*/false);
  }
  void Counts(std::string_view piece, std::span<const uint64_t> counts,
              size_t /*fewest*/ = SIZE_MAX) {
    AppendLine(piece, {}, {{counts.begin(), counts.end()}, {}}, /*has_key=*/false);
  }
  void Outcomes(std::string_view piece, const OutcomeCounts& counts) {
    Lists lists;
    Packer packer(&lists);
    Fields(counts, packer);
    AppendLine(piece, {}, lists, /*has_key=*/false);
  }
  void Facts(std::string_view piece, const NameFacts& facts) {
    Lists lists;
    Packer packer(&lists);
    Fields(facts, packer);
    AppendLine(std::string(piece).append(kFacts), {}, lists, /*has_key=*/false);
  }
  void Span(std::string_view piece, const TimeSpan& span) {
    Lists lists;
    Packer packer(&lists);
    packer(span);
    AppendLine(piece, {}, lists, /*has_key=*/false);
  }
  void Bins(std::string_view piece, const Histogram& histogram) {
    AppendLine(piece, {}, {histogram.Pack(), {}}, /*has_key=*/false);
  }

  std::string Finish() {
    AppendLine(kEnd, {}, {{lines_}, {}}, /*has_key=*/false);
    return std::move(out_);
  }

 private:
  void AppendLine(std::string_view piece, std::string_view key, const Lists& lists,
                  bool has_key = true) {
    out_.append(kPartialPrefix);
    record::AppendJsonString(piece, &out_);
    if (has_key) {
      out_ += R"(,"key":)";
      record::AppendJsonString(key, &out_);
    }
    out_ += R"(,"numbers":[)";
    for (size_t i = 0; i < lists.numbers.size(); ++i) {
      if (i > 0) out_ += ',';
      record::AppendUnsigned(lists.numbers[i], &out_);
    }
    out_ += R"(],"texts":[)";
    for (size_t i = 0; i < lists.texts.size(); ++i) {
      if (i > 0) out_ += ',';
      record::AppendJsonString(lists.texts[i], &out_);
    }
    out_ += "]}\n";
    ++lines_;
  }

  std::string out_;
  uint64_t lines_ = 0;
};

/// Adds one line to the piece that it names.
class Adder {
 public:
  Adder(std::string_view piece, const std::string* key, const Lists& lists)
      : piece_(piece), key_(key), lists_(lists) {}

  bool done() const { return done_; }
  /// Is there such a piece?
  bool known() const { return known_; }

  template <typename Row>
  void Table(std::string_view piece, BoundedTable<Row>& table) {
    if (!IsMeant(piece)) return;
    if (key_ == nullptr) {
      done_ = lists_.numbers.size() == 1 && lists_.numbers[0] <= kMostCount;
      if (done_) table.AddMissed(lists_.numbers[0]);
      return;
    }
    Row row;
    Unpacker unpacker(lists_);
    Fields(row, unpacker);
    done_ = unpacker.sound();
    if (done_) table.Find(*key_)->Merge(row);
  }
  /// An earlier version wrote fewer counts, but not fewer than `fewest`: new ones come behind.
  void Counts(std::string_view piece, std::span<uint64_t> counts, size_t fewest = SIZE_MAX) {
    const size_t size = lists_.numbers.size();
    if (!IsMeant(piece) || size < std::min(fewest, counts.size()) || size > counts.size()) return;
    done_ = std::all_of(lists_.numbers.begin(), lists_.numbers.end(),
                        [](uint64_t count) { return count <= kMostCount; });
    for (size_t i = 0; i < size && done_; ++i) counts[i] += lists_.numbers[i];
  }
  void Outcomes(std::string_view piece, OutcomeCounts& counts) {
    if (!IsMeant(piece)) return;
    OutcomeCounts read;
    Unpacker unpacker(lists_);
    Fields(read, unpacker);
    done_ = unpacker.sound();
    if (done_) counts.Merge(read);
  }
  void Facts(std::string_view piece, NameFacts& facts) {
    if (!IsMeant(std::string(piece).append(kFacts))) return;
    NameFacts read;
    Unpacker unpacker(lists_);
    Fields(read, unpacker);
    done_ = unpacker.sound();
    if (done_) facts.Merge(read);
  }
  void Span(std::string_view piece, TimeSpan& span) {
    if (!IsMeant(piece)) return;
    TimeSpan read;
    Unpacker unpacker(lists_);
    unpacker(read);
    done_ = unpacker.sound();
    if (done_) span.Merge(read);
  }
  void Bins(std::string_view piece, Histogram& histogram) {
    if (IsMeant(piece)) done_ = histogram.AddPacked(lists_.numbers);
  }

 private:
  bool IsMeant(std::string_view piece) {
    const bool meant = piece == piece_;
    known_ = known_ || meant;
    return meant;
  }

  const std::string_view piece_;
  const std::string* const key_;  // Null where the line has none.
  const Lists& lists_;
  bool done_ = false;
  bool known_ = false;
};

bool ReadLists(const simdjson::dom::object& object, Lists* lists) {
  simdjson::dom::array numbers;
  simdjson::dom::array texts;
  if (object["numbers"].get(numbers) != simdjson::SUCCESS ||
      object["texts"].get(texts) != simdjson::SUCCESS) {
    return false;
  }
  for (const simdjson::dom::element element : numbers) {
    if (element.get(lists->numbers.emplace_back()) != simdjson::SUCCESS) return false;
  }
  for (const simdjson::dom::element element : texts) {
    std::string_view text;
    if (element.get(text) != simdjson::SUCCESS) return false;
    lists->texts.emplace_back(text);
  }
  return true;
}

}  // namespace

struct PartialReader::Parser {
  simdjson::dom::parser parser;
};

PartialReader::PartialReader() : parser_(std::make_unique<Parser>()) {}
PartialReader::~PartialReader() = default;

std::string_view PartialReader::Read(std::string_view line, Aggregate* sum) {
  simdjson::dom::object object;
  std::string_view piece;
  Lists lists;
  if (line.size() > record::RecordReader::kMaxLineSize ||
      parser_->parser.parse(line.data(), line.size(), false).get(object) != simdjson::SUCCESS ||
      object["caascan_partial"].get(piece) != simdjson::SUCCESS || !ReadLists(object, &lists)) {
    return kWrong;
  }
  if (piece == kEnd) {
    if (lists.numbers.size() != 1) return kWrong;
    sum->AddPartialEnd(lists.numbers[0]);
    return {};
  }
  std::string_view key;
  const bool has_key = object["key"].get(key) == simdjson::SUCCESS;
  const std::string key_text(key);
  Adder adder(piece, has_key ? &key_text : nullptr, lists);
  Aggregate::Visit(*sum, adder);
  if (!adder.known()) return kUnknown;
  if (!adder.done()) return kWrong;
  sum->AddPartialLine();
  return {};
}

std::string WritePartial(const Aggregate& aggregate, uint64_t broken_lines) {
  Aggregate whole = aggregate;
  whole.AddBroken(broken_lines);
  Writer writer;
  Aggregate::Visit(std::as_const(whole), writer);
  return writer.Finish();
}

}  // namespace caascan::report
