// Counting records.
#include "scanner/report/aggregate.h"

#include <gtest/gtest.h>

#include "scanner/guide/reason_remedy.h"
#include "tests/record/record_lines.h"

namespace caascan::report {
namespace {

class AggregateTest : public testing::Test {
 protected:
  void Add(const std::string& line) {
    ASSERT_EQ(reader_.Read(line), "") << line;
    aggregate_.Add(reader_.record());
  }

  record::LineReader reader_;
  Aggregate aggregate_;
};

TEST_F(AggregateTest, CountsOutcomesReasonsAndDomains) {
  Add(record::Line("a.example"));
  Add(record::Line("b.example", "refused"));
  Add(record::Line("c.test", "no_response"));
  Add(record::Line("not a name", "invalid_name"));
  EXPECT_EQ(aggregate_.outcomes().names, 4u);
  EXPECT_EQ(aggregate_.outcomes().of(Outcome::kPermit), 1u);
  EXPECT_EQ(aggregate_.outcomes().failed(), 2u);
  EXPECT_EQ(aggregate_.of(Reason::kRefused), 1u);
  EXPECT_EQ(aggregate_.may_issue(), 1u);
  EXPECT_EQ(aggregate_.would_issue(), 1u);
  EXPECT_EQ(aggregate_.of(DnssecStatus::kInsecure, Outcome::kLame), 1u);
  const auto tlds = aggregate_.tlds().Sorted();
  ASSERT_EQ(tlds.size(), 3u);
  EXPECT_EQ(tlds[0].first, "example");
  EXPECT_EQ(tlds[0].second->outcomes.failed(), 1u);
  EXPECT_EQ(tlds[1].first, "(no name)");
  // What was never looked up took no time.
  EXPECT_EQ(aggregate_.elapsed_us().count(), 3u);
  EXPECT_EQ(aggregate_.elapsed_us().max(), 10'500u);
}

/// Under the names of a customer stand the servers of the zones above, too.
TEST_F(AggregateTest, AServerBelongsToWhoRunsIt) {
  Add(record::Line(
      "a.example", "no_response",
      R"(,"operator":"one.test","servers":[{"host":"a.nic.example","address":"192.0.2.1","result":"timeout"},)"
      R"({"host":"ns1.one.test","address":"192.0.2.2","result":"timeout"},)"
      R"({"address":"192.0.2.53","result":"timeout"}])"));
  std::map<std::string, std::string> operators;
  for (const auto& [key, row] : aggregate_.servers().Sorted()) {
    operators[std::string(key)] = row->operator_name;
  }
  EXPECT_EQ(operators,
            (std::map<std::string, std::string>{{"192.0.2.1 a.nic.example", "nic.example"},
                                                {"192.0.2.2 ns1.one.test", "one.test"},
                                                {"192.0.2.53 ", "one.test"}}));
}

TEST_F(AggregateTest, AServerOfSeveralOperatorsHasTheSameOneInEveryOrder) {
  const auto line = [](std::string_view name, std::string_view by) {
    return record::Line(name, "no_response",
                        R"(,"operator":")" + std::string(by) +
                            R"(","servers":[{"address":"192.0.2.1","result":"timeout"}])");
  };
  for (const bool swapped : {false, true}) {
    Aggregate sum;
    Aggregate other;
    Aggregate* first = swapped ? &other : &sum;
    Aggregate* second = swapped ? &sum : &other;
    record::LineReader reader;
    ASSERT_EQ(reader.Read(line("a.example", "one.test")), "");
    first->Add(reader.record());
    ASSERT_EQ(reader.Read(line("b.example", "other.test")), "");
    second->Add(reader.record());
    sum.Merge(other);
    ASSERT_EQ(sum.servers().size(), 1u);
    EXPECT_EQ(sum.servers().Sorted()[0].second->operator_name, "one.test");
    EXPECT_EQ(sum.servers().Sorted()[0].second->names, 2u);
  }
}

TEST_F(AggregateTest, CountsFindingsAndServersOnceAName) {
  Add(record::Line(
      "a.example", "refused",
      R"(,"servers":[{"host":"ns1.host.test","address":"192.0.2.1","result":"refused"},)"
      R"({"host":"ns2.host.test","address":"192.0.2.2","result":"answer"},)"
      R"({"host":"ns1.host.test","address":"192.0.2.1","result":"timeout"}],)"
      R"("findings":[{"code":"lame_refused","host":"ns1.host.test","address":"192.0.2.1"},)"
      R"({"code":"lame_refused","host":"ns3.host.test","address":"192.0.2.3"}])"));
  const auto findings = aggregate_.findings().Sorted();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].second->names, 1u);
  EXPECT_EQ(findings[0].second->findings, 2u);
  const auto servers = aggregate_.servers().Sorted();
  ASSERT_EQ(servers.size(), 3u);
  EXPECT_EQ(servers[0].first, "192.0.2.1 ns1.host.test");
  EXPECT_EQ(servers[0].second->names, 1u);
  EXPECT_EQ(servers[0].second->faults.Sorted().size(), 3u);
  EXPECT_EQ(servers[1].first, "192.0.2.3 ns3.host.test");
  EXPECT_EQ(servers[2].first, "192.0.2.2 ns2.host.test");
  EXPECT_EQ(servers[2].second->names, 0u) << "it answered";
  for (const auto& [key, row] : servers) EXPECT_EQ(row->asked, 1u) << key;
  const auto operators = aggregate_.operators().Sorted();
  ASSERT_EQ(operators.size(), 1u);
  EXPECT_EQ(operators[0].first, "host.test");
  EXPECT_EQ(operators[0].second->findings.Sorted()[0].second, 1u);
}

