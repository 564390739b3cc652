// Lines come from our own files, whose digest was compared: what does not have the form is refused
// as a whole, and never explained. Tested by job_line_test.cc.
#include "scanner/plan/job_line.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <simdjson.h>

#include <cassert>
#include <limits>
#include <utility>

#include "scanner/record/json_text.h"
#include "scanner/record/raw_json.h"

namespace caascan::plan {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(JobLineReader::kPadding >= simdjson::SIMDJSON_PADDING);

void AppendKey(std::string_view key, std::string* out) {
  absl::StrAppend(out, out->back() == '{' ? "\"" : ",\"", absl::string_view(key.data(), key.size()),
                  "\":");
}

void AppendText(std::string_view key, std::string_view text, std::string* out) {
  if (text.empty()) return;
  AppendKey(key, out);
  record::AppendJsonString(text, out);
}

void AppendTexts(std::string_view key, const std::vector<std::string>& texts, std::string* out) {
  if (texts.empty()) return;
  AppendKey(key, out);
  char before = '[';
  for (const std::string& text : texts) {
    out->push_back(std::exchange(before, ','));
    record::AppendJsonString(text, out);
  }
  out->push_back(']');
}

void AppendRaw(std::string_view key, const RawJson& raw, std::string* out) {
  if (raw.text.empty()) return;
  AppendKey(key, out);
  out->append(raw.text);
}

void AppendName(dns::NameView name, std::string* out) {
  std::string text;
  name.AppendText(&text);
  record::AppendJsonString(text, out);
}

void AppendOctets(std::string_view octets, std::string* out) {
  absl::StrAppend(out, "\"", absl::Base64Escape({octets.data(), octets.size()}), "\"");
}

void AppendProof(dns::RRType type, std::string_view rdata, std::string* out) {
  absl::StrAppend(out, static_cast<uint16_t>(type), ",");
  AppendOctets(rdata, out);
  out->push_back(']');
}

/// The names that stand one behind the other in wire form, as an array.
void AppendHosts(std::string_view hosts, std::string* out) {
  out->append(",\"hosts\":[");
  while (!hosts.empty()) {
    const auto* const start = reinterpret_cast<const uint8_t*>(hosts.data());
    size_t size = 1;
    while (start[size - 1] != 0) size += start[size - 1] + size_t{1};
    if (out->back() != '[') out->push_back(',');
    AppendName(dns::NameView::FromTrusted(start, size), out);
    hosts.remove_prefix(size);
  }
  out->push_back(']');
}

void AppendDelegation(const dns::Delegation& delegation, std::string* out) {
  AppendKey("delegation", out);
  absl::StrAppend(out, "{\"ttl\":", delegation.ttl_s);
  AppendHosts(delegation.hosts, out);
  if (!delegation.glue.empty()) {
    out->append(",\"glue\":[");
    for (const dns::Delegation::Glue& glue : delegation.glue) {
      absl::StrAppend(out, out->back() == '[' ? "[" : ",[", glue.server, ",");
      AppendOctets({reinterpret_cast<const char*>(glue.address.data()), glue.size}, out);
      out->push_back(']');
    }
    out->push_back(']');
  }
  if (!delegation.ds.empty()) {
    out->append(",\"ds\":[");
    for (const std::string& rdata : delegation.ds) {
      if (out->back() != '[') out->push_back(',');
      AppendOctets(rdata, out);
    }
    out->push_back(']');
  }
  if (!delegation.proofs.empty()) {
    out->append(",\"proofs\":[");
    for (const dns::Delegation::Proof& proof : delegation.proofs) {
      out->append(out->back() == '[' ? "[" : ",[");
      AppendProof(proof.type, proof.rdata, out);
    }
    out->push_back(']');
  }
  out->push_back('}');
}

// Each of these is false where the value is not of that kind.

bool ReadText(ondemand::value value, std::string* out) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return false;
  out->assign(text);
  return true;
}

bool ReadTexts(ondemand::value value, std::vector<std::string>* out) {
  ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return false;
  for (auto element : array) {
    ondemand::value text;
    if (element.get(text) != simdjson::SUCCESS || !ReadText(text, &out->emplace_back()))
      return false;
  }
  return true;
}

bool ReadPurpose(ondemand::value value, Purpose* purpose) {
  std::string code;
  if (!ReadText(value, &code)) return false;
  const auto known = FindPurpose(code);
  if (known) *purpose = *known;
  return known.has_value();
}

bool ReadRaw(ondemand::value value, RawJson* out) {
  out->text.assign(record::RawJsonText(value));
  return !out->text.empty();
}

