// What a signed zone file proves reaches the sink and the jobs, in whatever order the file has it.
#include "scanner/zonefile/zone_proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/io/line_reader.h"
#include "scanner/zonefile/zone_line.h"
#include "scanner/zonefile/zone_order.h"
#include "tests/io/temp_file.h"

namespace caascan::zonefile {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kHash = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom";

/// "zone owner type size", or "unreadable".
class Taken : public DenialSink {
 public:
  void TakeDenial(dns::NameView zone, dns::NameView owner, dns::RRType type,
                  std::span<const uint8_t> rdata) override {
    taken.insert(zone.ToText() + " " + owner.first_label().data()[0] + " " +
                 std::to_string(static_cast<int>(type)) + " " + std::to_string(rdata.size()));
  }
  void NoteUnreadable() override { taken.insert("unreadable"); }

  std::set<std::string> taken;
};

std::string Signature(std::string_view covered) {
  return "RRSIG " + std::string(covered) +
         " 13 2 900 20300101000000 20200101000000 4711 test. AAAA";
}

struct KindRow {
  const char* type;
  std::string rdata;
  ProofKind kind;
};

TEST(ZoneProofTest, Kinds) {
  const KindRow rows[] = {
      {"NSEC3", " 1 1 0 - x A", ProofKind::kOfSpan},
      {"nsec", " b.test. NS", ProofKind::kOfDelegation},
      {"rrsig", " nsec3 13", ProofKind::kOfSpan},
      {"RRSIG", "\tDS 13", ProofKind::kOfDelegation},
      {"RRSIG", " NSEC 8", ProofKind::kOfDelegation},
      {"RRSIG", " SOA 8", ProofKind::kNone},
      {"RRSIG", "", ProofKind::kNone},
      {"NS", " DS", ProofKind::kNone},
  };
  for (const KindRow& row : rows) {
    EXPECT_EQ(ProofKindOf(row.type, row.rdata), row.kind) << row.type << row.rdata;
  }
}

struct ReadRow {
  const char* what;
  std::string type;
  std::string rdata;
  size_t size;  // Of the RDATA; 0 where it cannot be read.
};

TEST(ZoneProofTest, Reads) {
  const std::string hash(kHash);
  const ReadRow rows[] = {
      {"without salt", "NSEC3", " 1 1 0 - " + hash + " NS DS RRSIG", 5 + 21 + 2 + 6},
      {"with salt", "nsec3", " 1 0 10 AABB " + hash + " A", 7 + 21 + 2 + 1},
      {"a hash that is none", "NSEC3", " 1 1 0 - !p9mhaveqvm6t7vbl5lop2u3t2rp3tom A", 0},
      {"no hash", "NSEC3", " 1 1 0", 0},
      {"a number that is none", "NSEC3", " 1 1 many - " + hash, 0},
      {"NSEC", "NSEC", " b.test. NS RRSIG", 8 + 2 + 6},
      {"a signature", "RRSIG", Signature("DS").substr(5), 18 + 6 + 3},
      {"a time that is none", "RRSIG", " DS 13 2 900 soon 20200101000000 1 test. AAAA", 0},
      {"a zero octet", "NSEC", std::string(" b.test. NS\0", 12), 0},
  };
  for (const ReadRow& row : rows) {
    SCOPED_TRACE(row.what);
    const auto record = ReadProof("a.test.", row.type, row.rdata);
    EXPECT_EQ(record ? record->rdata.size() : 0, row.size);
    EXPECT_TRUE(!record || record->owner.view().ToText() == "a.test");
  }
}

/// Reads a file as NameSource does: the delegations as "owner:type type".
std::vector<std::string> ReadZone(const std::string& path, Taken* sink) {
  ZonePlan plan;
  plan.denials = sink;
  EXPECT_TRUE(PlanZone(path, nullptr, &plan).ok());
  ZoneLines lines(std::move(plan));
  std::vector<std::string> found;
  const auto take = [&](ZoneLines::Verdict verdict) {
    if (verdict == ZoneLines::Verdict::kNothing) return false;
    EXPECT_EQ(verdict, ZoneLines::Verdict::kDelegation);
    std::string text = lines.owner() + ":";
    const auto delegation = lines.TakeDelegation();
    std::set<int> types;
    for (const auto& proof : delegation->proofs) types.insert(static_cast<int>(proof.type));
    for (const int type : types) text += " " + std::to_string(type);
    found.push_back(text);
    return true;
  };
  auto reader = io::LineReader::Open(path, nullptr);
  EXPECT_TRUE(reader.ok());
  io::Line line;
  while ((*reader)->Next(&line, true) == io::ReadResult::kLine)
    take(lines.Add(line.text, line.number));
  while (take(lines.End())) {
  }
  return found;
}

TEST(ZoneProofTest, ReachesSinkAndJobs) {
  const std::string soa = "test. 900 IN SOA ns.test. h.test. 1 2 3 4 5\n";
  const std::string a = "a.test. 900 IN NS n.\n", b = "b.test. 900 IN NS n.\n";
  const std::string a_proof =
      "a.test. 900 IN DS 1 13 2 00\na.test. 900 IN " + Signature("DS") + "\n";
  const std::string b_proof =
      "b.test. 900 IN NSEC c.test. NS\nb.test. 900 IN " + Signature("NSEC") + "\n";
  const std::string other = "b.test. 900 IN " + Signature("NS") + "\n";
  const std::string span = std::string(kHash) + ".test. 900 IN NSEC3 1 1 0 - " +
                           std::string(kHash) + " NS\n" + std::string(kHash) + ".test. 900 IN " +
                           Signature("NSEC3") + "\n";
  const std::string broken = std::string(kHash) + ".test. 900 IN NSEC3 1 1 0 - !\n";
  const auto taken = ElementsAre("test 0 46 27", "test 0 50 29");
  const struct {
    const char* what;
    std::string zone;
    bool has_span;
  } rows[] = {
      {"by owner", soa + span + a + a_proof + b + b_proof + other, true},
      {"spans behind the delegations", soa + a + a_proof + b + other + b_proof + span, true},
      {"by type", soa + a + b + a_proof + b_proof + span, true},
      {"without TTL, in parentheses",
       soa + a + "a.test. IN DS ( 1 13 2 00 )\na.test. IN " + Signature("DS") + "\n" + b + b_proof +
           span,
       true},
      {"in front of the SOA", span + soa + a + a_proof + b + b_proof, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const io::TempFile file(row.zone);
    Taken sink;
    EXPECT_THAT(ReadZone(file.path(), &sink), ElementsAre("a.test: 46", "b.test: 46 47"));
    if (row.has_span) {
      EXPECT_THAT(sink.taken, taken);
    } else {
      EXPECT_THAT(sink.taken, IsEmpty());
    }
    // Nothing is read of proofs where none are wanted.
    EXPECT_THAT(ReadZone(file.path(), nullptr), ElementsAre("a.test:", "b.test:"));
  }
  const io::TempFile file(soa + broken + a);
  Taken sink;
  EXPECT_THAT(ReadZone(file.path(), &sink), ElementsAre("a.test:"));
  EXPECT_THAT(sink.taken, ElementsAre("unreadable"));
}

}  // namespace
}  // namespace caascan::zonefile
