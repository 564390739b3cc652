// How people name perspectives and their regions. Tested by perspectives_test.cc.
#include <absl/status/status.h>
#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "caascan/corroborate.h"

namespace caascan {
namespace {

constexpr std::array<std::string_view, kRegistryCount> kRegistries = {
    "", "AFRINIC", "APNIC", "ARIN", "LACNIC", "RIPE NCC"};

bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
  });
}

/// What is typed is said back in ASCII.
std::string Shown(std::string_view text) {
  std::string shown;
  for (const char c : text) shown += c >= ' ' && c <= '~' ? c : '?';
  return shown;
}

/// What stands before an "=" that may be a name, else all of it is a file.
NetworkPerspective PerspectiveOf(std::string_view text) {
  const size_t at = text.find('=');
  NetworkPerspective perspective;
  const bool named = at != std::string_view::npos && IsName(text.substr(0, at));
  perspective.path = named ? text.substr(at + 1) : text;
  perspective.name = named ? text.substr(0, at) : text;
  return perspective;
}

/// In whatever letters; RIPE NCC also without its second word, or with a hyphen or nothing between.
Registry RegistryOf(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (c != ' ' && c != '-') letters += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  if (letters == "RIPE" || letters == "RIPENCC") return Registry::kRipeNcc;
  for (size_t i = 1; i < kRegistryCount; ++i) {
    if (letters == kRegistries[i]) return static_cast<Registry>(i);
  }
  return Registry::kUnknown;
}

absl::Status SetRegion(std::string_view text, CorroborateOptions* options) {
  const size_t at = std::min(text.rfind('='), text.size());
  const std::string_view name = text.substr(0, at);
  const Registry registry = RegistryOf(text.substr(std::min(at + 1, text.size())));
  if (registry == Registry::kUnknown) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--region: '", Shown(text), "' is not NAME=RIR with AFRINIC, APNIC, ARIN, LACNIC or RIPE"));
  }
  NetworkPerspective* found = options->primary.name == name ? &options->primary : nullptr;
  for (NetworkPerspective& remote : options->remotes) {
    if (remote.name == name) found = &remote;
  }
  if (found == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("--region: no perspective is called '", Shown(name), "'"));
  }
  if (found->region != Registry::kUnknown) {
    return absl::InvalidArgumentError(absl::StrCat("--region: '", Shown(name), "' is given twice"));
  }
  found->region = registry;
  return absl::OkStatus();
}

/// An audit log must tell perspectives apart.
absl::Status CheckNames(const CorroborateOptions& options) {
  for (size_t i = 0; i < options.remotes.size(); ++i) {
    const NetworkPerspective& remote = options.remotes[i];
    const bool twice =
        remote.name == options.primary.name ||
        std::any_of(options.remotes.begin(), options.remotes.begin() + static_cast<ptrdiff_t>(i),
                    [&remote](const auto& other) { return other.name == remote.name; });
    if (!twice) continue;
    // Without names they are files, of which CheckOptions() of corroborate.cc says more.
    if (remote.name == remote.path) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--remote: two perspectives are called '", Shown(remote.name), "'"));
  }
  return absl::OkStatus();
}

absl::Status CheckRegions(const CorroborateOptions& options) {
  const auto lacks = [](const NetworkPerspective& remote) {
    return remote.region == Registry::kUnknown;
  };
  const auto& remotes = options.remotes;
  const auto without = std::find_if(remotes.begin(), remotes.end(), lacks);
  if (without == remotes.end() || std::all_of(remotes.begin(), remotes.end(), lacks)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--region: the perspective '", Shown(without->name), "' has none, though others have"));
}

}  // namespace

std::string_view RegistryName(Registry registry) {
  return kRegistries[static_cast<size_t>(registry)];
}

absl::Status NamePerspectives(std::string_view primary, std::span<const std::string> remotes,
                              std::span<const std::string> regions, CorroborateOptions* options) {
  options->primary = PerspectiveOf(primary);
  options->remotes.clear();
  for (const std::string& remote : remotes) options->remotes.push_back(PerspectiveOf(remote));
  if (absl::Status status = CheckNames(*options); !status.ok()) return status;
  for (const std::string& region : regions) {
    if (absl::Status status = SetRegion(region, options); !status.ok()) return status;
  }
  return CheckRegions(*options);
}

}  // namespace caascan
