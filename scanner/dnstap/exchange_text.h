// A frame as people read it.
#pragma once

#include <string>

#include "scanner/dnstap/frame.h"

namespace caascan::dnstap {

/// A line on when, to whom, by what transport and how long, then the response in the form that dig
/// prints; the query where nothing came. ASCII; lines end with line feeds. Pure.
std::string ExchangeText(const Frame& frame);

}  // namespace caascan::dnstap
