// What of an HTML report is a file of its own, built into the program with its digest. Each text
// begins with a line feed, and each digest is the SHA-256 of the whole text in Base64.
#pragma once

#include <string_view>

namespace caascan::publish {

/// report.css: light and dark as the reader's system is, for screens of any width and for
/// paper.
std::string_view Style();
std::string_view StyleDigest();

/// page_data.js: opens the report's data. pictures.js: draws them. pages.js: pages for tables and
/// for what is in them, search and sorting. They run in this order.
std::string_view PageDataScript();
std::string_view PageDataScriptDigest();
std::string_view PicturesScript();
std::string_view PicturesScriptDigest();
std::string_view PagesScript();
std::string_view PagesScriptDigest();

}  // namespace caascan::publish
