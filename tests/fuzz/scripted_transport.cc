// A query is answered at the Flush() that would have sent it. The first
// octet that is left says how: not at all, by octets as they are, or by a message that is put
// together of records whose owners and RDATA names lie near the question, which octets alone would
// hardly hit. Such a message may be signed (script_signer.h), by a zone at or above the question.
#include "tests/fuzz/scripted_transport.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "scanner/dns/message.h"
#include "scanner/dnssec/nsec3.h"
#include "tests/fuzz/script_signer.h"

namespace caascan::net {
namespace {

using dns::RRType;

std::span<const uint8_t> script_left;
size_t query_count = 0;
bool honest_keys = false;

uint8_t NextOctet() {
  if (script_left.empty()) return 0;
  const uint8_t octet = script_left.front();
  script_left = script_left.subspan(1);
  return octet;
}

std::span<const uint8_t> NextOctets(size_t size) {
  const auto octets = script_left.first(std::min(size, script_left.size()));
  script_left = script_left.subspan(octets.size());
  return octets;
}

/// The reply to one query, put together.
class ReplyWriter {
 public:
  /// Its question is the query's, its header that of an authoritative empty answer.
  explicit ReplyWriter(const dns::QuerySpec& query) {
    std::array<uint8_t, dns::kMaxQuerySize> octets;
    (void)dns::WriteQuery(query, /*id=*/0, /*case_bits=*/0, octets);
    question_end_ = kHeader + query.name.size() + 4;
    bytes_.assign(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(question_end_));
    SetFlags(0x84, 0);
    for (size_t at = 6; at < kHeader; ++at) bytes_[at] = 0;
  }

  void SetFlags(uint8_t first, uint8_t second) {
    bytes_[2] = first;
    bytes_[3] = second;
  }
  void Append(std::span<const uint8_t> octets) {
    bytes_.insert(bytes_.end(), octets.begin(), octets.end());
  }
  void SetCount(size_t section, uint8_t count) { bytes_[7 + 2 * section] = count; }

  /// The question's name, so many labels cut off; or one label of the script in front of that.
  void WriteName(uint8_t how) {
    if ((how & 0x80) != 0) {
      const auto label = NextOctets(1 + (how & 7u));
      if (!label.empty()) {
        bytes_.push_back(static_cast<uint8_t>(label.size()));
        Append(label);
      }
    }
    size_t at = kHeader;
    for (unsigned labels = (how >> 4) & 7u; labels > 0 && bytes_[at] != 0; --labels) {
      at += 1u + bytes_[at];
    }
    if (bytes_[at] == 0) {
      bytes_.push_back(0);
    } else {
      bytes_.push_back(static_cast<uint8_t>(0xc0u | (at >> 8)));
      bytes_.push_back(static_cast<uint8_t>(at));
    }
  }

  void WriteRecord() {
    static constexpr std::array kTypes = {
        RRType::kA,   RRType::kNS, RRType::kCNAME, RRType::kSOA,  RRType::kAAAA,  RRType::kDNAME,
        RRType::kCAA, RRType::kDS, RRType::kRRSIG, RRType::kNSEC, RRType::kNSEC3, RRType::kTXT};
    WriteName(NextOctet());
    const RRType type = kTypes[NextOctet() % kTypes.size()];
    const auto code = static_cast<uint16_t>(type);
    Append(std::array{static_cast<uint8_t>(code >> 8), static_cast<uint8_t>(code), uint8_t{0},
                      uint8_t{1}, uint8_t{0}, uint8_t{0}, NextOctet(), uint8_t{60}});
    const size_t length_at = bytes_.size();
    Append(std::array<uint8_t, 2>{});
    WriteRdata(type);
    const size_t size = bytes_.size() - length_at - 2;
    bytes_[length_at] = static_cast<uint8_t>(size >> 8);
    bytes_[length_at + 1] = static_cast<uint8_t>(size);
  }

