// An internet as a user asks for it: names listed, and the truth of each.
#include "tools/caalab/world/internet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "caascan/caa.h"
#include "tests/lab/lab_asker.h"
#include "tools/caalab/truth/truth.h"

namespace caascan::lab {
namespace {

using testing::HasSubstr;

/// A file that goes when the test ends.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text)
      : path_(testing::TempDir() + "caalab_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + "_" +
              std::to_string(++count_)) {
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { (void)std::remove(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  static inline int count_ = 0;
  std::string path_;
};

std::vector<std::string> NamesOf(const Internet& internet) {
  std::vector<std::string> out;
  internet.ListNames([&out](const std::string& name) {
    out.push_back(name);
    return true;
  });
  return out;
}

struct MixRow {
  std::string name;
  InternetOptions options;
};
std::ostream& operator<<(std::ostream& out, const MixRow& row) { return out << row.name; }

class ShippedTest : public testing::TestWithParam<MixRow> {};

bool IsFailure(std::string_view reason) {
  const std::string_view outcome = OutcomeOfReason(reason);
  return outcome != "permit" && outcome != "deny";
}

/// The decision that RFC 8659 takes on the described data: stated reasons must agree with it.
std::string DecidedReason(const World& world, const Expectation& expect) {
  const bool wildcard = expect.name.substr(0, 2) == "*.";
  const auto caa = FindCaa(world, NameOf(expect.name.substr(wildcard ? 2 : 0)));
  std::vector<CaaRecord> records;
  for (size_t i = 0; caa && i < caa->set->rdata.size(); ++i) {
    const std::string& wire = caa->set->rdata[i][0].octets;
    const dns::CaaRdata rdata =
        dns::ReadCaa({reinterpret_cast<const uint8_t*>(wire.data()), wire.size()});
    records.push_back({rdata.flags, std::string(rdata.tag), std::string(rdata.value)});
  }
  IssuanceRequest request;
  request.issuer_domains = {"letsencrypt.org"};
  request.wildcard = wildcard;
  return std::string(DecisionReasonCode(Decide(records, request).reason));
}

TEST_P(ShippedTest, StatesATruthThatItsDataBears) {
  const auto internet = Internet::Load(GetParam().options);
  ASSERT_TRUE(internet.ok()) << internet.status().message();
  const auto names = NamesOf(**internet);
  EXPECT_GE(names.size(), 8u);
  for (const std::string& name : names) {
    const auto expect = (*internet)->Expect(name);
    ASSERT_TRUE(expect.ok()) << expect.status().message();
    const auto line = TruthLine((*internet)->world(), *expect);
    ASSERT_TRUE(line.ok()) << line.status().message();
    if (IsFailure(expect->reason)) continue;
    EXPECT_EQ(DecidedReason((*internet)->world(), *expect), expect->reason) << name;
  }
}

InternetOptions ScenarioOptions(const std::string& path) {
  InternetOptions options;
  options.scenario_path = path;
  return options;
}
InternetOptions BasicOptions() { return ScenarioOptions("datasets/lab/basic.json"); }

InternetOptions MixOptions(const std::string& path) {
  InternetOptions options;
  options.mix_path = path;
  options.name_count = 3000;
  options.seed = 7;
  return options;
}

INSTANTIATE_TEST_SUITE_P(
    Files, ShippedTest,
    testing::Values(MixRow{"Basic", BasicOptions()},
                    MixRow{"Dnssec", ScenarioOptions("datasets/lab/dnssec.json")},
                    MixRow{"Honest", ScenarioOptions("datasets/lab/honest.json")},
                    MixRow{"Stories", ScenarioOptions("datasets/lab/stories.json")},
                    MixRow{"Faults", ScenarioOptions("datasets/lab/faults.json")},
                    MixRow{"Culprits", ScenarioOptions("datasets/lab/culprits.json")},
                    MixRow{"OddAnswers", ScenarioOptions("datasets/lab/odd-answers.json")},
                    MixRow{"Healthy", MixOptions("datasets/lab/mix-healthy.json")},
                    MixRow{"Internet", MixOptions("datasets/lab/mix-internet.json")},
                    MixRow{"Persist", MixOptions("datasets/lab/mix-persist.json")},
                    MixRow{"Broken", MixOptions("datasets/lab/mix-broken.json")}),
    [](const auto& test) { return test.param.name; });

TEST(InternetTest, FaultsHasEveryCode) {
  const auto internet = Internet::Load(ScenarioOptions("datasets/lab/faults.json"));
  ASSERT_TRUE(internet.ok()) << internet.status().message();
  std::string truth;
  (*internet)->ListNames([&](const std::string& name) {
    const auto expect = (*internet)->Expect(name);
    const auto line = TruthLine((*internet)->world(), *expect);
    EXPECT_TRUE(line.ok()) << line.status().message();
    if (line.ok()) truth += *line;
    return true;
  });
  for (const std::string_view code : {"notimp_on_caa",
                                      "formerr_on_caa",
                                      "refused_on_caa",
                                      "servfail_on_caa",
                                      "caa_dropped",
                                      "unknown_types_dropped",
                                      "unknown_types_rejected",
                                      "notimp_for_type",
                                      "lame_refused",
                                      "lame_not_authoritative",
                                      "lame_upward_referral",
                                      "lame_servfail",
                                      "server_unresolvable",
                                      "server_nxdomain",
                                      "server_unreachable",
                                      "server_silent",
                                      "delegation_mismatch",
                                      "glue_mismatch",
                                      "single_server",
                                      "single_network",
                                      "answers_differ",
                                      "negative_without_soa",
                                      "negative_soa_wrong_zone",
                                      "nxdomain_above_existing",
                                      "cname_with_other_data",
                                      "alias_loop",
                                      "alias_too_long",
                                      "edns_formerr",
                                      "edns_dropped",
                                      "edns_badvers",
                                      "edns_not_echoed",
                                      "edns_option_rejected",
                                      "truncated_no_tcp",
                                      "question_changed",
                                      "case_changed",
                                      "case_sensitive_server",
                                      "id_or_port_changed",
                                      "response_malformed",
                                      "rate_limited",
                                      "caa_issuer_unknown",
                                      "caa_value_malformed",
                                      "caa_tag_unknown",
                                      "caa_flag_one",
                                      "caa_ttl_extreme"}) {
    EXPECT_THAT(truth, HasSubstr("{\"code\":\"" + std::string(code) + "\""));
  }
  EXPECT_THAT(truth, HasSubstr(R"({"code":"case_changed","host":"ns1.combined.faults.example",)"
                               R"("address":"127.70.)"));
}

TEST(InternetTest, BasicHasTheNamesOfTheDocumentation) {
  const auto internet = Internet::Load(BasicOptions());
  ASSERT_TRUE(internet.ok());
  const auto reason = [&internet](std::string_view name) {
    const auto expect = (*internet)->Expect(name);
    return expect.ok() ? expect->reason : std::string(expect.status().message());
  };
  EXPECT_EQ(reason("www.example.com"), "issuer_authorized");
  EXPECT_EQ(reason("BÜCHER.example"), "issuer_authorized");
  EXPECT_EQ(reason("*.shop.example.net"), "issuance_forbidden");
  EXPECT_THAT(reason("unheard.of.example"), HasSubstr("does not say"));
}

constexpr char kMix[] = R"({"family":{"tlds":{"com":1},
  "operators":[{"name":"own","addresses":40,"hosts":2}],
  "kinds":[
    {"kind":"good","weight":1,"records":["@ CAA 0 issue \"ca\"","@ CAA 0 issuewild \";\""],
     "expect":[{"reason":"issuer_not_authorized","weight":1},{"name":"*","reason":"issuance_forbidden","weight":0},
               {"name":"www","reason":"issuer_not_authorized"}]},
    {"kind":"silent","weight":0,"expect":[{"reason":"no_caa"}]},
    {"kind":"dead","weight":50,"faults":[{"fault":"drop"}],"expect":[{"reason":"no_response"}]}]}})";

class NamesFileTest : public testing::Test {
 protected:
  std::unique_ptr<Internet> Load(std::string_view names, std::string_view mix_text = kMix) {
    const TemporaryFile mix(mix_text);
    const TemporaryFile list(names);
    InternetOptions options;
    options.mix_path = mix.path();
    options.names_file_path = list.path();
    auto internet = Internet::Load(options);
    message_ = std::string(internet.status().message());
    return internet.ok() ? std::move(*internet) : nullptr;
  }
  std::string message_;
};

TEST_F(NamesFileTest, DomainsThatHaveOthersBelowAreSound) {
  const auto internet = Load("# list\n\nuk\nCO.uk\nexample.co.uk\r\n a.b.example.co.uk \nco.uk\n");
  ASSERT_NE(internet, nullptr) << message_;
  const auto names = NamesOf(*internet);
  ASSERT_EQ(names.size(), 4u) << "each once";
  EXPECT_EQ(names[0], "uk");
  const auto reason = [&internet](std::string_view name) { return internet->Expect(name)->reason; };
  EXPECT_EQ(reason("uk"), "no_caa");
  EXPECT_EQ(reason("co.uk"), "issuer_not_authorized") << "never dead: it has domains below";
  EXPECT_EQ(reason("example.co.uk"), "issuer_not_authorized");
  EXPECT_EQ(reason("*.example.co.uk"), "issuance_forbidden");
  EXPECT_EQ(reason("sub.www.example.co.uk"), "issuer_not_authorized") << "as www";
  EXPECT_EQ(reason("a.b.example.co.uk"), "no_response") << "51 to 1 for this name";
}

TEST_F(NamesFileTest, EachDomainIsServedBelowTheOneAbove) {
  const auto internet = Load("co.uk\na.b.co.uk\n");
  ASSERT_NE(internet, nullptr) << message_;
  EXPECT_EQ(internet->world().Enclosing(NameOf("www.a.b.co.uk")).apex.ToText(), "a.b.co.uk");
  EXPECT_EQ(internet->world().Enclosing(NameOf("b.co.uk")).apex.ToText(), "co.uk");
  EXPECT_EQ(internet->world().Enclosing(NameOf("other.uk")).apex.ToText(), "uk");
}

TEST_F(NamesFileTest, FindingsOfADomainStayWhereTheOneAboveDecides) {
  const auto internet = Load("co.uk\na.co.uk\n", R"({"family":{"tlds":{"com":1},
    "operators":[{"name":"own","addresses":40,"hosts":2}],
    "kinds":[
      {"kind":"good","weight":1,"records":["@ CAA 0 issue \"ca\""],
       "expect":[{"reason":"issuer_not_authorized"}]},
      {"kind":"odd","weight":1e6,"faults":[{"fault":"no-soa"}],
       "expect":[{"reason":"no_caa","findings":["negative_without_soa 1"]}]}]}})");
  ASSERT_NE(internet, nullptr) << message_;
  const auto expect = internet->Expect("a.co.uk");
  ASSERT_TRUE(expect.ok());
  EXPECT_EQ(expect->reason, "issuer_not_authorized");
  EXPECT_THAT(expect->findings,
              testing::ElementsAre(HasSubstr("negative_without_soa ns1.a.co.uk")));
}

