// The idea: first the zone that the asked server has for the name, then what its faults come to for
// this query (a Plan), then the answer that a sound server would give, then the changes of the plan
// to it. Tested by responder_test.cc: a row per behaviour.
#include "tools/caalab/serve/responder.h"

#include <algorithm>
#include <cassert>

#include <absl/hash/hash.h>

#include "scanner/dns/cursor.h"
#include "scanner/dns/message.h"
#include "tools/caalab/serve/answer.h"
#include "tools/caalab/world/chance.h"

namespace caascan::lab {
namespace {

using dns::RCode;

constexpr uint16_t kOpcodeMask = 0x7800;

/// Reads header, question and OPT. False where it is malformed.
bool ReadQuestion(std::span<const uint8_t> bytes, Question* question) {
  dns::Message message;
  if (dns::Message::Parse(bytes, &message).error != dns::ParseError::kNone) return false;
  const auto peek = dns::PeekQuestion(bytes);
  if (!peek || !peek->has_question) return false;
  question->name = peek->name;
  question->type = peek->type;
  question->rr_class = peek->rr_class;
  question->wire = bytes.subspan(dns::kHeaderSize, peek->name.size() + 4);
  if (const auto& edns = message.edns()) {
    question->edns = true;
    question->edns_version = edns->version;
    question->edns_option = !edns->options.empty();
    question->dnssec_ok = edns->dnssec_ok;
    question->udp_payload_size = std::max<size_t>(edns->udp_payload_size, 512);
  }
  return true;
}

/// A server over its limit answers TC or nothing (response-rate limiting), or REFUSED.
void ApplyRateLimit(const FaultRule& rule, const Query& query, RateCounter* rates, Plan* plan) {
  const uint64_t key = MixBits(absl::Hash<Address>()(query.server));
  const uint32_t count = rates->Count(key, query.now_ms / 1000);
  if (count <= rule.per_second) return;
  FaultRule over;
  over.kind = FaultKind::kDrop;
  if (rule.over_limit == FaultRule::OverLimit::kRefused) {
    over.kind = FaultKind::kRcode;
    over.rcode = dns::RCode::kRefused;
  } else if (rule.slip > 0 && (count - rule.per_second) % rule.slip == 0) {
    over.kind = FaultKind::kTruncate;
  }
  plan->Apply(over);
}

bool HasCapitals(dns::NameView name) {
  // The lengths of labels are smaller than any letter.
  const std::string_view octets = name.bytes();
  return std::any_of(octets.begin(), octets.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// Ready once: the rules that fit, chance and tries included.
Plan MakePlan(const Place& place, const Question& question, const Query& query, TryCounter* tries,
              RateCounter* rates) {
  Plan plan;
  if (place.faults == nullptr || place.faults->empty()) return plan;
  const std::vector<FaultRule>& rules = *place.faults;
  const dns::Name relative = RelativePart(question.name, place.apex);
  const FaultQuestion asked{question.type,
                            query.transport,
                            question.edns,
                            question.edns_option,
                            HasCapitals(question.name),
                            relative};
  std::optional<uint32_t> before;
  uint64_t random = query.random;
  for (const FaultRule& rule : rules) {
    if (!Fits(rule, asked)) continue;
    random = MixBits(random + 1);
    if (rule.percent < 100 && !Strikes(rule.percent, random)) continue;
    if (rule.first > 0) {
      if (!before) {
        before = tries->CountBefore(
            MixBits(dns::HashName(question.name, static_cast<uint16_t>(question.type))));
      }
      if (*before >= rule.first) continue;
    }
    if (rule.kind == FaultKind::kRateLimit) {
      ApplyRateLimit(rule, query, rates, &plan);
      continue;
    }
    plan.Apply(rule);
  }
  return plan;
}

void SetUpReply(const Plan& plan, const Query& query, Reply* reply) {
  reply->delay = std::chrono::milliseconds(plan.delay_ms);
  reply->copies = plan.Has(FaultKind::kDuplicate) ? 2 : 1;
  if (plan.Has(FaultKind::kWrongSource) && query.server.is_v4()) {
    // The neighbour's address: on loopback every address is there to send from.
    reply->source = Address::FromV4(query.server.v4() ^ 1u);
  }
}

}  // namespace

Reply Responder::Respond(const Query& query, std::span<uint8_t> out) {
  assert(out.size() >=
             (query.transport == Transport::kTcp ? dns::kMaxMessageSize : kMaxUdpAnswer) &&
         "every answer fits");
  Reply reply;
  dns::Cursor header(query.bytes);
  const uint16_t id = header.ReadU16();
  const uint16_t flags = header.ReadU16();
  if (query.bytes.size() < dns::kHeaderSize || (flags & dns::kFlagQR) != 0) return reply;
  Question question;
  question.id = id;
  question.flags = flags;
  question.limit = query.transport == Transport::kTcp ? dns::kMaxMessageSize : 0;
  reply.kind = Reply::Kind::kSend;
  if ((flags & kOpcodeMask) != 0) {
    reply.size = WriteBareHeader(question, RCode::kNotImp, out);
    return reply;
  }
  if (!ReadQuestion(query.bytes, &question)) {
    reply.size = WriteBareHeader(question, RCode::kFormErr, out);
    return reply;
  }
  if (question.limit == 0) question.limit = std::min(question.udp_payload_size, kMaxUdpAnswer);
  reply.type = question.type;
  const Place place = world_.Locate(query.server, question.name, question.type);
  if (place.zone == nullptr || question.rr_class != dns::kClassIn) {
    const bool served = world_.HasServer(query.server);
    if (!served) reply.kind = Reply::Kind::kUnreachable;
    reply.size = served ? WriteRcode(question, RCode::kRefused, out) : 0;
    return reply;
  }
  const Plan plan = MakePlan(place, question, query, &tries_, &rates_);
  SetUpReply(plan, query, &reply);
  if (plan.decisive == FaultKind::kDrop) reply.kind = Reply::Kind::kDrop;
  if (plan.decisive == FaultKind::kUnreachable) reply.kind = Reply::Kind::kUnreachable;
  if (reply.kind == Reply::Kind::kSend)
    reply.size = WriteAnswer(question, place, plan, world_.signer(), out);
  return reply;
}

}  // namespace caascan::lab
