// What of the HTML page of a check is a file of its own, built into the program with its digest.
// Each text begins with a line feed, and each digest is the SHA-256 of the whole text in Base64.
#pragma once

#include <string_view>

namespace caascan::explain {

/// check_page.css: what the page has beside the report's style.
std::string_view CheckStyle();
std::string_view CheckStyleDigest();

/// check_page.js: a button at each text that is to be copied. Without it the texts are there to be
/// selected.
std::string_view CheckScript();
std::string_view CheckScriptDigest();

}  // namespace caascan::explain
