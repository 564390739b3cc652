// A line is first held against the grammar as a whole, since simdjson's On-Demand reader looks only
// at what it is asked for; then simdjson picks the members out. Tested by ndjson_line_test.cc.
#include "scanner/input/ndjson_line.h"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "scanner/input/idna.h"
#include "scanner/input/mail_address.h"
#include "scanner/record/json_check.h"
#include "scanner/record/json_text.h"
#include "scanner/record/raw_json.h"

namespace caascan::input {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view kNoWildcards = "a wildcard, which only TLS certificates are for";

/// A member that may hold the name. Null is the same as absent.
struct NameMember {
  bool there = false;
  std::optional<std::string_view> text;  // Where it is a string.
};

/// Where a name may be, the first that is there.
constexpr std::array<std::string_view, 4> kNameKeys = {"name", "host", "domain", "fqdn"};

/// The members as they were found. A member of the wrong type sets `wrong`.
struct Members {
  std::array<NameMember, kNameKeys.size()> names;
  std::optional<bool> wildcard;
  std::optional<Purpose> purpose;
  std::string_view wrong;  // What is, for people; the last one.
};

/// A string, or an array of one or more. False where it is something else.
bool ReadStrings(ondemand::value value, std::vector<std::string>* out) {
  out->clear();
  if (value.is_null()) return true;
  std::string_view text;
  if (value.get_string().get(text) == simdjson::SUCCESS) {
    out->emplace_back(text);
    return true;
  }
  ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return false;
  for (auto element : array) {
    if (element.get_string().get(text) != simdjson::SUCCESS) return false;
    out->emplace_back(text);
  }
  return !out->empty();
}

void ReadName(ondemand::value value, NameMember* member) {
  std::string_view text;
  *member = NameMember();
  if (value.is_null()) return;
  member->there = true;
  if (value.get_string().get(text) == simdjson::SUCCESS) member->text = text;
}

void ReadWildcard(ondemand::value value, Members* members) {
  bool wildcard = false;
  if (value.is_null()) {
    members->wildcard.reset();
  } else if (value.get_bool().get(wildcard) == simdjson::SUCCESS) {
    members->wildcard = wildcard;
  } else {
    members->wrong = "wildcard is not a boolean";
  }
}

void ReadPurpose(ondemand::value value, Members* members) {
  std::string_view text;
  members->purpose.reset();
  if (value.is_null()) return;
  if (value.get_string().get(text) == simdjson::SUCCESS) members->purpose = FindPurpose(text);
  if (!members->purpose) members->wrong = "for is not tls, smime or mark";
}

/// As it will be written: --resume compares the two.
void ReadRaw(ondemand::value value, RawJson* out) {
  out->text.clear();
  record::AppendOneLineJson(record::RawJsonText(value), &out->text);
}

/// `name` is not null where the member may hold the name; then it means nothing else, save that
/// `id` and `order` pass through.
void ReadMember(std::string_view key, ondemand::value value, NameMember* name, Members* members,
                NameJob* job) {
  if (key == "id" || key == "order") {
    JobDetails* details = job->mutable_details();
    RawJson* const raw = key == "id" ? &details->id : &details->order;
    ReadRaw(value, raw);
    if (name == nullptr) return;
    // What is not a scalar has been read to its end.
    const bool scalar = !raw->text.starts_with('{') && !raw->text.starts_with('[');
    *name = {.there = true, .text = std::nullopt};
    if (scalar) ReadName(value, name);
  } else if (name != nullptr) {
    ReadName(value, name);
  } else if (key == "wildcard") {
    ReadWildcard(value, members);
  } else if (key == "for") {
    ReadPurpose(value, members);
  } else if (key == "account_uri") {
    if (!ReadStrings(value, &job->mutable_details()->account_uris)) {
      members->wrong = "account_uri is neither a string nor an array of strings";
    }
  } else if (key == "validation_method") {
    if (!ReadStrings(value, &job->mutable_details()->validation_methods)) {
      members->wrong = "validation_method is neither a string nor an array of strings";
    }
  }
}

/// Why a line gives no name.
std::string NdjsonFault(std::string_view line) {
  const std::optional<size_t> fault = record::FindJsonFault(line);
  if (!fault) return "no member that is a name";
  if (!line.starts_with('{')) return "no JSON object";
  if (*fault == line.size()) return "JSON object that breaks off";
  return "JSON object that is broken at byte " + std::to_string(*fault + 1);
}

}  // namespace

