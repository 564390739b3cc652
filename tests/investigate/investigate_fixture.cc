#include "tests/investigate/investigate_fixture.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace caascan::investigate {

using query::CaaAnswer;

size_t FakeResolver::CountAsked(std::string_view name) const {
  return static_cast<size_t>(std::count(asked_.begin(), asked_.end(), name));
}

async::Task<async::Pooled<CaaAnswer>> FakeResolver::LookupCaa(dns::NameView name,
                                                              query::Account* account,
                                                              query::WhenBusy when_busy) {
  const std::string text = name.ToText();
  asked_.push_back(text);
  when_busy_ = when_busy;
  watch_();
  ++account->budget.queries;
  net::Pause pause(network_, std::chrono::milliseconds(1));
  co_await pause;
  async::Pooled<CaaAnswer> answer = async::MakePooled<CaaAnswer>();
  *answer = network_->cancelled() ? Failed(Reason::kStopped) : Empty();
  const auto it = scripts_.find(text);
  if (network_->cancelled() || it == scripts_.end()) co_return answer;
  *answer = it->second.front();
  if (it->second.size() > 1) it->second.pop_front();
  for (const query::Attempt& attempt : answer->attempts) account->attempts.push_back(attempt);
  if (answer->rrset.owner.empty()) answer->rrset.owner = text;
  co_return answer;
}

async::Task<query::TextAnswer> FakeResolver::LookupTexts(dns::NameView name,
                                                         query::Account* account) {
  ++account->budget.queries;
  net::Pause pause(network_, std::chrono::milliseconds(1));
  co_await pause;
  query::TextAnswer answer;
  answer.status = query::LookupStatus::kEmpty;
  const auto it = texts_.find(name.ToText());
  if (it == texts_.end()) co_return answer;
  answer = it->second.front();
  if (it->second.size() > 1) it->second.pop_front();
  co_return answer;
}

CaaAnswer Empty() {
  CaaAnswer answer;
  answer.status = query::LookupStatus::kEmpty;
  answer.ttl_s = 300;
  return answer;
}

CaaAnswer Records(std::vector<CaaRecord> records) {
  CaaAnswer answer;
  answer.status = query::LookupStatus::kRecords;
  answer.rrset.records = std::move(records);
  answer.rrset.ttl_s = answer.ttl_s = 300;
  return answer;
}

CaaAnswer Issue(std::string_view value) { return Records({{0, "issue", std::string(value)}}); }

CaaAnswer Failed(Reason reason) {
  CaaAnswer answer;
  answer.status = query::LookupStatus::kFailed;
  answer.failure = reason;
  return answer;
}

input::NameJob Job(std::string_view name, bool wildcard) {
  input::NameJob job;
  job.valid = true;
  job.wildcard = wildcard;
  dns::Name parsed;
  EXPECT_EQ(dns::Name::FromText(name, &parsed), dns::NameError::kNone) << name;
  job.name = parsed;
  return job;
}

Line::Line(std::string text) : text_(std::move(text)) {
  EXPECT_TRUE(text_.ends_with('\n')) << text_;
  EXPECT_EQ(std::count(text_.begin(), text_.end(), '\n'), 1) << text_;
}

std::string Line::operator[](std::string_view path) const {
  simdjson::dom::parser parser;
  simdjson::dom::element at;
  EXPECT_EQ(parser.parse(text_).get(at), simdjson::SUCCESS) << text_;
  std::string pointer = "/" + std::string(path);
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  simdjson::dom::element found;
  if (at.at_pointer(pointer).get(found) != simdjson::SUCCESS) return "";
  std::string_view text;
  if (found.get_string().get(text) == simdjson::SUCCESS) return std::string(text);
  return simdjson::minify(found);
}

InvestigateFixture::InvestigateFixture() {
  options_.request.issuer_domains = {"letsencrypt.org"};
  options_.recheck = 0;
  options_.recheck_after = std::chrono::milliseconds(20);
}

void InvestigateFixture::Begin() {
  investigator_ = std::make_unique<Investigator>(client_.network(), &resolver_, options_);
}

async::Task<> InvestigateTask(Investigator* investigator, input::NameJob* job, std::string* line) {
  const auto* result = co_await investigator->Investigate(job, query::WhenBusy::kWait);
  AppendRecord(*result->record, line);
}

std::vector<Line> InvestigateFixture::RunAll(std::span<input::NameJob> jobs) {
  if (investigator_ == nullptr) Begin();
  std::deque<std::string> lines(jobs.size());
  for (size_t i = 0; i < jobs.size(); ++i) {
    client_.Start(InvestigateTask(investigator_.get(), &jobs[i], &lines[i]));
  }
  client_.Wait();
  return {lines.begin(), lines.end()};
}

Line InvestigateFixture::Run(input::NameJob job) { return RunAll({&job, 1}).front(); }

}  // namespace caascan::investigate