TEST_F(NamesFileTest, NamesOutsideTheListAreNotKnown) {
  const auto internet = Load("example.com\n");
  ASSERT_NE(internet, nullptr) << message_;
  EXPECT_FALSE(internet->Expect("other.com").ok());
  EXPECT_FALSE(internet->Expect("a..b").ok());
}

TEST_F(NamesFileTest, ALineThatIsNoNameIsToldWithItsNumber) {
  EXPECT_EQ(Load("example.com\na..b\n"), nullptr);
  EXPECT_THAT(message_, HasSubstr(":2: no domain name in A-labels"));
  EXPECT_EQ(Load("b\xc3\xbc"
                 "cher.example\n"),
            nullptr);
  EXPECT_THAT(message_, HasSubstr(":1: no domain name"));
}

TEST(InternetErrorTest, NothingGiven) {
  EXPECT_THAT(std::string(Internet::Load({}).status().message()), HasSubstr("--scenario or --mix"));
}

TEST(InternetErrorTest, AListWithoutAFamily) {
  InternetOptions options = BasicOptions();
  options.names_file_path = "names.txt";
  const auto internet = Internet::Load(options);
  EXPECT_THAT(std::string(internet.status().message()), HasSubstr("--names-file wants a --mix"));
}

TEST(InternetTruthTest, RefusesATruthThatTheDataContradict) {
  const auto world = WorldOf(R"({"zones":[{"zone":"a.test","records":["@ CAA 0 issue \"ca\""]},
                                          {"zone":"b.test"}]})");
  Expectation expect;
  expect.name = "a.test";
  expect.reason = "no_caa";
  EXPECT_THAT(std::string(TruthLine(*world, expect).status().message()),
              HasSubstr("expected to be no_caa, but the zones hold a CAA set"));
  expect.name = "b.test";
  expect.reason = "issuer_authorized";
  EXPECT_THAT(std::string(TruthLine(*world, expect).status().message()),
              HasSubstr("hold no CAA set"));
}

