// TXT look-ups of both kinds of resolver.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/resolve/forwarding.h"
#include "tests/net/reply.h"
#include "tests/resolve/iterative_fixture.h"

namespace caascan::resolve {
namespace {

using dns::RRType;
using net::Arrival;
using net::Outbox;
using net::Reply;
using query::LookupStatus;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kServer = "127.53.9.1";

struct LookedTexts {
  query::TextAnswer answer;
  query::Account account;
};

async::Task<> TextsTask(Resolver* resolver, std::string text, LookedTexts* out) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  out->account.budget.max_queries = 50;
  out->answer = co_await resolver->LookupTexts(name, &out->account);
}

LookedTexts LookUpTexts(net::Client* client, Resolver* resolver, std::string name) {
  LookedTexts looked;
  client->Run(TextsTask(resolver, std::move(name), &looked));
  return looked;
}

/// Two TXT records, of two strings and of none that can be read, another name's, and a CAA record.
void AnswerTexts(const Arrival& query, Outbox* out) {
  Reply reply(query.bytes, dns::kFlagQR | dns::kFlagAA | dns::kFlagRA);
  const std::string name = net::QuestionText(query.bytes);
  out->Send(reply.Answer(name, RRType::kTXT, std::string("\3ca.\2ex", 7))
                .Answer(name, RRType::kTXT, std::string("\7short", 6))
                .Answer("other.a.test", RRType::kTXT, std::string("\1x", 2))
                .bytes());
}

class IterativeTextsTest : public IterativeFixture {
 protected:
  IterativeTextsTest() { tree_.Delegate("test", "a.test", {{"ns.a.test", kServer}}); }
};

TEST_F(IterativeTextsTest, JoinsTheStringsOfEachRecord) {
  tree_.SetOverride(kServer, [](const Arrival& query, Outbox* out) {
    AnswerTexts(query, out);
    return true;
  });
  Start();
  const LookedTexts looked = LookUpTexts(client_.get(), resolver_.get(), "_x.a.test");
  EXPECT_EQ(looked.answer.status, LookupStatus::kRecords);
  EXPECT_THAT(looked.answer.texts, ElementsAre("ca.ex", ""));
}

TEST_F(IterativeTextsTest, IsEmptyWhereThereIsNone) {
  Start();
  const LookedTexts looked = LookUpTexts(client_.get(), resolver_.get(), "_x.a.test");
  EXPECT_EQ(looked.answer.status, LookupStatus::kEmpty);
  EXPECT_THAT(looked.answer.texts, IsEmpty());
}

TEST_F(IterativeTextsTest, SaysHowItFailed) {
  tree_.SetOverride(kServer, Always(dns::RCode::kServFail));
  Start();
  const LookedTexts looked = LookUpTexts(client_.get(), resolver_.get(), "_x.a.test");
  EXPECT_EQ(looked.answer.status, LookupStatus::kFailed);
  EXPECT_EQ(looked.answer.failure, Reason::kServfail);
  EXPECT_FALSE(looked.answer.ended_by_us);
}

TEST(ForwardingTextsTest, JoinsTheStringsOfEachRecord) {
  net::FakeServer server(AnswerTexts);
  net::Client client;
  ForwardingResolver resolver(client.network(), {}, {server.At("127.60.9.1")});
  const LookedTexts looked = LookUpTexts(&client, &resolver, "_x.a.test");
  EXPECT_EQ(looked.answer.status, LookupStatus::kRecords);
  EXPECT_THAT(looked.answer.texts, ElementsAre("ca.ex", ""));
  EXPECT_EQ(looked.account.budget.queries, 1u);
}

}  // namespace
}  // namespace caascan::resolve
