// Master files as the lab reads them, and as it serves them: RFC 1035 §5, RFC 2308 §4, RFC 3597 §5,
// RFC 4035 §3.1, RFC 5155 §7.2.
#include "tools/caalab/world/master_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/lab/lab_asker.h"
#include "tools/caalab/world/export.h"
#include "tools/caalab/world/internet.h"

namespace caascan::lab {
namespace {

using dns::RCode;
using dns::RRType;
using dns::Section;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::string_view kSoa = "@ 3600 IN SOA ns1 hostmaster 1 2 3 4 5\n";
const auto kRowName = [](const auto& test) { return test.param.name; };

struct ReadRow {
  std::string name;
  std::string text;                // Behind the SOA.
  std::vector<std::string> lines;  // What the records behind the SOA come to, without the apex.
};
std::ostream& operator<<(std::ostream& out, const ReadRow& row) { return out << row.text; }

std::string LineOf(const ZoneRecord& record) {
  const std::string owner =
      record.owner.name.view().is_root() ? "@" : record.owner.name.view().ToText();
  return owner + " " + std::to_string(record.ttl) + " " + dns::TypeName(record.type);
}

class ReadTest : public testing::TestWithParam<ReadRow> {};

TEST_P(ReadTest, Reads) {
  const auto records =
      ParseMasterFile(std::string(kSoa) + GetParam().text, NameOf("example.com"), "x.zone");
  ASSERT_TRUE(records.ok()) << records.status().message();
  std::vector<std::string> lines;
  for (size_t i = 1; i < records->size(); ++i) lines.push_back(LineOf((*records)[i]));
  EXPECT_EQ(lines, GetParam().lines);
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, ReadTest,
    testing::Values(
        ReadRow{"Empty", "", {}}, ReadRow{"Comments", "; one\n  ; two\n\n", {}},
        ReadRow{"NoFinalNewline", "www 60 A 127.0.0.1", {"www 60 A"}},
        ReadRow{"CarriageReturns", "www 60 A 127.0.0.1\r\n", {"www 60 A"}},
        ReadRow{"Absolute", "www.example.com. 60 A 127.0.0.1\n", {"www 60 A"}},
        ReadRow{"ClassFirst", "www IN 60 A 127.0.0.1\n", {"www 60 A"}},
        ReadRow{"OwnerLeftOut", "www 60 A 127.0.0.1\n    60 TXT x\n", {"www 60 A", "www 60 TXT"}},
        ReadRow{"TtlLeftOut", "www 60 A 127.0.0.1\nmail A 127.0.0.1\n", {"www 60 A", "mail 60 A"}},
        ReadRow{"TtlDirective",
                "$TTL 2h\nwww 60 A 127.0.0.1\nmail A 127.0.0.1\n",
                {"www 60 A", "mail 7200 A"}},
        ReadRow{"OriginDirective",
                "$ORIGIN sub\nwww 60 A 127.0.0.1\n@ 60 A 127.0.0.1\n",
                {"www.sub 60 A", "sub 60 A"}},
        ReadRow{"OriginAbove", "$ORIGIN com.\nwww.example 60 A 127.0.0.1\n", {"www 60 A"}},
        ReadRow{"Parentheses",
                "mx 60 MX ( 10 ; comment )\n  mail )\nwww 60 A 127.0.0.1\n",
                {"mx 60 MX", "www 60 A"}},
        ReadRow{"QuotedSemicolon", "@ 60 CAA 0 issue \"ca; a=b\"\n", {"@ 60 CAA"}},
        ReadRow{"Escapes", "a\\.b\\;c 60 A 127.0.0.1\n", {"a\\.b;c 60 A"}},
        ReadRow{"UnknownType", "www 60 TYPE65280 \\# 2 ABCD\n", {"www 60 TYPE65280"}},
        ReadRow{"Generate", "$GENERATE 1-2 n$ 60 A 127.0.0.$\n", {"n1 60 A", "n2 60 A"}},
        ReadRow{"Repeated", "www 60 A 127.0.0.1\nWWW 60 A 127.0.0.1\n", {"www 60 A"}}),
    kRowName);

struct BadRow {
  std::string name;
  std::string text;
  std::string message;
};
std::ostream& operator<<(std::ostream& out, const BadRow& row) { return out << row.text; }

class BadFileTest : public testing::TestWithParam<BadRow> {};

TEST_P(BadFileTest, SaysWhatAndWhere) {
  const auto records = ParseMasterFile(GetParam().text, NameOf("example.com"), "x.zone");
  ASSERT_FALSE(records.ok());
  EXPECT_THAT(std::string(records.status().message()), StartsWith(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadFileTest,
    testing::Values(
        BadRow{"NoSoa", "www A 127.0.0.1\n", "x.zone: a zone has one SOA"},
        BadRow{"Empty", "", "x.zone: a zone has one SOA"},
        BadRow{"TwoSoas", std::string(kSoa) + "@ SOA ns2 x 1 2 3 4 5\n",
               "x.zone: a zone has one SOA"},
        BadRow{"SoaElsewhere", std::string(kSoa) + "www SOA ns2 x 1 2 3 4 5\n",
               "x.zone: a zone has one SOA"},
        BadRow{"BadAddress", std::string(kSoa) + "\nwww A 127.0.0\n", "x.zone:3: record \"www A"},
        BadRow{"BadInsideParentheses", "; one\n@ SOA (\nns1\n)\n", "x.zone:2: record"},
        BadRow{"OutsideTheZone", std::string(kSoa) + "www.example.org. A 127.0.0.1\n", "x.zone:2:"},
        BadRow{"Include", "$INCLUDE /etc/passwd\n", "x.zone:1: $INCLUDE is not read"},
        BadRow{"NoDirective", "$FOO\n", "x.zone:1: no directive $FOO"},
        BadRow{"BadTtl", "$TTL soon\n", "x.zone:1: $TTL soon is no time"},
        BadRow{"BadOrigin", "$ORIGIN a..b.\n", "x.zone:1: $ORIGIN a..b."},
        BadRow{"OpenParenthesis", std::string(kSoa) + "www TXT (\n\n", "x.zone:2: a quote or"},
        BadRow{"OpenQuote", std::string(kSoa) + "www TXT \"x\nwww A 127.0.0.1\n",
               "x.zone:2: a quote or"}),
    kRowName);

TEST(BadFileTest, EveryCutIsReadOrRefused) {
  const std::string text = std::string(kSoa) +
                           "$TTL 60\na\\.b 60 TXT (\n \"x;y\" ; z\n) \n$ORIGIN sub\n"
                           "w CAA 0 issue \"ca\"\n  TYPE65280 \\# 2 ABCD\n";
  for (size_t size = 0; size <= text.size(); ++size) {
    (void)ParseMasterFile(text.substr(0, size), NameOf("example.com"), "x.zone");
    std::string flipped = text;
    if (size < text.size()) flipped[size] = static_cast<char>(flipped[size] ^ 0x55);
    (void)ParseMasterFile(flipped, NameOf("example.com"), "x.zone");
  }
}

/// A folder with the zones of a scenario as files, and a world that serves those as they are.
class ServedTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / "caalab-master-file-test";
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }

  absl::StatusOr<std::unique_ptr<Internet>> Load(const std::string& scenario) const {
    Write("scenario.json", scenario);
    InternetOptions options;
    options.scenario_path = (folder_ / "scenario.json").string();
    return Internet::Load(options);
  }

  std::filesystem::path folder_;
};

constexpr char kUnsigned[] =
    "@ SOA ns1 h 1 2 3 4 60\n@ NS ns1\nns1 A 127.0.3.1\n@ CAA 0 issue \"ca\"\nsub NS "
    "ns.sub\nns.sub A 127.0.3.2\n";

TEST_F(ServedTest, AnUnsignedFileAsItIs) {
  Write("a.zone", kUnsigned);
  const auto internet = Load(R"({"zones":[{"zone":"a.test","file":"a.zone"}]})");
  ASSERT_TRUE(internet.ok()) << internet.status().message();
  Responder responder((*internet)->world());
  const auto caa = AskResponder(&responder, {.name = "a.test", .server = "127.0.3.1"});
  EXPECT_THAT(caa->Records(Section::kAnswer), ElementsAre("a.test 300 CAA 0 issue ca"));
  const auto names =
      AskResponder(&responder, {.name = "a.test", .type = RRType::kNS, .server = "127.0.3.1"});
  EXPECT_THAT(names->Records(Section::kAnswer), ElementsAre("a.test 300 NS ns1.a.test"));
  const auto below = AskResponder(&responder, {.name = "x.sub.a.test", .server = "127.0.3.1"});
  EXPECT_FALSE(below->message.authoritative());
  EXPECT_THAT(below->Records(Section::kAuthority), ElementsAre("sub.a.test 300 NS ns.sub.a.test"));
  EXPECT_THAT(below->Records(Section::kAdditional), Contains("ns.sub.a.test 300 A 127.0.3.2"));
  const auto parent = AskResponder(&responder, {.name = "a.test", .server = "127.64.0.1"});
  EXPECT_THAT(parent->Records(Section::kAuthority), ElementsAre("a.test 3600 NS ns1.a.test"));
}

TEST_F(ServedTest, ServersAndFaultsMayBeGivenBesides) {
  Write("a.zone", kUnsigned);
  const auto internet = Load(R"({"zones":[{"zone":"a.test","file":"a.zone",
      "servers":[{"host":"ns1","addresses":["127.0.3.9"]}],
      "faults":[{"fault":"rcode","rcode":"NOTIMP","types":["CAA"]}]}]})");
  ASSERT_TRUE(internet.ok()) << internet.status().message();
  Responder responder((*internet)->world());
  const auto caa = AskResponder(&responder, {.name = "a.test", .server = "127.0.3.9"});
  EXPECT_EQ(caa->rcode(), RCode::kNotImp);
}