  /// A record that is a set of its own, and its signature by `signer`. So many records.
  uint8_t WriteSigned(std::string_view owner, RRType type, std::string_view rdata,
                      std::string_view signer) {
    WritePlain(owner, type, rdata);
    WritePlain(owner, RRType::kRRSIG,
               ScriptSignature(View(owner), type, kTtl, rdata, View(signer)));
    return 2;
  }
  void WritePlain(std::string_view owner, RRType type, std::string_view rdata) {
    const auto code = static_cast<uint16_t>(type);
    Append(View(owner).wire());
    Append(std::array{static_cast<uint8_t>(code >> 8), static_cast<uint8_t>(code), uint8_t{0},
                      uint8_t{1}, uint8_t{0}, uint8_t{0}, uint8_t{0}, kTtl,
                      static_cast<uint8_t>(rdata.size() >> 8), static_cast<uint8_t>(rdata.size())});
    Append({reinterpret_cast<const uint8_t*>(rdata.data()), rdata.size()});
  }
  /// As the script says; the records it made.
  uint8_t WriteSignedRecord(std::string_view signer) {
    static constexpr std::array kTypes = {RRType::kCAA,   RRType::kSOA,   RRType::kNSEC,
                                          RRType::kNSEC3, RRType::kDS,    RRType::kNS,
                                          RRType::kCNAME, RRType::kDNAME, RRType::kA};
    const uint8_t how = NextOctet();
    const RRType type = kTypes[(how & 0x7f) % kTypes.size()];
    std::string owner = NameText(NextOctet());
    std::string rdata = RdataText(type, &owner);
    if ((how & 0x80) != 0) {
      WritePlain(owner, type, rdata);
      return 1;
    }
    return WriteSigned(owner, type, rdata, signer);
  }

  /// In wire form: what WriteName() writes.
  std::string NameText(uint8_t how) const {
    std::string name;
    if ((how & 0x80) != 0) {
      const auto label = NextOctets(1 + (how & 7u));
      if (!label.empty()) name.push_back(static_cast<char>(label.size()));
      for (const uint8_t octet : label) {  // Small letters: it is signed as it is.
        name.push_back(static_cast<char>(octet >= 'A' && octet <= 'Z' ? octet + 32 : octet));
      }
    }
    dns::NameView above = question();
    for (unsigned labels = (how >> 4) & 7u; labels > 0 && !above.is_root(); --labels) {
      above = above.parent();
    }
    name += above.bytes();
    return name.size() <= dns::kMaxNameSize ? name : std::string(above.bytes());
  }

  std::span<const uint8_t> bytes() const { return bytes_; }

 private:
  static constexpr uint8_t kTtl = 60;

  static dns::NameView View(std::string_view wire) {
    return dns::NameView::FromTrusted(reinterpret_cast<const uint8_t*>(wire.data()), wire.size());
  }
  dns::NameView question() const {
    return dns::NameView::FromTrusted(bytes_.data() + kHeader, question_end_ - 4 - kHeader);
  }

