// One line of `ndjson` input: an object with `name` and what belongs to it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "scanner/input/name_job.h"

namespace caascan::input {

/// Reads lines of NDJSON into jobs; keeps its parser's memory between lines. One thread at a time.
class NdjsonParser {
 public:
  static constexpr std::array<std::string_view, 3> kUrlKeys = {"url", "uri", "origin"};

  /// `key`: the member that holds the name; empty: the first of `name`, `host`, `domain` and `fqdn`
  /// that is there. With `from_url`, and where `key` is one of kUrlKeys, URLs stand for their
  /// hosts.
  explicit NdjsonParser(std::string key = {}, bool from_url = false);
  ~NdjsonParser();
  NdjsonParser(const NdjsonParser&) = delete;
  NdjsonParser& operator=(const NdjsonParser&) = delete;

  /// The job that `line` asks for. Members: the name (a string, must be there), `wildcard` (a
  /// boolean), `for` (a purpose's code), `account_uri` and `validation_method` (a string, or an
  /// array of one or more), `id` and `order` (any JSON, kept to the byte); null is the same as
  /// absent, save for `id` and `order`; other members are ignored; of a member given twice the last
  /// counts. `wildcard` and `purpose` are what holds where the line does not say; only for TLS can
  /// a name be a wildcard.
  ///
  /// The job is invalid where the line is no JSON object by RFC 8259, a member is of the wrong
  /// type, or the name is none. It then still carries `id` and `order` where the line could be
  /// read, so that the sender finds it again; its text is the `name` where that is a string, else
  /// the line.
  void Parse(std::string_view line, bool wildcard, NameJob* job, Purpose purpose = Purpose::kTls);

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

/// What becomes of a URL, a host with a port, or a mail address in the place of a name.
enum class UrlRule : uint8_t { kRefuse, kTakeHost };

/// Fills `job` for a name typed as `text`, evaluated as a wildcard if `wildcard` or `*.` says so.
/// For S/MIME (`job->purpose`) it may be a mail address, of which the domain is the name;
/// `wildcard` is for TLS alone, and `*.` makes other jobs invalid. Sets valid, wildcard, name,
/// invalid_name, input and detail; leaves the rest.
void SetTypedName(std::string_view text, bool wildcard, NameJob* job,
                  UrlRule urls = UrlRule::kRefuse);

}  // namespace caascan::input