TEST_F(AggregateTest, CountsTheNamesOfWhichAServerWasAskedWhateverItAnswered) {
  const auto line = [](std::string_view name, std::string_view reason, std::string_view result) {
    return record::Line(
        name, reason,
        R"(,"servers":[{"host":"h","address":"a","result":")" + std::string(result) + R"("}])");
  };
  Add(line("a.example", "no_caa", "answer"));
  Add(line("b.example", "no_caa", "referral"));
  Add(line("c.example", "no_response", "timeout"));
  Add(line("d.example", "no_response", "blocked"));
  Add(record::Line("e.example", "no_caa",
                   R"(,"findings":[{"code":"caa_dropped","host":"h","address":"a"},)"
                   R"({"code":"unknown_types_dropped","host":"h","address":"a"}])"));
  const auto servers = aggregate_.servers().Sorted();
  ASSERT_EQ(servers.size(), 1u);
  EXPECT_EQ(servers[0].second->names, 2u);
  EXPECT_EQ(servers[0].second->asked, 4u);
}

TEST_F(AggregateTest, TellsOperatorsByRecordOrServerOrNotAtAll) {
  Add(record::Line("a.example", "no_caa", R"(,"operator":"Good Host")"));
  Add(record::Line("b.example", "refused",
                   R"(,"servers":[{"host":"ns.fine.test","result":"answer"},)"
                   R"({"host":"ns1.bad.co.uk","result":"refused"}])"));
  Add(record::Line("c.example", "no_caa", R"(,"findings":[{"code":"x","host":"a.b.odd.test"}])"));
  Add(record::Line("f.example", "refused",
                   R"(,"servers":[{"host":"NS01.domaincontrol.com","result":"refused"}])"));
  Add(record::Line("g.example", "refused",
                   R"(,"servers":[{"host":"no..name","result":"refused"}])"));
  Add(record::Line("d.example"));
  Add(record::Line("e.example", "refused",
                   R"(,"servers":[{"address":"192.0.2.1","result":"refused"}])"));
  std::vector<std::string> names;
  for (const auto& [name, row] : aggregate_.operators().Sorted()) names.emplace_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"GoDaddy", "Good Host", "bad.co.uk", "no..name",
                                             "odd.test"}));
  EXPECT_EQ(aggregate_.operators().Sorted()[0].second->basis, guide::OperatorBasis::kHost);
  EXPECT_EQ(aggregate_.operators().Sorted()[1].second->basis, guide::OperatorBasis::kRecord);
  EXPECT_EQ(aggregate_.without_operator().names, 2u);
}

