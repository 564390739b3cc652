// The style and the script of an HTML report.
#pragma once

#include <string_view>

namespace caascan::report {

/// A stylesheet: light and dark as the reader's system is, for screens of any width and for paper.
extern const std::string_view kHtmlStyle;

/// A script that sorts tables by the heading that is clicked and filters them by what is typed.
/// Without it the page says the same.
extern const std::string_view kHtmlScript;

/// The page's Content-Security-Policy: nothing is loaded from anywhere, and nothing is run or
/// styled but the two above, which it knows by their SHA-256.
extern const std::string_view kHtmlPolicy;

}  // namespace caascan::report
