// Which finding stands where, and which state it makes.
#include "scanner/explain/record_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/record/record_lines.h"

namespace caascan::explain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr auto kGood = PictureState::kGood;
constexpr auto kUnknown = PictureState::kUnknown;
constexpr auto kBad = PictureState::kBad;

TrustPicture Picture(const std::string& reason, const std::string& more,
                     const ClimbView& climb = {}, const std::string& dnssec = "insecure") {
  std::string line = record::Line("www.a.test", reason, more);
  line.replace(line.find("\"insecure\""), 10, '"' + dnssec + '"');
  record::LineReader reader;
  EXPECT_EQ(reader.Read(line), "");
  return PictureOf(reader.record(), climb, {"letsencrypt.org"});
}

const ClimbView kSigned = {{},
                           {{".", "secure", ""}, {"test", "secure", ""}, {"a.test", "secure", ""}}};

TEST(RecordPictureTest, GoesFromTheRootToTheName) {
  const TrustPicture picture = Picture("no_caa", R"(,"zone":"a.test")", kSigned, "secure");
  ASSERT_EQ(picture.nodes.size(), 4u);
  for (const PictureNode& node : picture.nodes) EXPECT_EQ(node.state, kGood) << node.name;
  EXPECT_EQ(picture.nodes[0].name, ". (the root)");
  EXPECT_EQ(picture.nodes[2].link.word, "signed: DS and DNSKEY match");
  EXPECT_EQ(picture.nodes[3].name, "www.a.test");
  EXPECT_EQ(picture.nodes[3].word, "Let's Encrypt would issue");
  EXPECT_EQ(picture.nodes[3].link.word, "no CAA records, secure");
}

struct LinkRow {
  const char* name;
  ChainLinkView link;
  const char* more;
  PictureState state;
  const char* word;
  std::vector<std::string> notes;
};

TEST(RecordPictureTest, EachStateOfALinkHasItsWords) {
  for (const LinkRow& row :
       {LinkRow{"secure", {"a.test", "secure", ""}, "", kGood, "signed: DS and DNSKEY match", {}},
        LinkRow{"insecure",
                {"a.test", "insecure", ""},
                "",
                kUnknown,
                "insecure: not signed from here on",
                {}},
        LinkRow{"unchecked", {"a.test", "unchecked", ""}, "", kUnknown, "not checked", {}},
        LinkRow{
            "indeterminate", {"a.test", "indeterminate", ""}, "", kUnknown, "indeterminate", {}},
        LinkRow{"bogus, with its finding",
                {"a.test", "bogus", "dnssec_ds_mismatch: zone a.test"},
                R"(,"findings":[{"code":"dnssec_ds_mismatch","zone":"a.test"}])",
                kBad,
                "bogus: the chain breaks here",
                {"dnssec_ds_mismatch: no key of the zone matches the parent's DS"}},
        LinkRow{"bogus, with a detail alone",
                {"a.test", "bogus", "a detail"},
                "",
                kBad,
                "bogus: the chain breaks here",
                {"a detail"}},
        LinkRow{"the delegation's own finding",
                {"a.test", "secure", ""},
                R"(,"findings":[{"code":"future_code","zone":"a.test"},)"
                R"({"code":"delegation_mismatch","zone":"a.test"}])",
                kGood,
                "signed: DS and DNSKEY match",
                {"delegation_mismatch: the NS sets at parent and child differ"}}}) {
    const TrustPicture picture = Picture("no_caa", row.more, {{}, {{".", "secure", ""}, row.link}});
    ASSERT_EQ(picture.nodes.size(), 3u) << row.name;
    const PictureLink& link = picture.nodes[1].link;
    EXPECT_EQ(link.state, row.state) << row.name;
    EXPECT_EQ(link.word, row.word) << row.name;
    ASSERT_EQ(link.notes.size(), row.notes.size()) << row.name;
    for (size_t i = 0; i < row.notes.size(); ++i) {
      EXPECT_THAT(link.notes[i], StartsWith(row.notes[i].substr(0, row.notes[i].find(':'))))
          << row.name;
    }
  }
}

TEST(RecordPictureTest, TheChainBreaksOnce) {
  const TrustPicture picture = Picture(
      "no_caa", "", {{}, {{".", "secure", ""}, {"test", "bogus", ""}, {"a.test", "bogus", ""}}});
  EXPECT_EQ(picture.nodes[1].link.word, "bogus: the chain breaks here");
  EXPECT_EQ(picture.nodes[2].link.word, "broken above");
}

TEST(RecordPictureTest, AFailureIsOnTheLinkToTheName) {
  const TrustPicture picture = Picture("dnssec_bogus",
                                       R"(,"failed_at":"www.a.test","zone":"a.test","findings":[)"
                                       R"({"code":"single_server","zone":"a.test"},)"
                                       R"({"code":"dnssec_empty_answers_only","zone":"a.test"}])",
                                       kSigned, "bogus");
  const PictureNode& name = picture.nodes.back();
  EXPECT_EQ(name.state, kBad);
  EXPECT_EQ(name.word, "Let's Encrypt would not issue");
  EXPECT_EQ(name.link.state, kBad);
  EXPECT_EQ(name.link.word, "the look-up fails: dnssec_bogus");
  EXPECT_THAT(name.link.notes, ElementsAre(StartsWith("dnssec_empty_answers_only: ")));
  EXPECT_THAT(picture.nodes[2].link.notes, IsEmpty());
}

