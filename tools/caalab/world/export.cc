// What a zone holds is written as it is; what the lab makes for each answer, signatures and denial,
// is made here once for every set and every owner. Keys are made anew in each run, so that an
// export and a lab that serves the same scenario have different ones. Tested by export_test.cc, and
// by tests/e2e/honesty_test.py with the files on real servers.
#include "tools/caalab/world/export.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>

#include "tools/caalab/sign/denial.h"
#include "tools/caalab/sign/presigned.h"
#include "tools/caalab/sign/secure_writer.h"
#include "tools/caalab/truth/truth.h"
#include "tools/caalab/world/record_text.h"
#include "tools/caalab/world/scenario.h"

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RRType;

constexpr size_t kMaxFileLabel = 100;

class MasterFileWriter {
 public:
  MasterFileWriter(const World& world, const World::DescribedZone& described)
      : zone_(*described.zone),
        signing_(zone_.signing()),
        signer_(world.signer()),
        context_{described.apex, nullptr} {}

  std::string Write() {
    std::vector<std::pair<dns::Name, const Node*>> nodes;
    zone_.ForEachNode([&nodes](NameView owner, const Node& node) {
      nodes.emplace_back(dns::Name(owner), &node);
    });
    std::sort(nodes.begin(), nodes.end(), [](const auto& a, const auto& b) {
      return CompareCanonically(a.first, b.first) < 0;
    });
    if (const RRset* soa = zone_.apex().Find(RRType::kSOA)) AddSet(NameView(), *soa, IsSigned());
    for (const auto& [owner, node] : nodes) AddNode(owner, *node);
    if (IsSigned() && !signing_->Has(SigningFault::kDenialMissing)) AddChain();
    if (zone_.presigned() != nullptr) AddStoredChain();
    return std::move(text_);
  }

 private:
  bool IsSigned() const { return signing_ != nullptr && signer_ != nullptr; }

  void AddNode(NameView owner, const Node& node) {
    const bool occluded = zone_.IsOccluded(owner);
    const bool cut = !owner.is_root() && node.Find(RRType::kNS) != nullptr;
    for (const RRset& set : node.sets) {
      if (set.type == RRType::kSOA && owner.is_root()) continue;
      if (set.type == RRType::kRRSIG) {
        AddStoredSignatures(owner, node, set);
        continue;
      }
      AddSet(owner, set, IsSigned() && !occluded && (!cut || set.type == RRType::kDS));
    }
    const RRset* names = node.Find(RRType::kNS);
    for (const Glue& glue : node.glue) {
      // Glue outside the zone is no part of it; what the zone's data have is there already.
      const Node* host = glue.owner.relative ? zone_.FindNode(glue.owner.name) : nullptr;
      if (!glue.owner.relative || (host != nullptr && host->Find(glue.type) != nullptr)) continue;
      const auto name = Complete(glue.owner.name, context_.apex);
      if (name) AddLine(*name, glue.type, names->ttl, ExpandRdata(glue.rdata, context_));
    }
  }

  /// What a file that is served as it is brought along. A signature has the TTL of what it covers.
  void AddStoredSignatures(NameView relative, const Node& node, const RRset& signatures) {
    const auto owner = Complete(relative, context_.apex);
    for (const RRset& set : node.sets) {
      for (const Rdata* rdata : SignaturesOver(&signatures, set.type)) {
        if (owner) AddLine(*owner, RRType::kRRSIG, set.ttl, ExpandRdata(*rdata, context_));
      }
    }
  }

  void AddStoredChain() {
    for (const StoredSet& stored : zone_.presigned()->Nsec3Sets()) {
      AddSet(stored.owner, *stored.set, false);
      const auto owner = Complete(stored.owner, context_.apex);
      for (const Rdata* rdata : SignaturesOver(stored.signatures, RRType::kNSEC3)) {
        if (owner) AddLine(*owner, RRType::kRRSIG, stored.set->ttl, ExpandRdata(*rdata, context_));
      }
    }
  }

  void AddSet(NameView relative, const RRset& set, bool with_signature) {
    const auto owner = Complete(relative, context_.apex);
    if (!owner) return;
    std::vector<std::string> rdata;
    for (const Rdata& each : set.rdata) {
      rdata.push_back(ExpandRdata(each, context_));
      AddLine(*owner, set.type, set.ttl, rdata.back());
    }
    if (with_signature) AddSignature(*owner, set.type, set.ttl, rdata);
  }

  void AddSignature(NameView owner, RRType type, uint32_t ttl,
                    const std::vector<std::string>& rdata) {
    const auto shape = SignatureShapeOf(*signing_, type, false);
    if (!shape) return;
    const std::string signature = signer_->SignatureRdata({.owner = owner,
                                                           .type = type,
                                                           .ttl = ttl,
                                                           .rdata = rdata,
                                                           .apex = context_.apex,
                                                           .algorithm = signing_->algorithm,
                                                           .shape = *shape});
    if (!signature.empty()) AddLine(owner, RRType::kRRSIG, ttl, signature);
  }

  /// The record at each owner of the chain; for one that it leaves out (RFC 5155 §6) the one
  /// before.
  void AddChain() {
    absl::flat_hash_set<dns::Name, dns::NameHash, dns::NameEqual> added;
    for (const ChainEntry& entry : zone_.chain()) {
      for (const DenialRecord& record :
           Prove(zone_, context_.apex, {.claim = DenialClaim::kNoData, .name = entry.owner})) {
        if (!added.insert(record.owner).second) continue;
        AddLine(record.owner, record.type, zone_.negative_ttl(), record.rdata);
        AddSignature(record.owner, record.type, zone_.negative_ttl(), {record.rdata});
      }
    }
  }