TEST_F(ServedTest, ABadFileIsNamed) {
  Write("a.zone", std::string(kUnsigned) + "www A 1.2.3\n");
  const auto internet = Load(R"({"zones":[{"zone":"a.test","file":"a.zone"}]})");
  EXPECT_THAT(std::string(internet.status().message()), HasSubstr("/a.zone:7: record"));
  const auto missing = Load(R"({"zones":[{"zone":"a.test","file":"b.zone"}]})");
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("/b.zone: No such file"));
  const auto both =
      Load(R"({"zones":[{"zone":"a.test","file":"a.zone","records":["@ A 127.0.0.1"]}]})");
  EXPECT_THAT(std::string(both.status().message()), HasSubstr("\"file\" says it all"));
}

TEST_F(ServedTest, AnOptionNamesAFileToo) {
  Write("a.zone", kUnsigned);
  InternetOptions options;
  options.zone_files = {"A.test=" + (folder_ / "a.zone").string()};
  const auto internet = Internet::Load(options);
  ASSERT_TRUE(internet.ok()) << internet.status().message();
  EXPECT_EQ((*internet)->world().zone_count(), 2u) << "the root is added";
  options.zone_files = {"a.zone"};
  EXPECT_THAT(std::string(Internet::Load(options).status().message()), HasSubstr("ORIGIN=FILE"));
}