TEST(InternetTruthTest, WritesTheRecord) {
  const auto world = WorldOf(R"({"zones":[
    {"zone":"a.test","records":["www CNAME x.b.test.","d DNAME b.test."]},
    {"zone":"b.test","records":["x 60 CAA 0 issue \"q\\\"b\\\\s\\000\""]}]})");
  Expectation expect;
  expect.name = "www.a.test";
  expect.reason = "malformed_property";
  expect.findings = {"caa_value_malformed"};
  const std::string caa =
      R"("caa":{"owner":"x.b.test","ttl":60,"records":[{"flags":0,"tag":"issue","value":"q\"b\\\\s\\000"}]})";
  EXPECT_EQ(
      *TruthLine(*world, expect),
      R"({"name":"www.a.test","outcome":"deny","reason":"malformed_property","may_issue":false,)" +
          caa + R"(,"dnssec":"unchecked","findings":[{"code":"caa_value_malformed"}]})" + "\n");
  expect.name = "x.d.a.test";
  expect.all_findings = {"caa_dropped ns1.b.test 127.0.0.1"};
  expect.possible_findings = {"rate_limited"};
  EXPECT_THAT(
      *TruthLine(*world, expect),
      HasSubstr(caa +
                R"(,"dnssec":"unchecked","findings":[{"code":"caa_value_malformed"},)"
                R"({"code":"caa_dropped","host":"ns1.b.test","address":"127.0.0.1","due":"all"},)"
                R"({"code":"rate_limited","due":"never"}]})"));
}

TEST(InternetTest, FindingsOfAFamilyNameItsServers) {
  const auto internet = Internet::Load(MixOptions("datasets/lab/mix-broken.json"));
  ASSERT_TRUE(internet.ok()) << internet.status().message();
  int seen = 0;
  (*internet)->ListNames([&](const std::string& name) {
    const auto expect = (*internet)->Expect(name);
    EXPECT_TRUE(expect.ok());
    for (const std::string& finding : expect->findings) {
      EXPECT_EQ(finding.find('*'), std::string::npos) << finding;
      if (finding.rfind("lame_refused ", 0) != 0) continue;
      ++seen;
      const size_t host = finding.find(' ') + 1;
      const size_t address = finding.find(' ', host);
      EXPECT_NE(address, std::string::npos) << finding;
      EXPECT_EQ(finding.substr(host, 2), "ns") << finding;
      EXPECT_EQ(finding.substr(address + 1, 4), "127.") << finding;
    }
    return true;
  });
  EXPECT_GT(seen, 0);
}

}  // namespace
}  // namespace caascan::lab
