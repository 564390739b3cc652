// One pass over all records, shared out among threads.
#include "scanner/report/record_pass.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/io/temp_file.h"
#include "tests/record/record_lines.h"

namespace caascan::report {
namespace {

using record::Line;
using testing::ElementsAre;

/// What all workers were given.
struct Seen {
  std::mutex mutex;
  std::vector<std::string> records;  // "input name"
  std::vector<std::string> partial;
  size_t workers = 0;
  size_t blocks = 0;
};

class Collector : public RecordWorker {
 public:
  explicit Collector(Seen* seen) : seen_(seen) { ++seen->workers; }

  void Add(const record::RecordView& record, size_t input, std::string_view line) override {
    const std::lock_guard lock(seen_->mutex);
    EXPECT_NE(line.find(record.name), std::string_view::npos) << "the raw line goes along";
    seen_->records.push_back(std::to_string(input) + " " + std::string(record.name));
  }
  std::string_view AddPartial(std::string_view line) override {
    const std::lock_guard lock(seen_->mutex);
    seen_->partial.emplace_back(line);
    return line.find("bad") == std::string_view::npos ? "" : "a bad piece";
  }
  void EndBlock() override {
    const std::lock_guard lock(seen_->mutex);
    ++seen_->blocks;
  }

 private:
  Seen* const seen_;
};

/// Takes records alone.
class RecordsOnly : public RecordWorker {
 public:
  void Add(const record::RecordView&, size_t, std::string_view) override {}
};

PassOptions Options(std::vector<std::string> inputs, unsigned threads = 3) {
  return {.inputs = std::move(inputs), .threads = threads, .progress = ProgressMode::kNever};
}

class RecordPassTest : public testing::Test {
 protected:
  absl::Status Run(RecordPass* pass) {
    return pass->Run([this] { return std::make_unique<Collector>(&seen_); });
  }

  Seen seen_;
};

TEST_F(RecordPassTest, GivesEachRecordToOneWorker) {
  std::vector<std::string> expected;
  std::vector<std::string> texts(2);
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = "n" + std::to_string(i) + ".example";
    texts[static_cast<size_t>(i % 2)] += Line(name) + "\n";
    expected.push_back(std::to_string(i % 2) + " " + name);
  }
  const io::TempFile first(texts[0]);
  const io::TempFile second(texts[1]);
  RecordPass pass(Options({first.path(), second.path()}));
  ASSERT_TRUE(Run(&pass).ok());
  std::sort(expected.begin(), expected.end());
  std::sort(seen_.records.begin(), seen_.records.end());
  EXPECT_EQ(seen_.records, expected);
  EXPECT_EQ(pass.records(), expected.size());
  EXPECT_EQ(pass.broken().count(), 0u);
  EXPECT_EQ(pass.signal(), 0);
  EXPECT_EQ(seen_.workers, 3u);
  EXPECT_GE(seen_.blocks, 2u);
}

TEST_F(RecordPassTest, LocatesWhatIsNoRecord) {
  const io::TempFile file(Line("a.example") + "\nno record\n\n" + Line("b.example") + "\n{}\n");
  RecordPass pass(Options({file.path()}, 1));
  ASSERT_TRUE(Run(&pass).ok());
  EXPECT_THAT(seen_.records, ElementsAre("0 a.example", "0 b.example"));
  EXPECT_EQ(pass.records(), 2u);
  ASSERT_EQ(pass.broken().located().size(), 2u);
  EXPECT_EQ(pass.broken().located()[0].line, 2u);
  EXPECT_EQ(pass.broken().located()[1].line, 5u) << "the blank line counts and is not broken";
}

TEST_F(RecordPassTest, PiecesOfPartialReportsGoToThoseThatTakeThem) {
  const std::string good = R"({"caascan_partial":"x"})";
  const std::string bad = R"({"caascan_partial":"bad"})";
  const io::TempFile file(good + "\n" + bad + "\n");
  RecordPass pass(Options({file.path()}, 1));
  ASSERT_TRUE(Run(&pass).ok());
  EXPECT_THAT(seen_.partial, ElementsAre(good, bad));
  ASSERT_EQ(pass.broken().located().size(), 1u);
  EXPECT_EQ(pass.broken().located()[0].problem, "a bad piece");
  RecordPass other(Options({file.path()}, 1));
  ASSERT_TRUE(other.Run([] { return std::make_unique<RecordsOnly>(); }).ok());
  EXPECT_EQ(other.broken().count(), 2u);
}

TEST_F(RecordPassTest, AnInputThatCannotBeOpenedEndsItAtOnce) {
  const io::TempFile file(Line("a.example") + "\n");
  RecordPass pass(Options({file.path(), "/nonexistent/records"}));
  EXPECT_EQ(Run(&pass).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(seen_.workers, 0u);
}

TEST(RecordPassNamesTest, StandardInputHasAName) {
  EXPECT_THAT(RecordPass(Options({})).DisplayNames(), ElementsAre("standard input"));
  EXPECT_THAT(RecordPass(Options({"a", "-"})).DisplayNames(), ElementsAre("a", "standard input"));
}

}  // namespace
}  // namespace caascan::report