  /// The RDATA of one type, names uncompressed. NSEC3 has an owner of its own making.
  static std::string Bitmap() {
    static constexpr std::array<std::string_view, 6> kBitmaps = {
        std::string_view("\0\1\2", 3),                 // SOA
        std::string_view("\0\1\x22", 3),               // NS, SOA
        std::string_view("\0\1\x20", 3),               // NS
        std::string_view("\0\6\x22\0\0\0\0\x13", 8),   // NS, SOA, DS, RRSIG, NSEC
        std::string_view("\0\1\2\1\1\x40", 6),         // SOA, CAA
        std::string_view("\0\6\x04\0\0\0\0\x03", 8)};  // CNAME, RRSIG, NSEC
    return std::string(kBitmaps[NextOctet() % kBitmaps.size()]);
  }
  std::string Nsec3Text(std::string* owner) const {
    const auto hash = dnssec::HashForNsec3(View(*owner), {}, 0);
    if (!hash) return {};
    std::array<uint8_t, 20> at = *hash;
    std::array<uint8_t, 20> next = *hash;
    const uint8_t how = NextOctet();
    if ((how & 1) != 0) --at.back();  // It covers the name, and else matches it.
    ++next.back();
    static constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuv";
    std::string label;
    for (size_t bit = 0; bit < 160; bit += 5) {
      const unsigned first = at[bit / 8];
      const unsigned second = bit / 8 + 1 < at.size() ? at[bit / 8 + 1] : 0;
      const unsigned pair = first << 8u | second;
      label += kDigits[(pair >> (11 - bit % 8)) & 31u];
    }
    *owner = static_cast<char>(label.size()) + label + NameText(how & 0x70);
    std::string rdata = {1, static_cast<char>((how >> 1) & 1), 0, 0, 0, 20};
    return rdata + std::string(next.begin(), next.end()) + Bitmap();
  }
  std::string RdataText(RRType type, std::string* owner) const {
    switch (type) {
      case RRType::kA:
        return {127, 0, static_cast<char>(NextOctet()), 1};
      case RRType::kNS:
      case RRType::kCNAME:
      case RRType::kDNAME:
        return NameText(NextOctet());
      case RRType::kSOA:
        return *owner + *owner + std::string(20, '\0');
      case RRType::kDS:
        return ScriptDs(View(*owner));
      case RRType::kNSEC: {
        const std::string next = NameText(NextOctet());
        return next + Bitmap();
      }
      case RRType::kNSEC3:
        return Nsec3Text(owner);
      default: {
        std::string caa("\0\5issue", 7);
        for (const uint8_t octet : NextOctets(NextOctet() % 24)) caa += static_cast<char>(octet);
        return caa;
      }
    }
  }

  static constexpr size_t kHeader = 12;

  void WriteRdata(RRType type) {
    switch (type) {
      case RRType::kA:
        return Append(std::array{uint8_t{127}, NextOctet(), NextOctet(), uint8_t{1}});
      case RRType::kAAAA: {
        std::array<uint8_t, 16> loopback{};
        loopback.back() = NextOctet();
        return Append(loopback);
      }
      case RRType::kNS:
      case RRType::kCNAME:
      case RRType::kDNAME:
        return WriteName(NextOctet());
      case RRType::kSOA:
        WriteName(0);
        WriteName(0);
        return Append(std::array<uint8_t, 20>{});
      case RRType::kCAA: {
        static constexpr std::array<uint8_t, 7> kIssue = {0, 5, 'i', 's', 's', 'u', 'e'};
        Append(kIssue);
        return Append(NextOctets(NextOctet() % 24));
      }
      default:
        return Append(NextOctets(NextOctet() % 48));
    }
  }

