#include "tests/diagnose/survey_fixture.h"

#include <optional>
#include <utility>

#include "scanner/diagnose/findings.h"

namespace caascan::diagnose {
namespace {

using dns::RCode;
using dns::RRType;
using net::Arrival;
using net::Outbox;
using net::Reply;

constexpr const char* kZone = "example.test";
constexpr const char* kName = "www.example.test";

dns::Name ToName(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

void Answer(ServerScript* server, const Arrival& query, Outbox* out) {
  if (server->silent) return;
  const dns::Message message = net::ParseQuery(query.bytes);
  const RRType type = message.question_type();
  if (type == RRType::kDNSKEY && server->drops_keys) return;
  if (server->refers) {
    Reply reply(query.bytes, dns::kFlagQR);
    for (const std::string& host : *server->refers) {
      reply.Authority(kZone, RRType::kNS, net::NameBytes(host));
    }
    return out->Send(reply.bytes());
  }
  RCode rcode = server->rcode;
  if (type == RRType::kCAA && server->failures > 0 && server->failures-- > 0) {
    rcode = RCode::kServFail;
  }
  if (rcode != RCode::kNoError) {
    return out->Send(Reply(query.bytes, dns::kFlagQR, rcode).bytes());
  }
  Reply reply(query.bytes, server->flags);
  const std::string owner = net::QuestionText(query.bytes);
  if (type == RRType::kSOA) reply.Answer(owner, type, net::SoaBytes());
  if (type == RRType::kCAA) {
    for (const std::string& ca : server->caa) {
      reply.Answer(owner, type, net::CaaBytes(0, "issue", ca));
    }
    if (server->caa.empty() && server->soa) reply.Authority(kZone, RRType::kSOA, net::SoaBytes());
  }
  if (type == RRType::kDNSKEY) {
    const std::string head{1, 1, 3, 13};  // Flags 257, protocol 3, algorithm 13.
    for (const std::string& key : server->keys) reply.Answer(owner, type, head + key);
  }
  if (type == RRType::kNS) {
    for (const std::string& ns : server->ns) reply.Answer(owner, type, net::NameBytes(ns));
  }
  if (message.edns()) reply.Opt();
  out->Send(reply.bytes());
}

}  // namespace

/// Knows the scene's delegation, and each name's addresses when it is asked for them.
class SceneResolver : public resolve::Resolver {
 public:
  SceneResolver(const Scene* scene, const net::FakeServer* server, net::Network* network)
      : scene_(scene), server_(server), network_(network) {}

  size_t lookups() const { return lookups_; }

  async::Task<async::Pooled<query::CaaAnswer>> LookupCaa(dns::NameView, query::Account*,
                                                         query::WhenBusy) override {
    ADD_FAILURE() << "a survey looks nothing up";
    co_return nullptr;
  }
  async::Task<query::TextAnswer> LookupTexts(dns::NameView, query::Account*) override {
    ADD_FAILURE() << "a survey looks nothing up";
    co_return query::TextAnswer();
  }
  bool FindServers(dns::NameView zone, zones::ZoneServers* servers) override {
    servers->complete = true;
    if (zone == ToName(kZone).view().parent() && !scene_->parents.empty()) {
      for (const SceneHost& host : scene_->parents) {
        servers->servers.push_back({ToName(host.name), PeersAt(host.glue)});
      }
      return true;
    }
    if (!scene_->zone_is_known || zone != ToName(kZone)) return false;
    for (const SceneHost& host : scene_->hosts) {
      servers->servers.push_back({ToName(host.name), PeersAt(host.glue)});
    }
    return true;
  }
  std::optional<Finding> FindBogus(const dns::Message& message, dns::NameView, dns::NameView,
                                   dnssec::Work*) override {
    if (!scene_->bogus || message.count(dns::Section::kAnswer) == 0) return std::nullopt;
    return Finding{FindingCode::kDnssecSignatureMissing};
  }
  async::Task<> LookupAddresses(dns::NameView host, query::Account* account,
                                zones::HostAddresses* addresses) override {
    ++lookups_;
    if (account->budget.exhausted()) co_return;
    ++account->budget.queries;
    addresses->complete = true;
    Texts own;
    for (const SceneHost& row : scene_->hosts) {
      if (host == ToName(row.name)) own = row.own;
    }
    const auto other = scene_->other_hosts.find(host.ToText());
    if (other != scene_->other_hosts.end()) own = other->second;
    addresses->peers = PeersAt(own);
    for (const net::PeerRef& peer : addresses->peers) {
      addresses->addresses.push_back(peer->address());
    }
    addresses->no_such_host = own.empty();
    co_return;
  }

 private:
  std::vector<net::PeerRef> PeersAt(const Texts& addresses) const {
    std::vector<net::PeerRef> peers;
    for (const std::string& text : addresses) {
      peers.push_back(network_->PeerFor(server_->At(text)));
    }
    return peers;
  }

  const Scene* const scene_;
  const net::FakeServer* const server_;
  net::Network* const network_;
  size_t lookups_ = 0;
};

SurveyFixture::SurveyFixture() = default;

SurveyFixture::~SurveyFixture() {
  surveyor_.reset();
  account_ = {};  // They refer to the client's peers.
  scene_.request.answered.clear();
  client_.reset();
  server_.reset();
}

void SurveyFixture::Start() {
  server_ = std::make_unique<net::FakeServer>([this](const Arrival& query, Outbox* out) {
    Answer(&scene_.servers.at(query.server.ToText()), query, out);
  });
  client_ = std::make_unique<net::Client>();
  resolver_ = std::make_unique<SceneResolver>(&scene_, server_.get(), client_->network());
  query::AskOptions options;
  options.timeout = std::chrono::milliseconds(60);
  surveyor_ = std::make_unique<Surveyor>(client_->network(), resolver_.get(), options,
                                         scene_.allow_special);
}

Texts SurveyFixture::Survey() {
  const dns::Name zone = ToName(kZone);
  const dns::Name name = ToName(kName);
  scene_.request.zone = zone;
  scene_.request.name = name;
  account_.budget.max_queries = scene_.max_queries;
  std::vector<Finding> findings;
  client_->Run(surveyor_->Survey(&scene_.request, &account_, &findings));
  AddFindings(account_, &findings);  // As the investigation does with what surveys leave there.
  Texts texts;
  for (const Finding& finding : findings) {
    texts.push_back(std::string(FindingCodeText(finding.code)) +
                    (finding.address.empty() ? "" : " " + finding.address));
  }
  return texts;
}

Texts SurveyFixture::Attempts() const {
  Texts texts;
  for (const query::Attempt& attempt : account_.attempts) {
    texts.push_back(
        std::string(ServerResultCode(attempt.result)) + " " +
        (attempt.peer ? attempt.peer->address().ToText() : query::NameText(attempt.host)));
  }
  return texts;
}

size_t SurveyFixture::Seen(std::string_view address, RRType type) const {
  size_t count = 0;
  for (const net::SeenQuery& query : server_->seen()) {
    count += query.server == address && query.type == type ? 1 : 0;
  }
  return count;
}

size_t SurveyFixture::lookups() const { return resolver_->lookups(); }

}  // namespace caascan::diagnose
