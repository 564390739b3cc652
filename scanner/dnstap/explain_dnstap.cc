// Tested by explain_dnstap_test.cc and tests/e2e/dnstap_test.py.
#include "caascan/dnstap.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <string_view>

#include "scanner/dns/message.h"
#include "scanner/dnstap/exchange_text.h"
#include "scanner/dnstap/frame_file.h"

namespace caascan {
namespace dnstap {
namespace {

/// In small letters, without the dot at its end.
std::string Plain(std::string_view name) {
  if (name.size() > 1 && name.ends_with('.')) name.remove_suffix(1);
  std::string plain(name);
  absl::AsciiStrToLower(&plain);
  return plain;
}

/// The name that is asked for; empty where the message has no question.
std::string QuestionOf(const Frame& frame) {
  dns::Message message;
  const auto& bytes = frame.query.empty() ? frame.response : frame.query;
  const dns::ParseFailure failure = dns::Message::Parse(bytes, &message);
  if (failure.error != dns::ParseError::kNone || !message.has_question()) return {};
  return message.question_name().ToName().view().ToLowerText();
}

}  // namespace
}  // namespace dnstap

absl::Status ExplainDnstap(const std::string& path, const std::string& name, std::string* text) {
  const std::string wanted = dnstap::Plain(name);
  bool found = false;
  absl::Status status = dnstap::ReadFrames(path, [&](const dnstap::Frame& frame) {
    const std::string of = frame.name.empty() ? dnstap::QuestionOf(frame) : frame.name;
    if (dnstap::Plain(of) != wanted) return;
    if (found) *text += '\n';
    found = true;
    *text += dnstap::ExchangeText(frame);
  });
  if (!status.ok() || found) return status;
  return absl::InvalidArgumentError(absl::StrCat(path, " holds no exchange for ", name));
}

}  // namespace caascan
