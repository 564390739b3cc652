#include "tests/lab/lab_asker.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>

namespace caascan::lab {

dns::Name NameOf(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

Address AddressOfText(std::string_view text) {
  const auto address = Address::FromText(text);
  EXPECT_TRUE(address.has_value()) << text;
  return address.value_or(Address());
}

namespace {

std::string Hex(std::span<const uint8_t> bytes) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

std::string RdataText(const dns::RecordView& record) {
  switch (record.type) {
    case dns::RRType::kNS:
    case dns::RRType::kCNAME:
    case dns::RRType::kDNAME:
    case dns::RRType::kSOA:
      return record.NameRdata().ToName().view().ToText();
    case dns::RRType::kA:
    case dns::RRType::kAAAA:
      return Address::FromBytes(record.rdata).ToText();
    case dns::RRType::kCAA: {
      const dns::CaaRdata caa = dns::ReadCaa(record.rdata);
      return absl::StrCat(caa.flags, " ", std::string(caa.tag), " ", std::string(caa.value));
    }
    default:
      return Hex(record.rdata);
  }
}

}  // namespace

std::string RecordText(const dns::RecordView& record) {
  return absl::StrCat(record.owner.ToName().view().ToText(), " ", record.ttl, " ",
                      dns::TypeName(record.type), " ", RdataText(record));
}

std::vector<std::string> Answer::Records(dns::Section section) const {
  std::vector<std::string> out;
  for (const dns::RecordView& record : message.records()) {
    if (record.section == section) out.push_back(RecordText(record));
  }
  return out;
}

std::unique_ptr<Answer> AskResponder(Responder* responder, const Ask& ask) {
  dns::QuerySpec spec;
  const dns::Name name = NameOf(ask.name);
  spec.name = name;
  spec.type = ask.type;
  spec.edns = ask.edns;
  spec.dnssec_ok = ask.dnssec_ok;
  spec.udp_payload_size = ask.udp_payload_size;
  std::vector<uint8_t> query_bytes(dns::kMaxQuerySize);
  query_bytes.resize(dns::WriteQuery(spec, kAskId, ask.case_bits, query_bytes));
  if (ask.edns_option) {
    query_bytes.back() = 4;  // The OPT's length.
    query_bytes.insert(query_bytes.end(), {0, dns::kEdnsOptionPadding, 0, 0});
  }
  Query query;
  query.bytes = query_bytes;
  query.server = AddressOfText(ask.server);
  query.transport = ask.transport;
  query.random = ask.random;
  query.now_ms = ask.now_ms;
  auto answer = std::make_unique<Answer>();
  answer->bytes.resize(dns::kMaxMessageSize);
  answer->reply = responder->Respond(query, answer->bytes);
  answer->bytes.resize(answer->reply.size);
  if (answer->reply.kind == Reply::Kind::kSend) {
    answer->failure = dns::Message::Parse(answer->bytes, &answer->message);
  }
  return answer;
}

std::unique_ptr<World> WorldOf(std::string_view json) {
  const auto scenario = ParseScenario(json, "test");
  EXPECT_TRUE(scenario.ok()) << scenario.status().message();
  if (!scenario.ok()) return nullptr;
  auto world = World::Build(*scenario);
  EXPECT_TRUE(world.ok()) << world.status().message();
  return world.ok() ? std::move(*world) : nullptr;
}

}  // namespace caascan::lab
