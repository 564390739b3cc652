// What HTML pages have in common: one file that loads nothing, and text that is no markup. Pure;
// safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace caascan::publish {

/// A style or a script that is built into the program, and its SHA-256 in Base64.
struct EmbeddedText {
  std::string_view text;
  std::string_view digest;
};

/// What a page has besides the style that all have.
struct PageParts {
  std::vector<EmbeddedText> styles = {};
  std::vector<EmbeddedText> scripts = {};  // They run in their order, behind the body.
};

/// A page around `body`, which is markup.
std::string HtmlPage(std::string_view title, std::string_view body, const PageParts& parts = {});

/// The front of a PrintableText() of more than `size` columns, and "...".
std::string Cut(std::string text, size_t size);

/// Text that report::PrintableText() made, as HTML shows it, between tags and in quoted attributes.
std::string HtmlText(std::string_view printable);

}  // namespace caascan::publish
