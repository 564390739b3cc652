// ldns, and the one place to include it from: its headers define `true` and `false` as macros
// unless <cstdbool> came first.
#pragma once

#include <cstdbool>

#include <ldns/ldns.h>
