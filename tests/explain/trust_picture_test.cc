// Whatever the zones and servers are, nothing overlaps and nothing leaves the picture.
#include "scanner/explain/trust_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace caascan::explain {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr double kWidth = 340;
constexpr double kCharacter = 7.4;  // Of 12 units, and more than monospaced fonts take.

struct Box {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
};

std::vector<std::smatch> AllOf(const std::string& pattern, const std::string& text) {
  const std::regex regex(pattern);
  return {std::sregex_iterator(text.begin(), text.end(), regex), std::sregex_iterator()};
}

std::vector<Box> BoxesOf(const std::string& svg) {
  std::vector<Box> boxes;
  for (const std::smatch& match :
       AllOf(R"re(<rect class="\w+" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)")re", svg)) {
    const double left = std::stod(match[1]);
    const double top = std::stod(match[2]);
    boxes.push_back({left, top, left + std::stod(match[3]), top + std::stod(match[4])});
  }
  return boxes;
}

/// Of ASCII text alone; the mark in front of a word and what stands for the rest are one character.
std::vector<Box> TextsOf(const std::string& svg) {
  std::vector<Box> texts;
  for (const std::smatch& match :
       AllOf(R"re(<text class="[\w ]+" x="(\d+)" y="(\d+)">(?:<title>[^<]*</title>)?([^<]*)<)re",
             svg)) {
    const std::string shown = match[3];
    const auto characters = std::count_if(shown.begin(), shown.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0u) != 0x80;
    });
    const double left = std::stod(match[1]);
    const double base = std::stod(match[2]);
    texts.push_back(
        {left, base - 9, left + kCharacter * static_cast<double>(characters), base + 3});
  }
  return texts;
}

double HeightOf(const std::string& svg) {
  const std::vector<std::smatch> found = AllOf(R"re(viewBox="0 0 340 (\d+)")re", svg);
  return found.size() == 1 ? std::stod(found[0][1]) : 0;
}

