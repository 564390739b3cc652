#include "tests/resolve/iterative_fixture.h"

#include <utility>

namespace caascan::resolve {
namespace {

async::Task<> LookupTask(Resolver* resolver, std::string text, query::WhenBusy when_busy,
                         Looked* out) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  out->answer = std::move(*co_await resolver->LookupCaa(name, &out->account, when_busy));
}

}  // namespace

IterativeFixture::IterativeFixture() {
  options_.allow_special = true;
  options_.allow_special_names = true;
  options_.addresses.ipv6 = false;
  options_.ask.timeout = std::chrono::seconds(5);
  tree_.Serve(".", kRoot);
  tree_.Delegate(".", "test", {{"ns.nic.test", kTld}});
}

IterativeFixture::~IterativeFixture() {
  // The server's thread reads the tree.
  resolver_.reset();
  client_.reset();
  server_.reset();
}

void IterativeFixture::Start(const pacing::LimitOptions& limits,
                             const net::NetworkOptions& network) {
  server_ = std::make_unique<net::FakeServer>(
      [this](const net::Arrival& query, net::Outbox* out) { tree_.Handle(query, out); });
  options_.addresses.port = server_->port();
  resolver_.reset();  // It refers to the client's peers.
  client_ = std::make_unique<net::Client>(limits, network);
  zones::RootServer root;
  EXPECT_EQ(dns::Name::FromText("a.root-servers.test", &root.host), dns::NameError::kNone);
  root.addresses.push_back(server_->At(kRoot));
  resolver_ = std::make_unique<IterativeResolver>(client_->network(), options_,
                                                  std::vector<zones::RootServer>{root});
}

std::deque<Looked> IterativeFixture::LookupAll(const std::vector<std::string>& names,
                                               const LookUp& how) {
  std::deque<Looked> looked(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    looked[i].account.budget.max_queries = how.max_queries;
    looked[i].account.look = how.look;
    looked[i].account.keep_all_attempts = how.keep_all_attempts;
    client_->Start(LookupTask(resolver_.get(), names[i], how.when_busy, &looked[i]));
  }
  client_->Wait();
  return looked;
}

Looked IterativeFixture::Lookup(std::string_view name, const LookUp& how) {
  return std::move(LookupAll({std::string(name)}, how).front());
}

std::string Summary(const query::CaaAnswer& answer) {
  if (answer.status == query::LookupStatus::kEmpty) return "empty";
  if (answer.status == query::LookupStatus::kFailed) {
    return "failed " + std::to_string(static_cast<int>(answer.failure));
  }
  std::string text;
  for (const CaaRecord& record : answer.rrset.records) {
    text += (text.empty() ? "" : ", ") + record.tag + " " + record.value;
  }
  return text;
}

std::vector<query::Observation::Kind> Kinds(const query::Account& account) {
  std::vector<query::Observation::Kind> kinds;
  for (const query::Observation& observation : account.observations)
    kinds.push_back(observation.kind);
  return kinds;
}

bool Silent(const net::Arrival&, net::Outbox*) { return true; }

FakeTree::Override Always(dns::RCode rcode) {
  return [rcode](const net::Arrival& query, net::Outbox* out) {
    out->Send(net::Reply(query.bytes, dns::kFlagQR, rcode).bytes());
    return true;
  };
}

TwoServersFixture::TwoServersFixture() {
  tree_.Delegate("test", "example.test",
                 {{"ns1.example.test", kFirst}, {"ns2.example.test", kSecond}});
  tree_.Add("example.test", "example.test CAA 0 issue ca.example");
}

std::set<std::string> TwoServersFixture::Results(const std::vector<query::Attempt>& attempts) {
  std::set<std::string> lines;
  for (const query::Attempt& attempt : attempts) {
    const std::string where =
        attempt.peer == nullptr ? query::NameText(attempt.host) : attempt.peer->address().ToText();
    lines.insert(where + " " + std::string(ServerResultCode(attempt.result)));
  }
  return lines;
}

}  // namespace caascan::resolve
