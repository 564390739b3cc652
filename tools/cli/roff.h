// Writes a man page in man(7)'s roff, section by section.
#pragma once

#include <string>
#include <string_view>

namespace caascan::cli {

/// What stands at the top and the bottom of a man page.
struct PageTitle {
  std::string name;     // "caascan-scan".
  int section = 1;      // 1: commands, 5: file formats, 7: tables and overviews.
  std::string source;   // "caascan 0.1.0".
  std::string summary;  // What NAME says of it, without a full stop.
};

/// A page under way. A value; any thread. Every text may hold any characters: none is a request.
class RoffWriter {
 public:
  /// Begins with the title and the section NAME.
  explicit RoffWriter(const PageTitle& title);

  void Section(std::string_view heading);
  void Subsection(std::string_view heading);
  void Paragraph(std::string_view text);
  /// A term in bold, what stands for its value in italics (or empty), and the text under it.
  void Item(std::string_view term, std::string_view value, std::string_view text);
  /// One line as it is, in a block with the literal lines before it.
  void Literal(std::string_view line);
  /// A line of a synopsis: the command in bold, the rest in italics and brackets as given.
  void Synopsis(std::string_view command, std::string_view rest);
  /// Other man pages, such as {"caascan(1)", "caascan-record(5)"}.
  void SeeAlso(std::initializer_list<std::string_view> pages);

  /// The page so far, its last block ended.
  std::string Finish();

 private:
  void EndLiteral();

  std::string out_;
  bool literal_ = false;
  bool fresh_ = false;  // Right after a heading, where no paragraph needs to be begun.
};

/// Text that roff shows as it is. `at_line_start`: roff takes its first character for a request.
std::string RoffText(std::string_view text, bool at_line_start = true);

}  // namespace caascan::cli
