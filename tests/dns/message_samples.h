// Sound messages of every kind the scanner meets. message_test.cc breaks them in every way.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace caascan::dns {

struct MessageSample {
  std::string name;
  std::vector<uint8_t> bytes;

  friend void PrintTo(const MessageSample& sample, std::ostream* os) { *os << sample.name; }
};

std::vector<MessageSample> MessageSamples();

/// www.example.com/CAA: a CNAME and a CAA record, SOA and NS, glue of both families, and an OPT
/// with an extended error; names compressed.
std::vector<uint8_t> FullSample();

}  // namespace caascan::dns
