// Tested by resolver_list_test.cc, and end to end by resolver_ways_test.py.
#include "scanner/vantage/resolver_list.h"

#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <functional>
#include <utility>

#include "scanner/io/line_reader.h"
#include "scanner/vantage/resolver_text.h"

namespace caascan::vantage {
namespace {

/// What is done with each resolver that is named. An error says what is wrong with it.
using Take = std::function<absl::Status(const ResolverText&)>;

absl::Status Complain(std::string_view where, std::string_view text, const absl::Status& why) {
  return absl::InvalidArgumentError(
      absl::StrCat("--resolver: ", absl::string_view(where.data(), where.size()), "'",
                   absl::string_view(text.data(), text.size()), "' ", why.message()));
}

absl::Status TakeText(std::string_view where, std::string_view text, const Take& take) {
  const absl::StatusOr<ResolverText> resolver = ParseResolver(text);
  const absl::Status status = resolver.ok() ? take(*resolver) : resolver.status();
  return status.ok() ? status : Complain(where, text, status);
}

/// Without what follows a # that begins the line or stands behind a blank.
std::string_view WithoutComment(std::string_view line) {
  for (size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') return line.substr(0, at);
  }
  return line;
}

/// One a line, as in massdns's resolvers.txt.
absl::Status TakeFile(const std::string& path, const Take& take) {
  auto reader = io::LineReader::Open(path, nullptr);
  if (!reader.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--resolver: ", reader.status().message()));
  }
  size_t count = 0;
  io::Line line;
  while ((*reader)->Next(&line, /*wait=*/true) == io::ReadResult::kLine) {
    const std::string_view all = line.number == 1 ? io::WithoutByteOrderMark(line.text) : line.text;
    const std::string_view text = io::TrimBlanks(WithoutComment(all));
    if (text.empty()) continue;
    const std::string where = absl::StrCat(path, ":", line.number, ": ");
    if (absl::Status status = TakeText(where, text, take); !status.ok()) return status;
    ++count;
  }
  if (!(*reader)->status().ok()) return (*reader)->status();
  if (count > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--resolver: ", path, " names no resolver"));
}

/// The system's, as resolv.conf(5) has it: where the file names none, this machine's own.
absl::Status TakeSystem(const Take& take) {
  const std::string path(kSystemResolvers);
  ResolverText resolver;
  size_t count = 0;
  auto reader = io::LineReader::Open(path, nullptr);
  io::Line line;
  while (reader.ok() && (*reader)->Next(&line, /*wait=*/true) == io::ReadResult::kLine) {
    resolver.address = NameserverOf(line.text);
    if (!resolver.address) continue;
    if (absl::Status status = take(resolver); !status.ok()) return status;
    ++count;
  }
  if (count > 0) return absl::OkStatus();
  constexpr uint16_t kDnsPort = 53;
  resolver.address = async::Address::FromText("127.0.0.1", kDnsPort);
  return take(resolver);
}

absl::Status TakeAll(const std::vector<std::string>& texts, const Take& take) {
  for (const std::string& text : texts) {
    absl::Status status;
    if (text.starts_with('@')) {
      status = TakeFile(text.substr(1), take);
    } else if (text == "system") {
      status = TakeSystem(take);
    } else {
      status = TakeText("", text, take);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

int FamilyOf(AddressFamilies families) {
  switch (families) {
    case AddressFamilies::kIpv4:
      return AF_INET;
    case AddressFamilies::kIpv6:
      return AF_INET6;
    case AddressFamilies::kBoth:
      break;
  }
  return AF_UNSPEC;
}

/// The addresses of a host, by way of the system.
absl::StatusOr<std::vector<async::Address>> LookUpHost(const ResolverText& resolver,
                                                       AddressFamilies families) {
  addrinfo hints{};
  hints.ai_family = FamilyOf(families);
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(resolver.port);
  const int error = getaddrinfo(resolver.host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    return absl::InvalidArgumentError(absl::StrCat("has no address: ", gai_strerror(error)));
  }
  std::vector<async::Address> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    sockaddr_storage address{};
    assert(each->ai_addrlen <= sizeof address && "every socket address fits");
    std::memcpy(&address, each->ai_addr, each->ai_addrlen);
    addresses.push_back(async::Address::FromSockaddr(address));
  }
  freeaddrinfo(found);
  return addresses;
}

}  // namespace

class ResolverList::Builder {
 public:
  Builder(AddressFamilies families, ResolverList* list) : families_(families), list_(list) {}

  absl::Status Add(const ResolverText& resolver) {
    const stream::Channel* const channel = ChannelOf(resolver);
    if (resolver.address) {
      AddEndpoint(*resolver.address, channel);
      return absl::OkStatus();
    }
    const auto addresses = LookUpHost(resolver, families_);
    if (!addresses.ok()) return addresses.status();
    for (const async::Address& address : *addresses) AddEndpoint(address, channel);
    return absl::OkStatus();
  }

 private:
  void AddEndpoint(const async::Address& address, const stream::Channel* channel) {
    const bool usable =
        address.is_v6() ? families_ != AddressFamilies::kIpv4 : families_ != AddressFamilies::kIpv6;
    if (usable && seen_.emplace(address, channel).second) {
      list_->endpoints_.emplace_back(address, channel);
    }
  }

  /// The same one for the same way.
  const stream::Channel* ChannelOf(const ResolverText& resolver) {
    if (!resolver.channel) return nullptr;
    for (const auto& known : list_->channels_) {
      if (*known == *resolver.channel) return known.get();
    }
    list_->channels_.push_back(std::make_unique<const stream::Channel>(*resolver.channel));
    return list_->channels_.back().get();
  }

  const AddressFamilies families_;
  ResolverList* const list_;
  absl::flat_hash_set<std::pair<async::Address, const stream::Channel*>> seen_;
};

absl::StatusOr<ResolverList> ResolverList::Read(const std::vector<std::string>& texts,
                                                AddressFamilies families) {
  ResolverList list;
  Builder builder(families, &list);
  const absl::Status status =
      TakeAll(texts, [&builder](const ResolverText& resolver) { return builder.Add(resolver); });
  if (!status.ok()) return status;
  if (!texts.empty() && list.empty()) {
    return absl::InvalidArgumentError(
        "--resolver: no address of the family that -4 or -6 asks for, or --source has");
  }
  return list;
}

absl::StatusOr<size_t> CountResolvers(const std::vector<std::string>& texts) {
  size_t count = 0;
  const absl::Status status = TakeAll(texts, [&count](const ResolverText&) {
    ++count;
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return count;
}

}  // namespace caascan::vantage