template <typename Number>
bool ReadNumber(ondemand::value value, Number* out) {
  uint64_t number = 0;
  if (value.get_uint64().get(number) != simdjson::SUCCESS) return false;
  if (number > std::numeric_limits<Number>::max()) return false;
  *out = static_cast<Number>(number);
  return true;
}

bool ReadName(ondemand::value value, dns::Name* out) {
  std::string_view text;
  return value.get_string().get(text) == simdjson::SUCCESS &&
         dns::Name::FromText(text, out) == dns::NameError::kNone;
}

bool ReadOctets(ondemand::value value, std::string* out) {
  std::string_view text;
  return value.get_string().get(text) == simdjson::SUCCESS &&
         absl::Base64Unescape({text.data(), text.size()}, out);
}

bool ReadType(ondemand::value value, dns::RRType* out) {
  uint16_t number = 0;
  if (!ReadNumber(value, &number)) return false;
  *out = static_cast<dns::RRType>(number);
  return true;
}

/// Calls `read` for each element of an array, with its place.
template <typename Read>
bool ReadEach(ondemand::value value, const Read& read) {
  ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return false;
  size_t place = 0;
  for (auto element : array) {
    ondemand::value item;
    if (std::move(element).get(item) != simdjson::SUCCESS || !read(place++, item)) return false;
  }
  return true;
}

/// Calls `read` for each member of an object.
template <typename Read>
bool ReadMembers(ondemand::object object, const Read& read) {
  for (auto member : object) {
    ondemand::field field;
    std::string_view key;
    if (std::move(member).get(field) != simdjson::SUCCESS) return false;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS || !read(key, field.value())) {
      return false;
    }
  }
  return true;
}

bool ReadGlue(ondemand::value value, dns::Delegation* delegation) {
  return ReadEach(value, [delegation](size_t, ondemand::value pair) {
    uint8_t server = 0;
    std::string octets;
    const bool read = ReadEach(pair, [&](size_t place, ondemand::value item) {
      return place == 0 ? ReadNumber(item, &server) : place == 1 && ReadOctets(item, &octets);
    });
    if (!read || (octets.size() != dns::Delegation::kIpv4Octets &&
                  octets.size() != dns::Delegation::kIpv6Octets)) {
      return false;
    }
    delegation->AddGlue(server, {reinterpret_cast<const uint8_t*>(octets.data()), octets.size()});
    return true;
  });
}

bool ReadProofs(ondemand::value value, dns::Delegation* delegation) {
  return ReadEach(value, [delegation](size_t, ondemand::value pair) {
    dns::Delegation::Proof& proof = delegation->proofs.emplace_back();
    return ReadEach(pair, [&proof](size_t place, ondemand::value item) {
      return place == 0 ? ReadType(item, &proof.type)
                        : place == 1 && ReadOctets(item, &proof.rdata);
    });
  });
}

bool ReadDelegation(ondemand::value value, dns::Delegation* delegation) {
  ondemand::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return false;
  size_t hosts = 0;
  const bool read = ReadMembers(object, [&](std::string_view key, ondemand::value member) {
    if (key == "ttl") return ReadNumber(member, &delegation->ttl_s);
    if (key == "glue") return ReadGlue(member, delegation);
    if (key == "proofs") return ReadProofs(member, delegation);
    if (key == "hosts") {
      return ReadEach(member, [&](size_t, ondemand::value item) {
        dns::Name host;
        ++hosts;
        if (!ReadName(item, &host)) return false;
        delegation->hosts.append(host.view().bytes());
        return true;
      });
    }
    return key == "ds" && ReadEach(member, [&](size_t, ondemand::value item) {
             return ReadOctets(item, &delegation->ds.emplace_back());
           });
  });
  for (const dns::Delegation::Glue& glue : delegation->glue) {
    if (glue.server >= hosts) return false;
  }
  return read && hosts > 0;
}

bool ReadDenials(ondemand::value value, zonefile::DenialSink* sink) {
  return ReadEach(value, [sink](size_t, ondemand::value tuple) {
    Denial denial;
    const bool read = ReadEach(tuple, [&denial](size_t place, ondemand::value item) {
      switch (place) {
        case 0:
          return ReadName(item, &denial.zone);
        case 1:
          return ReadName(item, &denial.owner);
        case 2:
          return ReadType(item, &denial.type);
        default:
          return place == 3 && ReadOctets(item, &denial.rdata);
      }
    });
    if (!read) return false;
    if (sink == nullptr) return true;
    sink->TakeDenial(denial.zone, denial.owner, denial.type,
                     {reinterpret_cast<const uint8_t*>(denial.rdata.data()), denial.rdata.size()});
    return true;
  });
}

}  // namespace

