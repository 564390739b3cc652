#include "scanner/report/samples.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/record/record_lines.h"

namespace caascan::report {
namespace {

const char* const kEvidence =
    R"(,"operator":"op","servers":[{"host":"ns1.a","address":"192.0.2.1","result":"answer"},)"
    R"({"host":"ns2.a","address":"192.0.2.2","result":"refused"}],)"
    R"("findings":[{"code":"lame_refused","host":"ns2.a","address":"192.0.2.2"},)"
    R"({"code":"lame_refused","host":"ns3.a","address":"192.0.2.3"}])";

void Add(const std::string& line, Samples* samples) {
  record::LineReader reader;
  ASSERT_EQ(reader.Read(line), "") << line;
  samples->Add(reader.record(), reader.record().operator_name);
}

std::map<std::string, std::vector<Sample>> ByKey(const Samples& samples) {
  std::map<std::string, std::vector<Sample>> lists;
  for (SampleList& list : samples.Lists(100)) lists[list.key] = std::move(list.samples);
  return lists;
}

TEST(SamplesTest, AFailureShowsItsReasonAndTheServerAtFault) {
  Samples samples;
  Add(record::Line("www.x.test", "refused", kEvidence), &samples);
  const auto lists = ByKey(samples);
  ASSERT_EQ(lists.size(), 4u);
  const Sample failure = {"www.x.test", "refused", "ns2.a", "192.0.2.2"};
  for (const char* key : {"operator/op", "reason/refused", "tld/test"}) {
    EXPECT_EQ(lists.at(key), std::vector{failure}) << key;
  }
  const Sample finding = {"www.x.test", "lame_refused", "ns2.a", "192.0.2.2"};
  EXPECT_EQ(lists.at("code/lame_refused"), std::vector{finding}) << "once a code";
}

TEST(SamplesTest, ANameThatIsWellShowsNothingAndOneWithAFindingThat) {
  Samples samples;
  Add(record::Line("a.test", "no_caa", R"(,"operator":"op")"), &samples);
  EXPECT_EQ(samples.rows(), 0u);
  Add(record::Line("a.test", "no_caa", kEvidence), &samples);
  const auto lists = ByKey(samples);
  ASSERT_EQ(lists.size(), 2u);
  EXPECT_EQ(lists.at("operator/op")[0].what, "lame_refused");
}

TEST(SamplesTest, KeepsTheFirstByNameWhateverTheOrder) {
  std::vector<std::string> lines;
  for (const char* name : {"d.test", "a.test", "c.test", "b.test", "e.test"}) {
    lines.push_back(record::Line(name, "refused"));
  }
  lines.push_back(record::Line("b.test", "notimp"));  // The same name once more.
  Samples forwards;
  Samples backwards;
  Samples part;
  for (size_t i = 0; i < lines.size(); ++i) {
    Add(lines[i], &forwards);
    Add(lines[lines.size() - 1 - i], i % 2 == 0 ? &backwards : &part);
  }
  backwards.Merge(part);
  const auto lists = ByKey(forwards);
  EXPECT_EQ(lists, ByKey(backwards));
  const std::vector<Sample>& found = lists.at("tld/test");
  ASSERT_EQ(found.size(), SampleRow::kMost);
  EXPECT_EQ(found[1], (Sample{"b.test", "notimp", "", ""})) << "one a name";
  EXPECT_EQ(found[2].name, "c.test");
}

TEST(SamplesTest, ListsTheKeysWithTheMostNames) {
  Samples samples;
  for (const char* name : {"a.one", "b.one", "a.two"}) Add(record::Line(name, "refused"), &samples);
  const auto lists = samples.Lists(2);
  ASSERT_EQ(lists.size(), 2u);
  EXPECT_EQ(lists[0].key, "reason/refused");
  EXPECT_EQ(lists[1].key, "tld/one");
  Samples sum;
  samples.MoveRowsInto(&sum);
  EXPECT_EQ(samples.rows(), 0u);
  EXPECT_EQ(sum.Lists(1)[0].samples.size(), 3u);
}

}  // namespace
}  // namespace caascan::report