/// Signed zones are exported first: what the lab then reads back is a file like any signer's.
class SignedFileTest : public ServedTest {
 protected:
  /// The zone signed with a denial, exported with lines that do not match `without`, and served.
  void Serve(const std::string& denial, const std::string& without) {
    Write("source.json", R"({"zones":[
      {"zone":".","servers":[{"host":"a.root.","addresses":["127.0.1.1"]}],"dnssec":true},
      {"zone":"a.test","servers":[{"addresses":["127.0.3.1"]}],"dnssec":{"denial":")" +
                             denial + R"("},
       "records":["@ CAA 0 issue \"ca\"","*.wild TXT x","a.ent A 127.0.0.1","sub NS ns.sub"]}]})");
    const auto now = std::chrono::system_clock::now();
    const absl::Status exported =
        ExportScenario((folder_ / "source.json").string(), folder_.string(), now);
    ASSERT_TRUE(exported.ok()) << exported.message();
    std::ifstream in(folder_ / "2-a.test.zone");
    std::string kept;
    for (std::string line; std::getline(in, line);) {
      if (without.empty() || line.find(without) == std::string::npos) kept += line + "\n";
    }
    Write("kept.zone", kept);
    auto internet = Load(R"({"zones":[
      {"zone":".","servers":[{"host":"a.root.","addresses":["127.0.1.1"]}],"dnssec":true},
      {"zone":"a.test","file":"kept.zone"}]})");
    ASSERT_TRUE(internet.ok()) << internet.status().message();
    internet_ = std::move(*internet);
    responder_ = std::make_unique<Responder>(internet_->world());
  }

  /// "TYPE owner" of what comes back, signatures as "RRSIG owner".
  std::vector<std::string> Ask(const std::string& name, RRType type, Section section,
                               bool dnssec_ok = true) {
    if (responder_ == nullptr) return {"no zone was served"};
    const auto answer = AskResponder(responder_.get(), {.name = name,
                                                        .type = type,
                                                        .server = "127.0.3.1",
                                                        .transport = Transport::kTcp,
                                                        .dnssec_ok = dnssec_ok});
    std::vector<std::string> out;
    for (const std::string& record : answer->Records(section)) {
      out.push_back(record.substr(0, record.find(' ', record.find(' ', record.find(' ') + 1) + 1)));
    }
    return out;
  }

  std::unique_ptr<Internet> internet_;
  std::unique_ptr<Responder> responder_;
};

