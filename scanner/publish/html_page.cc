// Tested by html_page_test.cc.
#include "scanner/publish/html_page.h"

#include "scanner/publish/embedded.h"
#include "scanner/report/formats/cell_text.h"

namespace caascan::publish {
namespace {

using EmbeddedTexts = std::vector<EmbeddedText>;

std::string Sources(const EmbeddedTexts& texts) {
  std::string sources;
  for (const EmbeddedText& each : texts) sources.append(" 'sha256-").append(each.digest) += '\'';
  return sources;
}

/// The page's Content-Security-Policy: nothing is loaded from anywhere, and nothing is run or
/// styled but what the page holds, which it names by its SHA-256.
std::string Policy(const EmbeddedTexts& styles, const EmbeddedTexts& scripts) {
  return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src" + Sources(styles) +
         "; script-src" + Sources(scripts);
}

void AppendTagged(const char* tag, const EmbeddedTexts& texts, std::string* out) {
  for (const EmbeddedText& each : texts) {
    out->append("<").append(tag).append(">").append(each.text);
    out->append("</").append(tag).append(">");
  }
}

}  // namespace

std::string Cut(std::string text, size_t size) {
  if (report::DisplayWidth(text) <= size) return text;
  size_t end = size;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string HtmlText(std::string_view printable) {
  std::string text;
  for (const char c : printable) {
    switch (c) {
      case '&':
        text += "&amp;";
        break;
      case '<':
        text += "&lt;";
        break;
      case '>':
        text += "&gt;";
        break;
      case '"':
        text += "&quot;";
        break;
      case '\'':
        text += "&#39;";
        break;
      default:
        text += c;
    }
  }
  return text;
}

std::string HtmlPage(std::string_view title, std::string_view body, const PageParts& parts) {
  EmbeddedTexts styles = {{Style(), StyleDigest()}};
  styles.insert(styles.end(), parts.styles.begin(), parts.styles.end());
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"";
  out += Policy(styles, parts.scripts);
  out +=
      "\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>";
  out.append(HtmlText(title)).append("</title>\n");
  AppendTagged("style", styles, &out);
  out.append("</head>\n<body>\n").append(body);
  AppendTagged("script", parts.scripts, &out);
  out += "\n</body></html>\n";
  return out;
}

}  // namespace caascan::publish
