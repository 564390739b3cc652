// ldns reads the text. What it would judge and refuse (RDATA in RFC 3597 form that is not sound for
// its type) goes through it under an unknown type. Tested by master_text_test.cc.
#include "tools/caalab/world/master_text.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>

#include <absl/strings/str_cat.h>

#include "tools/caalab/sign/ldns.h"

namespace caascan::lab {
namespace {

using dns::NameView;

constexpr std::string_view kGenerate = "$GENERATE ";
constexpr unsigned kMaxGenerated = 100000;

struct FreeRdf {
  void operator()(ldns_rdf* rdf) const { ldns_rdf_deep_free(rdf); }
};
struct FreeRecord {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};

absl::Status Refuse(std::string_view line, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("record \"", std::string(line), "\": ", std::string(why)));
}

std::string Octets(const ldns_rdf& rdf) {
  return std::string(reinterpret_cast<const char*>(ldns_rdf_data(&rdf)), ldns_rdf_size(&rdf));
}

RdataPart NamePart(const ldns_rdf& rdf, NameView origin) {
  const std::string wire = Octets(rdf);
  const ZoneName name = RelativeTo(
      NameView::FromTrusted(reinterpret_cast<const uint8_t*>(wire.data()), wire.size()), origin);
  RdataPart part;
  part.kind = name.relative ? RdataPart::Kind::kRelativeName : RdataPart::Kind::kName;
  part.octets = name.name.view().bytes();
  return part;
}

Rdata ReadRdata(const ldns_rr& rr, NameView origin) {
  Rdata out;
  for (size_t i = 0; i < ldns_rr_rd_count(&rr); ++i) {
    const ldns_rdf& rdf = *ldns_rr_rdf(&rr, i);
    if (ldns_rdf_get_type(&rdf) == LDNS_RDF_TYPE_DNAME) {
      out.push_back(NamePart(rdf, origin));
    } else if (!out.empty() && out.back().kind == RdataPart::Kind::kOctets) {
      out.back().octets += Octets(rdf);
    } else {
      out.push_back({RdataPart::Kind::kOctets, 0, Octets(rdf)});
    }
  }
  return out;
}

/// The line with the TYPE in front of `\#` replaced by one that ldns does not know; *type is the
/// one that stood there, or 0 where the line has no `\#`.
std::string HideType(std::string_view line, uint16_t* type) {
  *type = 0;
  const size_t mark = line.find("\\#");
  if (mark == std::string_view::npos || mark < 2) return std::string(line);
  const size_t end = line.find_last_not_of(" \t", mark - 1);
  if (end == std::string_view::npos) return std::string(line);
  size_t begin = line.find_last_of(" \t", end);
  begin = begin == std::string_view::npos ? 0 : begin + 1;
  const std::string name(line.substr(begin, end + 1 - begin));
  *type = static_cast<uint16_t>(ldns_get_rr_type_by_name(name.c_str()));
  return absl::StrCat(std::string(line.substr(0, begin)), "TYPE65280 ",
                      std::string(line.substr(mark)));
}

absl::Status ParseOne(std::string_view line, const RecordContext& context,
                      std::vector<ZoneRecord>* records) {
  const std::unique_ptr<ldns_rdf, FreeRdf> ldns_origin(
      ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, context.origin.size(), context.origin.data()));
  uint16_t hidden_type = 0;
  const std::string text = HideType(line, &hidden_type);
  ldns_rr* parsed = nullptr;
  const ldns_status status =
      ldns_rr_new_frm_str(&parsed, text.c_str(), context.default_ttl, ldns_origin.get(), nullptr);
  if (status != LDNS_STATUS_OK) return Refuse(line, ldns_get_errorstr_by_id(status));
  const std::unique_ptr<ldns_rr, FreeRecord> rr(parsed);
  ZoneRecord record;
  const std::string owner = Octets(*ldns_rr_owner(rr.get()));
  record.owner = RelativeTo(
      NameView::FromTrusted(reinterpret_cast<const uint8_t*>(owner.data()), owner.size()),
      context.apex);
  if (!record.owner.relative) return Refuse(line, "the owner is outside the zone");
  const auto type = static_cast<uint16_t>(ldns_rr_get_type(rr.get()));
  record.type = static_cast<dns::RRType>(hidden_type != 0 ? hidden_type : type);
  record.ttl = ldns_rr_ttl(rr.get());
  record.rdata = ReadRdata(*rr, context.apex);
  records->push_back(std::move(record));
  return absl::OkStatus();
}

absl::Status ParseGenerate(std::string_view line, const RecordContext& context,
                           std::vector<ZoneRecord>* records) {
  unsigned from = 0;
  unsigned to = 0;
  const char* end = line.data() + line.size();
  const auto first = std::from_chars(line.data() + kGenerate.size(), end, from);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') {
    return Refuse(line, "$GENERATE wants from-to");
  }
  const auto last = std::from_chars(first.ptr + 1, end, to);
  if (last.ec != std::errc() || to < from || to - from >= kMaxGenerated) {
    return Refuse(line, "$GENERATE wants from-to, 100,000 numbers at most");
  }
  std::string_view pattern(last.ptr, static_cast<size_t>(end - last.ptr));
  pattern.remove_prefix(std::min(pattern.find_first_not_of(' '), pattern.size()));
  for (unsigned number = from; number <= to; ++number) {
    std::string text;
    for (const char c : pattern) {
      if (c == '$') {
        absl::StrAppend(&text, number);
      } else {
        text.push_back(c);
      }
    }
    if (absl::Status status = ParseOne(text, context, records); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

ZoneName RelativeTo(NameView name, NameView origin) {
  if (!name.IsAtOrBelow(origin)) return {dns::Name(name), false};
  return {RelativePart(name, origin), true};
}

absl::Status ParseRecordLine(std::string_view line, NameView origin,
                             std::vector<ZoneRecord>* records) {
  return ParseRecordLine(line, RecordContext{origin, origin}, records);
}

absl::Status ParseRecordLine(std::string_view line, const RecordContext& context,
                             std::vector<ZoneRecord>* records) {
  const size_t before = records->size();
  absl::Status status = line.substr(0, kGenerate.size()) == kGenerate
                            ? ParseGenerate(line, context, records)
                            : ParseOne(line, context, records);
  if (!status.ok()) records->resize(before);
  return status;
}

}  // namespace caascan::lab