TEST_F(SignedFileTest, SignaturesComeWithTheirSets) {
  Serve("nsec", "");
  EXPECT_THAT(Ask("a.test", RRType::kCAA, Section::kAnswer),
              ElementsAre("a.test 300 CAA", "a.test 300 RRSIG"));
  EXPECT_THAT(Ask("a.test", RRType::kCAA, Section::kAnswer, false), ElementsAre("a.test 300 CAA"));
  EXPECT_THAT(Ask("x.wild.a.test", RRType::kTXT, Section::kAnswer),
              ElementsAre("x.wild.a.test 300 TXT", "x.wild.a.test 300 RRSIG"));
}

TEST_F(SignedFileTest, NsecProofsAreTheFiles) {
  Serve("nsec", "");
  EXPECT_THAT(
      Ask("a.test", RRType::kTXT, Section::kAuthority),
      ElementsAre("a.test 300 SOA", "a.test 300 RRSIG", "a.test 300 NSEC", "a.test 300 RRSIG"));
  EXPECT_THAT(Ask("no.a.test", RRType::kTXT, Section::kAuthority),
              Contains("a.ent.a.test 300 NSEC"))
      << "ent is empty";
  EXPECT_THAT(Ask("x.wild.a.test", RRType::kTXT, Section::kAuthority),
              ElementsAre("*.wild.a.test 300 NSEC", "*.wild.a.test 300 RRSIG"));
  EXPECT_THAT(Ask("x.sub.a.test", RRType::kTXT, Section::kAuthority),
              ElementsAre("sub.a.test 300 NS", "sub.a.test 300 NSEC", "sub.a.test 300 RRSIG"));
}

TEST_F(SignedFileTest, Nsec3ProofsAreTheFiles) {
  Serve("nsec3", "");
  EXPECT_THAT(Ask("a.test", RRType::kTXT, Section::kAuthority), SizeIs(4));
  EXPECT_THAT(Ask("x.no.a.test", RRType::kTXT, Section::kAuthority), Not(SizeIs(2)));
  EXPECT_THAT(Ask("ent.a.test", RRType::kTXT, Section::kAuthority), SizeIs(4));
}

TEST_F(SignedFileTest, WhatIsMissingStaysMissing) {
  Serve("nsec", "\tNSEC");
  EXPECT_THAT(Ask("no.a.test", RRType::kTXT, Section::kAuthority),
              ElementsAre("a.test 300 SOA", "a.test 300 RRSIG"));
  Serve("nsec3", "\tNSEC3\t");
  EXPECT_THAT(Ask("no.a.test", RRType::kTXT, Section::kAuthority),
              ElementsAre("a.test 300 SOA", "a.test 300 RRSIG"));
  Serve("nsec", "RRSIG\tCAA");
  EXPECT_THAT(Ask("a.test", RRType::kCAA, Section::kAnswer), ElementsAre("a.test 300 CAA"));
}

TEST_F(SignedFileTest, TheParentSaysTheKeysDs) {
  Serve("nsec", "");
  const auto referral = AskResponder(
      responder_.get(),
      {.name = "a.test", .server = "127.0.1.1", .transport = Transport::kTcp, .dnssec_ok = true});
  EXPECT_THAT(referral->Records(Section::kAuthority), Contains(StartsWith("a.test 3600 DS ")));
  Serve("nsec", "DNSKEY");
  const auto unsigned_now = AskResponder(
      responder_.get(),
      {.name = "a.test", .server = "127.0.1.1", .transport = Transport::kTcp, .dnssec_ok = true});
  EXPECT_THAT(unsigned_now->Records(Section::kAuthority),
              Not(Contains(StartsWith("a.test 3600 DS "))));
  EXPECT_THAT(Ask("a.test", RRType::kCAA, Section::kAnswer), ElementsAre("a.test 300 CAA"));
}

TEST_F(SignedFileTest, ExportGivesTheFileBack) {
  for (const char* denial : {"nsec", "nsec3"}) {
    Serve(denial, "");
    const auto lines_of = [](const std::filesystem::path& path) {
      std::vector<std::string> lines;
      std::ifstream in(path);
      for (std::string line; std::getline(in, line);) lines.push_back(line);
      std::sort(lines.begin(), lines.end());
      return lines;
    };
    const auto before = lines_of(folder_ / "kept.zone");
    const auto status =
        ExportScenario((folder_ / "scenario.json").string(), (folder_ / "again").string(),
                       std::chrono::system_clock::now());
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_THAT(before, Not(IsEmpty()));
    EXPECT_EQ(lines_of(folder_ / "again/2-a.test.zone"), before);
  }
}

}  // namespace
}  // namespace caascan::lab
