// Tested by record_view_test.cc and redecide_test.cc.
#include "scanner/record/member_values.h"

#include <vector>

#include "scanner/record/record_text.h"

namespace caascan::record {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::SUCCESS;

constexpr double kMaxElapsedMs = 1e12;  // Thirty years.

/// Calls `visit(field)` for each member. False as soon as it is, or where the object cannot be
/// read.
template <typename Visit>
bool ForEachField(ondemand::object object, const Visit& visit) {
  for (auto member : object) {
    if (member.error() != SUCCESS) return false;
    if (!visit(InPlace(member))) return false;
  }
  return true;
}

/// Calls `visit(key, value)` for each member, as ForEachField() does.
template <typename Visit>
bool ForEachMember(ondemand::object object, const Visit& visit) {
  return ForEachField(object, [&visit](ondemand::field& field) {
    return visit(RawKey(field.key().raw()), field.value());
  });
}

/// Calls `read(object)` for each object of an array. False as soon as it is, or where the array
/// holds something else.
template <typename Read>
bool ForEachObject(ondemand::value& value, const Read& read) {
  ondemand::array array;
  if (value.get_array().get(array) != SUCCESS) return false;
  for (auto entry : array) {
    ondemand::object object;
    if (entry.get_object().get(object) != SUCCESS) return false;
    if (!read(object)) return false;
  }
  return true;
}

bool GetUnsigned(ondemand::value& value, uint64_t max, uint64_t* number) {
  return value.get_uint64().get(*number) == SUCCESS && *number <= max;
}

/// A CAA RRset, of which each member is noted so that none is missing or there twice.
template <RrsetUse kUse>
class RrsetReader {
 public:
  explicit RrsetReader(RecordView* record) : record_(record) {}

  bool Read(ondemand::value& value) {
    ondemand::object object;
    if (value.get_object().get(object) != SUCCESS) return false;
    record_->has_caa = true;
    unsigned seen = 0;
    const bool sound = ForEachField(object, [this, &seen](ondemand::field& field) {
      return ReadMember(KeyOf(field), field.value(), &seen);
    });
    return sound && !record_->caa.empty() && (kUse == RrsetUse::kReport || seen == kTtl + kRecords);
  }

 private:
  enum RrsetBit : unsigned { kTtl = 1, kRecords = 2 };
  enum RecordBit : unsigned { kFlags = 1, kTag = 2, kValue = 4 };

  static std::string_view KeyOf(ondemand::field& field) {
    std::string_view key = RawKey(field.key().raw());
    if (kUse == RrsetUse::kReport || !key.empty()) return key;
    // A key that is valid JSON and yet no text (a lone surrogate) is none of ours.
    return field.unescaped_key().get(key) == SUCCESS ? key : std::string_view();
  }

  /// Notes that a member is there. False where it may not be, since it was there before.
  static bool Note(unsigned bit, unsigned* seen) {
    const bool first = (*seen & bit) == 0;
    *seen |= bit;
    return first || kUse == RrsetUse::kReport;
  }

  bool ReadMember(std::string_view key, ondemand::value& value, unsigned* seen) {
    if (key == "owner") return kUse == RrsetUse::kDecide || GetString(value, &record_->caa_owner);
    if (key == "records") {
      return Note(kRecords, seen) && ForEachObject(value, [this](ondemand::object object) {
               return ReadRecord(object, &record_->caa.emplace_back());
             });
    }
    if (key != "ttl") return true;
    uint64_t ttl_s = 0;
    if (!Note(kTtl, seen) || !GetUnsigned(value, UINT32_MAX, &ttl_s)) return false;
    record_->caa_ttl_s = static_cast<uint32_t>(ttl_s);
    return true;
  }

  static bool ReadRecord(ondemand::object object, CaaRecordView* record) {
    unsigned seen = 0;
    const auto visit = [record, &seen](ondemand::field& field) {
      const std::string_view key = KeyOf(field);
      if (key == "tag") return Note(kTag, &seen) && ReadText(field.value(), &record->tag);
      if (key == "value") return Note(kValue, &seen) && ReadText(field.value(), &record->value);
      if (key != "flags") return true;
      uint64_t flags = 0;
      if (!Note(kFlags, &seen) || !GetUnsigned(field.value(), UINT8_MAX, &flags)) return false;
      record->flags = static_cast<uint8_t>(flags);
      return true;
    };
    return ForEachField(object, visit) && seen == kFlags + kTag + kValue;
  }

