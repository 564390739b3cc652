// Tested by zone_record_test.cc.
#include "scanner/zonerecord/zone_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <concepts>
#include <limits>

#include "scanner/record/record_text.h"

namespace caascan::zonerecord {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr size_t kMaxNameText = 1024;  // 255 octets, each as \\DDD.

// None of these changes its value where it gives false.

bool Get(element value, std::string* text) {
  std::string_view view;
  if (value.get(view) != SUCCESS) return false;
  text->assign(view);
  return true;
}

bool Get(element value, bool* flag) { return value.get(*flag) == SUCCESS; }

template <std::unsigned_integral T>
requires(!std::same_as<T, bool>) bool Get(element value, T* number) {
  uint64_t wide = 0;
  if (value.get(wide) != SUCCESS || wide > std::numeric_limits<T>::max()) return false;
  *number = static_cast<T>(wide);
  return true;
}

template <typename T>
bool Get(element value, std::optional<T>* optional) {
  T inner{};
  if (!Get(value, &inner)) return false;
  *optional = std::move(inner);
  return true;
}

bool GetTime(element value, int64_t* ms) {
  std::string_view text;
  return value.get(text) == SUCCESS && record::ParseJsonTime(text, ms);
}

/// All elements by `read`; sorted, each once: what others rely on.
template <typename T, typename Read>
bool GetList(element value, const Read& read, std::vector<T>* list) {
  simdjson::dom::array array;
  if (value.get(array) != SUCCESS) return false;
  for (const element each : array) {
    if (!read(each, &list->emplace_back())) return false;
  }
  return true;
}

template <typename T>
void Sort(std::vector<T>* list) {
  std::sort(list->begin(), list->end());
  list->erase(std::unique(list->begin(), list->end()), list->end());
}

bool GetTexts(element value, std::vector<std::string>* texts) {
  if (!GetList(
          value, [](element each, std::string* text) { return Get(each, text); }, texts)) {
    return false;
  }
  Sort(texts);
  return true;
}

/// Calls `read(key, value)` for each member until it says false.
template <typename Read>
bool ForEach(element value, const Read& read) {
  object members;
  if (value.get(members) != SUCCESS) return false;
  for (const auto& [key, member] : members) {
    if (!read(key, member)) return false;
  }
  return true;
}

bool GetServer(element value, ZoneServer* server) {
  return ForEach(value, [server](std::string_view key, element member) {
    if (key == "host") return Get(member, &server->host);
    if (key == "address") return Get(member, &server->address);
    if (key == "asked") return Get(member, &server->asked);
    if (key == "answers") return Get(member, &server->answers);
    if (key == "fails") return GetTexts(member, &server->fails);
    if (key == "serial") return Get(member, &server->serial);
    if (key == "asn") return Get(member, &server->asn);
    if (key == "country") return Get(member, &server->country);
    return true;
  });
}

bool GetDs(element value, ZoneDs* ds) {
  return ForEach(value, [ds](std::string_view key, element member) {
    if (key == "tag") return Get(member, &ds->tag);
    if (key == "algorithm") return Get(member, &ds->algorithm);
    if (key == "digest_type") return Get(member, &ds->digest_type);
    return true;
  });
}

bool GetKey(element value, ZoneKey* dnskey) {
  return ForEach(value, [dnskey](std::string_view key, element member) {
    if (key == "tag") return Get(member, &dnskey->tag);
    if (key == "algorithm") return Get(member, &dnskey->algorithm);
    if (key == "bits") return Get(member, &dnskey->bits);
    if (key == "flags") return Get(member, &dnskey->flags);
    return true;
  });
}

bool GetDenial(element value, ZoneDenial* denial) {
  return ForEach(value, [denial](std::string_view key, element member) {
    if (key == "iterations") return Get(member, &denial->iterations);
    if (key == "salt_length") return Get(member, &denial->salt_length);
    if (key == "opt_out") return Get(member, &denial->opt_out);
    if (key != "kind") return true;
    std::string_view kind;
    if (member.get(kind) != SUCCESS) return false;
    denial->nsec3 = kind == "nsec3";
    return denial->nsec3 || kind == "nsec";
  });
}

bool GetSignature(element value, ZoneSignature* signature) {
  return ForEach(value, [signature](std::string_view key, element member) {
    if (key == "type") return Get(member, &signature->type);
    if (key == "ttl") return Get(member, &signature->ttl_s);
    int64_t ms = 0;
    if (key != "ends") return true;
    if (!GetTime(member, &ms)) return false;
    signature->ends_s = ms / 1000;
    return true;
  });
}

/// False where the member is one of security, and of another form.
bool GetSecurity(std::string_view key, element member, ZoneRecord* record) {
  if (key == "dnssec") return Get(member, &record->dnssec);
  if (key == "signed") return Get(member, &record->is_signed);
  if (key == "ds") return GetList(member, GetDs, &record->ds);
  if (key == "dnskey") return GetList(member, GetKey, &record->dnskey);
  if (key == "denial") return GetDenial(member, &record->denial.emplace());
  if (key == "signature") return GetSignature(member, &record->signature.emplace());
  if (key == "cds") return Get(member, &record->cds);
  if (key == "cdnskey") return Get(member, &record->cdnskey);
  return true;
}

bool GetMember(std::string_view key, element member, ZoneRecord* record) {
  if (key == "zone") return Get(member, &record->zone);
  if (key == "parent") return Get(member, &record->parent);
  if (key == "parent_ns") return GetTexts(member, &record->parent_ns);
  if (key == "child_ns") return GetTexts(member, &record->child_ns);
  if (key == "servers") return GetList(member, GetServer, &record->servers);
  if (key == "report_channel") return Get(member, &record->report_channel);
  if (key == "operator") return Get(member, &record->operator_name);
  if (key == "findings") return GetTexts(member, &record->findings);
  if (key == "time") return GetTime(member, &record->time_ms);
  return GetSecurity(key, member, record);
}

}  // namespace

struct ZoneReader::Parser {
  simdjson::dom::parser dom;
};

const size_t ZoneReader::kPadding = simdjson::SIMDJSON_PADDING;

ZoneReader::ZoneReader() : parser_(std::make_unique<Parser>()) {}
ZoneReader::~ZoneReader() = default;

std::string_view ZoneReader::Read(std::string_view line, ZoneRecord* record) {
  *record = ZoneRecord();
  element document;
  if (parser_->dom.parse(line.data(), line.size(), /*realloc_if_needed=*/false).get(document) !=
      SUCCESS) {
    return "not valid JSON";
  }
  std::string_view wrong;
  const bool is_object = ForEach(document, [record, &wrong](std::string_view key, element member) {
    if (!GetMember(key, member, record)) wrong = "a member of another form than a zone's";
    return wrong.empty();
  });
  if (!wrong.empty()) return wrong;
  if (!is_object) return "not a JSON object";
  if (record->zone.empty()) return "no zone";
  // Names in presentation form are printable; sorting relies on it.
  const auto is_printable = [](char c) { return c > ' ' && c < '\x7f'; };
  if (record->zone.size() > kMaxNameText ||
      !std::all_of(record->zone.begin(), record->zone.end(), is_printable)) {
    return "the zone is no domain name";
  }
  if (record->time_ms == 0) return "no time";
  Sort(&record->ds);
  Sort(&record->dnskey);
  return "";
}

}  // namespace caascan::zonerecord
