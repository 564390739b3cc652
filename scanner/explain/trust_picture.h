// The picture of a name's chain of trust and of its servers, as SVG. Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace caascan::explain {

/// Each has a colour, a mark and a word of its own, so that no colour is the only sign.
enum class PictureState : uint8_t {
  kGood,     // Green.
  kUnknown,  // Grey: insecure, unchecked, or a server that answers with a warning.
  kBad,      // Red.
};

/// All texts are printable. Of no name and no note any length is asked: what does not fit is cut,
/// and stands whole in the `title` of its element.
struct PictureLink {
  PictureState state = PictureState::kUnknown;
  std::string word;
  std::vector<std::string> notes;  // Findings about the delegation or the answer.
};
struct PictureNode {
  std::string name;
  PictureState state = PictureState::kUnknown;
  std::string word;
  PictureLink link;  // From the node above; the first node has none.
};
struct PictureServer {
  std::string host;     // Empty for a resolver.
  std::string address;  // Empty where none was found.
  PictureState state = PictureState::kUnknown;
  std::string word;
  std::vector<std::string> notes;
};
struct TrustPicture {
  std::vector<PictureNode> nodes;  // From the root down; the last is the name that was checked.
  std::string servers_title;
  std::vector<PictureServer> servers;
  size_t servers_left_out = 0;
};

/// "good", "unknown" or "bad": the class of an element.
std::string_view StateClass(PictureState state);
/// A check mark, a dash or a cross.
std::string_view StateMark(PictureState state);

/// The picture as one element, 340 units wide, so that it is read on a phone. `id` makes the names
/// of its title and description unique on the page. REQUIRES: `id` is letters and digits.
std::string TrustPictureSvg(const TrustPicture& picture, std::string_view id);

/// The same in words, a line for each node and server: the picture's description.
std::vector<std::string> TrustPictureLines(const TrustPicture& picture);

}  // namespace caascan::explain
