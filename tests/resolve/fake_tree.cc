#include "tests/resolve/fake_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace caascan::resolve {
namespace {

using dns::RRType;
using net::Reply;

dns::Name ToName(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  name.ToLower();
  return name;
}

std::pair<RRType, std::string> ReadRdata(std::istringstream* in) {
  std::string type;
  std::string first;
  *in >> type >> first;
  if (type == "A") return {RRType::kA, net::AddressBytes(first)};
  if (type == "AAAA") return {RRType::kAAAA, net::AddressBytes(first)};
  if (type == "NS") return {RRType::kNS, net::NameBytes(first)};
  if (type == "CNAME") return {RRType::kCNAME, net::NameBytes(first)};
  if (type == "DNAME") return {RRType::kDNAME, net::NameBytes(first)};
  EXPECT_EQ(type, "CAA");
  std::string tag;
  std::string value;
  *in >> tag >> value;
  return {RRType::kCAA, net::CaaBytes(static_cast<uint8_t>(std::stoi(first)), tag, value)};
}

std::string WireText(const std::string& wire) {
  return dns::NameView::FromTrusted(reinterpret_cast<const uint8_t*>(wire.data()), wire.size())
      .ToText();
}

}  // namespace

const std::vector<std::string>* FakeTree::Zone::Find(dns::NameView name, RRType type) const {
  const auto it = records.find({name.ToText(), type});
  return it == records.end() ? nullptr : &it->second;
}

bool FakeTree::Zone::HasNameAtOrBelow(dns::NameView name) const {
  return std::any_of(records.begin(), records.end(), [name](const auto& entry) {
    return ToName(entry.first.first).view().IsAtOrBelow(name);
  });
}

FakeTree::Zone* FakeTree::ZoneOf(std::string_view apex) {
  Zone& zone = zones_[std::string(apex)];
  zone.apex = ToName(apex);
  return &zone;
}

void FakeTree::Add(std::string_view zone, std::string_view record) {
  std::istringstream in{std::string(record)};
  std::string owner;
  in >> owner;
  const auto [type, rdata] = ReadRdata(&in);
  ZoneOf(zone)->records[{ToName(owner).view().ToText(), type}].push_back(rdata);
}

void FakeTree::Serve(std::string_view zone, std::string_view address) {
  ZoneOf(zone)->addresses.emplace_back(address);
}

void FakeTree::Delegate(std::string_view parent, std::string_view child,
                        std::initializer_list<std::pair<const char*, const char*>> servers) {
  for (const auto& [host, address] : servers) {
    const std::string ns = std::string(child) + " NS " + host;
    const std::string a = std::string(host) + " A " + address;
    Add(parent, ns);
    Add(child, ns);
    if (ToName(host).view().IsAtOrBelow(ToName(parent))) Add(parent, a);
    if (ToName(host).view().IsAtOrBelow(ToName(child))) Add(child, a);
    Serve(child, address);
  }
}

void FakeTree::SetOverride(std::string_view address, Override take) {
  overrides_[std::string(address)] = std::move(take);
}

const FakeTree::Zone* FakeTree::Deepest(std::string_view address, dns::NameView name) const {
  const Zone* best = nullptr;
  for (const auto& [text, zone] : zones_) {
    const bool serves =
        std::find(zone.addresses.begin(), zone.addresses.end(), address) != zone.addresses.end();
    if (!serves || !name.IsAtOrBelow(zone.apex)) continue;
    if (best == nullptr || zone.apex.size() > best->apex.size()) best = &zone;
  }
  return best;
}

/// True where a delegation lies on the way to the name.
bool FakeTree::Refer(const Zone& zone, dns::NameView name, Reply* reply) {
  const size_t apex_labels = zone.apex.view().label_count();
  for (size_t labels = apex_labels + 1; labels <= name.label_count(); ++labels) {
    const dns::NameView cut = name.suffix(labels);
    const std::vector<std::string>* hosts = zone.Find(cut, RRType::kNS);
    if (hosts == nullptr) continue;
    for (const std::string& host : *hosts) reply->Authority(cut.ToText(), RRType::kNS, host);
    for (const std::string& host : *hosts) {
      const std::string text = WireText(host);
      for (const RRType type : {RRType::kA, RRType::kAAAA}) {
        const std::vector<std::string>* glue = zone.Find(ToName(text), type);
        if (glue == nullptr) continue;
        for (const std::string& address : *glue) reply->Additional(text, type, address);
      }
    }
    return true;
  }
  return false;
}

/// True where the name is an alias.
bool FakeTree::Redirect(const Zone& zone, dns::NameView name, Reply* reply) {
  if (const auto* target = zone.Find(name, RRType::kCNAME)) {
    reply->Answer(name.ToText(), RRType::kCNAME, target->front());
    return true;
  }
  for (dns::NameView at = name; !at.is_root();) {
    at = at.parent();
    if (!at.IsAtOrBelow(zone.apex)) break;
    const auto* target = zone.Find(at, RRType::kDNAME);
    if (target == nullptr) continue;
    reply->Answer(at.ToText(), RRType::kDNAME, target->front());
    const auto substituted = dns::Name::Substitute(name, at, ToName(WireText(target->front())));
    if (substituted) {
      reply->Answer(name.ToText(), RRType::kCNAME, std::string(substituted->view().bytes()));
    }
    return true;
  }
  return false;
}

Reply FakeTree::Answer(const net::Arrival& query) const {
  const dns::Message message = net::ParseQuery(query.bytes);
  const dns::Name name = ToName(net::QuestionText(query.bytes));
  const Zone* zone = Deepest(query.server.ToText(), name);
  if (zone == nullptr) return Reply(query.bytes, dns::kFlagQR, dns::RCode::kRefused);
  Reply referral(query.bytes, dns::kFlagQR);
  if (Refer(*zone, name, &referral)) return referral;
  Reply alias(query.bytes);
  if (Redirect(*zone, name, &alias)) return alias;
  const dns::RRType type = message.question_type();
  const bool exists = zone->HasNameAtOrBelow(name) || name == zone->apex;
  Reply reply(query.bytes, Reply::kAuthoritative,
              exists ? dns::RCode::kNoError : dns::RCode::kNXDomain);
  if (type == RRType::kSOA && name == zone->apex) {
    reply.Answer(name.view().ToText(), type, net::SoaBytes());
  } else if (const auto* found = zone->Find(name, type)) {
    for (const std::string& rdata : *found) reply.Answer(name.view().ToText(), type, rdata);
  } else {
    reply.Authority(zone->apex.view().ToText(), RRType::kSOA, net::SoaBytes());
  }
  return reply;
}

void FakeTree::Handle(const net::Arrival& query, net::Outbox* out) const {
  const auto it = overrides_.find(query.server.ToText());
  if (it != overrides_.end() && it->second(query, out)) return;
  Reply reply = Answer(query);
  if (net::ParseQuery(query.bytes).edns()) reply.Opt();
  out->Send(reply.bytes());
}

}  // namespace caascan::resolve
