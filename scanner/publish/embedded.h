// What of an HTML report is a file of its own, built into the program with its digest. Each text
// begins with a line feed, and each digest is the SHA-256 of the whole text in Base64.
#pragma once

#include <string_view>

namespace caascan::publish {

/// report.css: light and dark as the reader's system is, for screens of any width and for
/// paper.
std::string_view Style();
std::string_view StyleDigest();

/// report.js: sorts tables by the heading that is clicked and filters them by what is
/// typed. Without it the page says the same.
std::string_view Script();
std::string_view ScriptDigest();

}  // namespace caascan::publish