void AppendJobLine(const input::NameJob& job, std::string* out) {
  const input::JobDetails& details = job.details();
  out->push_back('{');
  if (job.valid) {
    AppendKey("name", out);
    AppendName(job.name, out);
  } else {
    AppendKey("invalid", out);
    record::AppendJsonString(details.invalid_name, out);
  }
  if (job.wildcard) out->append(",\"wildcard\":true");
  if (job.purpose != Purpose::kTls) AppendText("for", std::string(PurposeCode(job.purpose)), out);
  AppendText("input", details.input, out);
  AppendRaw("id", details.id, out);
  AppendRaw("order", details.order, out);
  AppendRaw("columns", details.input_columns, out);
  if (job.rank != input::kNoRank) absl::StrAppend(out, ",\"rank\":", job.rank);
  AppendTexts("account_uri", details.account_uris, out);
  AppendTexts("validation_method", details.validation_methods, out);
  if (details.line != 0) absl::StrAppend(out, ",\"line\":", details.line);
  AppendText("detail", details.detail, out);
  if (details.delegation != nullptr) AppendDelegation(*details.delegation, out);
  out->append("}\n");
}

void AddDenials(DenialsOf what, const std::vector<Denial>& denials, std::string* line) {
  constexpr std::string_view kEnd = "}\n";
  assert(line->ends_with(kEnd) && "a line of AppendJobLine()");
  if (denials.empty()) return;
  line->resize(line->size() - kEnd.size());
  AppendKey(what == DenialsOf::kName ? "denials" : "apex_denials", line);
  line->push_back('[');
  for (const Denial& denial : denials) {
    line->append(line->back() == '[' ? "[" : ",[");
    AppendName(denial.zone, line);
    line->push_back(',');
    AppendName(denial.owner, line);
    line->push_back(',');
    AppendProof(denial.type, denial.rdata, line);
  }
  line->append("]").append(kEnd);
}

struct JobLineReader::Impl {
  ondemand::parser parser;
  ondemand::document document;
  bool named = false;

  bool ReadDetail(std::string_view key, ondemand::value value, zonefile::DenialSink* denials,
                  input::JobDetails* details) const {
    if (key == "input") return ReadText(value, &details->input);
    if (key == "id") return ReadRaw(value, &details->id);
    if (key == "order") return ReadRaw(value, &details->order);
    if (key == "columns") return ReadRaw(value, &details->input_columns);
    if (key == "account_uri") return ReadTexts(value, &details->account_uris);
    if (key == "validation_method") return ReadTexts(value, &details->validation_methods);
    if (key == "line") return ReadNumber(value, &details->line);
    if (key == "detail") return ReadText(value, &details->detail);
    if (key == "delegation") {
      auto delegation = std::make_unique<dns::Delegation>();
      if (!ReadDelegation(value, delegation.get())) return false;
      if (denials == nullptr) delegation->proofs.clear();
      details->delegation = std::move(delegation);
      return true;
    }
    return false;
  }

  bool ReadMember(std::string_view key, ondemand::value value, input::NameJob* job,
                  zonefile::DenialSink* denials) {
    if (key == "name") {
      dns::Name name;
      if (named || !ReadName(value, &name)) return false;
      named = job->valid = true;
      job->name = name.view();
      return true;
    }
    if (key == "invalid") {
      if (std::exchange(named, true)) return false;
      return ReadText(value, &job->mutable_details()->invalid_name);
    }
    if (key == "wildcard") return value.get_bool().get(job->wildcard) == simdjson::SUCCESS;
    if (key == "for") return ReadPurpose(value, &job->purpose);
    if (key == "rank") return ReadNumber(value, &job->rank);
    if (key == "denials" || key == "apex_denials") return ReadDenials(value, denials);
    return ReadDetail(key, value, denials, job->mutable_details());
  }
};

JobLineReader::JobLineReader(Purpose usual) : usual_(usual), impl_(std::make_unique<Impl>()) {}
JobLineReader::~JobLineReader() = default;

bool JobLineReader::Read(std::string_view line, input::NameJob* job,
                         zonefile::DenialSink* denials) {
  *job = input::NameJob();
  job->purpose = usual_;
  impl_->named = false;
  impl_->document = ondemand::document();
  ondemand::object object;
  const simdjson::padded_string_view padded(line.data(), line.size(), line.size() + kPadding);
  if (impl_->parser.iterate(padded).get(impl_->document) != simdjson::SUCCESS ||
      impl_->document.get_object().get(object) != simdjson::SUCCESS) {
    return false;
  }
  const bool read = ReadMembers(object, [&](std::string_view key, ondemand::value value) {
    return impl_->ReadMember(key, value, job, denials);
  });
  return read && impl_->named;
}

}  // namespace caascan::plan
