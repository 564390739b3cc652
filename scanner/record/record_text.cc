// Tested by record_text_test.cc.
#include "scanner/record/record_text.h"

#include <chrono>

namespace caascan::record {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes `digits` digits off the front; false where they are not there.
bool TakeNumber(size_t digits, std::string_view* text, int* number) {
  if (text->size() < digits) return false;
  *number = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (!IsDigit((*text)[i])) return false;
    *number = *number * 10 + ((*text)[i] - '0');
  }
  text->remove_prefix(digits);
  return true;
}

bool Take(char c, std::string_view* text) {
  if (!text->starts_with(c)) return false;
  text->remove_prefix(1);
  return true;
}

/// ".123" as milliseconds; finer decimals are dropped. Nothing is 0.
bool TakeDecimals(std::string_view* text, int* ms) {
  *ms = 0;
  if (!Take('.', text)) return true;
  int weight = 100;
  size_t count = 0;
  for (; !text->empty() && IsDigit(text->front()); text->remove_prefix(1), ++count) {
    *ms += weight * (text->front() - '0');
    weight /= 10;
  }
  return count > 0;
}

/// Takes off what is behind a backslash: three digits, or a character for itself.
bool TakeEscaped(std::string_view* text, char* byte) {
  if (text->empty()) return false;
  int number = static_cast<unsigned char>(text->front());
  if (!IsDigit(text->front())) {
    text->remove_prefix(1);
  } else if (!TakeNumber(3, text, &number) || number > UINT8_MAX) {
    return false;
  }
  *byte = static_cast<char>(number);
  return true;
}

}  // namespace

bool ParseJsonTime(std::string_view text, int64_t* ms) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int fraction = 0;
  const bool form = TakeNumber(4, &text, &year) && Take('-', &text) &&
                    TakeNumber(2, &text, &month) && Take('-', &text) &&
                    TakeNumber(2, &text, &day) && Take('T', &text) && TakeNumber(2, &text, &hour) &&
                    Take(':', &text) && TakeNumber(2, &text, &minute) && Take(':', &text) &&
                    TakeNumber(2, &text, &second) && TakeDecimals(&text, &fraction) &&
                    Take('Z', &text) && text.empty();
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!form || year < 1970 || year > 2100 || !date.ok() || hour > 23 || minute > 59 ||
      second > 60) {
    return false;
  }
  const std::chrono::sys_time<std::chrono::milliseconds> time =
      std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
      std::chrono::seconds(second) + std::chrono::milliseconds(fraction);
  *ms = time.time_since_epoch().count();
  return true;
}

bool IsPresentation(std::string_view text) {
  for (size_t escape = 0; (escape = text.find('\\')) != std::string_view::npos;) {
    text.remove_prefix(escape + 1);
    char byte = 0;
    if (!TakeEscaped(&text, &byte)) return false;
  }
  return true;
}

bool UndoPresentation(std::string_view text, std::string* bytes) {
  bytes->clear();
  while (true) {
    const size_t escape = text.find('\\');
    bytes->append(text.substr(0, escape));
    if (escape == std::string_view::npos) return true;
    text.remove_prefix(escape + 1);
    char byte = 0;
    if (!TakeEscaped(&text, &byte)) return false;
    bytes->push_back(byte);
  }
}

}  // namespace caascan::record
