// Tested by persist_view_test.cc.
#include "scanner/explain/persist_view.h"

#include <absl/strings/str_cat.h>
#include <simdjson.h>

#include "caascan/persist.h"
#include "scanner/report/formats/cell_text.h"

namespace caascan::explain {
namespace {

using report::PrintableText;
using simdjson::SUCCESS;
using simdjson::dom::element;

constexpr size_t kMaxTexts = 8;
constexpr size_t kMaxText = 300;
// Beyond the year 9999 a date says nothing to anybody.
constexpr uint64_t kMaxShownSeconds = 253'402'300'799;

std::string Text(element object, std::string_view key) {
  std::string_view text;
  if (object[key].get(text) != SUCCESS) return {};
  return PrintableText(text.substr(0, kMaxText)) + (text.size() > kMaxText ? "..." : "");
}

struct Sentence {
  PersistResult result;
  std::string_view text;
};

constexpr Sentence kSentences[] = {
    {PersistResult::kValid, "A record validates control of the name for this CA."},
    {PersistResult::kExpired, "The record for this CA has expired (persistUntil)."},
    {PersistResult::kPolicyMismatch, "For a wildcard the record lacks policy=wildcard."},
    {PersistResult::kAccountUriMismatch, "The record is for another account."},
    {PersistResult::kIssuerNotAuthorized, "No record names this CA."},
    {PersistResult::kMalformed, "No record can be read."},
    {PersistResult::kNone, "There is no record."},
    {PersistResult::kFailed, "The look-up failed"},
};

const Sentence* FindSentence(std::string_view code) {
  for (const Sentence& sentence : kSentences) {
    if (PersistResultCode(sentence.result) == code) return &sentence;
  }
  return nullptr;
}

PersistView::Text ReadText(element record) {
  PersistView::Text text{Text(record, "value"), Text(record, "result")};
  if (const std::string detail = Text(record, "detail"); !detail.empty()) {
    absl::StrAppend(&text.result, ": ", detail);
  }
  uint64_t until = 0;
  if (record["persist_until"].get(until) == SUCCESS && until <= kMaxShownSeconds) {
    absl::StrAppend(&text.result, ", until ", report::TimeText(static_cast<int64_t>(until) * 1000));
  }
  return text;
}

}  // namespace

std::optional<PersistView> ReadPersistView(std::string_view record) {
  simdjson::dom::parser parser;
  element root;
  element persist;
  std::string_view code;
  if (parser.parse(record.data(), record.size()).get(root) != SUCCESS ||
      root["persist"].get(persist) != SUCCESS || persist["result"].get(code) != SUCCESS) {
    return std::nullopt;
  }
  const Sentence* const sentence = FindSentence(code);
  if (sentence == nullptr) return std::nullopt;
  PersistView view;
  const std::string name = Text(persist, "name");
  view.heading = absl::StrCat("The persistent validation record",
                              name.empty() ? "" : absl::StrCat(", TXT of ", name));
  view.good = sentence->result == PersistResult::kValid;
  view.verdict = absl::StrCat(std::string(code), ": ", std::string(sentence->text));
  if (sentence->result == PersistResult::kFailed) {
    absl::StrAppend(&view.verdict, ": ", Text(persist, "reason"), ".");
  }
  if (const std::string dnssec = Text(persist, "dnssec"); !dnssec.empty()) {
    absl::StrAppend(&view.verdict, " DNSSEC: ", dnssec, ".");
  }
  simdjson::dom::array texts;
  if (persist["records"].get(texts) != SUCCESS) return view;
  for (const element text : texts) {
    if (++view.all <= kMaxTexts) view.texts.push_back(ReadText(text));
  }
  return view;
}

}  // namespace caascan::explain