  std::vector<uint8_t> bytes_;
  size_t question_end_ = 0;
};

bool IsHonest(RRType asked) {
  return honest_keys && (asked == RRType::kDNSKEY || asked == RRType::kDS);
}

/// What a signed zone at or above the question says. Questions for keys and DS are answered.
void WriteSignedReply(RRType asked, ReplyWriter* reply) {
  const uint8_t how = IsHonest(asked) ? 0x10 : NextOctet();
  const std::string zone = reply->NameText(how & 0x70);
  reply->SetFlags(0x84, (how & 1) != 0 ? 3 : 0);
  if (asked == RRType::kDNSKEY && (how & 2) == 0) {
    const std::string apex = reply->NameText(0);
    return reply->SetCount(0, reply->WriteSigned(apex, asked, ScriptDnskey(), apex));
  }
  if (asked == RRType::kDS && (how & 2) == 0) {
    const std::string owner = reply->NameText(0);
    const std::string rdata = ScriptDs(
        dns::NameView::FromTrusted(reinterpret_cast<const uint8_t*>(owner.data()), owner.size()));
    return reply->SetCount(0, reply->WriteSigned(owner, asked, rdata, zone));
  }
  if ((how & 4) != 0) reply->SetFlags(0x80, 0);  // A referral.
  for (size_t section = 0; section < 3; ++section) {
    uint8_t count = 0;
    for (uint8_t sets = NextOctet() & 3; sets > 0; --sets) {
      count = static_cast<uint8_t>(count + reply->WriteSignedRecord(zone));
    }
    reply->SetCount(section, count);
  }
}

void WriteReply(uint8_t how, ReplyWriter* reply) {
  if (how == 0) {  // The script's end as well: empty, with the root's SOA.
    constexpr std::array<uint8_t, 33> kSoa = {0, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0};
    reply->Append(kSoa);
    return reply->SetCount(1, 1);
  }
  reply->SetFlags(static_cast<uint8_t>(0x80 | (NextOctet() & 0x06)), NextOctet() & 0x8f);
  if (how == 1) {
    const auto octets = NextOctets(NextOctet());
    for (size_t section = 0; section < 3; ++section) reply->SetCount(section, NextOctet() & 3);
    return reply->Append(octets);
  }
  for (size_t section = 0; section < 3; ++section) {
    const uint8_t count = NextOctet() & 3;
    reply->SetCount(section, count);
    for (uint8_t i = 0; i < count; ++i) reply->WriteRecord();
  }
}

/// UDP and TCP differ in how a query may fail. What is no failure is answered.
class ScriptedTransport final : public Transport {
 public:
  ScriptedTransport(Protocol protocol, TransportClient* client)
      : is_udp_(protocol == Protocol::kUdp), client_(client) {}

  void Submit(Exchange* exchange) override {
    exchange->MarkQueued();
    queue_.PushBack(exchange);
  }
  void Flush() override {
    while (Exchange* exchange = queue_.PopFront()) {
      ++query_count;
      exchange->MarkSent(client_->loop());
      Answer(exchange);
    }
  }
  void NoteTimeout(Exchange*) override {}
  void Forget(Exchange*) override {}
  void Close() override {}

 private:
  void Answer(Exchange* exchange) {
    const auto signed_reply = static_cast<uint8_t>(is_udp_ ? 11 : 7);
    const auto type = exchange->query().type;
    const auto how =
        static_cast<uint8_t>(IsHonest(type) ? signed_reply : NextOctet() % (signed_reply + 1));
    Mismatches& mismatches = exchange->result().mismatches;
    if (how == 2) return client_->Complete(exchange, ExchangeStatus::kTimeout);
    if (how == 3) {
      return is_udp_ ? client_->Complete(exchange, ExchangeStatus::kUnreachable, ECONNREFUSED)
                     : client_->Complete(exchange, ExchangeStatus::kClosed);
    }
    if (is_udp_ && how == 4) {
      ++mismatches.id;
      return client_->Complete(exchange, ExchangeStatus::kDoubtful);
    }
    if (is_udp_ && how == 5) {
      ++mismatches.bare_error;
      exchange->result().bare_flags = static_cast<uint16_t>(0x8000 | (NextOctet() & 15));
      return client_->Complete(exchange, ExchangeStatus::kDoubtful);
    }
    ReplyWriter reply(exchange->query());
    if (how == signed_reply) {
      WriteSignedReply(type, &reply);
    } else {
      WriteReply(how, &reply);
    }
    client_->CompleteReply(exchange, reply.bytes());
  }

  const bool is_udp_;
  TransportClient* const client_;
  async::List<Exchange, QueueTag> queue_;
};

}  // namespace

void SetScript(std::span<const uint8_t> script, bool keys_are_honest) {
  script_left = script;
  honest_keys = keys_are_honest;
  query_count = 0;
}

size_t CountScriptedQueries() { return query_count; }

std::unique_ptr<Transport> MakeScriptedTransport(Protocol protocol, TransportClient* client) {
  return std::make_unique<ScriptedTransport>(protocol, client);
}

}  // namespace caascan::net
