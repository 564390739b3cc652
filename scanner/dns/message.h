// A zero-copy reader of DNS messages (RFC 1035 §4.1). Parse() proves a whole message sound, once;
// what reads it afterwards runs on proven bytes.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"

namespace caascan::dns {

enum class Section : uint8_t { kHeader, kQuestion, kAnswer, kAuthority, kAdditional, kEnd };

enum class ParseError : uint8_t {
  kNone,
  kHeaderTruncated,  // Fewer than 12 octets.
  kNameTruncated,    // A name runs over the end.
  kPointerForward,   // A compression pointer that does not point strictly backwards (loops
                     // included), or the 128th in one name.
  kNameTooLong,      // Over 255 octets when expanded.
  kBadLabelType,     // Label octets 0x40 and 0x80 (RFC 6891 §5 retired them).
  kRecordTruncated,  // TYPE to RDLENGTH, or RDATA, run over the end.
  kBadRdata,         // RDATA of a type that the scanner reads does not have that type's form.
  kSeveralOpt,       // RFC 6891 §6.1.1: at most one OPT.
  kOptMisplaced,     // OPT outside the additional section, or its owner is not the root.
  kQuestionCount,    // More than one question, or none and yet records (RFC 9619).
  kTrailingGarbage,  // Octets behind the last record.
};
std::string_view ParseErrorText(ParseError error);
std::string_view SectionText(Section section);

/// Where and why a message was refused.
struct ParseFailure {
  ParseError error = ParseError::kNone;
  Section section = Section::kHeader;
  uint16_t offset = 0;  // Octets from the start of the message.
};

/// A name inside a message, possibly compressed, already proven sound.
class MessageName {
 public:
  MessageName() = default;
  MessageName(std::span<const uint8_t> message, size_t offset)
      : message_(message), offset_(static_cast<uint16_t>(offset)) {}

  /// Case-insensitive; expands nothing.
  bool Equals(NameView name) const;
  void CopyTo(Name* out) const;
  Name ToName() const {
    Name out;
    CopyTo(&out);
    return out;
  }

 private:
  std::span<const uint8_t> message_;
  uint16_t offset_ = 0;
};

/// One resource record of a parsed message. Valid as long as the message's bytes.
struct RecordView {
  Section section = Section::kAnswer;
  MessageName owner;
  RRType type{};
  uint16_t rr_class = 0;
  uint32_t ttl = 0;  // In seconds: see TtlSeconds().
  uint16_t rdata_offset = 0;
  std::span<const uint8_t> rdata;
  std::span<const uint8_t> message;

  /// The name in NS, CNAME, DNAME or PTR RDATA, or the MNAME of a SOA.
  MessageName NameRdata() const { return MessageName(message, rdata_offset); }
};

/// A CAA record's fields as they stand on the wire (RFC 8659 §4.1). A record whose tag length is
/// zero or runs over the RDATA is malformed, and still counts as present: it comes with an empty
/// tag and the rest as its value.
struct CaaRdata {
  uint8_t flags = 0;
  std::string_view tag;
  std::string_view value;
};
CaaRdata ReadCaa(std::span<const uint8_t> rdata);

/// A TXT record's strings joined (RFC 1035 §3.3.14); nullopt where one runs over the RDATA.
std::optional<std::string> ReadTxt(std::span<const uint8_t> rdata);

/// A SOA's numbers; zeros where the RDATA ends early (it cannot once Parse() accepted the message).
struct SoaRdata {
  uint32_t serial = 0;
  uint32_t minimum = 0;
};
SoaRdata ReadSoa(const RecordView& record);

/// RFC 8914: what a server says of an error besides its RCODE.
struct ExtendedError {
  uint16_t info_code = 0;
  std::string_view extra_text;  // Any bytes: escape before showing.
};

struct Edns {
  uint16_t udp_payload_size = 0;
  uint8_t version = 0;
  bool dnssec_ok = false;
  std::span<const uint8_t> options;

