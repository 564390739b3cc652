// Everything stands in one column, from the top down, so nothing can overlap. Text is monospaced:
// how many characters fit is known without the reader's fonts. Tested by trust_picture_test.cc.
#include "scanner/explain/trust_picture.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>

#include "scanner/publish/html_page.h"
#include "scanner/report/formats/cell_text.h"
#include "scanner/report/formats/formats.h"

namespace caascan::explain {
namespace {

// In the picture's units. A character is at most 0.61 of its size wide.
constexpr int kWidth = 340;
constexpr int kLine = 16;
constexpr int kPad = 8;
constexpr int kNodeX = 4;
constexpr int kTrunkX = 24;
constexpr int kServerX = 44;
constexpr int kGap = 10;      // Between two servers.
constexpr int kMinLink = 34;  // The length of a link.
constexpr size_t kNodeChars = 41;
constexpr size_t kServerChars = 36;
constexpr size_t kLinkChars = 40;
constexpr size_t kNoteLines = 3;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// At most so many characters, the last of which says that more follow.
std::string Cut(std::string_view text, size_t most) {
  if (report::DisplayWidth(text) <= most) return std::string(text);
  size_t end = 0;
  for (size_t characters = 0; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0u) != 0x80;
    if (begins && ++characters == most) break;
  }
  return absl::StrCat(std::string(text.substr(0, end)), "\u2026");
}

/// A note in few lines. Text with other letters stays on one, which is cut.
std::vector<std::string> NoteLines(std::string_view note, size_t width) {
  if (!IsAscii(note)) return {Cut(note, width)};
  std::vector<std::string> lines;
  while (!note.empty() && lines.size() + 1 < kNoteLines) {
    lines.emplace_back(report::TakeLine(width, &note));
  }
  if (!note.empty()) lines.push_back(Cut(note, width));
  return lines;
}

class Painter {
 public:
  int y() const { return y_; }
  std::string Take() { return std::move(out_); }

  void Down(int by) { y_ += by; }

  /// One line of text; the whole of it is its title where it is cut.
  void Text(int x, std::string_view style, std::string_view text, size_t most) {
    PutText(x, style, Cut(text, most), text);
  }

  void Note(int x, std::string_view note, size_t width) {
    for (const std::string& line : NoteLines(note, width)) PutText(x, "note", line, note);
  }

  void Stroke(PictureState state, int x1, int y1, int x2, int y2) {
    absl::StrAppend(&out_, "<line class=\"", std::string(StateClass(state)), "\" x1=\"", x1,
                    "\" y1=\"", y1, "\" x2=\"", x2, "\" y2=\"", y2, "\"/>");
  }

  void Box(PictureState state, int x, int top, int bottom) {
    absl::StrAppend(&out_, "<rect class=\"", std::string(StateClass(state)), "\" x=\"", x,
                    "\" y=\"", top, "\" width=\"", kWidth - kNodeX - x, "\" height=\"",
                    bottom - top, "\" rx=\"5\"/>");
  }

 private:
  void PutText(int x, std::string_view style, const std::string& shown, std::string_view whole) {
    y_ += kLine;
    absl::StrAppend(&out_, "<text class=\"", std::string(style), "\" x=\"", x, "\" y=\"", y_ - 4,
                    "\">");
    if (shown != whole) {
      absl::StrAppend(&out_, "<title>", publish::HtmlText(whole), "</title>");
    }
    absl::StrAppend(&out_, publish::HtmlText(shown), "</text>");
  }

