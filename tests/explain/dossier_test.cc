#include "scanner/explain/dossier.h"

#include <gtest/gtest.h>

#include "tests/explain/dossier_lines.h"
#include "tests/record/record_lines.h"

namespace caascan::explain {
namespace {

class DossierTest : public testing::Test {
 protected:
  void Add(const std::string& line, Dossier* dossier) {
    ASSERT_EQ(reader_.Read(line), "") << line;
    dossier->Add(reader_.record());
  }

  record::LineReader reader_;
};

TEST_F(DossierTest, TakesItsOperatorsRecordsAndTenSamples) {
  Dossier dossier("example dns");
  Dossier other("example dns");
  for (int i = 30; i-- > 0;) {
    Add(Failure("n" + std::to_string(i) + ".example", "Example DNS"),
        i % 2 == 0 ? &dossier : &other);
  }
  Add(Failure("x.example", "Somebody"), &dossier);
  Add(record::Line("good.example", "no_caa", R"(,"operator":"Example DNS")"), &dossier);
  dossier.Merge(other);
  EXPECT_EQ(dossier.outcomes().names, 31u);
  EXPECT_EQ(dossier.outcomes().failed(), 30u);
  const DossierFault& fault = dossier.findings().at("lame_refused");
  EXPECT_EQ(fault.names, 30u);
  ASSERT_EQ(fault.samples.size(), DossierFault::kMaxSamples);
  EXPECT_EQ(fault.samples[0].name, "n0.example");
  EXPECT_EQ(fault.samples[1].name, "n1.example");
  EXPECT_EQ(fault.samples[2].name, "n10.example");
  const DossierFault& failure = dossier.failures().at("refused");
  EXPECT_EQ(failure.names, 30u);
  EXPECT_EQ(failure.samples[0].host, "ns1.op.test");
  EXPECT_EQ(failure.samples[0].evidence, "refused");
}

}  // namespace
}  // namespace caascan::explain