struct NdjsonParser::Impl {
  Impl(std::string member, bool from_url) : key(std::move(member)) {
    const bool of_urls = std::find(kUrlKeys.begin(), kUrlKeys.end(), key) != kUrlKeys.end();
    urls = from_url || of_urls ? UrlRule::kTakeHost : UrlRule::kRefuse;
  }

  const std::string key;  // Of the member with the name; empty: one of kNameKeys.
  UrlRule urls = UrlRule::kRefuse;
  ondemand::parser parser;
  std::string padded;  // The line, and the zeros behind it that simdjson may read.

  /// Where the name that this member may hold is put; null where it holds none.
  NameMember* NamePlace(std::string_view member, Members* members) const {
    if (!key.empty()) return member == key ? members->names.data() : nullptr;
    const auto at = std::find(kNameKeys.begin(), kNameKeys.end(), member);
    if (at == kNameKeys.end()) return nullptr;
    return &members->names[static_cast<size_t>(at - kNameKeys.begin())];
  }

  bool ReadMembers(std::string_view line, Members* members, NameJob* job) {
    if (!record::IsJsonObject(line)) return false;
    padded.assign(line);
    padded.append(simdjson::SIMDJSON_PADDING, '\0');
    document = ondemand::document();
    ondemand::object object;
    if (parser.iterate(padded.data(), line.size(), padded.size()).get(document) !=
            simdjson::SUCCESS ||
        document.get_object().get(object) != simdjson::SUCCESS) {
      return false;
    }
    for (auto member : object) {
      ondemand::field field;
      std::string_view member_key;
      if (std::move(member).get(field) != simdjson::SUCCESS) return false;
      // A key that is valid JSON and yet no text (a lone surrogate) is none of ours.
      if (field.unescaped_key().get(member_key) != simdjson::SUCCESS) continue;
      ReadMember(member_key, field.value(), NamePlace(member_key, members), members, job);
    }
    return true;
  }

  ondemand::document document;  // Strings that Members points to live as long as `parser`.
};

NdjsonParser::NdjsonParser(std::string key, bool from_url)
    : impl_(std::make_unique<Impl>(std::move(key), from_url)) {}
NdjsonParser::~NdjsonParser() = default;

void NdjsonParser::Parse(std::string_view line, bool wildcard, NameJob* job, Purpose purpose) {
  Members members;
  job->valid = false;
  job->wildcard = false;
  job->purpose = purpose;
  job->ClearDetails();
  const bool read = impl_->ReadMembers(line, &members, job);
  if (read) job->purpose = members.purpose.value_or(purpose);
  const auto name = std::find_if(members.names.begin(), members.names.end(),
                                 [](const NameMember& member) { return member.there; });
  if (!read || name == members.names.end() || !name->text.has_value()) {
    MarkInvalid(line, job, NdjsonFault(line));
    return;
  }
  if (!members.wrong.empty()) {
    MarkInvalid(*name->text, job, members.wrong);
    return;
  }
  if (members.wildcard.value_or(false) && job->purpose != Purpose::kTls) {
    MarkInvalid(*name->text, job, kNoWildcards);
    return;
  }
  SetTypedName(*name->text, members.wildcard.value_or(wildcard), job, impl_->urls);
}

/// A mail address is looked for first: it is a URL's authority as well.
void SetTypedName(std::string_view text, bool wildcard, NameJob* job, UrlRule urls) {
  const bool is_tls = job->purpose == Purpose::kTls;
  const MailAddress mail = job->purpose == Purpose::kSmime ? FindMailDomain(text) : MailAddress{};
  TypedName typed = mail.found ? ParseMailDomain(mail.domain) : ParseTypedName(text);
  if (!typed.ok() && urls == UrlRule::kTakeHost) {
    typed = ParseTypedNameOrUrl(text);
  } else if (mail.IsBroken()) {
    return MarkInvalid(text, job, mail.fault);
  }
  if (typed.wildcard && typed.ok() && !is_tls) return MarkInvalid(text, job, kNoWildcards);
  const bool as_wildcard = (wildcard && is_tls) || typed.wildcard;
  const bool fits = typed.name.size() + (as_wildcard ? 2u : 0u) <= dns::kMaxNameSize;
  if (!typed.ok() || !fits) {
    MarkInvalid(text, job,
                TypedNameErrorText(typed.ok() ? TypedNameError::kNameTooLong : typed.error));
    return;
  }
  job->valid = true;
  job->wildcard = as_wildcard;
  job->name = typed.name;
  if (!typed.verbatim || typed.wildcard != as_wildcard) {
    // A URL may be long, and hold octets of any kind.
    job->mutable_details()->input =
        urls == UrlRule::kTakeHost ? CleanTypedText(text) : std::string(text);
  }
}

}  // namespace caascan::input
