// Texts that are built into the program.
#pragma once

#include <string_view>

namespace caascan::serve {

/// scanner/serve/form.html.
std::string_view FormPage();
/// scanner/serve/openapi.json.
std::string_view OpenApiDocument();

}  // namespace caascan::serve
