// What HTML pages have in common: one file that loads nothing, and text that is no markup. Pure;
// safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace caascan::publish {

/// A page around `body`, which is markup.
std::string HtmlPage(std::string_view title, std::string_view body);

/// A style or a script that is built into the program, and its SHA-256 in Base64.
struct EmbeddedText {
  std::string_view text;
  std::string_view digest;
};
/// The same with a style behind the report's own, and a script in place of the report's.
std::string HtmlPage(std::string_view title, std::string_view body, const EmbeddedText& style,
                     const EmbeddedText& script);

/// Text that report::PrintableText() made, as HTML shows it, between tags and in quoted attributes.
std::string HtmlText(std::string_view printable);

}  // namespace caascan::publish