  std::string out_;
  int y_ = 0;
};

std::string Marked(PictureState state, std::string_view word) {
  return absl::StrCat(std::string(StateMark(state)), " ", std::string(word));
}

std::string WordClass(PictureState state) {
  return absl::StrCat("word ", std::string(StateClass(state)));
}

/// Text first: how long the line beside it is follows from that.
void PaintLink(const PictureLink& link, Painter* painter) {
  const int top = painter->y();
  painter->Down(4);
  painter->Text(kTrunkX + 12, WordClass(link.state), Marked(link.state, link.word), kLinkChars);
  for (const std::string& note : link.notes) painter->Note(kTrunkX + 12, note, kLinkChars);
  painter->Down(std::max(4, top + kMinLink - painter->y()));
  painter->Stroke(link.state, kTrunkX, top, kTrunkX, painter->y());
}

void PaintNode(const PictureNode& node, Painter* painter) {
  const int top = painter->y();
  painter->Box(node.state, kNodeX, top, top + 2 * kLine + kPad);
  painter->Down(kPad / 2);
  painter->Text(kNodeX + kPad, "name", node.name, kNodeChars);
  painter->Text(kNodeX + kPad, WordClass(node.state), Marked(node.state, node.word), kNodeChars);
  painter->Down(kPad / 2);
}

/// What the box holds is measured by painting it on a sheet of its own.
void PaintServerText(const PictureServer& server, Painter* painter) {
  constexpr int kX = kServerX + kPad;
  painter->Down(kPad / 2);
  if (!server.host.empty()) painter->Text(kX, "name", server.host, kServerChars);
  if (!server.address.empty()) painter->Text(kX, "name", server.address, kServerChars);
  painter->Text(kX, WordClass(server.state), Marked(server.state, server.word), kServerChars);
  for (const std::string& note : server.notes) painter->Note(kX, note, kServerChars);
  painter->Down(kPad / 2);
}

void PaintServers(const TrustPicture& picture, Painter* painter) {
  if (picture.servers.empty()) return;
  painter->Down(kLine);
  painter->Text(kNodeX, "heading", picture.servers_title, kNodeChars);
  painter->Down(kPad / 2);
  int trunk_top = painter->y();
  for (const PictureServer& server : picture.servers) {
    painter->Down(kGap);
    const int top = painter->y();
    Painter sheet;
    PaintServerText(server, &sheet);
    painter->Box(server.state, kServerX, top, top + sheet.y());
    PaintServerText(server, painter);
    const int branch = top + kLine;
    painter->Stroke(PictureState::kUnknown, kTrunkX, trunk_top, kTrunkX, branch);
    painter->Stroke(server.state, kTrunkX, branch, kServerX, branch);
    trunk_top = branch;
  }
  if (picture.servers_left_out == 0) return;
  painter->Text(kServerX, "note", absl::StrCat("and ", picture.servers_left_out, " more"),
                kServerChars);
}

std::string WithNotes(std::string line, const std::vector<std::string>& notes) {
  for (size_t i = 0; i < notes.size(); ++i) absl::StrAppend(&line, i == 0 ? ": " : "; ", notes[i]);
  return line;
}

}  // namespace

std::string_view StateClass(PictureState state) {
  switch (state) {
    case PictureState::kGood:
      return "good";
    case PictureState::kUnknown:
      return "unknown";
    case PictureState::kBad:
      break;
  }
  return "bad";
}

std::string_view StateMark(PictureState state) {
  switch (state) {
    case PictureState::kGood:
      return "\u2713";
    case PictureState::kUnknown:
      return "\u2013";
    case PictureState::kBad:
      break;
  }
  return "\u2717";
}

std::vector<std::string> TrustPictureLines(const TrustPicture& picture) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < picture.nodes.size(); ++i) {
    const PictureNode& node = picture.nodes[i];
    std::string line = absl::StrCat(node.name, ": ", node.word);
    if (i > 0) {
      line = WithNotes(absl::StrCat(line, ". Link from above: ", node.link.word), node.link.notes);
    }
    lines.push_back(std::move(line));
  }
  for (const PictureServer& server : picture.servers) {
    const bool both = !server.host.empty() && !server.address.empty();
    lines.push_back(WithNotes(
        absl::StrCat("Server ", server.host, both ? " " : "", server.address, ": ", server.word),
        server.notes));
  }
  return lines;
}

std::string TrustPictureSvg(const TrustPicture& picture, std::string_view id) {
  assert(std::all_of(id.begin(), id.end(),
                     [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9');
                     }) &&
         "the id is letters and digits");
  Painter painter;
  painter.Down(2);
  for (size_t i = 0; i < picture.nodes.size(); ++i) {
    if (i > 0) PaintLink(picture.nodes[i].link, &painter);
    PaintNode(picture.nodes[i], &painter);
  }
  PaintServers(picture, &painter);
  painter.Down(4);
  std::string description;
  for (const std::string& line : TrustPictureLines(picture)) {
    absl::StrAppend(&description, line, ".\n");
  }
  const std::string name(id);
  return absl::StrCat("<svg class=\"trust\" role=\"img\" aria-labelledby=\"", name, "t\"",
                      " aria-describedby=\"", name, "d\" viewBox=\"0 0 ", kWidth, " ", painter.y(),
                      "\"><title id=\"", name, "t\">The chain of trust and the servers</title>",
                      "<desc id=\"", name, "d\">", publish::HtmlText(description), "</desc>",
                      painter.Take(), "</svg>\n");
}

}  // namespace caascan::explain