  /// The first EDE option, if there is one that can be read.
  std::optional<ExtendedError> extended_error() const;
};

class RecordRange;

/// A parsed message: a view of bytes that the caller keeps. A value; read from any thread.
class Message {
 public:
  /// Checks every length, name and known RDATA of `bytes`. On failure *out is unspecified. CAA
  /// RDATA is not judged (see CaaRdata). A message without a question is accepted only where it
  /// holds no record either: servers send such bare headers with FORMERR and NOTIMP.
  static ParseFailure Parse(std::span<const uint8_t> bytes, Message* out);

  std::span<const uint8_t> bytes() const { return bytes_; }
  uint16_t id() const { return id_; }
  uint16_t flags() const { return flags_; }
  bool is_response() const { return (flags_ & kFlagQR) != 0; }
  bool authoritative() const { return (flags_ & kFlagAA) != 0; }
  bool truncated() const { return (flags_ & kFlagTC) != 0; }
  uint8_t opcode() const { return static_cast<uint8_t>((flags_ >> 11) & 0xf); }
  /// With the upper bits of the OPT record where there is one.
  RCode rcode() const { return rcode_; }

  bool has_question() const { return records_offset_ != kHeaderSize; }
  /// REQUIRES: has_question().
  MessageName question_name() const {
    assert(has_question() && "a message without question names nothing");
    return MessageName(bytes_, kHeaderSize);
  }
  /// 0 where there is no question, like the class.
  RRType question_type() const { return question_type_; }
  uint16_t question_class() const { return question_class_; }

  const std::optional<Edns>& edns() const { return edns_; }
  uint16_t count(Section section) const;

  /// Records of answer, authority and additional, in order, the OPT left out.
  RecordRange records() const;
  /// Those of one section.
  RecordRange records(Section section) const;

 private:
  friend class RecordRange;
  /// Record number `index` of all stands at `position`: where sections begin.
  void NoteSections(uint32_t index, size_t position);

  std::span<const uint8_t> bytes_;
  uint16_t id_ = 0;
  uint16_t flags_ = 0;
  RCode rcode_ = RCode::kNoError;
  RRType question_type_{};
  uint16_t question_class_ = 0;
  uint16_t answer_count_ = 0;
  uint16_t authority_count_ = 0;
  uint16_t additional_count_ = 0;
  uint16_t records_offset_ = 0;
  uint16_t authority_offset_ = 0;
  uint16_t additional_offset_ = 0;
  std::optional<Edns> edns_;
};

/// `for (const RecordView& record : message.records())`.
class RecordRange {
 public:
  /// Records `first` to `end` - 1 of all sections' together, the first at `offset`.
  RecordRange(const Message& message, uint32_t first, uint32_t end, size_t offset)
      : message_(&message), offset_(offset), first_(first), end_(end) {}

  class Iterator {
   public:
    Iterator(const Message* message, uint32_t first, uint32_t end, size_t offset)
        : message_(message), position_(offset), index_(first), end_(end) {
      Advance();
    }
    const RecordView& operator*() const { return record_; }
    Iterator& operator++() {
      Advance();
      return *this;
    }
    bool operator!=(std::nullptr_t) const { return !done_; }

   private:
    void Advance();

    const Message* message_;
    size_t position_;
    uint32_t index_;
    uint32_t end_;
    bool done_ = false;
    RecordView record_;
  };

  Iterator begin() const { return {message_, first_, end_, offset_}; }
  std::nullptr_t end() const { return nullptr; }

 private:
  const Message* message_;
  size_t offset_;
  uint32_t first_;
  uint32_t end_;
};

/// ID, flags and question of a datagram without parsing the rest: what is needed to match it to a
/// query. nullopt where the bytes begin neither with a header and exactly one uncompressed question
/// nor with a header that announces no question.
struct QuestionPeek {
  uint16_t id = 0;
  bool is_response = false;
  bool has_question = false;
  RCode rcode = RCode::kNoError;  // Without the OPT's bits.
  NameView name;
  RRType type{};
  uint16_t rr_class = 0;
};
std::optional<QuestionPeek> PeekQuestion(std::span<const uint8_t> bytes);

/// TC: ask again over TCP, whether or not the rest can be parsed.
bool IsTruncated(std::span<const uint8_t> bytes);
/// Of the header, without the OPT's bits; nullopt of less than its first four octets.
std::optional<RCode> HeaderRCode(std::span<const uint8_t> bytes);

}  // namespace caascan::dns