  static bool ReadText(ondemand::value& value, std::string_view* text) {
    return GetString(value, text) && (kUse == RrsetUse::kReport || IsPresentation(*text));
  }

  RecordView* const record_;
};

bool ReadCodes(ondemand::value& value, std::vector<uint16_t>* codes) {
  ondemand::array array;
  if (value.get_array().get(array) != SUCCESS) return false;
  for (auto element : array) {
    uint64_t code = 0;
    if (element.get_uint64().get(code) != SUCCESS || code > UINT16_MAX) return false;
    codes->push_back(static_cast<uint16_t>(code));
  }
  return true;
}

bool ReadServer(ondemand::object object, RecordView* record) {
  ServerView* const server = &record->servers.emplace_back();
  return ForEachMember(object, [server, record](std::string_view key, ondemand::value& value) {
    if (key == "host") return GetString(value, &server->host);
    if (key == "address") return GetString(value, &server->address);
    if (key == "ede") return ReadCodes(value, &record->server_ede);
    return key != "result" || GetString(value, &server->result);
  });
}

bool ReadFinding(ondemand::object object, FindingView* finding) {
  return ForEachMember(object, [finding](std::string_view key, ondemand::value& value) {
    if (key == "code") return GetString(value, &finding->code);
    if (key == "host") return GetString(value, &finding->host);
    if (key == "address") return GetString(value, &finding->address);
    if (key == "zone") return GetString(value, &finding->zone);
    if (key == "ede") {
      uint64_t code = 0;
      if (!GetUnsigned(value, UINT16_MAX, &code)) return false;
      finding->ede = static_cast<uint16_t>(code);
      return true;
    }
    return key != "evidence" || GetString(value, &finding->evidence);
  });
}

bool ReadDecision(ondemand::field& field, DecisionView* decision) {
  std::string_view verdict;
  decision->ca = RawKey(field.key().raw());
  // A CA's name may be any text, with escapes in it.
  if (decision->ca.empty() && field.unescaped_key().get(decision->ca) != SUCCESS) return false;
  if (!GetString(field.value(), &verdict)) return false;
  decision->permit = verdict == "permit";
  return decision->permit || verdict == "deny";
}

}  // namespace

bool ReadCaa(ondemand::value& value, RrsetUse use, RecordView* record) {
  return use == RrsetUse::kReport ? RrsetReader<RrsetUse::kReport>(record).Read(value)
                                  : RrsetReader<RrsetUse::kDecide>(record).Read(value);
}

bool ReadCname(ondemand::value& value, RecordView* record) {
  ondemand::array array;
  if (value.get_array().get(array) != SUCCESS) return false;
  for (auto element : array) {
    ondemand::value target;
    if (element.get(target) != SUCCESS || !GetString(target, &record->cname.emplace_back())) {
      return false;
    }
  }
  return true;
}

bool ReadServers(ondemand::value& value, RecordView* record) {
  return ForEachObject(value,
                       [record](ondemand::object object) { return ReadServer(object, record); });
}

bool ReadFindings(ondemand::value& value, RecordView* record) {
  return ForEachObject(value, [record](ondemand::object object) {
    return ReadFinding(object, &record->findings.emplace_back());
  });
}

bool ReadDecisions(ondemand::value& value, RecordView* record) {
  ondemand::object object;
  if (value.get_object().get(object) != SUCCESS) return false;
  return ForEachField(object, [record](ondemand::field& field) {
    return ReadDecision(field, &record->decisions.emplace_back());
  });
}

bool ReadPersistResult(ondemand::value& value, RecordView* record) {
  ondemand::object object;
  if (value.get_object().get(object) != SUCCESS) return false;
  const bool read = ForEachMember(object, [record](std::string_view key, ondemand::value& member) {
    return key != "result" || GetString(member, &record->persist);
  });
  return read && !record->persist.empty();
}

bool ReadElapsed(ondemand::value& value, RecordView* record) {
  return value.get_double().get(record->elapsed_ms) == SUCCESS && record->elapsed_ms >= 0 &&
         record->elapsed_ms <= kMaxElapsedMs;
}

bool ReadRank(ondemand::value& value, RecordView* record) {
  uint64_t rank = 0;
  if (!GetUnsigned(value, UINT32_MAX, &rank)) return false;
  record->rank = static_cast<uint32_t>(rank);
  return true;
}

}  // namespace caascan::record