  void AddLine(NameView owner, RRType type, uint32_t ttl, std::string_view rdata) {
    std::string line = RecordLine(owner, type, ttl, rdata);
    // Glue may be given by several delegations, and as data besides.
    if (lines_.insert(line).second) text_ += line;
  }

  const Zone& zone_;
  const SigningDescription* const signing_;
  Signer* const signer_;
  const ZoneContext context_;
  std::string text_;
  absl::flat_hash_set<std::string> lines_;
};

/// A file name that no other zone has and every file system takes.
std::string FileName(NameView apex, size_t number) {
  std::string label = apex.is_root() ? "root" : apex.ToText().substr(0, kMaxFileLabel);
  for (char& c : label) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (!plain) c = '_';
  }
  return absl::StrCat(number, "-", label, ".zone");
}

/// Can no file make a server answer like this?
bool IsBeyondFiles(const SigningFaultRule& rule) {
  switch (rule.fault) {
    case SigningFault::kDenialInvalid:
    case SigningFault::kEmptyAnswersInvalid:
      return true;
    case SigningFault::kDenialMissing:
      return !rule.types.empty();
    default:
      return false;
  }
}

/// Are there records that no server reads from a file?
bool HoldsUnsoundRecords(const World::DescribedZone& zone) {
  bool unsound = false;
  const ZoneContext context{zone.apex, nullptr};
  zone.zone->ForEachNode([&](NameView, const Node& node) {
    for (const RRset& set : node.sets) {
      for (const Rdata& rdata : set.rdata) {
        unsound = unsound || !IsSoundRdata(set.type, ExpandRdata(rdata, context));
      }
    }
  });
  return unsound;
}

std::string_view DenialText(const Zone& zone) {
  if (zone.signing() == nullptr && zone.presigned() == nullptr) return "";
  switch (zone.presigned() != nullptr ? zone.presigned()->denial() : zone.signing()->denial) {
    case DenialKind::kNsec3:
      return "nsec3";
    case DenialKind::kNsec3OptOut:
      return "nsec3-opt-out";
    case DenialKind::kMinimal:
      return "minimal";
    case DenialKind::kNsec:
      break;
  }
  return "nsec";
}

std::string IndexLine(const World::DescribedZone& zone, std::string_view denial,
                      const std::string& file) {
  const SigningDescription* signing = zone.zone->signing();
  const bool faulty = zone.faulty || HoldsUnsoundRecords(zone) ||
                      (signing != nullptr &&
                       std::any_of(signing->faults.begin(), signing->faults.end(), IsBeyondFiles));
  std::string line = "{\"zone\":";
  AppendJsonText(zone.apex.ToText(), &line);
  absl::StrAppend(&line, ",\"file\":\"", file, "\",\"signed\":", !denial.empty() ? "true" : "false",
                  ",\"denial\":\"", std::string(denial), "\",\"servers\":[");
  const char* separator = "";
  for (const Address& server : zone.servers) {
    absl::StrAppend(&line, separator, "\"", server.ToText(), "\"");
    separator = ",";
  }
  absl::StrAppend(&line, "],\"signing_faults\":",
                  signing != nullptr && !signing->faults.empty() ? "true" : "false",
                  ",\"faults\":", faulty ? "true" : "false", "}\n");
  return line;
}

absl::Status WriteTextFile(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file.fail() ? absl::DataLossError(path.string() + ": cannot be written")
                     : absl::OkStatus();
}

absl::Status WriteZones(const World& world, const std::set<std::string>& minimal,
                        const std::filesystem::path& folder) {
  std::string index;
  size_t number = 0;
  for (const World::DescribedZone& zone : world.DescribedZones()) {
    const std::string file = FileName(zone.apex, ++number);
    const bool was_minimal = minimal.count(zone.apex.ToText()) != 0;
    index += IndexLine(zone, was_minimal ? "minimal" : DenialText(*zone.zone), file);
    if (absl::Status status = WriteTextFile(folder / file, MasterFileText(world, zone));
        !status.ok()) {
      return status;
    }
  }
  return WriteTextFile(folder / "index.ndjson", index);
}

}  // namespace

std::string MasterFileText(const World& world, const World::DescribedZone& zone) {
  return MasterFileWriter(world, zone).Write();
}

absl::Status ExportScenario(const std::string& scenario_path, const std::string& directory,
                            std::chrono::system_clock::time_point now) {
  auto scenario = LoadScenario(scenario_path);
  if (!scenario.ok()) return scenario.status();
  std::set<std::string> minimal;
  for (ZoneDescription& zone : scenario->zones) {
    if (!zone.signing || zone.signing->denial != DenialKind::kMinimal) continue;
    zone.signing->denial = DenialKind::kNsec;
    minimal.insert(zone.apex.view().ToText());
  }
  const auto world = World::Build(*scenario, nullptr, now);
  if (!world.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(scenario_path, ": ", std::string(world.status().message())));
  }
  const std::filesystem::path folder(directory);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return absl::InvalidArgumentError(absl::StrCat(directory, ": ", error.message()));
  absl::Status status = WriteTextFile(folder / "root.hints", (*world)->hints());
  if (status.ok() && !(*world)->anchor().empty()) {
    status = WriteTextFile(folder / "root.anchor", (*world)->anchor());
  }
  return status.ok() ? WriteZones(**world, minimal, folder) : status;
}

}  // namespace caascan::lab
