// The idea: one pass proves the message, so that readers need no checks of their own. Compression
// pointers must point strictly before the name that holds them and each jump further back than the
// last, and a name has no more of them than labels, so a walk over a name ends after at most 255
// octets and 127 jumps whatever the bytes are. Nothing is
// copied; records are found again by walking. Tested by message_test.cc (every message cut at every
// length, every octet flipped) and fuzz/message_fuzz.cc.
#include "scanner/dns/message.h"

#include <algorithm>

#include "scanner/dns/cursor.h"
#include "scanner/dns/octets.h"

namespace caascan::dns {
namespace {

constexpr uint8_t kPointerBits = 0xc0;
constexpr size_t kSoaNumbersSize = 20;
/// As many as a name can have labels. Pointers that lead to pointers would otherwise make a message
/// of 64 kB cost a tenth of a second: thousands of owner names that each walk a
/// chain of thousands.
constexpr unsigned kMaxPointersInName = 127;

struct NameCheck {
  ParseError error = ParseError::kNone;
  size_t end = 0;  // Behind the name where it stands (not where its pointers lead).
};

/// Proves the name at `start` sound.
NameCheck CheckName(std::span<const uint8_t> message, size_t start) {
  size_t position = start;
  size_t lowest = start;  // Pointers must lead strictly below this.
  size_t expanded = 0;
  size_t end = 0;
  unsigned pointers = 0;
  while (true) {
    if (position >= message.size()) return {ParseError::kNameTruncated, message.size()};
    const uint8_t length = message[position];
    if ((length & kPointerBits) == kPointerBits) {
      if (position + 1 >= message.size()) return {ParseError::kNameTruncated, position};
      const size_t target =
          (static_cast<size_t>(length & ~kPointerBits) << 8) | message[position + 1];
      if (end == 0) end = position + 2;
      if (target >= lowest || ++pointers > kMaxPointersInName) {
        return {ParseError::kPointerForward, position};
      }
      lowest = target;
      position = target;
      continue;
    }
    if ((length & kPointerBits) != 0) return {ParseError::kBadLabelType, position};
    expanded += 1u + length;
    if (expanded > kMaxNameSize) return {ParseError::kNameTooLong, position};
    position += 1u + length;
    if (length == 0) return {ParseError::kNone, end != 0 ? end : position};
  }
}

/// Where the next label of a proven name begins, pointers followed.
size_t FollowPointers(std::span<const uint8_t> message, size_t position) {
  while ((message[position] & kPointerBits) == kPointerBits) {
    position =
        (static_cast<size_t>(message[position] & ~kPointerBits) << 8) | message[position + 1];
  }
  return position;
}

/// The end of a proven name that stands at `position`.
size_t SkipName(std::span<const uint8_t> message, size_t position) {
  while (true) {
    const uint8_t length = message[position];
    if ((length & kPointerBits) == kPointerBits) return position + 2;
    position += 1u + length;
    if (length == 0) return position;
  }
}

/// The RDATA forms that the scanner reads; other types, CAA among them, may hold any bytes.
ParseError CheckRdata(std::span<const uint8_t> message, RRType type, size_t offset, size_t size) {
  // Nothing in the RDATA may reach behind it.
  const std::span<const uint8_t> bounded = message.first(offset + size);
  switch (type) {
    case RRType::kA:
      return size == 4 ? ParseError::kNone : ParseError::kBadRdata;
    case RRType::kAAAA:
      return size == 16 ? ParseError::kNone : ParseError::kBadRdata;
    case RRType::kNS:
    case RRType::kCNAME:
    case RRType::kDNAME:
    case RRType::kPTR: {
      const NameCheck name = CheckName(bounded, offset);
      if (name.error != ParseError::kNone) return name.error;
      return name.end == offset + size ? ParseError::kNone : ParseError::kBadRdata;
    }
    case RRType::kSOA: {
      const NameCheck mname = CheckName(bounded, offset);
      if (mname.error != ParseError::kNone) return mname.error;
      const NameCheck rname = CheckName(bounded, mname.end);
      if (rname.error != ParseError::kNone) return rname.error;
      return rname.end + kSoaNumbersSize == offset + size ? ParseError::kNone
                                                          : ParseError::kBadRdata;
    }
    default:
      return ParseError::kNone;
  }
}

/// The fixed part behind an owner name.
struct RecordHead {
  RRType type{};
  uint16_t rr_class = 0;
  uint32_t ttl = 0;
  uint16_t rdata_size = 0;
  size_t rdata_offset = 0;
};

constexpr size_t kRecordHeadSize = 10;

uint16_t LoadU16(const uint8_t* data) { return static_cast<uint16_t>((data[0] << 8) | data[1]); }

/// The part behind the owner of a record that Parse() has accepted.
RecordHead ProvenRecordHead(std::span<const uint8_t> message, size_t position) {
  const uint8_t* data = message.data() + position;
  RecordHead head;
  head.type = static_cast<RRType>(LoadU16(data));
  head.rr_class = LoadU16(data + 2);
  head.ttl = (static_cast<uint32_t>(LoadU16(data + 4)) << 16) | LoadU16(data + 6);
  head.rdata_size = LoadU16(data + 8);
  head.rdata_offset = position + kRecordHeadSize;
  return head;
}

bool ReadRecordHead(std::span<const uint8_t> message, size_t position, RecordHead* head) {
  if (message.size() - position < kRecordHeadSize) return false;
  *head = ProvenRecordHead(message, position);
  return message.size() - head->rdata_offset >= head->rdata_size;
}

Edns ReadOpt(std::span<const uint8_t> message, const RecordHead& head) {
  Edns edns;
  edns.udp_payload_size = head.rr_class;
  edns.version = static_cast<uint8_t>(head.ttl >> 16);
  edns.dnssec_ok = (head.ttl & kEdnsFlagDo) != 0;
  edns.options = message.subspan(head.rdata_offset, head.rdata_size);
  return edns;
}

}  // namespace

bool MessageName::Equals(NameView name) const {
  size_t position = FollowPointers(message_, offset_);
  const uint8_t* other = name.data();
  if (message_[position] != *other) return false;
  // Nearly always the rest stands in one piece. Equal octets there end in the root's zero, so they
  // are all of the name.
  if (position + name.size() <= message_.size() &&
      EqualOctets(message_.data() + position, other, name.size())) {
    return true;
  }
  while (true) {
    const size_t size = 1u + message_[position];
    if (message_[position] != *other) return false;
    if (size == 1) return true;
    if (!EqualOctets(message_.data() + position, other, size)) return false;
    position = FollowPointers(message_, position + size);
    other += size;
  }
}

void MessageName::CopyTo(Name* out) const {
  std::array<uint8_t, kMaxNameSize> wire;
  size_t size = 0;
  size_t position = offset_;
  uint8_t length = 0;
  do {
    position = FollowPointers(message_, position);
    length = message_[position];
    std::memcpy(wire.data() + size, message_.data() + position, 1u + length);
    size += 1u + length;
    position += 1u + length;
  } while (length != 0);
  *out = NameView::FromTrusted(wire.data(), size);
}

CaaRdata ReadCaa(std::span<const uint8_t> rdata) {
  Cursor cursor(rdata);
  CaaRdata caa;
  caa.flags = cursor.ReadU8();
  const uint8_t tag_size = cursor.ReadU8();
  const std::span<const uint8_t> tag = cursor.ReadBytes(tag_size);
  const bool sound = cursor.ok() && tag_size != 0;
  const size_t rest = sound ? cursor.position() : std::min<size_t>(2, rdata.size());
  if (sound) caa.tag = {reinterpret_cast<const char*>(tag.data()), tag.size()};
  caa.value = {reinterpret_cast<const char*>(rdata.data()) + rest, rdata.size() - rest};
  return caa;
}

std::optional<std::string> ReadTxt(std::span<const uint8_t> rdata) {
  std::string text;
  while (!rdata.empty()) {
    const size_t size = rdata.front();
    rdata = rdata.subspan(1);
    if (size > rdata.size()) return std::nullopt;
    text.append(reinterpret_cast<const char*>(rdata.data()), size);
    rdata = rdata.subspan(size);
  }
  return text;
}

SoaRdata ReadSoa(const RecordView& record) {
  SoaRdata soa;
  if (record.rdata.size() < kSoaNumbersSize) return soa;
  Cursor cursor(record.rdata, record.rdata.size() - kSoaNumbersSize);
  soa.serial = cursor.ReadU32();
  cursor.Skip(12);  // REFRESH, RETRY, EXPIRE.
  soa.minimum = TtlSeconds(cursor.ReadU32());
  return soa;
}

std::optional<ExtendedError> Edns::extended_error() const {
  Cursor cursor(options);
  while (cursor.ok() && !cursor.AtEnd()) {
    const uint16_t code = cursor.ReadU16();
    const auto data = cursor.ReadBytes(cursor.ReadU16());
    if (!cursor.ok()) break;
    if (code != kEdnsOptionExtendedError || data.size() < 2) continue;
    Cursor option(data);
    ExtendedError error;
    error.info_code = option.ReadU16();
    error.extra_text = {reinterpret_cast<const char*>(data.data()) + 2, data.size() - 2};
    return error;
  }
  return std::nullopt;
}

namespace {

ParseFailure FailAt(ParseError error, Section section, size_t offset) {
  return {error, section, static_cast<uint16_t>(std::min<size_t>(offset, UINT16_MAX))};
}

Section SectionOf(uint32_t index, uint32_t answers, uint32_t authorities) {
  if (index < answers) return Section::kAnswer;
  return index < answers + authorities ? Section::kAuthority : Section::kAdditional;
}

}  // namespace

uint16_t Message::count(Section section) const {
  switch (section) {
    case Section::kAnswer:
      return answer_count_;
    case Section::kAuthority:
      return authority_count_;
    case Section::kAdditional:
      return additional_count_;
    default:
      return 0;
  }
}

namespace {

/// Proves the record at *position sound and moves behind it. An OPT is taken.
ParseFailure CheckRecord(std::span<const uint8_t> bytes, Section section, size_t* position,
                         std::optional<Edns>* edns, unsigned* extended_rcode) {
  const NameCheck owner = CheckName(bytes, *position);
  if (owner.error != ParseError::kNone) return FailAt(owner.error, section, owner.end);
  RecordHead head;
  if (!ReadRecordHead(bytes, owner.end, &head)) {
    return FailAt(ParseError::kRecordTruncated, section, owner.end);
  }
  if (head.type == RRType::kOPT) {
    if (*edns) return FailAt(ParseError::kSeveralOpt, section, *position);
    if (section != Section::kAdditional || owner.end != *position + 1) {
      return FailAt(ParseError::kOptMisplaced, section, *position);
    }
    *edns = ReadOpt(bytes, head);
    *extended_rcode = head.ttl >> 24;
  } else if (head.rr_class == kClassIn) {
    const ParseError rdata = CheckRdata(bytes, head.type, head.rdata_offset, head.rdata_size);
    if (rdata != ParseError::kNone) return FailAt(rdata, section, head.rdata_offset);
  }
  *position = head.rdata_offset + head.rdata_size;
  return {};
}

}  // namespace

ParseFailure Message::Parse(std::span<const uint8_t> bytes, Message* out) {
  if (bytes.size() < kHeaderSize || bytes.size() > kMaxMessageSize) {
    return FailAt(ParseError::kHeaderTruncated, Section::kHeader, bytes.size());
  }
  Cursor cursor(bytes);
  out->bytes_ = bytes;
  out->id_ = cursor.ReadU16();
  out->flags_ = cursor.ReadU16();
  const uint16_t questions = cursor.ReadU16();
  out->answer_count_ = cursor.ReadU16();
  out->authority_count_ = cursor.ReadU16();
  out->additional_count_ = cursor.ReadU16();
  out->edns_.reset();
  const uint32_t total =
      static_cast<uint32_t>(out->answer_count_) + out->authority_count_ + out->additional_count_;
  if (questions == 0 && total == 0) {
    out->records_offset_ = kHeaderSize;
    out->rcode_ = static_cast<RCode>(out->flags_ & 0xfu);
    return cursor.AtEnd() ? ParseFailure{}
                          : FailAt(ParseError::kTrailingGarbage, Section::kEnd, kHeaderSize);
  }
  if (questions != 1) return FailAt(ParseError::kQuestionCount, Section::kHeader, 4);

  const NameCheck question = CheckName(bytes, kHeaderSize);
  if (question.error != ParseError::kNone) {
    return FailAt(question.error, Section::kQuestion, question.end);
  }
  Cursor behind(bytes, question.end);
  out->question_type_ = static_cast<RRType>(behind.ReadU16());
  out->question_class_ = behind.ReadU16();
  if (!behind.ok()) return FailAt(ParseError::kRecordTruncated, Section::kQuestion, question.end);
  out->records_offset_ = static_cast<uint16_t>(behind.position());

  size_t position = behind.position();
  unsigned extended_rcode = 0;
  for (uint32_t index = 0; index < total; ++index) {
    out->NoteSections(index, position);
    const Section section = SectionOf(index, out->answer_count_, out->authority_count_);
    const ParseFailure failure =
        CheckRecord(bytes, section, &position, &out->edns_, &extended_rcode);
    if (failure.error != ParseError::kNone) return failure;
  }
  out->NoteSections(total, position);
  if (position != bytes.size())
    return FailAt(ParseError::kTrailingGarbage, Section::kEnd, position);
  out->rcode_ = static_cast<RCode>((extended_rcode << 4) | (out->flags_ & 0xfu));
  return {};
}

void Message::NoteSections(uint32_t index, size_t position) {
  if (index == answer_count_) authority_offset_ = static_cast<uint16_t>(position);
  if (index == uint32_t{answer_count_} + authority_count_) {
    additional_offset_ = static_cast<uint16_t>(position);
  }
}

RecordRange Message::records() const {
  const uint32_t total = uint32_t{answer_count_} + authority_count_ + additional_count_;
  return {*this, 0, total, records_offset_};
}

RecordRange Message::records(Section section) const {
  const uint32_t additional = uint32_t{answer_count_} + authority_count_;
  switch (section) {
    case Section::kAnswer:
      return {*this, 0, answer_count_, records_offset_};
    case Section::kAuthority:
      return {*this, answer_count_, additional, authority_offset_};
    case Section::kAdditional:
      return {*this, additional, additional + additional_count_, additional_offset_};
    default:
      return {*this, 0, 0, 0};
  }
}

void RecordRange::Iterator::Advance() {
  const std::span<const uint8_t> bytes = message_->bytes_;
  while (index_ < end_) {
    record_.section = SectionOf(index_, message_->answer_count_, message_->authority_count_);
    record_.owner = MessageName(bytes, position_);
    const RecordHead head = ProvenRecordHead(bytes, SkipName(bytes, position_));
    ++index_;
    position_ = head.rdata_offset + head.rdata_size;
    // Records of other classes were not checked and are of no use to anyone here.
    if (head.type == RRType::kOPT || head.rr_class != kClassIn) continue;
    record_.type = head.type;
    record_.rr_class = head.rr_class;
    record_.ttl = TtlSeconds(head.ttl);
    record_.rdata_offset = static_cast<uint16_t>(head.rdata_offset);
    record_.rdata = bytes.subspan(head.rdata_offset, head.rdata_size);
    record_.message = bytes;
    return;
  }
  done_ = true;
}

bool IsTruncated(std::span<const uint8_t> bytes) {
  return bytes.size() > 2 && (bytes[2] & (kFlagTC >> 8)) != 0;
}

std::optional<RCode> HeaderRCode(std::span<const uint8_t> bytes) {
  if (bytes.size() < 4) return std::nullopt;
  return static_cast<RCode>(bytes[3] & 0xf);
}

std::optional<QuestionPeek> PeekQuestion(std::span<const uint8_t> bytes) {
  Cursor cursor(bytes);
  QuestionPeek peek;
  peek.id = cursor.ReadU16();
  const uint16_t flags = cursor.ReadU16();
  peek.is_response = (flags & kFlagQR) != 0;
  peek.rcode = static_cast<RCode>(flags & 0xf);
  const uint16_t questions = cursor.ReadU16();
  cursor.Skip(6);
  if (cursor.ok() && questions == 0) return peek;
  peek.has_question = true;
  const size_t start = cursor.position();
  size_t size = 0;
  while (cursor.ok()) {
    const uint8_t length = cursor.ReadU8();
    if (length > kMaxLabelSize) return std::nullopt;
    cursor.Skip(length);
    size += 1u + length;
    if (length == 0) break;
  }
  peek.type = static_cast<RRType>(cursor.ReadU16());
  peek.rr_class = cursor.ReadU16();
  if (!cursor.ok() || questions != 1 || size > kMaxNameSize) return std::nullopt;
  peek.name = NameView::FromTrusted(bytes.data() + start, size);
  return peek;
}

std::string_view ParseErrorText(ParseError error) {
  switch (error) {
    case ParseError::kNone:
      return "sound";
    case ParseError::kHeaderTruncated:
      return "header truncated";
    case ParseError::kNameTruncated:
      return "name truncated";
    case ParseError::kPointerForward:
      return "compression pointer not backwards";
    case ParseError::kNameTooLong:
      return "name over 255 octets";
    case ParseError::kBadLabelType:
      return "unknown label type";
    case ParseError::kRecordTruncated:
      return "record truncated";
    case ParseError::kBadRdata:
      return "RDATA does not fit its type";
    case ParseError::kSeveralOpt:
      return "more than one OPT";
    case ParseError::kOptMisplaced:
      return "OPT misplaced";
    case ParseError::kQuestionCount:
      return "not exactly one question";
    case ParseError::kTrailingGarbage:
      return "octets behind the last record";
  }
  return "unknown";
}

std::string_view SectionText(Section section) {
  switch (section) {
    case Section::kHeader:
      return "header";
    case Section::kQuestion:
      return "question";
    case Section::kAnswer:
      return "answer";
    case Section::kAuthority:
      return "authority";
    case Section::kAdditional:
      return "additional";
    case Section::kEnd:
      return "end";
  }
  return "unknown";
}

}  // namespace caascan::dns