TEST_F(AggregateTest, CountsDecisions) {
  Add(record::Line("a.example", "no_caa", R"(,"decisions":{"A":"permit","B":"deny"})"));
  Add(record::Line("b.example", "no_caa", R"(,"decisions":{"B":"permit"})"));
  const auto decisions = aggregate_.decisions().Sorted();
  ASSERT_EQ(decisions.size(), 2u);
  EXPECT_EQ(decisions[0].first, "B");
  EXPECT_EQ(decisions[0].second->permit, 1u);
  EXPECT_EQ(decisions[0].second->deny, 1u);
}

TEST_F(AggregateTest, KeepsOrdersThatWouldFail) {
  Add(record::Line("b.example", "refused", R"(,"order":"one")"));
  Add(record::Line("a.example", "issuance_forbidden", R"(,"order":"one")"));
  Add(record::Line("c.example", "no_caa", R"(,"order":"one")"));
  Add(record::Line("d.example", "no_caa", R"(,"order":2)"));
  Add(record::Line("e.example", "refused"));
  const auto orders = aggregate_.orders().Sorted();
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders[0].first, "\"one\"");
  EXPECT_EQ(orders[0].second->names, 2u);
  EXPECT_EQ(orders[0].second->name, "a.example");
  EXPECT_EQ(orders[0].second->reason, Reason::kIssuanceForbidden);
}

TEST(ReasonRemedyTest, IsThereForWhateverDoesNotPermit) {
  for (int i = 0; i <= static_cast<int>(kLastReason); ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_EQ(guide::ReasonRemedy(reason).empty(), OutcomeOf(reason) == Outcome::kPermit)
        << ReasonCode(reason);
  }
}

TEST_F(AggregateTest, AddsUpToTheSame) {
  std::vector<std::string> lines;
  for (int i = 0; i < 100; ++i) {
    const std::string name = "n" + std::to_string(i) + ".t" + std::to_string(i % 7);
    lines.push_back(i % 3 == 0 ? record::Line(name, "refused",
                                              R"(,"operator":"op","servers":[)"
                                              R"({"address":"192.0.2.1","result":"refused"}])")
                               : record::Line(name));
  }
  Aggregate parts[3];
  for (size_t i = 0; i < lines.size(); ++i) {
    Add(lines[i]);
    parts[i % 3].Add(reader_.record());
  }
  Aggregate sum;
  for (const Aggregate& part : parts) sum.Merge(part);
  EXPECT_EQ(sum.outcomes().by_outcome, aggregate_.outcomes().by_outcome);
  EXPECT_EQ(sum.tlds().Sorted()[0].second->weight(),
            aggregate_.tlds().Sorted()[0].second->weight());
  EXPECT_EQ(sum.operators().Sorted()[0].second->outcomes.failed(), 34u);
  EXPECT_EQ(sum.servers().Sorted()[0].second->names, 34u);
  EXPECT_EQ(sum.elapsed_us().count(), 100u);
  EXPECT_EQ(sum.rows(), aggregate_.rows());
  EXPECT_EQ(sum.span().first_ms, aggregate_.span().first_ms);
}

TEST_F(AggregateTest, CountsNamesThatDoNotExistBesides) {
  const std::string missing = R"(,"nxdomain":true)";
  Add(record::Line("a.example"));
  Add(record::Line("b.example", "no_caa", missing));
  Add(record::Line("c.example", "servfail", missing + R"(,"attempts":2)"));
  Add(record::Line("d.example", "issuance_forbidden",
                   missing + R"(,"caa":{"owner":"example","ttl":1,"records":[{"flags":0,)"
                             R"("tag":"issue","value":";"}]})"));
  Aggregate more;
  more.Merge(aggregate_);
  more.Merge(aggregate_);
  EXPECT_EQ(more.missing().names(), 6u);
  EXPECT_EQ(more.missing().of(Reason::kNoCaa), 2u);
  EXPECT_EQ(more.missing().of(Outcome::kPermit), 2u);
  EXPECT_EQ(more.missing().of(Outcome::kServfail), 2u);
  EXPECT_EQ(more.missing().of(MissingNames::Fact::kMayIssue), 2u);
  EXPECT_EQ(more.missing().of(MissingNames::Fact::kWithCaa), 2u);
  EXPECT_EQ(more.missing().of(MissingNames::Fact::kRechecked), 2u);
}

}  // namespace
}  // namespace caascan::report
