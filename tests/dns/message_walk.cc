#include "tests/dns/message_walk.h"

#include <cstdio>
#include <cstdlib>

#include "scanner/dns/message.h"

namespace caascan::dns {
namespace {

void Require(bool holds, const char* what) {
  if (holds) return;
  (void)std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void WalkName(const MessageName& in_message) {
  const Name name = in_message.ToName();
  Require(NameView::FromWire(name.view().wire()).has_value(), "an expanded name is well-formed");
  Require(in_message.Equals(name), "a name equals its expansion");
  Name back;
  Require(Name::FromText(name.view().ToText(), &back) == NameError::kNone, "its text is a name");
  Require(back.view().IdenticalTo(name), "text form round-trips");
}

void WalkRecord(const RecordView& record, std::span<const uint8_t> bytes) {
  WalkName(record.owner);
  Require(record.rdata_offset + record.rdata.size() <= bytes.size(), "RDATA lies inside");
  Require(record.rr_class == kClassIn && record.type != RRType::kOPT, "only IN, and no OPT");
  switch (record.type) {
    case RRType::kNS:
    case RRType::kCNAME:
    case RRType::kDNAME:
    case RRType::kPTR:
      WalkName(record.NameRdata());
      break;
    case RRType::kSOA:
      WalkName(record.NameRdata());
      Require(record.rdata.size() >= 22, "a SOA holds two names and its numbers");
      ReadSoa(record);
      break;
    case RRType::kA:
      Require(record.rdata.size() == 4, "an IPv4 address");
      break;
    case RRType::kAAAA:
      Require(record.rdata.size() == 16, "an IPv6 address");
      break;
    default:
      break;
  }
  // Any RDATA may be read as CAA: its form is not judged by Parse().
  const CaaRdata caa = ReadCaa(record.rdata);
  Require(caa.tag.size() + caa.value.size() <= record.rdata.size(), "CAA fields lie inside");
}

bool QuestionHasPointer(std::span<const uint8_t> bytes) {
  size_t position = kHeaderSize;
  while (bytes[position] != 0 && bytes[position] <= kMaxLabelSize) position += 1u + bytes[position];
  return bytes[position] != 0;
}

/// What PeekQuestion() says of a sound message is what Parse() says of it; only a question with a
/// pointer, which can lead nowhere but into the header, escapes it.
void ComparePeek(const Message& message) {
  const auto peek = PeekQuestion(message.bytes());
  if (!peek) {
    Require(message.has_question() && QuestionHasPointer(message.bytes()), "a peek succeeds");
    return;
  }
  Require(peek->id == message.id(), "peeked ID");
  Require(peek->is_response == message.is_response(), "peeked QR");
  Require(IsTruncated(message.bytes()) == message.truncated(), "peeked TC");
  Require(peek->has_question == message.has_question(), "peeked question");
  if (!peek->has_question) return;
  Require(message.question_name().Equals(peek->name), "peeked name");
  Require(peek->type == message.question_type(), "peeked type");
  Require(peek->rr_class == message.question_class(), "peeked class");
}

}  // namespace

bool WalkMessage(std::span<const uint8_t> bytes) {
  Message message;
  const ParseFailure failure = Message::Parse(bytes, &message);
  if (failure.error != ParseError::kNone) {
    Require(failure.offset <= bytes.size(), "a failure lies inside");
    PeekQuestion(bytes);
    return false;
  }
  ComparePeek(message);
  if (message.has_question()) WalkName(message.question_name());
  size_t records = message.edns() ? 1 : 0;
  for (const RecordView& record : message.records()) {
    WalkRecord(record, bytes);
    ++records;
  }
  Require(records <= static_cast<size_t>(message.count(Section::kAnswer)) +
                         message.count(Section::kAuthority) + message.count(Section::kAdditional),
          "no more records than counted");
  if (message.edns()) message.edns()->extended_error();
  return true;
}

}  // namespace caascan::dns
