// Investigations over a resolver whose answers the test writes down.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/investigate/investigate.h"
#include "tests/net/client.h"

namespace caascan::investigate {

/// Answers each name with what was scripted, one answer after the other, the last one for ever;
/// without a script the name is empty. An answer takes a turn of the loop and one query of the
/// account.
class FakeResolver : public resolve::Resolver {
 public:
  explicit FakeResolver(net::Network* network) : network_(network) {}

  void Script(std::string_view name, query::CaaAnswer answer) {
    scripts_[std::string(name)].push_back(std::move(answer));
  }
  /// Runs at the beginning of each look-up.
  void WatchLookups(std::function<void()> watch) { watch_ = std::move(watch); }
  /// Names as they were asked for.
  const std::vector<std::string>& asked() const { return asked_; }
  size_t CountAsked(std::string_view name) const;
  /// Of the last look-up.
  query::WhenBusy when_busy() const { return when_busy_; }

  async::Task<async::Pooled<query::CaaAnswer>> LookupCaa(dns::NameView name,
                                                         query::Account* account,
                                                         query::WhenBusy when_busy) override;
  /// As for ScriptTexts(); empty without a script.
  async::Task<query::TextAnswer> LookupTexts(dns::NameView name, query::Account* account) override;
  void ScriptTexts(std::string_view name, query::TextAnswer answer) {
    texts_[std::string(name)].push_back(std::move(answer));
  }

 private:
  net::Network* const network_;
  std::map<std::string, std::deque<query::CaaAnswer>> scripts_;
  std::map<std::string, std::deque<query::TextAnswer>> texts_;
  std::vector<std::string> asked_;
  query::WhenBusy when_busy_ = query::WhenBusy::kWait;
  std::function<void()> watch_ = [] {};
};

query::CaaAnswer Empty();
query::CaaAnswer Records(std::vector<CaaRecord> records);
query::CaaAnswer Issue(std::string_view value);
query::CaaAnswer Failed(Reason reason);

input::NameJob Job(std::string_view name, bool wildcard = false);

/// A record as it was written: members by dotted path, "" where absent.
class Line {
 public:
  explicit Line(std::string text);
  std::string operator[](std::string_view path) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Both must live until it ends.
async::Task<> InvestigateTask(Investigator* investigator, input::NameJob* job, std::string* line);

class InvestigateFixture : public testing::Test {
 protected:
  InvestigateFixture();

  /// Makes the investigator, with `options_` as they are now.
  void Begin();
  Line Run(input::NameJob job);
  Line Run(std::string_view name) { return Run(Job(name)); }
  /// All at once; the lines in the order of the jobs.
  std::vector<Line> RunAll(std::span<input::NameJob> jobs);

  InvestigateOptions options_;
  net::Client client_;
  FakeResolver resolver_{client_.network()};
  std::unique_ptr<Investigator> investigator_;
};

}  // namespace caascan::investigate