bool Overlap(const Box& a, const Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

void ExpectApart(const std::vector<Box>& boxes, const std::string& what) {
  for (size_t i = 0; i < boxes.size(); ++i) {
    for (size_t j = i + 1; j < boxes.size(); ++j) {
      if (Overlap(boxes[i], boxes[j])) ADD_FAILURE() << what << " " << i << " and " << j;
    }
  }
}

void ExpectInside(const std::vector<Box>& boxes, double height, const std::string& what) {
  for (const Box& box : boxes) {
    EXPECT_GE(box.left, 0) << what;
    EXPECT_GE(box.top, 0) << what;
    EXPECT_LE(box.right, kWidth) << what;
    EXPECT_LE(box.bottom, height) << what;
  }
}

TrustPicture Picture(size_t zones, size_t servers, size_t name_size, size_t notes) {
  const std::string name(name_size, 'w');
  const std::vector<std::string> noted(notes, "a_code: what it means " + name);
  const PictureState states[] = {PictureState::kGood, PictureState::kUnknown, PictureState::kBad};
  TrustPicture picture;
  for (size_t i = 0; i < zones; ++i) {
    picture.nodes.push_back({name, states[i % 3], name, {states[i % 3], name, noted}});
  }
  picture.servers_title = name;
  for (size_t i = 0; i < servers; ++i) {
    picture.servers.push_back({name, name, states[i % 3], name, noted});
  }
  return picture;
}

TEST(TrustPictureTest, NothingOverlapsOrLeavesThePicture) {
  for (size_t zones = 1; zones <= 10; ++zones) {
    for (size_t servers = 0; servers <= 13; ++servers) {
      for (const size_t name_size : {size_t{1}, size_t{36}, size_t{253}}) {
        const TrustPicture picture = Picture(zones, servers, name_size, servers % 4);
        const std::string svg = TrustPictureSvg(picture, "n0");
        const std::string what = std::to_string(zones) + " zones, " + std::to_string(servers) +
                                 " servers, names of " + std::to_string(name_size);
        const std::vector<Box> boxes = BoxesOf(svg);
        const std::vector<Box> texts = TextsOf(svg);
        EXPECT_EQ(boxes.size(), zones + servers) << what;
        EXPECT_GE(texts.size(), 2 * (zones + servers)) << what;
        ExpectApart(boxes, what + ": boxes");
        ExpectApart(texts, what + ": texts");
        ExpectInside(boxes, HeightOf(svg), what);
        ExpectInside(texts, HeightOf(svg), what);
      }
    }
  }
}

// A text is in its box, or clear of all boxes.
TEST(TrustPictureTest, NoTextCrossesTheEdgeOfABox) {
  const std::string svg = TrustPictureSvg(Picture(10, 13, 253, 3), "n0");
  const std::vector<Box> boxes = BoxesOf(svg);
  for (const Box& text : TextsOf(svg)) {
    for (const Box& box : boxes) {
      const bool inside = text.left >= box.left && text.right <= box.right && text.top >= box.top &&
                          text.bottom <= box.bottom;
      EXPECT_TRUE(inside || !Overlap(text, box)) << text.top;
    }
  }
}

struct StateRow {
  const char* name;
  PictureState state;
  const char* css_class;
  const char* mark;
};

TEST(TrustPictureTest, EachStateHasItsClassItsMarkAndItsWord) {
  for (const StateRow& row : {StateRow{"good", PictureState::kGood, "good", "\u2713"},
                              StateRow{"unknown", PictureState::kUnknown, "unknown", "\u2013"},
                              StateRow{"bad", PictureState::kBad, "bad", "\u2717"}}) {
    TrustPicture picture;
    picture.nodes = {{".", PictureState::kGood, "secure", {}},
                     {"a.test", row.state, "node word", {row.state, "link word", {"a note"}}}};
    picture.servers = {{"ns.test", "192.0.2.1", row.state, "server word", {}}};
    const std::string svg = TrustPictureSvg(picture, "n0");
    const std::string style = row.css_class;
    EXPECT_THAT(svg, HasSubstr("<rect class=\"" + style + "\"")) << row.name;
    EXPECT_THAT(svg, HasSubstr("<line class=\"" + style + "\"")) << row.name;
    for (const char* word : {"node word", "link word", "server word"}) {
      EXPECT_THAT(svg, HasSubstr(std::string(">") + row.mark + " " + word + "<")) << row.name;
    }
    EXPECT_THAT(svg, HasSubstr(">a note<")) << row.name;
  }
}

struct CutRow {
  const char* name;
  std::string text;
  std::string markup;
};

TEST(TrustPictureTest, CutsBetweenCharactersAndKeepsTheWholeAsTitle) {
  std::string letters;
  for (int i = 0; i < 50; ++i) letters += "\u00E4";
  const std::string cut = letters.substr(0, 80) + "\u2026";
  for (const CutRow& row :
       {CutRow{"fits", std::string(41, 'w'), ">" + std::string(41, 'w') + "<"},
        CutRow{"does not fit", std::string(42, 'w'),
               "<title>" + std::string(42, 'w') + "</title>" + std::string(40, 'w') + "\u2026<"},
        CutRow{"two octets a character", letters, "<title>" + letters + "</title>" + cut + "<"}}) {
    TrustPicture picture;
    picture.nodes = {{row.text, PictureState::kGood, "secure", {}}};
    EXPECT_THAT(TrustPictureSvg(picture, "n0"), HasSubstr(row.markup)) << row.name;
  }
}

TEST(TrustPictureTest, EveryTextIsEscaped) {
  const std::string evil = "<b a=\"'&";
  TrustPicture picture;
  const PictureLink link = {PictureState::kBad, evil, {evil}};
  picture.nodes = {{evil, PictureState::kBad, evil, {}}, {evil, PictureState::kBad, evil, link}};
  picture.servers_title = evil;
  picture.servers = {{evil, evil, PictureState::kBad, evil, {evil}}};
  const std::string svg = TrustPictureSvg(picture, "n0");
  EXPECT_THAT(svg, Not(HasSubstr("<b")));
  EXPECT_THAT(svg, Not(HasSubstr("'")));
  EXPECT_THAT(svg, HasSubstr(">&lt;b a=&quot;&#39;&amp;<"));
}

TEST(TrustPictureTest, HasANameAndADescriptionInWords) {
  TrustPicture picture = Picture(2, 1, 3, 1);
  picture.servers_left_out = 4;
  const std::string svg = TrustPictureSvg(picture, "n7");
  EXPECT_THAT(svg, HasSubstr("role=\"img\" aria-labelledby=\"n7t\" aria-describedby=\"n7d\""));
  EXPECT_THAT(svg, HasSubstr("<title id=\"n7t\">The chain of trust and the servers</title>"));
  EXPECT_THAT(svg, HasSubstr("<desc id=\"n7d\">www: www.\n"));
  EXPECT_THAT(svg, HasSubstr(">and 4 more<"));
  const std::vector<std::string> lines = TrustPictureLines(picture);
  EXPECT_THAT(lines, testing::ElementsAre(
                         "www: www", "www: www. Link from above: www: a_code: what it means www",
                         "Server www www: www: a_code: what it means www"));
}

}  // namespace
}  // namespace caascan::explain
