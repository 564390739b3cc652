#include "tests/dns/message_samples.h"

#include "tests/dns/message_builder.h"

namespace caascan::dns {
namespace {

using namespace std::string_literals;

MessageBuilder Reply(uint16_t flags, MessageBuilder::Counts counts) {
  return MessageBuilder(static_cast<uint16_t>(kFlagQR | flags), counts)
      .Question("www.example.com", RRType::kCAA);
}

/// The numbers of a SOA: serial 2026, minimum 900.
std::string SoaNumbers() { return "\0\0\x07\xea\0\0\x0e\x10\0\0\x02\x58\0\1\x51\x80\0\0\x03\x84"s; }

std::vector<uint8_t> Nodata() {
  return Reply(kFlagAA, {1, 0, 1})
      .Pointer(16)
      .Head(RRType::kSOA, 4 + 20)
      .Pointer(16)
      .Pointer(16)
      .Bytes(SoaNumbers())
      .bytes();
}

std::vector<uint8_t> Referral() {
  return Reply(0, {1, 0, 2, 2})
      .Pointer(16)
      .Head(RRType::kNS, 6)
      .Bytes("\3ns1")
      .Pointer(16)
      .Pointer(16)
      .Head(RRType::kNS, 11)
      .Name("ns2.other")
      .Name("ns2.other")
      .Head(RRType::kAAAA, 16)
      .Bytes(std::string(16, '\1'))
      .Opt()
      .bytes();
}

std::vector<uint8_t> LongNames() {
  const std::string label(63, 'x');
  const std::string tail = label + "." + label + "." + label;
  return MessageBuilder(kFlagQR, {1, 1})
      .Question(tail, RRType::kCNAME)
      .Pointer(12)
      .Head(RRType::kCNAME, 64)
      .Bytes("\x3d" + std::string(61, 'y'))
      .Pointer(12)
      .bytes();
}

}  // namespace

std::vector<uint8_t> FullSample() {
  // The question stands at 12; "example.com" in it at 16. The SOA's MNAME becomes a target too.
  MessageBuilder builder = Reply(kFlagAA, {1, 2, 2, 3});
  builder.Pointer(12).Head(RRType::kCNAME, 2).Pointer(16);
  builder.Pointer(16).Head(RRType::kCAA, 22).Bytes("\x80\5issueletsencrypt.org"s);
  builder.Pointer(16).Head(RRType::kSOA, 5 + 2 + 20);
  const size_t ns = builder.size();
  builder.Bytes("\2ns").Pointer(16).Pointer(16).Bytes(SoaNumbers());
  builder.Pointer(16).Head(RRType::kNS, 2).Pointer(ns);
  builder.Pointer(ns).Head(RRType::kA, 4).Bytes("\x7f\0\0\1"s);
  builder.Pointer(ns).Head(RRType::kAAAA, 16).Bytes(std::string(15, '\0') + "\1");
  builder.Opt("\0\xf\0\x9\0\x16no data"s);
  return builder.bytes();
}

std::vector<MessageSample> MessageSamples() {
  return {
      {"Full", FullSample()},
      {"Nodata", Nodata()},
      {"Referral", Referral()},
      {"LongNames", LongNames()},
      {"BareFormerr", MessageBuilder(kFlagQR | 1, {0}).bytes()},
      {"Refused", Reply(5, {1}).bytes()},
      {"Truncated", Reply(kFlagTC, {1, 0, 0, 1}).Opt().bytes()},
      {"CaaForms", Reply(kFlagAA, {1, 4})
                       .Record(RRType::kCAA, "\0\5issue;"s)
                       .Record(RRType::kCAA, "")
                       .Record(RRType::kCAA, "\x80\0x"s)
                       .Record(RRType::kCAA, "\1\xff<script>"s)
                       .bytes()},
      {"Dname", Reply(kFlagAA, {1, 2})
                    .Pointer(16)
                    .Head(RRType::kDNAME, 9)
                    .Name("example")
                    .Record(RRType::kCNAME, "\3www\7example\0"s)
                    .bytes()},
      {"BadVersion", Reply(0, {1, 0, 0, 1}).Opt("\0\xa\0\1x"s, 0x01008000).bytes()},
      {"OtherClassAndType", Reply(0, {1, 2})
                                .Pointer(12)
                                .Head(RRType::kA, 1, 3)
                                .U8(7)
                                .Record(RRType::kUnassigned, "anything")
                                .bytes()},
      {"RootNs", MessageBuilder(kFlagQR | kFlagAA, {1, 1})
                     .Question(".", RRType::kNS)
                     .U8(0)
                     .Head(RRType::kNS, 20)
                     .Name("a.root-servers.net")
                     .bytes()},
  };
}

}  // namespace caascan::dns