TEST(RecordPictureTest, WithoutAChainThereIsTheZoneAlone) {
  const TrustPicture picture = Picture("no_caa", R"(,"zone":"a.test","cname":["b.test"])");
  ASSERT_EQ(picture.nodes.size(), 2u);
  EXPECT_EQ(picture.nodes[0].name, "a.test");
  EXPECT_EQ(picture.servers_title, "Servers asked about a.test");
  EXPECT_THAT(picture.nodes[1].link.notes, ElementsAre("an alias of b.test"));
}

TEST(RecordPictureTest, OfALongChainTheRootAndTheNearestZonesStay) {
  ClimbView climb;
  for (int i = 0; i < 40; ++i) climb.chain.push_back({"z" + std::to_string(i), "secure", ""});
  const TrustPicture picture = Picture("no_caa", "", climb);
  ASSERT_EQ(picture.nodes.size(), 9u);
  EXPECT_EQ(picture.nodes[0].name, "z0");
  EXPECT_EQ(picture.nodes[1].name, "z33");
  EXPECT_EQ(picture.nodes[7].name, "z39");
}

struct ServerRow {
  const char* name;
  const char* result;
  const char* finding;  // Members of a finding; empty for none.
  PictureState state;
  const char* word;
};

TEST(RecordPictureTest, AServerHasItsResultAndItsFindings) {
  const std::string at = R"(,"host":"ns.a.test","address":"192.0.2.1")";
  for (const ServerRow& row :
       {ServerRow{"answer", "answer", "", kGood, "answer"},
        ServerRow{"referral", "referral", "", kGood, "referral, from a zone above"},
        ServerRow{"silent", "timeout", "", kBad, "timeout"},
        ServerRow{"on the blocklist", "blocked", "", kUnknown, "blocked"},
        ServerRow{"answer with an error", "answer", R"("code":"dnskey_dropped")", kBad,
                  "answer, with an error"},
        ServerRow{"answer with a warning", "answer", R"("code":"unknown_types_rejected")", kUnknown,
                  "answer, with a warning"}}) {
    std::string more = R"(,"servers":[{"host":"ns.a.test","address":"192.0.2.1","result":")";
    more += std::string(row.result) + R"("}])";
    if (*row.finding != '\0') more += ",\"findings\":[{" + (row.finding + at) + "}]";
    const TrustPicture picture = Picture("no_caa", more);
    ASSERT_EQ(picture.servers.size(), 1u) << row.name;
    EXPECT_EQ(picture.servers[0].state, row.state) << row.name;
    EXPECT_EQ(picture.servers[0].word, row.word) << row.name;
    EXPECT_EQ(picture.servers[0].notes.size(), *row.finding == '\0' ? 0u : 1u) << row.name;
  }
}

TEST(RecordPictureTest, ServersAboveComeLastAndThoseOfFindingsAlone) {
  const TrustPicture picture = Picture(
      "no_caa", R"(,"servers":[{"host":"up","address":"192.0.2.9","result":"referral"},)"
                R"({"host":"ns","address":"192.0.2.1","result":"answer"}],)"
                R"("findings":[{"code":"server_silent","host":"ns2","address":"192.0.2.2"}])");
  ASSERT_EQ(picture.servers.size(), 3u);
  EXPECT_EQ(picture.servers[0].host, "ns");
  EXPECT_EQ(picture.servers[1].host, "ns2");
  EXPECT_EQ(picture.servers[1].word, "not asked for this");
  EXPECT_EQ(picture.servers[2].host, "up");
}

TEST(RecordPictureTest, LeavesServersOutAndSaysSo) {
  std::string more = R"(,"servers":[{"host":"ns","result":"unresolved"})";
  for (int i = 0; i < 30; ++i) more += R"(,{"host":"ns","result":"unresolved"})";
  const TrustPicture picture = Picture("no_caa", more + "]");
  EXPECT_EQ(picture.servers.size(), 16u);
  EXPECT_EQ(picture.servers_left_out, 15u);
}

TEST(RecordPictureTest, AllTextIsPrintable) {
  const TrustPicture picture = Picture(
      "no_caa",
      R"(,"zone":"\u202e","servers":[{"host":"\u202e","address":"\u0007","result":"\u202e"}])");
  EXPECT_EQ(picture.nodes[0].name, "\\u{202E}");
  EXPECT_EQ(picture.servers[0].host, "\\u{202E}");
  EXPECT_EQ(picture.servers[0].address, "\\u{7}");
  EXPECT_THAT(picture.servers_title, HasSubstr("\\u{202E}"));
}

}  // namespace
}  // namespace caascan::explain
