// A line is first held against the grammar as a whole, since simdjson's On-Demand reader looks only
// at what it is asked for; then simdjson picks the members out. Tested by ndjson_line_test.cc.
#include "scanner/input/ndjson_line.h"

#include <simdjson.h>

#include <optional>

#include "scanner/input/idna.h"
#include "scanner/record/json_check.h"
#include "scanner/record/json_text.h"
#include "scanner/record/raw_json.h"

namespace caascan::input {
namespace {

namespace ondemand = simdjson::ondemand;

/// The members as they were found. A member of the wrong type sets `wrong`.
struct Members {
  std::optional<std::string_view> name;
  std::optional<bool> wildcard;
  bool wrong = false;
};

void ReadString(ondemand::value value, bool* wrong, std::optional<std::string>* out) {
  std::string_view text;
  if (value.is_null()) {
    out->reset();
  } else if (value.get_string().get(text) == simdjson::SUCCESS) {
    *out = std::string(text);
  } else {
    *wrong = true;
  }
}

void ReadName(ondemand::value value, Members* members) {
  std::string_view text;
  members->name.reset();
  if (value.get_string().get(text) == simdjson::SUCCESS) members->name = text;
}

void ReadWildcard(ondemand::value value, Members* members) {
  bool wildcard = false;
  if (value.is_null()) {
    members->wildcard.reset();
  } else if (value.get_bool().get(wildcard) == simdjson::SUCCESS) {
    members->wildcard = wildcard;
  } else {
    members->wrong = true;
  }
}

/// As it will be written: --resume compares the two.
void ReadRaw(ondemand::value value, RawJson* out) {
  out->text.clear();
  record::AppendOneLineJson(record::RawJsonText(value), &out->text);
}

void ReadMember(std::string_view key, ondemand::value value, Members* members, NameJob* job) {
  if (key == "name") {
    ReadName(value, members);
  } else if (key == "wildcard") {
    ReadWildcard(value, members);
  } else if (key == "account_uri") {
    ReadString(value, &members->wrong, &job->mutable_details()->account_uri);
  } else if (key == "validation_method") {
    ReadString(value, &members->wrong, &job->mutable_details()->validation_method);
  } else if (key == "id") {
    ReadRaw(value, &job->mutable_details()->id);
  } else if (key == "order") {
    ReadRaw(value, &job->mutable_details()->order);
  }
}

}  // namespace

struct NdjsonParser::Impl {
  ondemand::parser parser;
  std::string padded;  // The line, and the zeros behind it that simdjson may read.

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
      std::string_view key;
      if (std::move(member).get(field) != simdjson::SUCCESS) return false;
      // A key that is valid JSON and yet no text (a lone surrogate) is none of ours.
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) continue;
      ReadMember(key, field.value(), members, job);
    }
    return true;
  }

  ondemand::document document;  // Strings that Members points to live as long as `parser`.
};

NdjsonParser::NdjsonParser() : impl_(std::make_unique<Impl>()) {}
NdjsonParser::~NdjsonParser() = default;

void NdjsonParser::Parse(std::string_view line, bool wildcard, NameJob* job) {
  Members members;
  job->valid = false;
  job->wildcard = false;
  job->ClearDetails();
  if (!impl_->ReadMembers(line, &members, job) || !members.name.has_value()) {
    MarkInvalid(line, job);
    return;
  }
  if (members.wrong) {
    MarkInvalid(*members.name, job);
    return;
  }
  SetTypedName(*members.name, members.wildcard.value_or(wildcard), job);
}

void SetTypedName(std::string_view text, bool wildcard, NameJob* job) {
  const TypedName typed = ParseTypedName(text);
  const bool as_wildcard = wildcard || typed.wildcard;
  const bool fits = typed.name.size() + (as_wildcard ? 2u : 0u) <= dns::kMaxNameSize;
  if (!typed.ok() || !fits) {
    MarkInvalid(text, job);
    return;
  }
  job->valid = true;
  job->wildcard = as_wildcard;
  job->name = typed.name;
  if (!typed.verbatim || typed.wildcard != as_wildcard) {
    job->mutable_details()->input.assign(text);
  }
}

}  // namespace caascan::input
