// Each member of the schema is an item; each object in it is a section of its own, named by the
// path to it ("caa.records[]"). Tested by tests/e2e/man_pages_test.py.
#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include <absl/strings/str_cat.h>
#include <nlohmann/json.hpp>

#include "caascan/outcome.h"
#include "caascan/reason_meaning.h"
#include "tools/cli/roff.h"
#include "tools/manual/manual.h"

namespace caascan::tool {
namespace {

using Json = nlohmann::ordered_json;

/// Descriptions are Markdown; a man page shows their backquotes as quotes.
std::string Plain(std::string text) {
  for (char& c : text) c = c == '`' ? '"' : c;
  return text;
}

class RecordPage {
 public:
  RecordPage(Json schema, std::string_view source)
      : schema_(std::move(schema)),
        page_({.name = "caascan-record",
               .section = 5,
               .source = std::string(source),
               .summary = "one record in the output of caascan scan"}) {}

  std::string Write() {
    page_.Section("DESCRIPTION");
    page_.Paragraph(Plain(schema_.at("description")));
    page_.Paragraph(
        "Members that a reader does not know are to be ignored. docs/record.schema.json is the "
        "JSON "
        "Schema of a record.");
    page_.Section("MEMBERS");
    AppendMembers(schema_, "");
    while (next_ < objects_.size()) {
      const auto [path, object] = objects_[next_++];  // A copy: the list grows meanwhile.
      page_.Section(absl::StrCat("members of ", path));
      if (object->contains("description")) page_.Paragraph(Plain(object->at("description")));
      AppendMembers(*object, path);
    }
    AppendReasons();
    AppendExamples();
    page_.SeeAlso({"caascan(1)", "caascan-scan(1)", "caascan-explain(1)", "caascan-findings(7)"});
    return page_.Finish();
  }

 private:
  /// The schema itself, or what its "$ref" points to.
  const Json& Resolve(const Json& schema) const {
    if (!schema.contains("$ref")) return schema;
    const std::string pointer = schema.at("$ref");
    return Resolve(schema_.at(Json::json_pointer(pointer.substr(1))));
  }

  static std::string DescriptionOf(const Json& member, const Json& target) {
    if (member.contains("description")) return Plain(member.at("description"));
    return target.contains("description") ? Plain(target.at("description")) : "";
  }

  static std::string ValuesOf(const std::string& name, const Json& target) {
    if (name == "reason") return "See OUTCOMES AND REASONS.";
    if (name == "code") return "See caascan-findings(7).";
    std::string text;
    for (const Json& choice : target.value("anyOf", Json::array({target}))) {
      for (const Json& value : choice.value("enum", Json::array())) {
        absl::StrAppend(&text, text.empty() ? "One of: " : ", ", value.get<std::string>());
      }
    }
    return text.empty() ? "" : text + ".";
  }

  void AppendMembers(const Json& object, const std::string& path) {
    const Json required = object.value("required", Json::array());
    for (const auto& [name, member] : object.at("properties").items()) {
      const Json& target = Resolve(member);
      std::string type = target.value(
          "type", target.contains("enum") || target.contains("anyOf") ? "string" : "any");
      if (target.contains("const")) type = target.at("const").type_name();
      const bool always = std::find(required.begin(), required.end(), name) != required.end();
      std::vector<std::string> sentences = {DescriptionOf(member, target), ValuesOf(name, target),
                                            always ? "Always present." : ""};
      const std::string inner = path.empty() ? name : absl::StrCat(path, ".", name);
      if (target.contains("properties")) objects_.emplace_back(inner, &target);
      if (target.contains("items")) {
        const Json& item = Resolve(target.at("items"));
        if (item.contains("properties")) objects_.emplace_back(inner + "[]", &item);
      }
      std::string text;
      for (const std::string& sentence : sentences) {
        if (!sentence.empty()) absl::StrAppend(&text, text.empty() ? "" : "\n", sentence);
      }
      page_.Item(name, type, text);
    }
  }

  void AppendReasons() {
    page_.Section("OUTCOMES AND REASONS");
    for (size_t outcome = 0; outcome < kOutcomeCount; ++outcome) {
      page_.Subsection(OutcomeCode(static_cast<Outcome>(outcome)));
      for (size_t i = 0; i < kReasonCount; ++i) {
        const auto reason = static_cast<Reason>(i);
        if (OutcomeOf(reason) != static_cast<Outcome>(outcome)) continue;
        page_.Item(ReasonCode(reason), "", ReasonMeaning(reason));
      }
    }
  }

  void AppendExamples() {
    page_.Section("EXAMPLES");
    page_.Paragraph("Names for which the CA would not issue, with the reason:");
    page_.Literal("jq -r 'select(.would_issue | not) | [.name, .reason] | @tsv' out.ndjson");
    page_.Paragraph("Each finding, with the server that it belongs to:");
    page_.Literal("jq -c '.findings[]? | [.code, .host, .address]' out.ndjson");
  }

  const Json schema_;
  cli::RoffWriter page_;
  std::vector<std::pair<std::string, const Json*>> objects_;  // Whose members are still to come.
  size_t next_ = 0;
};

}  // namespace

std::string RecordManual(std::string_view schema, std::string_view source) {
  Json parsed = Json::parse(schema, nullptr, /*allow_exceptions=*/false);
  assert(parsed.is_object() && "the schema is docs/record.schema.json");
  return RecordPage(std::move(parsed), source).Write();
}

}  // namespace caascan::tool
